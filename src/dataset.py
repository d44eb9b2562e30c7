"""From text to training examples: vocabulary, rows of ids, and the assignment's two datasets.

    python src/dataset.py namedata          # four examples of question and place
    python src/dataset.py charcorruption    # four examples of span corruption

Legend: B batch, t tokens, N documents or pairs, L block_size.
"""

import operator
import random
from pathlib import Path

import numpy as np
import torch

from data.examples import Examples, draw, to_device
from data.kept import LargeText, arrays_of, key_of
from data.notes import notes_on_pairs
from data.text import MASK, MASK_CHAR, PAD, PAD_CHAR, encode, pairs_in_corpus, parse_questions
from data.tokens import Documents, codes_of, encoded, table_of
from recipes import BLOCK_SIZE
from support.errors import InputError, Parser, one_line_errors
from support.files import read_text
from support.values import refused, text, whole

SHORTEST = 4  # characters: lower bound of the random truncation of a document
ENCODED = 2**15  # pairs that are encoded at once


class CharCorruptionDataset(Examples):
    """Span corruption of a text's documents (lines), and the vocabulary that all phases share.

    A document is cut to a prefix of random length n; a random span of it, the content, is masked:

        row = prefix ⁇ suffix ⁇ content □□□…,   x = row[:-1],   y = row[1:]

    n = min(document length, U{4 … 7/8 block_size}), drawn before the cut; content length
    U{1 … max(1, n // 2)}, at most n, so a quarter of n on average; start U{0 … n - content}.
    Source: T5's span corruption (Raffel et al. 2020, section 3.1.4), here with a single span.

    Arguments: data, the text (its last line counts even if it is empty), or a data.kept.LargeText;
    block_size, tokens of a row. Attributes: stoi, itos, vocab_size, block_size, and data, the
    documents: a list, or of a LargeText a sequence that decodes them when they are asked for.
    `dataset[i]` draws anew from `random`; `example(i, seed, epoch)` always gives the same row.
    """

    PAD_CHAR, MASK_CHAR = PAD_CHAR, MASK_CHAR

    def __init__(self, data, block_size):
        large = isinstance(data, LargeText)
        if not large:
            text("the pretraining corpus", data)
        block_size = whole("block_size", block_size, low=8)
        found = arrays_of(data, "tokens", {}, lambda: encoded(data))
        chars = [chr(code) for code in found["characters"].tolist()]
        self.stoi = {char: i for i, char in enumerate(chars)}
        self.itos = dict(enumerate(chars))
        self.vocab_size = len(chars)
        self.block_size = block_size
        self.longest = min(int(block_size * 7 / 8), block_size - 2)  # of a truncated document
        self.source = data if large else None  # where others may keep what they make of the text
        self.text = found["ids"]  # (n_chars,)
        self.starts = found["starts"]  # (N + 1,): of the documents, and one behind the end
        self.data = Documents(**found) if large else data.split("\n")
        longest = int(self.starts.diff().max()) - 1
        self.longest_row = min(self.longest, longest) + 1  # the two ⁇ less x's last

    def __str__(self):
        return f"data has {len(self.text)} characters, {self.vocab_size} unique."

    def __len__(self):
        return len(self.data)

    def __getitem__(self, idx):
        idx = operator.index(idx)
        if not -len(self) <= idx < len(self):
            raise IndexError(f"expected a document from 0 to {len(self) - 1}, got {idx}")
        row = self._draw_rows(
            torch.tensor([idx % len(self)]), lambda n, part: torch.tensor([random.randrange(n)])
        )[0]
        return row[:-1], row[1:]

    def padded_batch(self, indices, seed, epoch):
        """x and y (B, L-1) of the documents `indices` (B,), drawn anew in each epoch."""
        rows = self._draw_rows(
            indices, lambda n, part: draw(n, seed, epoch, indices, part)
        )  # (B, L)
        return rows[:, :-1], rows[:, 1:]

    def to(self, device):
        """A copy of this dataset with its text on a device."""
        return to_device(self, ("starts", "text"), device)

    def _draw_rows(self, idx, draw_below):
        """Rows (B, L) of documents idx (B,).

        draw_below(n, part) draws a number from 0 … n-1 for each n (B,). `part` tells the three
        draws of a row apart.
        """
        n = SHORTEST + draw_below(torch.full_like(idx, self.longest - SHORTEST + 1), 0)
        n = torch.minimum(n, self.starts[idx + 1] - 1 - self.starts[idx])
        content = torch.minimum(n, 1 + draw_below((n // 2).clamp(min=1), 1))
        start = draw_below(n - content + 1, 2)
        return self._corrupt(idx, n, content, start)

    def _corrupt(self, idx, n, content, start):
        """Rows (B, L) of documents idx, given the three numbers drawn for each; all (B,).

        The document "abcdef" with n = 6, content = 2, start = 1 becomes a⁇def⁇bc□□…
        """
        first, n, content = start[:, None], n[:, None], content[:, None]  # first ⁇ at start
        second = n - content + 1  # where the second ⁇ stands
        at = torch.arange(self.block_size, device=idx.device)  # (L,)
        source = torch.where(at < second, at - 1 + content, at - second - 1 + first)  # (B, L)
        source = torch.where(at < first, at, source)  # position in the document
        source = (self.starts[idx][:, None] + source).clamp(0, len(self.text) - 1)
        rows = self.text[source].long()
        rows = torch.where((at == first) | (at == second), MASK, rows)
        return torch.where(at < n + 2, rows, PAD)


class NameDataset(Examples):
    """Questions and their places, to finetune on: x = question ⁇ place ⁇ □…, y is x shifted by one.

    The question is given, not learnt: y is PAD before the first ⁇, which the question's last
    character predicts. `data` is the text of a TSV, one `question TAB place` a line, or a
    data.kept.LargeText. Vocabulary and block size are the pretraining dataset's.
    """

    def __init__(self, pretraining_dataset, data, path="the finetuning corpus"):
        if not hasattr(pretraining_dataset, "stoi"):
            raise refused("pretraining_dataset", "a CharCorruptionDataset", pretraining_dataset)
        self.stoi, self.itos = pretraining_dataset.stoi, pretraining_dataset.itos
        self.block_size = pretraining_dataset.block_size
        self.source, self.path = data, path
        large = isinstance(data, LargeText)
        self._pairs = None if large else self._parsed(text(path, data))
        spelling = {"characters": key_of(self.stoi), "block_size": self.block_size}
        found = arrays_of(data, "tokens", spelling, self._encoded)
        self.text = found["ids"]  # of all rows, question ⁇ place ⁇, end to end
        self.starts = found["starts"]  # (N + 1,): of the rows, and the end
        self.asked = found["asked"]  # (N,): characters of the questions
        self.notes = bytes(found["notes"].tolist()).decode().split("\n")[:-1]  # see data.notes
        self.longest_row = int(self.starts.diff().max()) - 1

    @property
    def pairs(self):
        """[(question, place), …] in the corpus's Unicode form. Those of a LargeText are read anew
        each time.
        """
        return self._pairs or self._parsed(read_text(self.source.path))

    def _parsed(self, data):
        return pairs_in_corpus(parse_questions(data, self.path), self.stoi)

    def _encoded(self):
        """Yield the arrays, as data.kept.arrays_of takes them."""
        pairs, table = self.pairs, table_of([ord(self.itos[i]) for i in range(len(self.itos))])
        letters = self.stoi.keys() - {PAD_CHAR, MASK_CHAR}
        ids, lengths, asked = [], [0], []
        for first in range(0, len(pairs), ENCODED):
            rows = []
            for i, pair in enumerate(pairs[first : first + ENCODED], first + 1):
                question, place = self._spell(*pair, letters, f"{self.path}, line {i}")
                rows.append(f"{question}{MASK_CHAR}{place}{MASK_CHAR}")
                lengths.append(len(rows[-1]))
                asked.append(len(question))
            ids.append(table[codes_of("".join(rows))])
        yield "starts", np.cumsum(lengths, dtype=np.int64)
        yield "asked", np.array(asked, np.int32)
        yield from (("ids", part) for part in ids)
        notes = "".join(f"{note}\n" for note in notes_on_pairs(pairs, self.stoi))
        yield "notes", np.array(list(notes.encode()), np.uint8)

    def _spell(self, question, place, letters, where):
        """Question and place in characters of the vocabulary."""
        if place is None:
            raise InputError(
                f"{where}: expected question TAB place, got a file without tabs;"
                " finetune on a file with answers"
            )
        parts = [question, place]
        for i, part in enumerate(parts):
            if not letters.issuperset(part):
                parts[i] = "".join(self.itos[number] for number in encode(part, self.stoi, where))
        length = sum(map(len, parts))
        if length + 2 > self.block_size:
            raise InputError(
                f"{where}: expected a question and a place of at most {self.block_size - 2}"
                f" characters together, got {length}; shorten them"
            )
        return parts

    @property
    def x(self):
        """x (N, L-1) of all pairs."""
        return self.padded_batch(torch.arange(len(self)), 0, 0)[0]

    @property
    def y(self):
        """y (N, L-1) of all pairs."""
        return self.padded_batch(torch.arange(len(self)), 0, 0)[1]

    def __len__(self):
        return len(self.asked)

    def __getitem__(self, idx):
        return self.example(range(len(self))[idx], 0, 0)

    def padded_batch(self, indices, seed, epoch):
        """x and y (B, L-1) of the pairs `indices` (B,); nothing is drawn."""
        at = torch.arange(self.block_size, device=indices.device)  # (L,)
        start, end = self.starts[indices][:, None], self.starts[indices + 1][:, None]  # (B, 1)
        rows = self.text[(start + at).clamp(max=len(self.text) - 1)].long()  # (B, L)
        rows = torch.where(at < end - start, rows, PAD)
        asked = at[1:] < self.asked[indices][:, None]  # (B, L-1): within the question
        return rows[:, :-1], torch.where(asked, PAD, rows[:, 1:])

    def to(self, device):
        """A copy of this dataset with its pairs on a device."""
        return to_device(self, ("starts", "asked", "text"), device)


# ------------------------------------------------------------------------------- the four examples


def main(argv=None):
    parser = Parser(
        prog="dataset.py",
        description="Print four examples (x and y) of a dataset, made from the bundled files.",
        epilog="example: python src/dataset.py charcorruption",
    )
    parser.add_argument("dataset", choices=("namedata", "charcorruption"))
    root = Path(__file__).resolve().parent.parent
    with one_line_errors(parser, only_prints=True):
        args = parser.parse_args(argv)
        dataset = CharCorruptionDataset(read_text(root / "wiki.txt"), BLOCK_SIZE)
        print(dataset)
        if args.dataset == "namedata":
            path = root / "birth_places_train.tsv"
            dataset = NameDataset(dataset, read_text(path), path)
        for _, (x, y) in zip(range(4), dataset, strict=False):
            print("x:", "".join(dataset.itos[int(i)] for i in x))
            print("y:", "".join(dataset.itos[int(i)] for i in y))


if __name__ == "__main__":
    main()
