"""How probable a given answer is: teacher forcing.

Legend: B prompts, t tokens of the longest row, V vocab_size.
"""

import math
from itertools import islice

import torch
from torch.nn.utils.rnn import pad_sequence

from analysis.batches import in_batches
from data.text import ANSWER_CHARS, MASK
from recipes import BATCH_QUESTIONS


def probabilities(model, corpus, prompts, answers):
    """The probability that the model gives to each whole answer, as a list.

    It is the product of `by_letter`.
    """
    return [math.prod(letters) for letters in by_letter(model, corpus, prompts, answers)]


def by_letter(model, corpus, prompts, answers):
    """The probabilities of each answer's characters and of the ⁇ that ends it, a list an answer.

    Each is given the characters before it that fit into the model's context, as in decoding. An
    answer that was cut off by its length has no ⁇. Prompts are lists of ids that end in ⁇.
    """
    model.eval()
    most, rows, counts = model.context, [], []
    for prompt, answer in zip(prompts, answers, strict=True):
        ending = [MASK] * (len(answer) < ANSWER_CHARS)
        row = [*prompt, *(corpus.stoi[char] for char in answer), *ending]
        moved = [(row[at - most : at + 1], most) for at in range(most + 1, len(row))]
        rows += [(row[: most + 1], len(prompt)), *moved]
        counts.append(1 + len(moved))
    parts = iter(
        in_batches(lambda batch: continued(model, batch), rows, BATCH_QUESTIONS, length=ids_of)
    )
    return [[p for part in islice(parts, count) for p in part] for count in counts]


def ids_of(row):
    return len(row[0])


@torch.no_grad()
def continued(model, rows):
    """The probabilities of the ids behind the first n of each of some rows, (ids, n)."""
    padded = pad_sequence([torch.tensor(ids) for ids, _ in rows], batch_first=True)  # (B, t + 1)
    first = min(n for _, n in rows) - 1  # in y, the first that is asked for
    x, y = padded[:, :-1], padded[:, first + 1 :]  # (B, t), (B, t - first)
    chances = model(x)[0][:, first:].double().softmax(-1)  # (B, t - first, V)
    chances = chances.gather(2, y[:, :, None])[:, :, 0].tolist()  # (B, t - first)
    return [
        chance[n - 1 - first : len(ids) - 1 - first]
        for chance, (ids, n) in zip(chances, rows, strict=True)
    ]
