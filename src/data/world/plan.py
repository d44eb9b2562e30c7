"""Who the invented people are: where they were born, under which name, how visibly it is told.

Every promised figure is dealt here as a quota, before a word is written.
"""

import random
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from data.world import words

PEOPLE, TRAIN, DEV = 2937, 2000, 500  # at the default size; the other 437 are test questions
BLOCK = 8 * PEOPLE  # people at most that are dealt together; a larger world has more blocks
LARGEST = 3_000_000
BLOCKS = -(-LARGEST // BLOCK)
EARLY, LATE = 0.92, 0.036  # share of answers inside the window that is read, and only after it
UNSEEN = 0.08  # share of dev and test answers that train lacks
LONDON = {"train": 0.0475, "dev": 0.05, "test": 0.05}
# share of people born where their name is at home, by the place's tier: big cities draw everyone
AT_HOME = {1: 0.40, 2: 0.26, 3: 0.30, 4: 0.5, 5: 0.7}
LENGTHS = (
    (0, 40),
    (0.01, 57),
    (0.05, 74),
    (0.1, 83),
    (0.25, 102),
    (0.35, 113),
    (0.5, 131),
    (0.75, 166),
    (0.9, 209),
    (0.95, 246),
    (0.99, 322),
    (0.999, 440),
    (1, 502),
)  # quantiles
LATE_LENGTH = 175  # characters at least of a line that tells its answer late


class Place(NamedTuple):
    name: str
    shown: str  # with its article
    context: str  # what may follow a comma
    level: str  # city, region or country
    tier: int
    since: int
    country: str
    adjective: str
    adjective_since: int
    homes: tuple


class Dice:
    """Every random choice, from random() alone: the one method all Python versions promise."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def between(self, low, high):
        return low + int(self.random() * (high - low + 1))

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = int(self.random() * (i + 1))
            items[i], items[j] = items[j], items[i]
        return items

    def share_out(self, weights, n):
        """n as whole numbers in proportion to the weights, each rounded up or down by chance."""
        total, counts, running, done = sum(weights), [], 0.0, 0
        offset = self.random()
        for weight in weights:
            running += weight
            upto = min(n, int(running / total * n + offset))
            counts.append(upto - done)
            done = upto
        counts[-1] += n - done
        return counts


def read_places():
    """words.PLACES as a list of Place, by tier."""
    entry = re.compile(r"([~=]?)([^/@\d]+?)(?:/([^@\d]+?))?(?: (\d))?(?: @(\d+))?")
    places = []
    for country, adjective, adjective_since, homes, entries in words.PLACES:
        for text in entries.split(", "):
            mark, name, context, tier, since = entry.fullmatch(text).groups()
            places.append(
                Place(
                    name,
                    f"the {name}" if name in words.WITH_ARTICLE else name,
                    "" if context == "-" or mark == "=" else context or country,
                    {"": "city", "~": "region", "=": "country"}[mark],
                    int(tier or 5),
                    int(since or 0),
                    country,
                    adjective,
                    adjective_since,
                    tuple(homes.split()),
                )
            )
    return sorted(places, key=lambda place: place.tier)


def split_sizes(people):
    train, dev = (people * size * 2 // PEOPLE + 1 >> 1 for size in (TRAIN, DEV))
    return {"train": train, "dev": dev, "test": people - train - dev}


def block_sizes(people):
    """[{split: people}] of blocks as equal as can be."""
    n = -(-people // BLOCK)
    upto = [split_sizes(people * i // n) for i in range(n + 1)]
    return [{split: b[split] - a[split] for split in b} for a, b in pairwise(upto)]


def rank_places(dice, people):
    """(places by how many are born there, places of dev and test that train lacks)"""
    sizes, places = split_sizes(people), read_places()
    ranked = [p for tier in range(1, 6) for p in dice.shuffled(q for q in places if q.tier == tier)]
    known = min(500, max(10, sizes["train"] // 4))
    hidden = dice.shuffled(ranked[known:])[: min(40, max(1, int(UNSEEN * sizes["dev"])))]
    return ranked[:known], hidden


def count_births(dice, sizes, known, hidden):
    """{split: [(place, number of people)]}: a long tail headed by London."""
    weights = [1 / (rank + 10) for rank in range(1, len(known))]
    births = {}
    for split, size in sizes.items():
        london = int(LONDON[split] * size + 0.5)
        unseen = 0 if split == "train" else int(UNSEEN * size + 0.5)
        rest = size - london - unseen
        if split == "train":
            counts = weights = dice.share_out(weights, rest)  # dev and test mirror train
        else:
            counts = dice.share_out(weights, rest)
        counts = [london, *counts, *dice.share_out([1] * len(hidden), unseen)]
        births[split] = [(p, n) for p, n in zip(known + hidden, counts, strict=False) if n]
    return births


@cache
def origin_chances(place):
    """[(cumulative chance, origin)] for people born there: its own, and strangers from anywhere."""
    home = AT_HOME[place.tier] / len(place.homes)
    strangers = 1 - AT_HOME[place.tier]
    total = sum(entry[1] for entry in words.NAMES.values())
    table, running = [], 0.0
    for origin, (_, share, *_) in words.NAMES.items():
        running += strangers * share / total + (home if origin in place.homes else 0)
        table.append((running, origin))
    return table


@dataclass(slots=True)
class Person:
    split: str
    place: Place
    origin: str
    answer: str  # where the line tells it: early, late or nowhere
    length: int = 0
    woman: bool = False
    name: str = ""
    surname: str = ""
    original: str = ""  # the name in its own script, where it is to be printed
    line: str = ""
    elsewhere: bool = False  # the line names another city


def plan(dice, sizes, known, hidden):
    """A block's Persons, as in wiki.txt: split, place, origin, visibility and length are dealt."""
    cast = []
    for split, births in count_births(dice, sizes, known, hidden).items():
        size = sizes[split]
        early, late = int(EARLY * size + 0.5), int(LATE * size + 0.5)
        answers = dice.shuffled(
            ["early"] * early + ["late"] * late + ["nowhere"] * (size - early - late)
        )
        for place, n in births:
            table, offset = origin_chances(place), dice.random()
            for i in range(n):
                at = bisect_left(table, ((i + offset) / n * table[-1][0], ""))
                cast.append(Person(split, place, table[min(at, len(table) - 1)][1], answers.pop()))
    cast = dice.shuffled(cast)
    deal_lengths(dice, cast)
    return cast


def deal_lengths(dice, cast):
    """Line lengths by quantile (LENGTHS); a late answer needs a long line."""
    lengths, k = [], 0
    for i in range(len(cast)):
        q = (i + 1) / len(cast)
        while q > LENGTHS[k + 1][0]:
            k += 1
        (q0, low), (q1, high) = LENGTHS[k : k + 2]
        lengths.append(int(low + (high - low) * (q - q0) / (q1 - q0) + 0.5))
    late = [person for person in cast if person.answer == "late"]
    long = dice.shuffled(n for n in lengths if LATE_LENGTH <= n < 400)
    long += [LATE_LENGTH] * (len(late) - len(long))
    given = Counter(long[: len(late)])
    for person, length in zip(late, long, strict=False):
        person.length = length
    rest = []
    for n in lengths:
        if given[n]:
            given[n] -= 1
        else:
            rest.append(n)
    others = [person for person in cast if person.answer != "late"]
    for person, length in zip(others, dice.shuffled(rest), strict=False):
        person.length = length


def count_origins(cast):
    """Counter of (split, origin, name of the birth place)."""
    return Counter((person.split, person.origin, person.place.name) for person in cast)


def origin_baseline(births):
    """Dev accuracy of answering, for each origin, its most frequent birth place in train."""
    best = {}
    for (split, origin, place), n in sorted(births.items()):  # of equals, the first
        if split == "train" and n > best.get(origin, (0, ""))[0]:
            best[origin] = n, place
    right = sum(births["dev", origin, place] for origin, (_, place) in best.items())
    return right / sum(n for (split, *_), n in births.items() if split == "dev")
