"""Asking a model: names, questions, texts to complete; what is printed, and what is refused."""

import functools
import io
import json
import re
import shutil

import pytest
from conftest import PEOPLE, questions, write_world

import ask
import model
import run
from support.errors import InputError
from support.files import sha256

SMALL = functools.partial(model.GPTConfig, n_layer=2, n_head=2, n_embd=32)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """The parameters of a small model that has learnt the training pairs, and their record."""
    world = write_world(tmp_path_factory.mktemp("learnt"))
    path = world.folder / "learnt.params"
    argv = ["finetune", "vanilla", world.wiki, "--writing_params_path", path]
    argv += ["--finetune_corpus_path", world.train, "--epochs", 100, "--batch_size", 5]
    argv += ["--learning_rate", 1e-2, "--device", "cpu", "--precision", "fp32"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "GPTConfig", SMALL)
        run.main([str(word) for word in argv])
    return path, path.with_name("learnt.params.json")


@pytest.fixture
def params(world, learnt, monkeypatch):
    monkeypatch.setattr(model, "GPTConfig", SMALL)
    for path in learnt:
        shutil.copy(path, world.folder)
    return world.folder / "learnt.params"


@pytest.fixture
def asked(world, params, capsys, monkeypatch):
    """ask.py's standard output for some arguments, and a pipe."""

    def call(*more, pipe=None):
        if pipe is not None:
            monkeypatch.setattr("sys.stdin", io.StringIO(pipe))
        capsys.readouterr()
        argv = ["vanilla", world.wiki, "--reading_params_path", params, *more]
        ask.main([str(word) for word in argv])
        return capsys.readouterr().out

    return call


def test_a_name_a_question_and_the_right_answer(world, asked):
    shown = asked("--places_path", world.train, "Bo Lind", "Where was Eve Okafor born?")
    first, second = shown.split("Where was ")[1:]
    assert first.startswith("Bo Lind born?\n  Oslo ") and second.startswith("Eve Okafor born?\n")
    assert "in the line: “" in first and "born 12 May 1903 in Oslo; died" in first
    lines = [f"Where was {name} born?\t{place}" for name, place in (PEOPLE[1], ("Bo Lind", "Rome"))]
    right, wrong = asked(pipe="\ufeff" + "\n\ufeff".join(lines)).split("Where was ")[1:]
    assert "  right\n" in right and "  wrong: it is Rome\n" in wrong


def test_a_stranger_is_a_guess_and_unsure_answers_are_withheld(asked):
    shown = asked("Bob Marsh")
    assert "no line of the corpus begins with this name" in shown
    assert "  not sure enough: 0." in asked("Bob Marsh", "--trust", 1)


def test_json_adds_up_and_the_answer_is_evaluates(world, params, asked, capsys):
    lines = "".join(f"{name}\n" for name, _ in PEOPLE)
    replies = [
        json.loads(line)
        for line in asked(
            "--json", "--places_path", world.train, "--top", 2, pipe=lines
        ).splitlines()
    ]
    assert [reply["name"] for reply in replies] == [name for name, _ in PEOPLE]
    assert asked("--json", "Ada Novák").isascii()  # so that any encoding of stdout leaves it whole
    for reply in replies:
        listed = sum(place["probability"] for place in reply["top"])
        assert len(reply["top"]) <= 2 and reply["seen"] is True
        assert listed + reply["other"] + reply["pruned"] + reply["outside"] == pytest.approx(1)
        known = {place["place"]: place["probability"] for place in reply["top"]}
        assert reply["probability"] == pytest.approx(
            known.get(reply["answer"], reply["probability"]), rel=1e-4
        )
    out = world.folder / "predictions"
    argv = ["evaluate", "vanilla", world.wiki, "--reading_params_path", params]
    run.main(
        [str(word) for word in [*argv, "--eval_corpus_path", world.train, "--outputs_path", out]]
    )
    assert out.read_text().splitlines() == [reply["answer"] for reply in replies[:5]]


def test_a_name_becomes_a_question_like_those_of_the_training(world, params, asked):
    record = json.loads(params.with_name("learnt.params.json").read_text(encoding="utf-8"))
    path = world.folder / "told.tsv"
    path.write_text(questions(PEOPLE[:3]).replace("Where was", "Where is"), encoding="utf-8")
    about = {"finetune_corpus": str(path), "finetune_corpus_sha256": sha256(path)}
    params.with_name("learnt.params.json").write_text(json.dumps(record | about))
    assert asked("Bo Lind").startswith("Where is Bo Lind born?\n")
    assert asked("--places_path", world.train, "Bo Lind").startswith("Where was Bo Lind born?\n")
    path.unlink()
    assert asked("Bo Lind").startswith("Where was Bo Lind born?\n")


def test_an_answer_that_is_no_known_place_is_not_counted_twice(world, asked):
    world.dev.write_text(questions([("Bo Lind", "Kobe"), ("Ada Novák", "Cork")]), "utf-8")
    options = ("--places_path", world.dev, "Bo Lind")
    reply = json.loads(asked("--json", *options))
    assert reply["known"] is False and reply["answer"] == "Oslo"
    rest = reply["outside"] - reply["probability"]
    assert asked(*options).splitlines()[2].endswith(f" · other answers {rest:.2f}")
    reply = json.loads(asked("--json", "--places_path", world.train, "Bo Lind"))
    assert reply["known"] is True and reply["probability"] > 0.9
    shown = asked("--places_path", world.train, "--top", 0, "Bo Lind").splitlines()[2]
    assert re.fullmatch(r"  other places 0\.0\d · no known place 0\.0\d", shown)


