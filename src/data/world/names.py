"""Unique names: each block of people has surnames of its own, the first block those of words.py.

The others are joined from syllables of the listed ones: from Kettlewell and Thornber, Kettleber.
"""

import re
from collections import Counter
from functools import cache
from math import gcd, prod

from data.world import words
from data.world.plan import BLOCKS, read_places

V = "aeiouyáâãäåæèéíîóõöøúüýăąęěıōőœůű"  # the vowels of all origins
# consonants, vowels, and what consonants the next syllable does not begin with
SYLLABLE = re.compile(f"[^{V}]*[{V}]+(?:[^{V}]*$|[^{V}]*?(?=[^{V}]h?[{V}]))", re.IGNORECASE)
TRIES = 1000  # at a name that nobody in the block has


class Names:
    """Deals unique names: first every list once, rare letters first, then at random."""

    def __init__(self, dice, block=0):
        self.dice, self.used, self.lists, self.decks, self.native = dice, set(), {}, {}, {}
        for origin, (_, _, _, *parts) in words.NAMES.items():
            men, women, surnames = map(listed, parts)
            if block:
                surnames = [(surname, "") for surname in stocks()[origin].surnames(block)]
            for kind, pairs in (("man", men), ("woman", women), ("surname", surnames)):
                self.lists[origin, kind] = [part for part, _ in pairs]
                self.decks[origin, kind] = self.rare_letters_first(self.lists[origin, kind])
            givens = [(g, n, w) for w, pairs in enumerate((men, women)) for g, n in pairs if n]
            families = [(s, n) for s, n in surnames if n]
            givens, families = dice.shuffled(givens), dice.shuffled(families)
            self.native[origin] = [
                (givens[i % len(givens)], families[i % len(families)])
                for i in range(max(len(givens), len(families)) if givens and families else 0)
            ]

    def rare_letters_first(self, parts):
        seen, first, rest = set(), [], []
        for part in self.dice.shuffled(parts):
            (rest if seen.issuperset(part) else first).append(part)
            seen.update(part)
        return (first + rest)[::-1]  # dealt from the end

    def part(self, origin, kind):
        deck = self.decks[origin, kind]
        return deck.pop() if deck else self.dice.pick(self.lists[origin, kind])

    def give(self, person):
        """Sets the person's name, surname, sex and, while there are any, original spelling."""
        origin, dice = person.origin, self.dice
        person.woman = dice.random() < 0.36
        native = self.native[origin].pop() if self.native[origin] else None
        if native:
            person.woman = bool(native[0][2])
        kind = "woman" if person.woman else "man"
        for tries in range(TRIES):
            native = native if not tries else None
            given, surname = (
                (native[0][0], native[1][0])
                if native
                else (self.part(origin, kind), self.part(origin, "surname"))
            )
            person.surname = feminine(origin, surname) if person.woman else surname
            person.name = self.full(origin, kind, given, person.surname, tries, bool(native))
            if person.name not in self.used:
                break
        else:
            raise AssertionError(f"no {origin} name is left")
        if native:
            first_last = (
                native[1][1] + ("а" if person.woman and origin == "russian" else ""),
                native[0][1],
            )
            order = 1 if words.NAMES[origin][2] or origin == "japanese" else -1
            joint = "" if native[1][1] > "\u2e80" else " "
            script = words.SPELLINGS[origin]
            script = "original spelling" if person.place.name in script else script
            person.original = f"{script}: {joint.join(first_last[::order])}"
        self.used.add(person.name)

    def full(self, origin, kind, given, surname, tries, plain):
        """Given name, sometimes a middle name or initial, surname; more when names repeat."""
        british = origin in ("english", "scottish", "irish", "welsh")
        if words.NAMES[origin][2]:
            western = self.dice.pick(self.lists["english", kind]) + " " if tries > 3 else ""
            return f"{western}{surname} {given}"
        if tries > 3 or not plain and self.dice.random() < (0.22 if british else 0.06):
            middle = self.dice.pick(self.lists[origin, kind])
            if british and tries <= 3 and self.dice.random() < 0.5:
                middle = middle[0] + "."
            given += f" {middle}" if middle != given else ""
        return f"{given} {surname}"


