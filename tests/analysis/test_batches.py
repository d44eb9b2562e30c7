"""Rows in batches: each result stands where its row stood."""

import pytest

from analysis.batches import in_batches


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_results_stand_in_the_order_of_the_rows(size):
    rows, batches = ["bbb", "a", "", "dddd", "cc", "e", "ff"], []

    def function(batch):
        batches.append(batch)
        return [row.upper() for row in batch]

    assert in_batches(function, rows, size) == [row.upper() for row in rows]
    lengths = [len(row) for batch in batches for row in batch]
    assert lengths == sorted(lengths) and {len(batch) for batch in batches[:-1]} <= {size}


def test_other_lengths_sort_the_rows():
    sizes = []
    in_batches(lambda batch: sizes.extend(batch) or batch, [3, 1, 2], 2, "parts", length=int)
    assert sizes == [1, 2, 3]


def test_no_rows_have_no_results():
    assert in_batches(lambda batch: 1 / 0, [], 3) == []
