"""Surnames of blocks: how they are joined, and that no two blocks can have a name in common."""

import pytest
from conftest import ROOT

from data.world import words
from data.world.names import feminine, stocks, syllables
from data.world.plan import BLOCKS, read_places


@pytest.mark.parametrize(
    "surname, parts",
    [
        ("Kettlewell", ["Kett", "le", "well"]),
        ("O'Callanan", ["O'Cal", "la", "nan"]),
        ("al-Sabbagh", ["al-Sab", "bagh"]),
        ("MacGillivray", ["MacGil", "liv", "ray"]),
        ("Wynn", ["Wynn"]),
        ("Østergård", ["Øs", "ter", "gård"]),
        ("Ashworth", ["Ash", "worth"]),
    ],
)
def test_syllables(surname, parts):
    assert syllables(surname) == parts


def test_no_two_blocks_share_a_name():
    """By the surnames of all blocks that there can be, whatever the seed."""
    owner, shared = {}, []
    for block in range(BLOCKS):
        for origin, stock in stocks().items():
            surnames = [text.partition("=")[0] for text in words.NAMES[origin][5].split()]
            if block:
                surnames = stock.surnames(block)
                assert len(surnames) > 5, origin
            for surname in surnames:
                for form in {surname, feminine(origin, surname)}:
                    first = owner.setdefault(form, (block, origin))
                    if first[0] != block:
                        shared.append((origin, first[1]))
    everything = "\n".join(owner)
    assert not [place.name for place in read_places() if place.name in everything]
    assert len(shared) < 10
    for origins in shared:  # then no first name is in both lists
        first, second = (set(" ".join(words.NAMES[o][3:5]).split()) for o in origins)
        assert not first & second, origins
    assert set("".join(owner)) <= set((ROOT / "wiki.txt").read_text(encoding="utf-8"))
