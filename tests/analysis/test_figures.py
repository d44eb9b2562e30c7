"""The measurements of a planted model, against what a hand computes."""

import math

import pytest

pytest.importorskip("sklearn")
import torch
from planted import Planted

from analysis import figures, survey
from analysis.inside import Inside
from analysis.people import RIGHT, answers_about, answers_about_strangers
from analysis.places import FLOOR
from dataset import CharCorruptionDataset

# Graz and Ur are two training answers each, Rome one; Oslo is none.
PAIRS = [("a?", "Graz"), ("b?", "Graz"), ("c?", "Ur"), ("d?", "Ur"), ("e?", "Rome")]
TRUTH = {"Ada Vell": "Graz", "Bo Lind": "Ur", "Cleo Marsh": "Rome", "Dov Stern": "Oslo"}
TEXT = """\
Ada Vell. Ada Vell was born in Graz , and died in Rome .
Bo Lind. Born in Rome , though some say in Ur .
Cleo Marsh. A weaver , whose place of birth nobody wrote down .
Dov Stern. Born in Oslo . Where was he ? Who asks ?
"""
SAID = {
    "Ada Vell": {"Graz": 0.8, "Rome": 0.1},  # right
    "Bo Lind": {"Rome": 0.5, "Ur": 0.3},  # from his own biography
    "Cleo Marsh": {"Ur": 0.6, "Rome": 0.25},  # from others'
    "Dov Stern": {"Graz": 0.4, "Oslo": 0.3},  # from others'; the truth is no place of the set
}
STRANGERS = {
    "Ada Lind": {"Graz": 0.95},  # as Ada Vell
    "Bo Lirsh": {"Rome": 0.45, "Ur": 0.2},  # as Bo Lind
    "Cleo Marsn": {"Graz": 0.55, "Ur": 0.35},
    "Dov Vell": {"Rome": 0.45, "Ur": 0.3},
}


def question(name):
    return f"Where was {name} born?"


@pytest.fixture(scope="module")
def world():
    corpus = CharCorruptionDataset(TEXT, 64)
    names = {**SAID, **STRANGERS}
    model = Planted(corpus, {question(name): said for name, said in names.items()})

    def observe(model, prompts):
        """Two layers, of which the last is sure of A."""
        first = torch.full((len(corpus.stoi),), 1 / len(corpus.stoi))
        last = torch.nn.functional.one_hot(torch.tensor(corpus.stoi["A"]), len(corpus.stoi))
        return [Inside(torch.stack([first, last]), torch.ones(1, 2, len(p))) for p in prompts]

    patch = pytest.MonkeyPatch()
    patch.setattr(survey, "observe", observe)
    asked = [(question(name), place) for name, place in TRUTH.items()]
    answers = answers_about(model, corpus, asked, "a file")
    nobody = answers_about_strangers(model, corpus, answers)
    rows, nobody = survey.survey(model, corpus, answers, nobody, list(TRUTH.values()), PAIRS)
    patch.undo()
    return model, corpus, rows, nobody


def test_rows_have_the_planted_probabilities(world):
    _, _, rows, nobody = world
    assert [row.name for row in nobody] == list(STRANGERS)
    for row in rows + nobody:
        said = {**SAID, **STRANGERS}[row.name]
        best = max(said, key=said.get)
        assert row.answer == best and row.p == pytest.approx(said[best])
        listed = {place: p for place, p in said.items() if place != "Oslo"}
        assert dict(row.top) == pytest.approx({**dict(row.top), **listed})
        total = sum(p for _, p in row.top) + row.other + row.pruned + row.outside
        assert total == pytest.approx(1, abs=1e-9)
        assert row.outside == pytest.approx(1 - sum(listed.values()))
        assert math.prod(p for _, p in row.letters) == pytest.approx(row.p)
        assert [letter for letter, _ in row.letters] == [*best, "\u2047"]
    assert [row.rank for row in rows] == [1, 2, 2, None]
    assert [row.told for row in rows] == [2, 2, 1, 0]
    assert rows[0].p_place == pytest.approx(0.8) and rows[3].p_place is None
    assert all(row.p_place is None and row.rank is None for row in nobody)  # no place is right
    assert FLOOR < 0.1


def test_retrieved(world):
    found = figures.retrieved(world[2])
    assert found["right"]["count"] == 1 and list(found["kinds"].values()) == [1, 1, 2, 0]
    where = {said: (line["count"], line["n"]) for said, line in found["where"].items()}
    assert list(where.values()) == [(1, 3), (0, 0), (0, 1), (0, 0)]


