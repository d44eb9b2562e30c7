"""A model whose answers' probabilities are set by hand."""

import torch
from torch import nn

from data.text import MASK, PAD
from layers.base import Cache


class Planted(nn.Module):
    """Answers each question with given probabilities: {question: {answer: probability}}.

    A letter's probability is that of the answers that go on with it, among those that begin like
    the text so far. What the answers leave of 1 is □'s, which is no place's letter.
    """

    context = 64

    def __init__(self, corpus, answers):
        super().__init__()
        self.corpus, self.answers = corpus, answers
        self.where = nn.Parameter(torch.zeros(1))

    def new_cache(self, batch, room=None, beginning=()):
        n = len(beginning)
        part = Cache(torch.full((batch,), n), room or self.context)
        part.kept = [torch.zeros(batch, 1, part.room, 1, dtype=torch.int64)]
        part.kept[0][:, 0, :n, 0] = torch.as_tensor(beginning, dtype=torch.int64)
        return [part]

    def forward(self, idx, cache=None):
        if cache is None:
            texts = [row.tolist() for row in idx]
            return self.logits(texts, [0] * len(texts), idx.size(1)), None
        (part,) = cache
        kept = part.kept[0][:, 0, :, 0]  # (B, room)
        starts = part.lengths.tolist()
        for row, start in enumerate(starts):
            kept[row, start : start + idx.size(1)] = idx[row]
        part.lengths += idx.size(1)
        return self.logits(kept.tolist(), starts, idx.size(1)), None

    def logits(self, texts, starts, t):
        rows = [
            [self.chances(text[: start + i + 1]) for i in range(t)]
            for text, start in zip(texts, starts, strict=True)
        ]
        return torch.tensor(rows, dtype=torch.float64).log()  # (B, t, V)

    def chances(self, ids):
        found = [0.0] * len(self.corpus.stoi)
        if MASK not in ids:
            found[PAD] = 1.0
            return found
        end = ids.index(MASK)
        question, begun = (
            "".join(self.corpus.itos[i] for i in part) for part in (ids[:end], ids[end + 1 :])
        )
        whole = {} if MASK in ids[end + 1 :] else self.answers.get(question, {})
        for answer, p in whole.items():
            if answer.startswith(begun):
                rest = answer[len(begun) :]
                found[self.corpus.stoi[rest[0]] if rest else MASK] += p
        rest = 1 - sum(whole.values()) if not begun else 0.0
        total = sum(found) + rest
        if total == 0:
            found[PAD] = 1.0
            return found
        found[PAD] += rest
        return [p / total for p in found]
