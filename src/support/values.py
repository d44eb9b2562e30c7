"""Values that a caller gives: one that cannot be meant is refused in one line. Imports no torch."""

import math
import operator
from numbers import Real

from support.errors import InputError, shorten_repr


def whole(name, value, low, high=None):
    """The value as an int, if it is a whole number from `low` up, to `high` if given."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < low or (high is not None and number > high):
        most = "up" if high is None else f"to {high}"
        raise refused(name, f"a whole number from {low} {most}", value)
    return number


def real(name, value, low, high=math.inf, expected=None):
    """The value as an int or a float, if it is a number with low ≤ value < high.

    `expected` says in words what was expected.
    """
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not low <= number < high:
        most = "up" if high == math.inf else f"to below {high:g}"
        raise refused(name, expected or f"a number from {low:g} {most}", value)
    return value if type(value) in (int, float) else number


def text(name, value):
    """The value, if it is a str that is not empty and that UTF-8 can hold."""
    if not isinstance(value, str) or not value:
        raise InputError(f"{name}: expected text, got {shorten_repr(value)}; read the file first")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name}: expected characters of Unicode, got half of one,"
            f" {value[error.start]!r}, at {error.start}; read the file as UTF-8"
        ) from None
    return value


def refused(name, expected, got):
    """The InputError for a value that is not the one expected."""
    return InputError(f"{name}: expected {expected}, got {shorten_repr(got)}; change it")


def settle(config, checks):
    """Put what checks[field](name, value) returns into the fields of a frozen dataclass.

    The result is a plain number where numpy's was given, which JSON can hold.
    """
    for field, check in checks.items():
        name = f"{type(config).__name__}.{field}"
        object.__setattr__(config, field, check(name, getattr(config, field)))
