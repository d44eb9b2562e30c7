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
from data.text import MASK, MASK_CHAR, PAD, PAD_CHAR, encode, parse_questions
from recipes import BLOCK_SIZE
from support.errors import InputError, Parser, one_line_errors
from support.files import read_text
from support.values import refused, text, whole

SHORTEST = 4  # characters: lower bound of the random truncation of a document


class CharCorruptionDataset(Examples):
    """Span corruption of a text's documents (lines), and the vocabulary that all phases share.

    A document is cut to a prefix of random length n; a random span of it, the content, is masked:

        row = prefix ⁇ suffix ⁇ content □□□…,   x = row[:-1],   y = row[1:]

    n = min(document length, U{4 … 7/8 block_size}), drawn before the cut; content length
    U{1 … max(1, n // 2)}, at most n, so a quarter of n on average; start U{0 … n - content}.
    Source: T5's span corruption (Raffel et al. 2020, section 3.1.4), here with a single span.

    Arguments: data, the text (its last line counts even if it is empty); block_size, tokens of a
    row. Attributes: stoi, itos, vocab_size, block_size, and data, the list of documents.
    `dataset[i]` draws anew from `random`; `example(i, seed, epoch)` always gives the same row.
    """

    PAD_CHAR, MASK_CHAR = PAD_CHAR, MASK_CHAR

    def __init__(self, data, block_size):
        text("the pretraining corpus", data)
        block_size = whole("block_size", block_size, low=8)
        for char in (PAD_CHAR, MASK_CHAR):
            if char in data:
                line = data.count("\n", 0, data.index(char)) + 1
                raise InputError(
                    f"the pretraining corpus, line {line}: expected text without the reserved"
                    f" characters {PAD_CHAR} and {MASK_CHAR}, got {char!r}; remove it"
                )
        chars = [PAD_CHAR, MASK_CHAR, *sorted(set(data))]
        self.stoi = {char: i for i, char in enumerate(chars)}
        self.itos = dict(enumerate(chars))
        self.vocab_size = len(chars)
        self.block_size = block_size
        self.longest = min(int(block_size * 7 / 8), block_size - 2)  # of a truncated document
        self.n_chars = len(data)
        self.data = data.split("\n")
        self.lengths = torch.tensor([len(document) for document in self.data])  # (N,)
        self.starts = self.lengths.cumsum(0) + torch.arange(len(self.data)) - self.lengths  # (N,)
        self.text = encode_text(data, self.stoi)  # (n_chars,)
        self.longest_row = min(self.longest, int(self.lengths.max())) + 1  # the two ⁇ less x's last

    def __str__(self):
        return f"data has {self.n_chars} characters, {self.vocab_size} unique."

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
        return to_device(self, ("lengths", "starts", "text"), device)

    def _draw_rows(self, idx, draw_below):
        """Rows (B, L) of documents idx (B,).

        draw_below(n, part) draws a number from 0 … n-1 for each n (B,). `part` tells the three
        draws of a row apart.
        """
        n = SHORTEST + draw_below(torch.full_like(idx, self.longest - SHORTEST + 1), 0)
        n = torch.minimum(n, self.lengths[idx])
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
    character predicts. `data` is the text of a TSV, one `question TAB place` a line. Vocabulary and
    block size are the pretraining dataset's.
    """

    def __init__(self, pretraining_dataset, data, path="the finetuning corpus"):
        if not hasattr(pretraining_dataset, "stoi"):
            raise refused("pretraining_dataset", "a CharCorruptionDataset", pretraining_dataset)
        self.stoi, self.itos = pretraining_dataset.stoi, pretraining_dataset.itos
        self.block_size = pretraining_dataset.block_size
        self.pairs = parse_questions(text(path, data), path)
        rows = [self._encode(*pair, f"{path}, line {i}") for i, pair in enumerate(self.pairs, 1)]
        self.x, self.y = (torch.stack(tensors) for tensors in zip(*rows, strict=True))  # (N, L-1)
        self.longest_row = int((self.y != PAD).any(0).nonzero().max()) + 1

    def _encode(self, question, place, where):
        if place is None:
            raise InputError(
                f"{where}: expected question TAB place, got a file without tabs;"
                " finetune on a file with answers"
            )
        question = encode(question, self.stoi, where)
        answer = [MASK, *encode(place, self.stoi, where), MASK]
        if len(question) + len(answer) > self.block_size:
            raise InputError(
                f"{where}: expected a question and a place of at most {self.block_size - 2}"
                f" characters together, got {len(question) + len(answer) - 2}; shorten them"
            )
        row = torch.full((self.block_size,), PAD)
        row[: len(question) + len(answer)] = torch.tensor(question + answer)
        x, y = row[:-1], row[1:].clone()
        y[: len(question) - 1] = PAD
        return x, y

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, idx):
        return self.x[idx], self.y[idx]

    def padded_batch(self, indices, seed, epoch):
        """x and y (B, L-1) of the pairs `indices` (B,); nothing is drawn."""
        return self.x[indices], self.y[indices]

    def to(self, device):
        """A copy of this dataset with its pairs on a device."""
        return to_device(self, ("x", "y"), device)


def encode_text(text, stoi):
    """Ids (len(text),) of a text, in the smallest integer type that holds the vocabulary."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    table = np.zeros(max(map(ord, stoi)) + 1, np.uint8 if len(stoi) <= 256 else np.int32)
    table[[ord(char) for char in stoi]] = list(stoi.values())
    return torch.from_numpy(table[codes])


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