def test_a_text_is_completed(asked):
    assert asked("Bo Lind. Born in ⁇").startswith("Bo Lind. Born in ⁇\n  ")
    assert asked("Bo Lind. Born in ⁇ in May").startswith("Bo Lind. Born in ⁇ in May\n  ")


def test_typed_questions_end_with_the_input(asked, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal("Bo Lind\n☃\nEve Okafor\n"))
    assert asked().count("born?") == 2  # bad input does not end them


def test_without_places_nothing_is_compared(asked):
    reply = json.loads(asked("--json", "Bo Lind"))
    assert reply["top"] is reply["other"] is reply["outside"] is None and reply["seen"]


def test_a_title_in_a_text_may_have_a_full_stop(asked):
    assert json.loads(asked("--json", "Bo Lind. Born in ⁇"))["name"] == "Bo Lind"


@pytest.mark.parametrize(
    "more, says",
    [
        (["Bo ☃"], "expected characters of the pretraining corpus, got '☃'"),
        (["B" * 200], "the question: expected at most 127 characters, got 216"),
        (["Bo", "--trust", "2"], "expected a number from 0 to 1, got '2'"),
        (["Bo", "--places_path", "missing.tsv"], "missing.tsv"),
        (["Bo", "--json", "--trust", "0.5"], "--trust: expected no --json"),
        (["Bo", "Lind"], 'expected a name in quotes, got Bo Lind without; write "Bo Lind"'),
        (["Bo ⁇ in ⁇"], "the question: expected one ⁇ at most, got 'Bo ⁇ in ⁇'; leave one"),
    ],
)
def test_bad_input_is_one_line(asked, capsys, more, says):
    with pytest.raises(SystemExit) as stop:
        asked(*more)
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert stop.value.code == 2 and error.startswith("ask.py: error: ") and says in error


def test_a_pipe_that_is_not_utf8_is_one_line(asked, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Bo \xff\n")))
    with pytest.raises(SystemExit) as stop:
        asked()
    says = "standard input: expected utf-8 text, got the byte 0xff; convert it first"
    assert stop.value.code == 2 and says in capsys.readouterr().err


def test_the_questions_template():
    asked = ["What is the capital of {Peru}?", "What is the capital of Chad?"]
    assert ask.template_of(asked) == ("What is the capital of ", "?")
    assert "Chad".join(ask.template_of(asked)) == asked[1]
    born = ["Where was Ada Bo born?", "Where was Ada Cy born?"]
    assert ask.template_of(born) == ask.template_of(asked[:1]) == ask.template_of(["Who?", "Why?"])


def test_places_and_answers_are_read_in_any_unicode_form(world, asked):
    replies = []
    for place in ("Grás", "Gra\u0301s"):
        world.dev.write_text(questions([("Bo Lind", place), ("Dov Stern", "Oslo")]), "utf-8")
        replies.append(asked("--json", "--places_path", world.dev, pipe=f"Bo Lind\t{place}\n"))
    assert replies[0] == replies[1] and json.loads(replies[1])["truth"] == "Grás"


def test_an_input_may_have_an_answer():
    assert ask.parse("  Müjde   Ñu \t Zürich") == ("Müjde Ñu", "Zürich")
    assert ask.parse("Bo\t") == ("Bo", None)
    for text in ("", "\tOslo", "Bo\tOslo\tRome"):
        with pytest.raises(InputError, match="expected a name or a question"):
            ask.parse(text)


def test_the_quoted_words_are_whole_and_behind_the_title():
    line = "York Lind. Came from the Yorkshire dales and went by way of Leeds to York , England"
    assert ask.quoted(line, "York") == "“…went by way of Leeds to York , England”"
    assert "“…" in ask.quoted(line, "England") and ask.quoted(line, "England").endswith("England”")
    for answer in ("Yorks", "", "a"):
        assert ask.quoted(line, answer) == f"“{line}”, without this answer"
    assert ask.quoted(line.replace("way", "a"), "a") == f"“{line.replace('way', 'a')}”"
    assert ask.quoted(line, "way") == "“…shire dales and went by way of Leeds to York , Engl…”"


def test_a_question_whose_mark_was_forgotten_is_one(asked):
    for text in ("Where was Bo Lind born", "Bo Lind born", "Where was Bo Lind", "Bo Lind"):
        assert asked(text).startswith("Where was Bo Lind born?\n"), text


@pytest.mark.parametrize(
    ("typed", "title"),
    [("bo lind", "Bo Lind"), ("Lind, Bo", "Bo Lind"), ("Eve Okafer", "Eve Okafor"), ("Ono", None)],
)
def test_a_name_that_was_mistyped_gets_a_hint(asked, typed, title):
    hint = f"; the most similar one: {title}" if title else ""
    assert asked(typed).splitlines()[-1] == f"  no line of the corpus begins with this name{hint}"
    assert json.loads(asked("--json", typed))["seen"] is False


def test_a_document_without_a_title_is_nobodys(asked):
    """As the empty one is that stands behind the last line break."""
    assert json.loads(asked("--json", "?"))["name"] is None
