"""The one kind of error that is the user's to mend, and how messages show values."""

import sys


class InputError(ValueError):
    """Bad input: the message says what was expected, what came, and how to mend it.

    The command line prints it as one line and exits with code 2; a file that was there stays whole.
    Every other exception is a bug of ours and shows its traceback.
    """


def escape_unprintable():
    """Have print escape what stdout's encoding lacks, in place of an error."""
    if hasattr(sys.stdout, "reconfigure"):  # it may be another kind of file
        sys.stdout.reconfigure(errors="backslashreplace")


def first_line(error):
    """The first line of an exception's message, or its kind where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def shown(value, most=70):
    """A value in a message, in at most so many characters."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 4] + " ..."
