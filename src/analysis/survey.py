"""Asks everybody, and gathers what there is to know of each answer: the rows of knowledge.json."""

import math
from collections import Counter
from dataclasses import dataclass, field

import torch

from analysis.inside import observe
from analysis.people import STRANGER, biographies, prompt_of
from analysis.places import Tree, distributions

LISTED = 10  # places of a row
LEAST = 1e-4  # probability that a place which was not found is given in bits


@dataclass
class Row:
    """One answer, to a question about a person or about somebody who does not exist."""

    question: str
    name: str
    answer: str  # the greedy one
    p: float  # its probability
    kind: str  # one of people.KINDS, or people.STRANGER
    said: str | None = None  # where the place stands in the biography
    place: str | None = None  # the right one
    way: str | None = None  # how a stranger got the name, one of people.STRANGERS
    lenders: list = field(default_factory=list)  # answers of those who lent it
    lines: list = field(default_factory=list)  # the person's documents
    letters: list = field(default_factory=list)  # [(letter of the answer, its probability)]
    lens: list = field(default_factory=list)  # [(likeliest letter, p, p of the answer's first,
    # p of the place's first)] before the first layer and after each
    reads: list = field(default_factory=list)  # (L, t): the most that a head of the layer reads
    top: list = field(default_factory=list)  # [(place, probability)]
    other: float = 0.0  # other places of the set
    pruned: float = 0.0
    outside: float = 0.0
    entropy: float = 0.0  # bits, of the places and the rest
    p_place: float | None = None  # of the right one; None if the set lacks it
    rank: float | None = None  # of the right place in the set, 1 is the likeliest
    told: int = 0  # training answers that are the right place
    calibrated: float | None = None  # p, after the regression of scores.calibrated


def survey(model, corpus, answers, strangers, places, pairs):
    """(rows about the people of `answers`, rows about the strangers).

    `answers` are those of people.answers_about, `strangers` of people.answers_about_strangers,
    `places` the right ones, and `pairs` the training pairs, whose places are the set that is
    compared.
    """
    frequency = Counter(place for _, place in pairs)
    tree = Tree(frequency, corpus.stoi)
    lives = biographies(corpus.data)
    rows = [
        row_of(
            answer,
            answer.person or answer.question,
            answer.kind,
            said=answer.said,
            place=place,
            lines=lives.get(answer.person, "").split("\n"),
            told=frequency[place],
        )
        for answer, place in zip(answers, places, strict=True)
    ]
    nobody = [
        row_of(
            answer,
            answer.name,
            STRANGER,
            way=answer.way,
            lenders=[(lender.person, lender.text) for lender in answer.lenders],
        )
        for answer in strangers
    ]
    look_closer(model, corpus, rows + nobody, tree)
    return rows, nobody


def row_of(answer, name, kind, **others):
    letters = list(zip([*answer.text, "\u2047"], answer.letters, strict=False))
    return Row(
        answer.question, name, answer.text, answer.probability, kind, letters=letters, **others
    )


def look_closer(model, corpus, rows, tree):
    """Fill in what distributions, letters and layers say of each row."""
    prompts = [prompt_of(row.question, corpus) for row in rows]
    places = set(tree.texts) - {None}
    found = distributions(model, prompts, tree)
    for row, of, inside in zip(rows, found, observe(model, prompts), strict=True):
        ordered = of.listed.most_common()
        row.top = ordered[:LISTED]
        row.other = sum(p for _, p in ordered[LISTED:])
        row.pruned, row.outside = of.pruned, of.outside
        row.entropy = entropy([*of.listed.values(), of.pruned, of.outside])
        if row.place in places:
            row.p_place = of.listed.get(row.place, 0.0)
            above = sum(p > row.p_place for _, p in ordered)
            ties = len(places) - len(ordered) - 1 if row.place not in of.listed else 0
            row.rank = 1 + above + ties / 2  # those that were not found share their ranks
        row.lens = layer_by_layer(inside.lens, row, corpus)
        strongest = inside.weights.clamp(min=0).amax(1).tolist()  # (L, t)
        row.reads = [[round(weight, 3) for weight in layer] for layer in strongest]


def layer_by_layer(lens, row, corpus):
    """[(likeliest letter, its p, p of the answer's first letter, p of the place's)] of lens."""
    best, at = lens.max(-1)
    firsts = [corpus.stoi.get(text[:1]) for text in (row.answer, row.place or "")]
    chances = [[None] * len(lens) if first is None else lens[:, first].tolist() for first in firsts]
    names = [corpus.itos[i] for i in at.tolist()]
    return list(zip(names, best.tolist(), *chances, strict=True))


def entropy(parts):
    return -sum(p * math.log2(p) for p in parts if p > 0)


def surprise(p):
    """Bits of a probability that is at least LEAST."""
    return -math.log2(max(p, LEAST))


def mean_by_layer(rows, column):
    """The mean over the rows of a column of their lens, a number for each layer."""
    values = [[layer[column] for layer in row.lens] for row in rows]
    values = [v for v in values if None not in v]
    return torch.tensor(values).mean(0).tolist() if values else []
