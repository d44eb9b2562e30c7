"""What a model knows: the figures of the report, each against one found in another way."""

import functools
import itertools
import random
import sys
from types import SimpleNamespace

import pytest
import torch
from conftest import PEOPLE, tiny

import knowledge
import model
import run
import utils
from dataset import MASK
from knowledge import NOWHERE, OTHERS, OWN, RIGHT, Answer


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


@pytest.mark.parametrize("answer", ["", "ab", "bacc", "abcabcabcabc"])  # the last does not fit
@pytest.mark.parametrize("name", ["vanilla", "synthesizer"])
def test_probability_is_a_product_over_characters(name, answer):
    decoder = tiny(name).eval()
    stoi = {char: i for i, char in enumerate("□⁇abcdefghi")}
    corpus = SimpleNamespace(stoi=stoi)
    text, expected = [stoi["d"], stoi["e"], MASK], 1.0
    for id in [*(stoi[char] for char in answer), MASK]:
        if len(text) > decoder.context:
            break
        logits, _ = decoder(torch.tensor([text]))
        expected *= logits[0, -1].softmax(0)[id].item()
        text.append(id)
    questions, answers = ["a", "de", "abcdefgh"], ["i", answer, "hi"]
    found = knowledge.probabilities(decoder, corpus, questions, answers, batch_size=2)
    assert found.shape == (3,)
    assert found[1].item() == pytest.approx(expected, rel=1e-9)


def test_probabilities_of_all_answers_add_up_to_one():
    """Over two characters: answers that end are one part, those that go on the other."""
    decoder = tiny(vocab_size=4).eval()
    corpus = SimpleNamespace(stoi={"□": 0, "⁇": 1, "a": 2, "b": 3})
    short = ["".join(chars) for n in (0, 1, 2) for chars in itertools.product("□ab", repeat=n)]
    ending = knowledge.probabilities(decoder, corpus, ["ab"] * len(short), short).sum()
    going_on = 0.0
    for chars in itertools.product((0, 2, 3), repeat=3):
        text = torch.tensor([[2, 3, MASK, *chars]])
        steps = decoder(text)[0][0].softmax(-1)[2:5]
        going_on += steps.gather(1, torch.tensor(chars)[:, None]).prod().item()
    assert ending.item() + going_on == pytest.approx(1)


def test_kinds_of_answers():
    life, everything = "Bo. Born in New York , died in Ur .", "New York Ur Yorkshire Bonn"
    for text, kind in (
        ("Ur", RIGHT),
        ("New York", OWN),
        ("Bonn", OTHERS),
        ("Yorksh", NOWHERE),  # a part of a word
        ("B.nn", NOWHERE),
        ("", NOWHERE),
    ):
        assert knowledge.kind_of(text, "Ur", life, everything) == kind


def test_people_who_do_not_exist_have_names_of_those_who_do():
    names = ["Bo Lind", "Cleo de Marsh", "Madonna", "Eve Stern", None]
    answers = [Answer(f"Where was {name} born?", name, "", 0.5) for name in names]
    lives = {"Bo Lind": "", "Bo Marsh": "", "Madonna": "", "Cleo de Marsh": "", "Eve Stern": ""}
    found = knowledge.invented(answers, lives)
    assert [(question, first.person, last.person) for question, first, last in found] == [
        ("Where was Cleo de Stern born?", "Cleo de Marsh", "Eve Stern"),
        ("Where was Eve Lind born?", "Eve Stern", "Bo Lind"),
    ]  # Bo Marsh has a biography


def test_biographies_of_one_title_are_joined():
    documents = ["Bo Lind. A.", "J. S. Bach. B.", "", "no title", "Bo Lind. C."]
    assert knowledge.biographies(documents) == {
        "Bo Lind": "Bo Lind. A.\nBo Lind. C.",
        "J. S. Bach": "J. S. Bach. B.",
    }


