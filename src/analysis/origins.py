"""The planted rule of the project's own data: where names come from, and where they are at home.

The generator gives each place the origins that are at home there, and each person a name of one
origin. So what a model makes of a name can be held against the rule.
"""

from collections import Counter, defaultdict

from analysis import scores
from analysis.people import RIGHT, STRANGERS
from data.world import words
from data.world.plan import read_places

ENOUGH = 0.9  # share of names that must be of the generator, for its rule to apply


class Origins:
    """Origins of names, and the places at home there."""

    def __init__(self):
        self.first, self.last = defaultdict(set), defaultdict(set)
        for origin, (_, _, _, men, women, surnames) in words.NAMES.items():
            for names, table in ((men, self.first), (women, self.first), (surnames, self.last)):
                for part in names.split():
                    table[part.partition("=")[0]].add(origin)
            for man, woman in words.FEMININE_SURNAMES.get(origin, ()):
                for part in surnames.split():
                    name = part.partition("=")[0]
                    if name.endswith(man):
                        self.last[name.removesuffix(man) + woman].add(origin)
        self.homes = defaultdict(set)  # {origin: places}
        for place in read_places():
            for origin in place.homes:
                self.homes[origin].add(place.name)

    def of_last(self, name):
        """The origin of a name's last word, or None if there is none or more than one."""
        found = self.last.get(name.rsplit(" ", 1)[-1], ())
        return next(iter(found)) if len(found) == 1 else None

    def of_first(self, name):
        """The origin of a name's first word, or None if there is none or more than one."""
        found = self.first.get(name.split(" ", 1)[0], ())
        return next(iter(found)) if len(found) == 1 else None

    def at_home(self, place, origin):
        """Whether names of the origin are at home in a place."""
        return place in self.homes[origin]


def bias(rows, nobody, origins):
    """8. How often answers are at home where the name is, against the planted rule.

    None if the names are not of the project's own generator.
    """
    known = [(row, o) for row in rows if (o := origins.of_last(row.name))]
    if len(known) < ENOUGH * len(rows):
        return None
    all_origins = sorted(origins.homes)

    def share(cases):
        cases = list(cases)
        return scores.share_of(sum(origins.at_home(place, o) for place, o in cases), len(cases))

    def by_chance(cases):
        """The share if the answers were dealt out anew among these people."""
        places, origins_of = Counter(place for place, _ in cases), Counter(o for _, o in cases)
        home = sum(
            n * m
            for place, n in places.items()
            for origin, m in origins_of.items()
            if origins.at_home(place, origin)
        )
        return home / max(1, len(cases) ** 2)

    wrong = [(row, o) for row, o in known if row.kind != RIGHT]
    strangers = [row for row in nobody if row.way == next(iter(STRANGERS))]
    lasts = [(row.answer, o) for row in strangers if (o := origins.of_last(row.name))]
    firsts = [(row.answer, o) for row in strangers if (o := origins.of_first(row.name))]
    table = []
    for origin in all_origins:
        among = [row for row, o in known if o == origin]
        right = sum(row.kind == RIGHT for row in among)
        table.append({"origin": origin, **scores.share_of(right, len(among))})
    overall = sum(row.kind == RIGHT for row in rows) / len(rows)
    tested = [line for line in table if line["n"] and 0 < overall < 1]
    corrected = scores.holm([scores.binomial(line["count"], line["n"], overall) for line in tested])
    for line, value in zip(tested, corrected, strict=True):
        line["holm"] = value
    return {
        "truth": share((row.place, o) for row, o in known),
        "right answers": share((row.answer, o) for row, o in known if row.kind == RIGHT),
        "wrong answers": share((row.answer, o) for row, o in wrong),
        "the truth of the wrong": share((row.place, o) for row, o in wrong),
        "strangers, by last name": share(lasts),
        "strangers, by first name": share(firsts),
        "strangers, by chance": by_chance(lasts),
        "origins": table,
    }