def test_tell_and_sure(world):
    """The right answer has 0.8, the wrong ones 0.5, 0.6 and 0.4: every pair is ranked right."""
    _, _, rows, nobody = world
    found = figures.tell(rows, nobody)
    assert [line["auroc"] for line in found["scores"][:3]] == [1.0, 1.0, 1.0]
    assert found["curve"] == [(0.25, 1.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.25)]
    # log p(answer) - log of its mean among the strangers: Graz 0.375, Ur 0.1375, Rome 0.175
    ratio = [0.8 / 0.375, 0.5 / 0.175, 0.6 / 0.1375, 0.4 / 0.375]
    assert found["scores"][4]["auroc"] == pytest.approx(sum(ratio[0] > r for r in ratio[1:]) / 3)
    error = (0.2 + 0.5 + 0.6 + 0.4) / 4  # one answer a bin
    assert figures.sure(rows)["before"]["error"] == pytest.approx(error)
    assert figures.sure(rows)["before"]["brier"] == pytest.approx(
        (0.2**2 + 0.5**2 + 0.6**2 + 0.4**2) / 4
    )


def test_about_nobody(world):
    found = figures.about_nobody(world[2], world[3])
    every = found["ways"][0]
    assert [every[f"above {level}"]["count"] for level in (0.5, 0.9)] == [2, 1]
    assert found["threshold"] == pytest.approx(0.8) and every["let through"]["count"] == 1
    # lenders of first names: Ada, Bo, Cleo, Dov; their answers Graz, Rome, Ur, Graz
    assert every["that of the first name"]["count"] == 2
    # of last names: Bo, Cleo, Dov, Ada; Rome, Ur, Graz, Graz
    assert every["that of the last name"]["count"] == 1
    # Graz is two of the four answers, Rome one: (2 + 1 + 2 + 1) / 16
    assert every["that of anybody"] == pytest.approx(6 / 16)
    assert [line["n"] for line in found["ways"]] == [4, 2, 1, 1]
    # strangers 0.95, 0.45, 0.55, 0.45 and people 0.8, 0.5, 0.6, 0.4: pairs that people win
    wins = (3 + 2 + 3 + 0) / 16
    assert found["auroc of people and strangers"] == pytest.approx(wins)
    assert found["auroc of right answers and strangers"] == pytest.approx(3 / 4)


def test_half_known(world):
    found = figures.half_known(world[2], PAIRS)
    assert found["in the set"]["count"] == 3 and found["places"] == 3
    among = {n: line["count"] for n, line in found["among the likeliest"].items()}
    assert among == {1: 1, 3: 3, 5: 3, 10: 3}
    assert found["not said, among ten"] == 2
    assert found["pairs ranked right"] == pytest.approx(1 - (0 + 1 + 1) / 3 / 2)
    assert (found["gained"], found["lost"], found["mcnemar"]) == (0, 0, 1.0)
    before = -(2 * math.log2(2 / 5) + math.log2(1 / 5)) / 3
    after = -(math.log2(0.8) + math.log2(0.3) + math.log2(0.25)) / 3
    assert found["bits before"] == pytest.approx(before)
    assert found["bits known"] == pytest.approx(before - after)


def test_sticks_and_lens(world):
    _, _, rows, nobody = world
    found = figures.sticks(rows)
    table = [(line["from"], line["to"], line["count"], line["n"]) for line in found["frequency"]]
    assert table == [(0, 0, 0, 1), (1, 3, 1, 3), (4, 10, 0, 0), (11, None, 0, 0)]
    assert found["regression"] is None and found["n"] == 3
    lens = figures.lens(rows, nobody)
    assert lens["right"]["n"] == 1 and lens["strangers"]["n"] == 4
    assert lens["right"]["p"] == pytest.approx([1 / len(world[1].stoi), 0.0])  # sure of A, not G


def test_reversed_questions(world):
    model, corpus, rows, _ = world
    found = figures.reversed_questions(rows, model, corpus)
    assert (found["count"], found["n"]) == (0, 1)
    assert found["examples"][0][0] == "Who was born in Graz?"
    model.answers["Who was born in Graz?"] = {"Ada Vell": 1.0}
    assert figures.reversed_questions(rows, model, corpus)["count"] == 1
    wrong = [row for row in rows if row.kind != RIGHT]
    assert figures.reversed_questions(wrong, model, corpus) is None