def test_auroc_is_the_area_under_the_curve():
    numbers = random.Random(3)
    for _ in range(20):
        high, low = ([numbers.randrange(7) for _ in range(numbers.randint(1, 9))] for _ in "ab")
        area, before = 0.0, (0.0, 0.0)
        for threshold in range(7, -1, -1):
            hits, alarms = (
                sum(x >= threshold for x in group) / len(group) for group in (high, low)
            )
            area += (alarms - before[0]) * (hits + before[1]) / 2  # a trapezium
            before = alarms, hits
        assert knowledge.auroc(high, low) == pytest.approx(area)


def test_trusted_are_the_most_that_are_right_often_enough():
    numbers = random.Random(4)
    for _ in range(30):
        chances = numbers.sample(range(100), 12)
        rated = [(chance / 100, numbers.random() < chance / 100 + 0.4) for chance in chances]
        enough = [
            kept
            for kept in range(13)
            if 10 * sum(right for _, right in sorted(rated)[12 - kept :]) >= 9 * kept
        ]
        assert knowledge.trusted(rated) == sorted(rated)[::-1][: max(enough)]


def test_each_answer_is_in_one_bin():
    answers = [Answer("", None, "", chance) for chance in (0.0, 0.19, 0.2, 0.999, 1.0)]
    bins = list(knowledge.binned(answers))
    assert [len(among) for *_, among in bins] == [2, 1, 0, 0, 2]
    assert [mean for _, _, mean, _ in bins] == pytest.approx([0.095, 0.2, None, None, 0.9995])
    assert [bin[:2] for bin in bins] == [(i / 5, (i + 1) / 5) for i in range(5)]


def test_the_report_counts_what_is_answered(world, params, monkeypatch, capsys):
    """The dev people are Finn Byrne, Gil Ito, Hana Weiss and Ivo Petrov; Haifa is Dov Stern's."""
    dev = dict(PEOPLE[5:])

    def answers(model, corpus, questions, path):
        told = {"Finn Byrne": "Haifa", "Gil Ito": "Nirgends", "Finn Ito": "Kobe"}
        names = [
            question.removeprefix("Where was ").removesuffix(" born?") for question in questions
        ]
        return [told.get(name, dev.get(name, "London")) for name in names]

    monkeypatch.setattr(utils, "predict_places", answers)
    knowledge.main(command(world, params))
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    rows = {line.rsplit("%", 1)[0] for line in said if line.count(" 0.0") and "%" in line}
    assert {
        "right 2 50.0",
        "wrong, from other biographies 1 25.0",
        "wrong, in no biography 1 25.0",
        "people who do not exist 4 100.0",
    } <= rows
    assert "wrong, from the person's biography 0 0.0% -" in said
    assert "right where the biography shows the place: 2 of 4 (50.0%)" in said
    assert "right where the biography does not show the place: 0 of 0" in said
    # Finn Ito: Kobe; Gil Weiss, Hana Petrov, Ivo Byrne: London, which is Hana Weiss's place too
    assert "most often: London (3), Kobe (1)" in said
    assert "the same answer as about the person with the same first names: 1 of 4 (25.0%)" in said
    assert "the same answer as about the person with the same last name: 1 of 4 (25.0%)" in said


def test_a_picture_of_the_answers(world, params, capsys):
    pytest.importorskip("matplotlib")
    path = world.folder / "knowledge.png"
    knowledge.main(command(world, params, "--outputs_path", path))
    assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 10000
    assert f"Picture written to {path}" in capsys.readouterr().out


def test_bad_input_is_one_line(world, params, refused, monkeypatch):
    questions = [
        str(world.test) if word == str(world.dev) else word for word in command(world, params)
    ]
    for argv, says in (
        (questions, "expected question TAB place, got questions alone; add places"),
        (command(world, params, "--outputs_path", "a.pdf"), "expected a name that ends in .png"),
        (command(world, world.folder / "no"), "expected a file, got no such file"),
    ):
        line = refused(*argv, main=knowledge.main)
        assert line.startswith("knowledge.py: error: ") and says in line
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = refused(*command(world, params, "--outputs_path", "a.png"), main=knowledge.main)
    assert line.startswith("knowledge.py: error: expected matplotlib, got none in ")
    knowledge.main(command(world, params))  # without a picture it is not needed
