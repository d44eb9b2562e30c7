"""What a model knows: the figures of the report, each against one found in another way."""

import functools
import unicodedata

import pytest
from conftest import PEOPLE, questions

import knowledge
import model
import run
import utils
from analysis.people import (
    EARLY,
    LATER,
    NOWHERE,
    OTHERS,
    OWN,
    RIGHT,
    STRANGER,
    STRANGERS,
    UNSAID,
    Answer,
    Stranger,
)
from support.errors import InputError


@pytest.fixture
def params(world, monkeypatch):
    """A parameter file of a small model, trained for no step."""
    small = functools.partial(model.GPTConfig, n_layer=1, n_head=2, n_embd=16)
    monkeypatch.setattr(model, "GPTConfig", small)
    path = world.folder / "vanilla.params"
    run.main(
        ["pretrain", "vanilla", str(world.wiki), "--epochs", "0", "--device", "cpu"]
        + ["--writing_params_path", str(path)]
    )
    return path


def command(world, params, *others):
    argv = ["vanilla", world.wiki, "--reading_params_path", params]
    return [str(word) for word in (*argv, "--eval_corpus_path", world.dev, *others)]


def test_each_answer_is_in_one_bin():
    answers = [Answer("", "", probability) for probability in (0.0, 0.19, 0.2, 0.999, 1.0)]
    bins = list(knowledge.binned(answers))
    assert [among for *_, among in bins] == [answers[:2], answers[2:3], [], [], answers[3:]]
    assert [bin[:2] for bin in bins] == [(i / 5, (i + 1) / 5) for i in range(5)]


ANSWERS = [
    Answer("Ada?", "Ur", 0.98, RIGHT, "Ada", EARLY),
    Answer("Bo?", "Graz", 0.9, RIGHT, "Bo", LATER),
    Answer("Cleo?", "Ur", 0.5, RIGHT, "Cleo", EARLY),
    Answer("Dov?", "Rome", 0.7, OWN, "Dov", EARLY),
    Answer("Eve?", "Ur", 0.3, OTHERS, "Eve", UNSAID),
    Answer("Finn?", "Xx", 0.1, NOWHERE, None, STRANGER),
]
FIRST, SECOND, THIRD = STRANGERS
NOBODY = [
    Stranger(question, text, p, name="", way=way, lenders=(ANSWERS[first], ANSWERS[last]))
    for question, text, p, way, first, last in (
        ("Ada Bo?", "Graz", 0.95, FIRST, 0, 1),
        ("Bo Eve?", "Ur", 0.2, FIRST, 1, 4),
        ("Eve Ada?", "Ur", 0.1, THIRD, 4, 0),
    )
]


def test_the_report():
    """By hand: 8 of the 9 pairs are right, 0.5 against 0.7 is not; and see ANSWERS."""
    assert list(knowledge.lines_about(ANSWERS)) == [
        "answers                                              mean probability",
        "right                                     3   50.0%  0.79",
        "wrong, from the person's biography        1   16.7%  0.70",
        "wrong, from other biographies             1   16.7%  0.30",
        "wrong, in no biography                    1   16.7%  0.10",
        "",
        "right, by where the place stands",
        "early in the biography       2 of 3 (66.7%)",
        "later in the biography       1 of 1 (100.0%)",
        "not in the biography         0 of 1 (0.0%)",
        "no biography of the person   0 of 1 (0.0%)",
        "",
        "right, by the probability of the answer              mean probability",
        "0.0 to 0.2                   0 of 1 (0.0%)           0.10",
        "0.2 to 0.4                   0 of 1 (0.0%)           0.30",
        "0.4 to 0.6                   1 of 1 (100.0%)         0.50",
        "0.6 to 0.8                   0 of 1 (0.0%)           0.70",
        "0.8 to 1.0                   2 of 2 (100.0%)         0.94",
        "a right answer is more probable than a wrong one in 89% of such pairs; 50% is chance",
        "to be right in 90% of the answers given, answer from 0.90 up: that answers 2 of 6",
        "the surest wrong answers:",
        "    Dov? Rome (0.70)",
        "    Eve? Ur (0.30)",
        "    Finn? Xx (0.10)",
    ]


