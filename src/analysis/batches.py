"""Rows of different lengths in batches that run side by side."""

from contextlib import closing

from support.bars import shown
from support.threads import side_by_side


def in_batches(function, rows, size, what=None, length=len):
    """[the result of each row], in order, of function(batch) -> the results of a list of rows.

    A batch has rows of similar length, `size` at most, so that little of it is padding. Batches run
    in several threads. With `what`, a bar shows how many are done. Rows are sorted by length(row).
    """
    by_length = sorted(range(len(rows)), key=lambda number: length(rows[number]))
    batches = [by_length[at : at + size] for at in range(0, len(rows), size)]
    found = [None] * len(rows)
    with closing(side_by_side(lambda batch: function([rows[i] for i in batch]), batches)) as done:
        results = shown(done, len(batches), what) if what else done
        for batch, those in zip(batches, results, strict=True):
            for number, result in zip(batch, those, strict=True):
                found[number] = result
    return found
