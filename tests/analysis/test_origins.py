"""The planted rule of names and places, against the generator's own people."""

import pytest

pytest.importorskip("sklearn")
from analysis.origins import Origins, bias
from analysis.people import STRANGERS
from analysis.survey import Row
from data.world.plan import AT_HOME
from make_corpus import build

WAY = next(iter(STRANGERS))


def test_origins_are_those_that_the_generator_gave():
    [cast], origins = build(), Origins()
    known = [(person, o) for person in cast if (o := origins.of_last(person.name))]
    assert len(known) > 0.9 * len(cast)
    right = sum(person.origin == origin for person, origin in known)
    assert right > 0.995 * len(known)
    home = sum(origins.at_home(person.place.name, person.origin) for person in cast)
    assert min(AT_HOME.values()) < home / len(cast) < max(AT_HOME.values())


def test_shares_at_home_by_hand():
    """English names are at home in London, Scottish ones in Glasgow, German ones in Berlin."""
    origins = Origins()
    surname = {
        origin: min(name for name, of in origins.last.items() if of == {origin})
        for origin in ("english", "scottish", "german")
    }
    first = min(name for name, of in origins.first.items() if of == {"german"})

    def row(kind, origin, answer, place=None, **others):
        name = f"{first} {surname[origin]}"
        return Row(f"Where was {name} born?", name, answer, 0.5, kind, place=place, **others)

    rows = [
        row("right", "english", "London", "London"),
        row("right", "scottish", "Berlin", "Berlin"),
        row("wrong", "german", "Berlin", "Glasgow"),
        row("wrong", "scottish", "Berlin", "Glasgow"),
    ]
    nobody = [
        row("nobody", "english", "London", way=WAY),
        row("nobody", "german", "London", way=WAY),
        row("nobody", "german", "Berlin", way="another"),
    ]
    found = bias(rows, nobody, origins)
    counts = {name: (of["count"], of["n"]) for name, of in found.items() if isinstance(of, dict)}
    assert counts == {
        "truth": (2, 4),
        "right answers": (1, 2),
        "wrong answers": (1, 2),
        "the truth of the wrong": (1, 2),
        "strangers, by last name": (1, 2),
        "strangers, by first name": (0, 2),
    }
    assert found["strangers, by chance"] == pytest.approx(2 * 1 / 4)
    by_origin = {line["origin"]: line for line in found["origins"] if line["n"]}
    assert {o: (of["count"], of["n"]) for o, of in by_origin.items()} == {
        "english": (1, 1),
        "german": (0, 1),
        "scottish": (1, 2),
    }
    assert all(line["holm"] == 1.0 for line in by_origin.values())


def test_other_names_have_no_rule():
    rows = [Row("Where was Xq Zzyx born?", "Xq Zzyx", "London", 0.5, "right", place="London")]
    assert bias(rows, [], Origins()) is None
