"""Exact probabilities of all answers of a closed set, by a search of the tree of their letters.

Legend: B rows, t tokens of a row, V vocab_size.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby

import torch
from torch.nn.utils.rnn import pad_sequence

from analysis.batches import in_batches
from data.text import ANSWER_CHARS, MASK, MASK_CHAR
from layers.base import select

FLOOR = 1e-3  # answers that begin with something less probable are not looked for
ROWS = 128  # beginnings that the model continues together; more take more memory
STRETCH = 4  # letters that it reads at once: few steps, and little padding


class Tree:
    """The letters of a set of texts, as a tree: a node where a text ends, where texts part ways,
    and after STRETCH letters without either.

    Node 0 is the empty beginning. `children` holds of each node {first letter's id: (the ids of all
    letters up to the next node, that node)}; `texts` the text that ends there, or None. Texts that
    no answer can be are left out: those with ⁇ or a letter that `stoi` lacks, and too long ones.
    """

    def __init__(self, texts, stoi):
        self.children, self.texts = [], []
        letters = {}  # {id: what follows}, and {None: the text that ends here}
        for text in texts:
            if len(text) <= ANSWER_CHARS and set(text) <= stoi.keys() - {MASK_CHAR}:
                at = letters
                for char in text:
                    at = at.setdefault(stoi[char], {})
                at[None] = text
        self._add(letters)

    def _add(self, letters):
        """Make a node of what follows a beginning, and those below it. Returns its number."""
        node = len(self.texts)
        self.texts.append(letters.pop(None, None))
        self.children.append({})
        for first, rest in letters.items():
            ids = [first]
            while len(rest) == 1 and None not in rest and len(ids) < STRETCH:
                ((letter, rest),) = rest.items()
                ids.append(letter)
            self.children[node][first] = (ids, self._add(rest))
        return node


@dataclass
class Distribution:
    """How probable each answer to one question is. The parts add up to 1:

    listed (texts of the tree, with their probabilities), pruned (what begins like a text of the
    tree, with a beginning less probable than the floor) and outside (everything else).
    """

    listed: Counter = field(default_factory=Counter)
    pruned: float = 0.0
    outside: float = 0.0


def distributions(model, prompts, tree, floor=FLOOR):
    """The Distribution of the answer to each of the prompts, lists of ids that end in ⁇.

    The probability of a text is the product of those of its letters and of the ⁇ that ends it, each
    given all letters before. The prompt's keys and values are computed once. A prompt must fit into
    the model's context; what does not fit behind it counts as pruned.
    """
    model.eval()
    return in_batches(
        lambda batch: explored(model, batch, tree, floor), prompts, ROWS, "places, in parts"
    )


@torch.no_grad()
def explored(model, prompts, tree, floor):
    """The Distribution of the answer to each of some prompts of about the same length."""
    found = [Distribution() for _ in prompts]
    beginnings = [(number, 0, 1.0) for number in range(len(prompts))]
    cache = model.new_cache(len(prompts), max(map(len, prompts)))
    logits, _ = run(model, prompts, cache)  # (B, V)
    waiting = []
    while True:
        room = (model.context - cache[0].lengths).tolist()
        steps = grow(logits, beginnings, room, tree, found, floor)
        waiting += [(cache, batch) for batch in batches(steps, room)]
        if not waiting:
            return found
        cache, steps = waiting.pop()  # the last first, so that few caches wait
        parents, letters, beginnings = zip(*steps, strict=True)
        cache = select(cache, torch.tensor(parents), max(map(len, letters)))
        logits, shares = run(model, letters, cache)  # (B, V), (B,)
        beginnings = follow(beginnings, shares.tolist(), found)


def run(model, texts, cache):
    """The logits (B, V) behind texts, B lists of ids, that continue a cache; and the probability of
    each text given its first letter (B,).
    """
    lengths = torch.tensor([len(text) for text in texts])  # (B,)
    ids = pad_sequence([torch.tensor(text) for text in texts], batch_first=True)  # (B, t)
    logits = model(ids, cache=cache)[0]  # (B, t, V)
    cache[0].lengths += lengths - ids.size(1)  # forget the padding
    each = logits[:, :-1].double().softmax(-1).gather(2, ids[:, 1:, None])[:, :, 0]  # (B, t - 1)
    padding = torch.arange(1, ids.size(1)) >= lengths[:, None]  # (B, t - 1)
    return logits[torch.arange(len(ids)), lengths - 1], each.masked_fill(padding, 1).prod(1)


def grow(logits, beginnings, room, tree, found, floor):
    """Share out the probability of each of the beginnings by its next letter.

    `beginnings` are (number of the prompt, node, probability), one for each row of logits (B, V);
    `room` says how many more letters fit. Returns the steps to go on with: (row, ids up to the next
    node, the beginning of that node, with the probability of the first of these letters).
    """
    probabilities = logits.double().softmax(-1).tolist()  # (B, V)
    steps = []
    for row, (number, node, probability) in enumerate(beginnings):
        of, inside = found[number], 0.0
        if tree.texts[node] is not None:
            of.listed[tree.texts[node]] = probability * probabilities[row][MASK]
            inside += probabilities[row][MASK]
        for letter, (ids, child) in tree.children[node].items():
            inside += probabilities[row][letter]
            longer = probability * probabilities[row][letter]
            if longer >= floor and len(ids) <= room[row]:
                steps.append((row, ids, (number, child, longer)))
            else:
                of.pruned += longer
        of.outside += probability * max(0.0, 1.0 - inside)
    return steps


def batches(steps, room):
    """The steps in lists of ROWS at most, of about as many letters each: padded, they fit."""
    steps = sorted(steps, key=letters_of)
    for at in range(0, len(steps), ROWS):
        batch = steps[at : at + ROWS]
        if letters_of(batch[-1]) <= min(room[row] for row, _, _ in batch):
            yield batch
        else:
            yield from (list(alike) for _, alike in groupby(batch, key=letters_of))


def letters_of(step):
    return len(step[1])


def follow(beginnings, shares, found):
    """The beginnings, of which `shares` of the probability go on as the tree does."""
    for (number, _, probability), share in zip(beginnings, shares, strict=True):
        found[number].outside += probability * (1 - share)
    return [(n, node, p * share) for (n, node, p), share in zip(beginnings, shares, strict=True)]
