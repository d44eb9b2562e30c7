"""Rows of different lengths in batches that run side by side."""

from support.bars import shown
from support.threads import side_by_side


def in_batches(function, rows, size, what=None, length=len):
    """[the result of each row], in order, of function(batch) -> the results of a list of rows.

    A batch has rows of similar length, `size` at most, so that little of it is padding. Batches run
    in several threads. With `what`, a bar shows how many are done. `length` is that of a row.
    """
    by_length = sorted(range(len(rows)), key=lambda number: length(rows[number]))
    batches = [by_length[at : at + size] for at in range(0, len(rows), size)]
    results = side_by_side(lambda batch: function([rows[i] for i in batch]), batches)
    if what:
        results = shown(results, len(batches), what)
    found = [None] * len(rows)
    for batch, those in zip(batches, results, strict=True):
        for number, result in zip(batch, those, strict=True):
            found[number] = result
    return found
