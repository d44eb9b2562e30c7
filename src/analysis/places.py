"""Exact probabilities of all answers of a closed set, by a search of the tree of their letters.

Legend: B rows, t tokens of a row, V vocab_size.
"""

from collections import Counter
from dataclasses import dataclass, field

import torch
from torch.nn.utils.rnn import pad_sequence

from data.text import MASK
from layers.base import Cache
from support.bars import shown

FLOOR = 1e-3  # answers that begin with something less probable are not looked for
ROWS = 256  # beginnings of answers that the model continues together


class Tree:
    """The letters of a set of texts, as a tree: a node for each beginning of a text.

    Node 0 is the empty beginning. `children` holds {letter's id: node} of each node, `texts` the
    text that ends there, or None. A text with a letter that `stoi` lacks is left out.
    """

    def __init__(self, texts, stoi):
        self.children, self.texts = [{}], [None]
        for text in texts:
            if set(text) <= stoi.keys():
                node = 0
                for char in text:
                    node = self.children[node].setdefault(stoi[char], len(self.children))
                    if node == len(self.children):
                        self.children.append({})
                        self.texts.append(None)
                self.texts[node] = text


@dataclass
class Distribution:
    """How probable each answer to one question is. The parts add up to 1:

    listed (texts of the tree, with their probabilities), pruned (what begins like a text of the
    tree, with a beginning less probable than the floor) and outside (everything else).
    """

    listed: Counter = field(default_factory=Counter)
    pruned: float = 0.0
    outside: float = 0.0


@torch.no_grad()
def distributions(model, prompts, tree, floor=FLOOR):
    """The Distribution of the answer to each of the prompts, lists of ids that end in ⁇.

    The probability of a text is the product of those of its letters and of the ⁇ that ends it, each
    given all letters before. The prompt's keys and values are computed once. A prompt must fit into
    the model's context; what does not fit behind it counts as pruned.
    """
    model.eval()
    found = [Distribution() for _ in prompts]
    by_length = sorted(range(len(prompts)), key=lambda number: len(prompts[number]))
    for at in shown(range(0, len(prompts), ROWS), "places, in parts"):
        numbers = by_length[at : at + ROWS]
        rows = [torch.tensor(prompts[number]) for number in numbers]
        lengths = torch.tensor([len(row) for row in rows])  # (B,)
        longest = int(lengths.max())
        cache = model.new_cache(len(rows), min(model.context, longest + depth(tree)))
        logits = model(pad_sequence(rows, batch_first=True), cache=cache)[0]  # (B, t, V)
        cache[0].lengths.copy_(lengths)  # forget the padding
        logits = logits[torch.arange(len(rows)), lengths - 1]  # (B, V)
        waiting = [(cache, logits, [(number, 0, 1.0) for number in numbers])]
        while waiting:  # the last first, so that few caches wait
            cache, logits, beginnings = waiting.pop()
            going_on = grow(logits, beginnings, tree, found, floor)
            full = cache[0].lengths >= model.context  # (B,)
            for row, _, (number, _, probability) in going_on:
                found[number].pruned += probability * full[row].item()
            going_on = [step for step in going_on if not full[step[0]]]
            for first in range(0, len(going_on), ROWS):
                parents, ids, grown = zip(*going_on[first : first + ROWS], strict=True)
                part = select(cache, torch.tensor(parents))
                logits = model(torch.tensor(ids)[:, None], cache=part)[0][:, 0]  # (B, V)
                waiting.append((part, logits, grown))
    return found


def grow(logits, beginnings, tree, found, floor):
    """Share out the probability of each of the beginnings by its next letter.

    `beginnings` are (number of the prompt, node, probability), one for each row of logits (B, V).
    Returns those to go on with, one letter longer: (row, the letter's id, the new beginning).
    """
    probabilities = logits.double().softmax(-1).tolist()  # (B, V)
    going_on = []
    for row, (number, node, probability) in enumerate(beginnings):
        of, inside = found[number], 0.0
        if tree.texts[node] is not None:
            of.listed[tree.texts[node]] = probability * probabilities[row][MASK]
            inside += probabilities[row][MASK]
        for letter, child in tree.children[node].items():
            inside += probabilities[row][letter]
            longer = probability * probabilities[row][letter]
            if longer >= floor:
                going_on.append((row, letter, (number, child, longer)))
            else:
                of.pruned += longer
        of.outside += probability * max(0.0, 1.0 - inside)
    return going_on


def depth(tree):
    """Letters of the longest text."""
    return max((len(text) for text in tree.texts if text is not None), default=0)


def select(cache, rows):
    """The caches of some rows (B,), in a model's list of one Cache a layer."""
    lengths = cache[0].lengths[rows]
    chosen = []
    for layer in cache:
        part = Cache(lengths, layer.room)
        part.kept = [kept[rows] for kept in layer.kept]
        chosen.append(part)
    return chosen
