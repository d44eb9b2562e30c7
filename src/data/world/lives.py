"""Tells an invented life in a sentence that fits its plan, of about a given length."""

import re
from functools import cache

from data.world import words
from data.world.names import feminine

THIS_YEAR = 2014


class Atlas:
    """The cities people move to, by country and fame."""

    def __init__(self, cast):
        active = {person.place.name: person.place for person in cast}
        cities = [p for p in active.values() if p.level == "city"]
        self.famous = [p for p in cities for _ in range((0, 12, 6, 3, 1, 0)[p.tier])] or cities
        self.at_home = {}
        for place in cities:
            self.at_home.setdefault(place.country, []).append(place)
        self.universities = words.UNIVERSITIES.split(", ")


def with_article(phrase):
    vowel = phrase[0] in "aeiouAEIO" or phrase.startswith(("hon", "Ugan"))
    return ("an " if vowel and not phrase.startswith(("uni", "eu", "one")) else "a ") + phrase


def plural(noun):
    if noun.endswith("man"):
        return noun[:-3] + "men"
    return noun[:-1] + "ies" if noun.endswith("ry") else noun + "s"


@cache
def trades_open_to(year, woman):
    """[(trade, occupations)] for someone born in that year, a common trade several times."""
    options = []
    for key, (weight, first, last, women_from, occupations, *_) in words.TRADES.items():
        if not (max(first, women_from) if woman else first) <= year <= last:
            continue
        fitting = []
        for text in occupations.split("; "):
            name, _, years = text.partition("@")
            start, _, end = years.partition("-")
            if int(start or 0) <= year <= int(end or 9999):
                fitting.append(words.FEMININE.get(name, name) if woman else name)
        options += [(key, fitting)] * weight
    return options


EARLY, NOWHERE = (
    [opening.split(" ", 1) for opening in openings] for openings in (words.EARLY, words.NOWHERE)
)
STAGES = {  # of a life: (of the dead, of the living), by trade
    key: [
        (words.CHILDHOOD, early, work, work, words.LATER, late, end)
        for end in (words.ENDED, words.LIVING)
    ]
    for key, (early, work, late) in (
        (key, [phrases.split("\n") for phrases in trade[7:]]) for key, trade in words.TRADES.items()
    )
}
PICKS = {
    "trade": words.TRADESMEN,
    "n": words.COUNT_WORDS,
    "teen": words.TEENS,
    "many": words.COUNT_WORDS[3:],
    "tens": words.TENS_WORDS,
    "ord": words.ORDINALS,
}
MALE = dict(
    he="he",
    his="his",
    him="him",
    son="son",
    wife="wife",
    daughter="daughter",
    He="He",
    His="His",
    spouse="woman",
)
FEMALE = dict(
    he="she",
    his="her",
    him="her",
    son="daughter",
    wife="husband",
    daughter="son",
    He="She",
    His="Her",
    spouse="man",
)
# first word of what may follow "and later", "and then": not states, not the present
STATES = re.compile("(was|is|has|had|never|still|now|lives|keeps|divides|left|lost)\\b")
# years after birth at which each stage of a life can begin; sports end sooner
AGES, SPORTING_AGES = (16, 16, 20, 20, 22, 42, 50), (16, 16, 17, 17, 20, 31, 50)


