"""How probable a given answer is: teacher forcing.

Legend: B prompts, t tokens of the longest row, V vocab_size.
"""

import math

import torch
from torch.nn.utils.rnn import pad_sequence

from data.text import MASK
from recipes import BATCH_QUESTIONS
from utils import ANSWER_CHARS


def probabilities(model, corpus, prompts, answers):
    """The probability that the model gives to each whole answer, as a list.

    It is the product of `by_letter`.
    """
    return [math.prod(letters) for letters in by_letter(model, corpus, prompts, answers)]


@torch.no_grad()
def by_letter(model, corpus, prompts, answers):
    """The probabilities of each answer's characters and of the ⁇ that ends it, a list an answer.

    Each is given all characters before it. An answer that was cut off by its length or by the
    model's context has no ⁇. Prompts are lists of ids that end in ⁇.
    """
    model.eval()
    rows, starts = [], []
    for prompt, answer in zip(prompts, answers, strict=True):
        ending = [MASK] * (len(answer) < ANSWER_CHARS)
        row = [*prompt, *(corpus.stoi[char] for char in answer), *ending]
        rows.append(torch.tensor(row[: model.context + 1]))
        starts.append(len(prompt) - 1)  # in y: where the answer's first character is asked for
    found = []
    for at in range(0, len(rows), BATCH_QUESTIONS):
        padded = pad_sequence(rows[at : at + BATCH_QUESTIONS], batch_first=True)  # (B, t + 1)
        x, y = padded[:, :-1], padded[:, 1:]  # (B, t)
        chances = model(x)[0].double().softmax(-1)  # (B, t, V)
        chances = chances.gather(2, y[:, :, None])[:, :, 0].tolist()  # (B, t)
        for number, chance in enumerate(chances, start=at):
            found.append(chance[starts[number] : len(rows[number]) - 1])
    return found
