"""The one kind of error that is the user's to mend, and the lines in which commands end."""

import argparse
import os
import sys
from contextlib import contextmanager

from support import torchrun


class InputError(ValueError):
    """Bad input: the message says what was expected, what came, and how to mend it.

    The command line prints it as one line and exits with code 2; a file that was there stays whole.
    Every other exception is a bug of ours and shows its traceback.
    """


class NonFiniteLoss(ArithmeticError):
    """The loss or its gradient became nan or infinite; the parameters are those before the step."""


class Parser(argparse.ArgumentParser):
    """argparse's, whose errors are one line, without the usage."""

    def error(self, message):
        remedy = "" if ";" in message else "; see --help"  # our own messages may have one
        self.exit(2, f"{self.prog}: error: {message}{remedy}\n")

    def exit(self, status=0, message=None):
        """Exit. Of the processes that torchrun started, the first to end in a line prints it."""
        super().exit(status, message if message and torchrun.has_last_word() else None)


@contextmanager
def one_line_errors(parser):
    """Within it a command ends in one line, and SystemExit, at what is no bug of ours.

    The code is 2 for what the user can mend, 1 for the system, 130 for Ctrl-C; and 141, without a
    line, where nobody reads what it prints any more, as behind `| head`. What stdout's encoding
    lacks is escaped.
    """
    if hasattr(sys.stdout, "reconfigure"):  # it may be another kind of file
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
        sys.stdout.flush()
    except InputError as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    except ModuleNotFoundError as error:
        parser.exit(
            2,
            f"{parser.prog}: error: expected {error.name}, got none in {sys.executable}; run the"
            " Python that has requirements.txt installed, such as .venv/bin/python\n",
        )
    except KeyboardInterrupt:
        parser.exit(130, f"\n{parser.prog}: interrupted; nothing was written\n")
    except BrokenPipeError:
        parser.exit(128 + 13)
    except OSError as error:  # what no path of the user's explains: a log on a full disk
        parser.exit(1, f"{parser.prog}: stopped: {error}\n")
    finally:
        try:
            sys.stdout.flush()
        except OSError:  # nobody reads it: what is still unsaid goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def first_line(error):
    """The first line of an exception's message, or its kind where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def shorten_repr(value, most=70):
    """A value in a message, in at most so many characters."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 4] + " ..."