def test_the_report_of_people_who_do_not_exist():
    """Of 3 x 6 pairs of an invented and a real person 1 answer Graz and 2 x 3 Ur."""
    assert list(knowledge.lines_about_strangers(NOBODY, ANSWERS)) == [
        "3 answers about people who do not exist              0.42",
        f"    {FIRST:47}  0.57",
        f"    {SECOND:47}  -",
        f"    {THIRD:47}  0.10",
        "as sure as of the surer half of the right answers: 1 of 3 (33.3%)",
        "the answer of the person who lent the first names: 0 of 2 (0.0%)",
        "the answer of the person who lent the last name: 2 of 2 (100.0%)",
        "the answer of anybody asked about, by chance: 38.9%",
        "most often: Ur (2), Graz (1)",
        "the surest:",
        "    Ada Bo? Graz (0.95)",
        "    Bo Eve? Ur (0.20)",
        "    Eve Ada? Ur (0.10)",
    ]
    (line,) = knowledge.lines_about_strangers([], ANSWERS)
    assert line.startswith("no people who do not exist: ")


def test_the_files_and_the_model_are_asked(world, params, monkeypatch, capsys):
    """The dev people, and Ada Novák, whose place stands behind a block; Haifa is Dov Stern's."""
    told = {"Finn Byrne": "Haifa", "Gil Ito": "Nirgends", "Ivo Byrne": "Haifa", "Finn Ito": "Kobe"}
    asked = []

    def complete(model, corpus, prompts):
        texts = ["".join(corpus.itos[id] for id in prompt) for prompt in prompts]
        names = [text.split("was ")[1].removesuffix(" born?⁇") for text in texts]
        asked.append(names)
        return [told.get(name, dict(PEOPLE).get(name, "London")) for name in names]

    monkeypatch.setattr(utils, "complete", complete)
    dev = questions([*PEOPLE[5:], PEOPLE[0], ("A Nobody", "Graz")])
    world.dev.write_text(unicodedata.normalize("NFD", dev), encoding="utf-8")
    knowledge.main(command(world, params))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for start in (
        "right 3 50.0%",  # Hana Weiss, Ivo Petrov, Ada Novák
        "wrong, from the person's biography 0 0.0% -",
        "wrong, from other biographies 2 33.3%",  # Haifa; London, about A Nobody
        "wrong, in no biography 1 16.7%",
        "early in the biography 2 of 4",
        "later in the biography 1 of 1",
        "not in the biography 0 of 0",
        "no biography of the person 0 of 1",
        "0.0 to 0.2 3 of 6",  # the model is not trained
        "5 answers about people who do not exist",
    ):
        assert any(line.startswith(start) for line in lines), start
    assert asked[1] == ["Finn Ito", "Gil Itiss", "Hana Weiso", "Ivo Novák", "Ada Novrne"]


def test_a_page_replaces_no_file_but_its_own(tmp_path):
    own, page = tmp_path / "package.json", tmp_path / "package.html"
    knowledge.check_report(str(page), "a.params")
    for text in ('{"about": 1, "measurements": 2}', "[]", "no json", ""):
        own.write_text(text)
        with pytest.raises(InputError, match="expected a name whose data has a file of its own"):
            knowledge.check_report(str(page), "a.params")
    own.write_text('{"about": 1, "measurements": 2, "people": []}')
    knowledge.check_report(str(page), "a.params")


def test_bad_input_is_one_line(world, params, refused):
    alone = command(world, params)
    alone[alone.index(str(world.dev))] = str(world.test)
    for argv, says in (
        (alone, "expected question TAB place, got questions alone; add the places"),
        (command(world, world.folder / "no"), "expected a file, got no such file"),
    ):
        line = refused(*argv, main=knowledge.main)
        assert line.startswith("knowledge.py: error: ") and says in line