class Facts(dict):
    """A life, told slot by slot: `template.format_map(facts)` asks for {Q}, {y}, {occ} ...

    What is settled once (dates, trade, surname) is stored; what differs at each mention (another
    city, a later year) is made in __missing__ and forgotten.
    """

    def __init__(self, dice, atlas, person):
        super().__init__()
        self.dice, self.atlas, self.person = dice, atlas, person
        place, woman = person.place, person.woman
        stranger = person.origin not in place.homes
        british = person.origin in ("english", "scottish", "irish", "welsh")
        self.born = self.birth_year(1895 if stranger and not british else 0)
        self.died = self.death_year()
        key, self.jobs = dice.pick(trades_open_to(self.born, woman))
        self.trade, self.stages = words.TRADES[key], STAGES[key][not self.died]
        self.ages = SPORTING_AGES if key in ("football", "sport") else AGES
        adjective = words.NAMES[person.origin][0]
        self.folk = adjective if stranger and (not british or dice.random() < 0.1) else ""
        nation = place.adjective if self.born >= place.adjective_since else ""
        self.nation = nation if dice.random() < 0.85 else ""
        self.style = dice.pick(("dmy", "dmy", "mdy", "mdy", "year"))
        if self.born < 1860 and dice.random() < 0.2:
            self.style = "circa"
        self.update(FEMALE if woman else MALE)
        self.update(
            {
                "is": "was" if self.died else "is",
                "S": person.surname,
                "byear": self.born,
                "dy": self.died,
                "P": place.shown,
                "Pbare": place.name,
            }
        )
        self["kids"] = dice.pick(words.COUNT_WORDS)
        self["spouse"] = self.someone(person.origin, self["spouse"])
        self["bdate"], self["on"] = self.date(self.born, self.style)
        if self.died:
            self["ddate"], _ = self.date(self.died, "year" if self.style == "circa" else self.style)

    def birth_year(self, earliest):
        earliest = max(earliest, self.person.place.since, 1725)
        low, high = self.dice.pick(
            (
                (1725, 1840),
                (1840, 1900),
                (1840, 1900),
                (1900, 1986),
                (1900, 1986),
                (1900, 1986),
                (1900, 1986),
                (1925, 1986),
            )
        )
        return self.dice.between(max(low, min(earliest, 1984)), max(high, min(earliest + 6, 1986)))

    def death_year(self):
        chance = 1 if self.born < 1915 else 0.6 if self.born < 1945 else 0.06
        year = self.born + self.dice.between(38, 92)
        return year if self.dice.random() < chance and year <= THIS_YEAR or self.born < 1915 else 0

    def date(self, year, style):
        """(bare, with preposition)"""
        if style == "circa":
            return f"c. {year}", f"{self.dice.pick(('about', 'around'))} {year}"
        day, month = self.dice.between(1, 28), self.dice.pick(words.MONTHS)
        text = {"dmy": f"{day} {month} {year}", "mdy": f"{month} {day}, {year}", "year": str(year)}[
            style
        ]
        return text, f"{'in' if style == 'year' else 'on'} {text}"

    def someone(self, origin, kind):
        parts = [self.dice.pick(self.atlas.names.lists[origin, k]) for k in (kind, "surname")]
        if kind == "woman":
            parts[1] = feminine(origin, parts[1])
        return " ".join(parts[::-1] if words.NAMES[origin][2] else parts)

    def restart(self):
        """Forget what the last attempt at a line used up."""
        self.year, self.cities, self.seen, self.overrun = self.born + 16, [], set(), False
        occupation = self.dice.pick(self.jobs)
        if self.dice.random() < 0.25:
            second = self.dice.pick(self.jobs)
            if second.split()[-1] not in occupation and occupation.split()[-1] not in second:
                occupation += f" and {second}"
        descent = f" of {self.folk} descent" if self.folk and self.dice.random() < 0.3 else ""
        self["occ"] = occupation
        nation = self.nation if self.person.answer == "early" or self.dice.random() < 0.5 else ""
        self["aocc"] = with_article(f"{nation} {occupation}".strip()) + descent

    def __missing__(self, slot):
        return self.dice.pick(PICKS[slot]) if slot in PICKS else getattr(self, "slot_" + slot)()

    def picked(self, items):
        return self.dice.pick(items).format_map(self)

    def slot_Q(self):
        own = self.person.place.name
        local = self.atlas.at_home.get(self.person.place.country, ())
        for _ in range(30):
            close = len(local) > 2 and self.dice.random() < (0.55 if self.born > 1900 else 0.85)
            place = self.dice.pick(local if close else self.atlas.famous)
            if not (
                place.name in self.cities
                or own in place.name
                or place.name in own
                or place.since > self.born + 16
            ):
                break
        self.cities.append(place.name)
        return place.name

    def slot_U(self):
        own, local = self.person.place.name, self.atlas.at_home.get(self.person.place.country, ())
        near = [place.name for place in local if place.name in self.atlas.universities]
        near = near if self.dice.random() < 0.5 and len(near) > 1 else self.atlas.universities
        name = self.dice.pick([n for n in near if own not in n and n not in self.cities] or near)
        self.cities.append(name)
        return name

    def slot_y(self):
        last = self.died or THIS_YEAR
        self.year += self.dice.between(2, 7)
        self.overrun = self.year > last
        return self.year

    def slot_mentor(self):
        homes = self.person.place.homes
        origin = self.dice.pick((self.person.origin, homes[0], homes[-1], "english"))
        return self.someone(origin, self.dice.pick(("man", "man", "woman")))

    def slot_parent(self):
        """The one of the same sex, whose surname has the same form."""
        person = self.person
        given = self.dice.pick(
            self.atlas.names.lists[person.origin, "woman" if person.woman else "man"]
        )
        parts = [given, person.surname]
        return " ".join(parts[::-1] if words.NAMES[person.origin][2] else parts)

    def slot_title(self):
        first, second, third = (
            self.dice.pick(words.TITLE_FIRST),
            *self.dice.shuffled(words.TITLE_SECOND)[:2],
        )
        text = self.dice.pick(words.TITLE_FORMS).format(first, second, third)
        return '"' + re.sub(r"\b([Aa]) (?=[AEIOU])", r"\1n ", text) + '"'

    def slot_Pplain(self):
        place = self.person.place
        named = place.context and self.dice.random() < 0.4
        if named and place.context == place.country and self.born < place.adjective_since:
            named = False
        return f"{place.shown}, {place.context}" if named else place.shown

    def slot_Pin(self):
        level = self.person.place.level
        if level != "city":
            return f"{self.dice.pick(words.VILLAGE)} {self.slot_Pplain()}"
        at = self.born < 1950 and self.dice.random() < 0.15
        return ("at " if at else "in ") + self.slot_Pplain()

    def slot_fam(self):
        if self.folk and self.dice.random() < 0.6:
            return self.dice.pick(
                ("to {0} parents", "to a family of {0} origin", "into {1} family")
            ).format(self.folk, with_article(self.folk))
        return self.picked(words.FAMILIES)

    def slot_N(self):
        person = self.person
        return f"{person.name} ({person.original})" if person.original else person.name

    def bracketed(self, inside):
        original = f"{self.person.original}; " if self.person.original else ""
        return f"{self.person.name} ({original}{inside})"

    def slot_NB(self):
        return self.bracketed(
            self.picked(words.BRACKETS_DEAD if self.died else words.BRACKETS_LIVING)
        )

    def slot_NL(self):
        if self.died:
            self.seen.update(("died ", "died"))
            return self.bracketed(f"{self['bdate']} – {self['ddate']}")
        return self.bracketed(self.picked(words.BRACKETS_BARE))

    def slot_Aocc(self):
        return self["aocc"][0].upper() + self["aocc"][1:]

    def slot_sonof(self):
        return self.dice.pick(
            ("the {son} of {atrade}", "the {ord} {son} of {atrade}", "the {son} of {parent}")
        ).format_map(self)

    def slot_Sonof(self):
        return "T" + self.slot_sonof()[1:]

    def slot_atrade(self):
        return with_article(self["trade"])

    def slot_trades(self):
        return plural(self["trade"])

    def slot_subj(self):
        return self.dice.pick(self.trade[5].split("; "))

    def slot_known(self):
        return self.picked(self.trade[6].split("\n"))

    def deeds(self, n):
        """n verb phrases in the order of a life; no two begin alike."""
        stages, left = [], [0, 1, 2, 2, 3, 3, 4, 5, 6]
        while len(stages) < n:
            left = left or [2, 3, 4, 5]
            stages.append(left.pop(int(self.dice.random() * len(left))))
        told = []
        for stage in sorted(stages):
            self.year = max(self.year, self.born + self.ages[stage])
            for _ in range(8):
                phrase = self.dice.pick(self.stages[stage])
                if phrase[:5] not in self.seen:
                    break
            self.seen.add(phrase[:5])
            told.append(phrase.format_map(self))
        return told


