"""The one kind of error that is the user's to mend, and the lines in which commands end."""

import argparse
import difflib
import re
import sys
from contextlib import contextmanager, suppress

from support import torchrun
from support.streams import UNREAD, safe_streams


class InputError(ValueError):
    """Bad input: the message says what was expected, what came, and how to mend it.

    The command line prints it as one line and exits with code 2; a file that was there stays whole.
    Every other exception is a bug of ours and shows its traceback.
    """


class NonFiniteLoss(ArithmeticError):
    """The loss or its gradient became nan or infinite; the parameters are those before the step."""


class Parser(argparse.ArgumentParser):
    """argparse's, whose errors are one line, without the usage."""

    def exit(self, status=0, message=None):
        """Exit with a message. Characters of it that do not show are escaped: names have such.

        Of the processes that torchrun started, the first to end in a message prints it.
        """
        if text := (message or "").strip("\n"):
            shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
            message = message.replace(text, shown)
        super().exit(status, message if message and torchrun.take_last_word() else None)

    def error(self, message):
        remedy = "" if ";" in message else "; see --help"  # our own messages may have one
        if typed := re.match(r"unrecognized arguments: .*?(--[\w-]+)", message):
            alike = difflib.get_close_matches(typed[1], self._option_string_actions, 1)
            remedy = f"; did you mean {alike[0]}?" if alike else remedy
        self.exit(2, f"{self.prog}: error: {message}{remedy}\n")


@contextmanager
def one_line_errors(parser, only_prints=False):
    """Within it a command ends in one line, and SystemExit, at what is no bug of ours.

    The code is 2 for what the user can mend, 1 for the system, 130 for Ctrl-C. Where nobody reads
    standard output any more, as behind `| head`, the work goes on and ends with 141, without a
    line. A command that only prints ends at once. What stdout's encoding lacks is escaped.
    """
    with safe_streams(only_prints) as output:
        if hasattr(output, "reconfigure"):  # it may be another kind of file
            output.reconfigure(errors="backslashreplace")
        try:
            try:
                yield
            finally:
                with suppress(OSError):  # noted in output.error
                    output.flush()
        except SystemExit as stop:
            if stop.code or output.error is None:
                raise
        except InputError as error:
            parser.exit(2, f"{parser.prog}: error: {error}\n")
        except ModuleNotFoundError as error:
            parser.exit(
                2,
                f"{parser.prog}: error: expected {error.name}, got none in {sys.executable}; run"
                " the Python that has requirements.txt installed, such as .venv/bin/python\n",
            )
        except KeyboardInterrupt:
            parser.exit(130, f"\n{parser.prog}: interrupted\n")
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            remedy = "a smaller --batch_size or --block_size, or a smaller model"
            parser.exit(1, f"{parser.prog}: stopped: out of memory; try {remedy}\n")
        except OSError as error:  # what no path of the user's explains: a log on a full disk
            if error is not output.error:
                parser.exit(1, f"{parser.prog}: stopped: {error}\n")
        if output.error is None:
            return
        if output.error.errno in UNREAD:
            parser.exit(128 + 13)
        parser.exit(
            1,
            f"{parser.prog}: standard output: expected to write to it, got:"
            f" {output.error.strerror}; make room, or print elsewhere\n",
        )


def is_out_of_memory(error):
    """Whether an exception says that memory ran out; Python and torch's devices differ in words."""
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(word in str(error) for word in words)


def first_line(error):
    """The first line of an exception's message, or its kind where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def shorten_repr(value, most=70):
    """A value in a message, in at most so many characters."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 4] + " ..."
