"""The curve of a run as a table: PATH.csv beside its parameters at PATH, a row for every step.

    step,epoch,loss,rate,seconds
    1,1,5.552187,0.006,0.84

`rate` is AdamW's in that step. `seconds` counts the training time up to the moment when the loss
was read. On a GPU several steps share one value, because their losses are read together. The table
of an unfinished run stands beside its checkpoint. Imports no torch.
"""

import math
import os
from contextlib import suppress

from support.errors import InputError
from support.files import read_text, write_text
from support.paths import real_path

COLUMNS = ("step", "epoch", "loss", "rate", "seconds")
HEAD = ",".join(COLUMNS)


def curve_path(path):
    """Where the curve of the parameters at `path` stands."""
    return f"{real_path(path)}.csv"


def check_place_of_curve(path, name):
    """Refuse parameters whose curve would replace a file that is none, such as a table of yours."""
    table = curve_path(path)
    if not os.path.exists(table):
        return
    first = b""
    with suppress(OSError), open(table, "rb") as file:  # what cannot be read is none
        first = file.readline(99).strip()
    if first != HEAD.encode():
        raise InputError(
            f"{name}: expected no file or the curve of a run at {table}, got another file; move it,"
            " or name another output"
        )


def write_curve(path, steps_per_epoch, losses, rates, times):
    """Write the table of steps with these losses, rates and times."""
    lines = [HEAD]
    for step, (loss, rate, seconds) in enumerate(zip(losses, rates, times, strict=True)):
        epoch = step // steps_per_epoch + 1
        lines.append(f"{step + 1},{epoch},{loss:.7g},{rate:.7g},{seconds:.2f}")
    write_text(path, "\n".join(lines) + "\n")


def read_curve(path):
    """{column: its numbers} of the table at `path`. A file that is none is an InputError."""
    head, *rows = read_text(path).splitlines()
    if head != HEAD:
        raise InputError(
            f"{path}: expected a table of {HEAD}, got {head[:60]!r}; name"
            " the parameters of a run, or the .csv beside them"
        )
    table = []
    for number, row in enumerate(rows, start=1):
        try:
            numbers = [float(text) for text in row.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != len(COLUMNS) or not all(map(math.isfinite, numbers)):
            raise InputError(
                f"{path}, line {number + 1}: expected {len(COLUMNS)} numbers, got"
                f" {row[:60]!r}; train again, or mend the line"
            )
        table.append(numbers)
    if not table:
        raise InputError(f"{path}: expected a row for each step, got none; train for some steps")
    return dict(zip(COLUMNS, map(list, zip(*table, strict=True)), strict=True))
