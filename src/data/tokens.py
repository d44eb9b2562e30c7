"""A text as ids: its vocabulary, the ids, and the documents, decoded when they are asked for."""

import sys
from collections.abc import Sequence

import numpy as np

from data.kept import blocks_of
from data.text import MASK_CHAR, PAD_CHAR
from support.errors import InputError

DECODED = 2**12  # documents that are decoded at once


def encoded(text):
    """Yield what a text's ids consist of, as data.kept.arrays_of takes it:

        starts       where each document (line) starts, and one behind the end     (N + 1,)
        characters   the vocabulary: □, ⁇, and the text's characters in order      (V,)
        ids          of all characters                                             (n_chars,)

    `text` is a str or a LargeText.
    """
    seen, ends, n_chars = np.zeros(sys.maxunicode + 1, bool), [], 0
    for block in blocks_of(text):
        codes = codes_of(block)
        seen[codes] = True
        ends.append(np.flatnonzero(codes == ord("\n")) + n_chars)
        n_chars += len(codes)
    for char in (PAD_CHAR, MASK_CHAR):
        if seen[ord(char)]:
            raise reserved(char, text)
    yield "starts", np.concatenate([[0], *(part + 1 for part in ends), [n_chars + 1]])
    characters = np.array([ord(PAD_CHAR), ord(MASK_CHAR), *np.flatnonzero(seen)], np.int32)
    yield "characters", characters
    table = table_of(characters)
    for block in blocks_of(text):
        yield "ids", table[codes_of(block)]


def codes_of(text):
    """The code points of a text's characters (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def table_of(characters):
    """The ids by code point, in the smallest type of torch that holds them."""
    kinds = (np.uint8, np.int16, np.int32)
    kind = next(kind for kind in kinds if len(characters) - 1 <= np.iinfo(kind).max)
    table = np.zeros(int(max(characters)) + 1, kind)
    table[characters] = np.arange(len(characters))
    return table


def reserved(char, text):
    """The InputError for a reserved character that stands in the text."""
    line = 1
    for block in blocks_of(text):
        if char in block:
            line += block.count("\n", 0, block.index(char))
            break
        line += block.count("\n")
    return InputError(
        f"the pretraining corpus, line {line}: expected text without the reserved"
        f" characters {PAD_CHAR} and {MASK_CHAR}, got {char!r}; remove it"
    )


class Documents(Sequence):
    """The documents of a text's ids, as `text.split("\\n")` has them."""

    def __init__(self, ids, starts, characters):
        self.ids, self.starts, self.characters = ids, starts, characters

    def __len__(self):
        return len(self.starts) - 1

    def __getitem__(self, i):
        numbers = range(len(self))[i]
        if isinstance(i, slice):
            return [self[number] for number in numbers]
        return self._text(numbers, numbers + 1)

    def __iter__(self):
        for first in range(0, len(self), DECODED):
            yield from self._text(first, min(first + DECODED, len(self))).split("\n")

    def _text(self, first, end):
        """Documents first … end-1, as they stand in the text."""
        start, behind = int(self.starts[first]), int(self.starts[end]) - 1
        ids = self.ids[start:behind].numpy()
        return self.characters.numpy()[ids].tobytes().decode("utf-32-le")