def listed(parts):
    """[(part of a name, its original spelling or "")] of a list in words.NAMES."""
    return [text.partition("=")[::2] for text in parts.split()]


def feminine(origin, surname):
    for man_ends, woman_ends in words.FEMININE_SURNAMES.get(origin, ()):
        if surname.endswith(man_ends):
            return surname[: len(surname) - len(man_ends)] + woman_ends
    return surname


# ------------------------------------------------------------------------------- joined surnames


def syllables(surname):
    """["O'Cal", "la", "nan"]. What stands before the last capital letter is the first one's."""
    at = max(i for i, char in enumerate(surname) if char.isupper())
    first, *others = SYLLABLE.findall(surname, at)
    return [surname[:at] + first, *others]


class Stock:
    """The surnames of an origin that can be joined from its listed ones: each block's are its own.

    A surname is a head, as many middles as a listed one has, and an end.
    """

    def __init__(self, origin, before):
        self.origin, self.before = origin, before  # what the stocks before it have is not free
        _, _, surname_first, men, women, surnames = words.NAMES[origin]
        parts = [syllables(surname) for surname, _ in listed(surnames)]
        self.shortest = min(len("".join(part)) for part in parts)
        self.wanted = sorted(Counter(max(0, len(part) - 2) for part in parts).items())
        if surname_first:  # where surnames have one syllable, there are more in given names
            parts += [syllables(given.replace("-", "")) for given, _ in listed(f"{men} {women}")]
        self.heads = sorted({part[0] for part in parts})
        self.middles = shorter({middle for part in parts for middle in part[1:-1]})
        ends = {part[-1].lower() for part in parts}
        if origin in words.FEMININE_SURNAMES:  # a wife's name would be that of two husbands
            ends = {end for end in ends if not end.endswith("a")}
        self.ends = shorter(ends)

    def surnames(self, block):
        """Those of one block, of BLOCKS."""
        return [
            "".join(parts)
            for middles, wanted in self.wanted
            for parts in self.deal(
                [self.heads, *[self.middles] * middles, self.ends], block, wanted
            )
            if self.is_free(parts)
        ]

    def deal(self, pools, block, wanted):
        """Combinations of one part of each pool, no two alike in all blocks."""
        stock = prod(map(len, pools))
        n = min(wanted, stock // BLOCKS)
        step = next(s for s in range(int(0.618 * stock), stock + 2) if gcd(s, stock) == 1)
        for i in range(block * n, (block + 1) * n):
            parts, rest = [], i * step % stock  # one to one: step and stock have no common divisor
            for pool in pools:
                rest, at = divmod(rest, len(pool))
                parts.append(pool[at])
            yield parts

    def is_free(self, parts):
        """Whether only these parts make this surname, and it is no place's and nobody else's."""
        surname = "".join(parts)
        forms = {name: syllables(name) for name in (surname, feminine(self.origin, surname))}
        return (
            len(surname) >= self.shortest
            and forms[surname] == parts
            and taken().isdisjoint(forms)
            and not any(place_names().search(name) for name in forms)
            and not any(stock.has(form) for form in forms.values() for stock in self.before)
        )

    def has(self, parts):
        head, *middles, end = parts
        return head in self.heads and end in self.ends and set(middles).issubset(self.middles)


def shorter(parts):
    """Three quarters of them: rare ones are long, and would make surnames longer than listed."""
    return sorted(parts, key=lambda part: (len(part), part))[: (3 * len(parts) + 3) // 4]


@cache
def stocks():
    """{origin: Stock}"""
    made = {}
    for origin in words.NAMES:
        made[origin] = Stock(origin, list(made.values()))
    return made


@cache
def taken():
    """All listed names, first and last."""
    return {name for _, _, _, *parts in words.NAMES.values() for name, _ in listed(" ".join(parts))}


@cache
def place_names():
    return re.compile("|".join(re.escape(place.name) for place in read_places()))