def listed(dice, deeds, he):
    """A, B and C; she D and E."""
    groups = []
    while deeds:
        size = len(deeds) if len(deeds) < 4 else dice.between(2, 3)
        group, deeds = deeds[:size], deeds[size:]
        last = dice.pick(
            (" and ", " and ", ", and ", " and later ", " and then ")
            if not STATES.match(group[-1])
            else (" and ", ", and ")
        )
        groups.append(last.join([", ".join(group[:-1]), group[-1]]) if size > 1 else group[0])
    return f"; {he} ".join(groups)


def compose(dice, facts, length):
    """One attempt at the sentence: an opening, and as many deeds as the length leaves room for."""
    person = facts.person
    facts.restart()
    early, late = person.answer == "early", person.answer == "late"
    mode, opening = dice.pick(EARLY if early else NOWHERE)
    text = opening.format_map(facts)
    if "died" in text or facts.died and f"{facts.died}" in text:
        facts.seen.update(("died ", "died"))
    room = length - len(person.name) - len(text) - 3 - (36 if late else 0)
    n = max(int(room / 46 + dice.random()), 1 if mode == "!" or late else 0)
    if n:
        joint = {
            "w": " who ",
            "s": f"; {facts['he']} ",
            "!": " ",
            "a": ", " if n > 1 else dice.pick((" and ", ", and ")),
        }[mode]
        text += joint + listed(dice, facts.deeds(n), facts["he"])
    if late:
        dated = str(facts.born) in text
        text += facts.picked([end for end in words.LATE if not (dated and "{on}" in end)])
    return text[0].upper() + text[1:]
