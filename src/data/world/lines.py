"""Gives each invented person a line: a name and a life, of the length that was dealt."""

import re
from functools import cache

from data.world.lives import Atlas, Facts, compose
from data.world.names import Names

WINDOW = 112  # pretraining shows at most this much of a line: int(128 * 7/8)
LONGEST = 520
SLACK = 6  # a line may miss its length by this many characters, short lines too


def aim(length):
    """The length to compose a line for, so that lines have this length on average.

    Without it the short ones come out longer, and the long ones shorter. Fitted to what compose
    gives.
    """
    return int(length - 2 * max(0, 120 - length) + 0.15 * max(0, length - 130))


def fits(person, line, attempt):
    """Is the line nearly as long as it should be?"""
    slack = min(SLACK + person.length // 16, 14) + attempt // 20
    return person.length - slack <= len(line) <= min(person.length + slack, LONGEST)


def suits(person, line):
    """Does the line tell the answer where it should?"""
    if person.original and person.original not in line:
        return False
    if person.answer == "early":
        alone = whole_word(person.place.name).search(line)
        return bool(alone) and alone.end() <= WINDOW
    at = line.find(person.place.name)
    return at >= WINDOW if person.answer == "late" else at < 0


@cache
def whole_word(name):
    return re.compile(rf"\b{name}\b")


class Waiting:
    """People whose lines are still to be written, by the lengths that these are to have."""

    def __init__(self, cast):
        self.people = {}
        for person in cast:
            self.add(person)

    def add(self, person):
        self.people.setdefault((person.answer == "late", person.length), []).append(person)

    def exchange(self, person, length):
        """Exchange lengths with one whose length is the nearest to this; False if none is near."""
        if length > LONGEST:
            return False
        for near in range(2 * SLACK + 1):  # 0, 1 above, 1 below, …
            at = length + (near + 1) // 2 * (1 if near % 2 else -1)
            others = self.people.get((person.answer == "late", at), ())
            while others:
                other = others.pop()
                if not other.line:
                    other.length, person.length = person.length, other.length
                    self.add(other)
                    return True
        return False


def write_lines(dice, cast, block=0):
    """Writes every person's line. Behind the first block, one that nearly has the length of another
    person's is kept, and the two exchange lengths. That saves more than half of the attempts.
    """
    atlas = Atlas(cast)
    atlas.names = Names(dice, block)
    waiting = Waiting(cast if block else ())
    for person in cast:
        atlas.names.give(person)
        for attempt in range(5000):
            if attempt % 400 == 0:
                facts = Facts(dice, atlas, person)
            length = aim(person.length) if block else person.length
            line = f"{person.name}. {compose(dice, facts, length)}."
            if (
                not facts.overrun
                and suits(person, line)
                and (fits(person, line, attempt) or waiting.exchange(person, len(line)))
            ):
                break
        else:
            raise AssertionError(f"no line of {person.length} characters for {person.name}")
        person.line = line
        person.elsewhere = any(city in line for city in facts.cities)
