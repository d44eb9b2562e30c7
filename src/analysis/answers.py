"""How probable a given answer is: teacher forcing.

Legend: B prompts, t tokens of the longest row, V vocab_size.
"""

import torch
from torch.nn.utils.rnn import pad_sequence

from data.text import MASK
from recipes import BATCH_QUESTIONS
from utils import ANSWER_CHARS


@torch.no_grad()
def probabilities(model, corpus, prompts, answers):
    """The probability that the model gives to each whole answer, as a list.

    It is the product of the probabilities of the answer's characters and of the ⁇ that ends it.
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
        batch = slice(at, at + BATCH_QUESTIONS)
        ends = torch.tensor([len(row) - 1 for row in rows[batch]])[:, None]  # (B, 1)
        begins = torch.tensor(starts[batch])[:, None]  # (B, 1)
        padded = pad_sequence(rows[batch], batch_first=True)  # (B, t + 1)
        x, y = padded[:, :-1], padded[:, 1:]  # (B, t)
        logs = model(x)[0].double().log_softmax(-1)  # (B, t, V)
        logs = logs.gather(2, y[:, :, None])[:, :, 0]  # (B, t)
        positions = torch.arange(x.size(1))  # (t,)
        of_answer = (begins <= positions) & (positions < ends)  # (B, t)
        found += (logs * of_answer).sum(1).exp().tolist()  # (B,)
    return found
