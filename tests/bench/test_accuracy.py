"""bench/accuracy.py: rows that differ, a split that keeps dev out, and a table that resumes."""

import functools
import json
import signal
import subprocess
import sys
from dataclasses import asdict

import pytest
from conftest import CORPUS, PEOPLE, ROOT, questions

import accuracy
import recipes
from accuracy import HELD_OUT, TABLES, Row, commands, run_table, split
from cli import arguments
from data.text import parse_questions
from support.files import sha256


def test_changes_reach_the_recipe_and_its_parts():
    changed = Row(
        "mixed",
        changes={"decay_share": 0.3, "objective.before": 0, "pretrain.learning_rate": 1e-3},
    ).changed()
    mixed = recipes.RECIPES["mixed"]
    assert (changed.decay_share, changed.objective.before) == (0.3, 0)
    assert changed.pretrain.learning_rate == 1e-3
    assert changed.objective.questions == mixed.objective.questions
    assert changed.pretrain.budget == mixed.pretrain.budget
    assert Row("mixed").changed() == mixed


def test_every_rows_commands_parse(tmp_path):
    for row in (row for rows in TABLES.values() for row in rows):
        functions = []
        for argv, _ in commands(row, 5, tmp_path, tmp_path):
            args = arguments.build_parser().parse_args(argv)
            arguments.check_recipe(args)
            functions.append(args.function)
            if args.function != "evaluate":  # which reads them from the record
                assert all(getattr(args, name) == size for name, size in row.model.items())
        mixes = row.recipe in ("mixed", "distant")
        assert functions == [*["pretrain"][row.scratch :], *["finetune"][mixes:], "evaluate"]


def test_the_held_out_pairs_are_training_pairs_and_dev_is_not_there(tmp_path):
    folder = split(ROOT, tmp_path / "held-out")
    train, dev = (
        set(parse_questions((folder / name).read_text(encoding="utf-8")))
        for name in ("birth_places_train.tsv", "birth_dev.tsv")
    )
    every, real_dev = (
        set(parse_questions((ROOT / name).read_text(encoding="utf-8")))
        for name in ("birth_places_train.tsv", "birth_dev.tsv")
    )
    assert train | dev == every and not train & dev and not real_dev & (train | dev)
    assert len(dev) == HELD_OUT
    assert (folder / "wiki.txt").read_bytes() == (ROOT / "wiki.txt").read_bytes()


@pytest.fixture
def data(tmp_path):
    texts = {
        "wiki.txt": CORPUS,
        "birth_places_train.tsv": questions(PEOPLE[:5]),
        "birth_dev.tsv": questions(PEOPLE[5:]),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_table_runs_to_scores_and_not_twice(data, capsys, monkeypatch):
    rows = [Row("mixed", 2e-6, changes={"objective.after": 1})]
    results = data / "results.jsonl"
    run_table(rows, [3], data, "dev", results, data / "runs")
    (line,) = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    assert (line["recipe"], line["seed"], line["questions"]) == ("mixed", 3, 4)
    assert 0 <= line["correct"] <= 4 and 0 < line["pflop"] < 1e-3
    assert line["seconds_a_step"] >= 0 and line["peak_mb"] > 0 and line["parameters"] > 3e6
    assert {"command", "machine", "commit", "date", "steps", "precision"} <= line.keys()
    assert "mixed (objective.after 1), vanilla, seed 3: " in capsys.readouterr().out
    before = results.read_bytes()
    monkeypatch.setattr(accuracy, "run_row", lambda *_: pytest.fail("a finished row was run again"))
    run_table(rows, [3], data, "dev", results, data / "runs")
    assert results.read_bytes() == before
    assert f"in {results} already: mixed (objective.after 1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("child", "status", "says"),
    [
        ("os.kill(os.getppid(), signal.SIGINT); raise SystemExit(3)", 3, ""),  # Ctrl-C is its own
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "mixed, vanilla: killed by signal 9\n"),
    ],
)
def test_a_table_ends_as_its_training_ends(child, status, says, capsys, monkeypatch):
    code = f"import os, signal; {child}"
    popen = functools.partial(subprocess.Popen, [sys.executable, "-c", code])
    monkeypatch.setattr(accuracy.subprocess, "Popen", lambda command: popen())
    with pytest.raises(SystemExit) as end:
        accuracy.run_command(Row("mixed"), [])
    assert (end.value.code, capsys.readouterr().err) == (status, says)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (
            [],
            "(final, ablations, main_ablations, variants, sizes, long, handout), --draw PNG",
        ),
        (["final", "--data", "/nowhere"], "expected wiki.txt in /nowhere, got no such file"),
        (["final", "--seeds", "1,b"], "expected whole numbers with commas between them, got '1,b'"),
    ],
)
def test_bad_arguments_are_one_line(refused, argv, says):
    assert says in refused(*argv, main=accuracy.main)


def test_lines_find_their_table_and_data():
    line = {**asdict(Row("mixed", 0.05, "rope")), "scored_on": "dev", "corpus_sha256": "abcdefgh"}
    other = [
        line | {"scored_on": "held-out"},
        line | {"budget": 0.1},
        line | {"changes": {"dropout": 0.1}},
    ]
    course, bundled = (
        line | {"corpus_sha256": corpus} for corpus in (accuracy.COURSE, sha256(ROOT / "wiki.txt"))
    )
    found = accuracy.by_corpus(TABLES["variants"], [course, line, bundled, *other])
    assert found == {"course data": [course], "abcdef": [line], "bundled data": [bundled]}
    assert list(found)[-1] == "course data"


def test_the_first_picture_is_of_full_runs_on_the_course():
    line = {**asdict(Row("mixed", 0.2)), "scored_on": "dev", "corpus_sha256": accuracy.COURSE}
    others = [{"budget": 0.05}, {"scored_on": "held-out"}, {"corpus_sha256": "a"}]
    others += [{"scratch": True}, {"changes": {"dropout": 0.1}}, {"model": {"n_layer": 2}}]
    lines = [line, *(line | other for other in others)]
    assert accuracy.final_rows(lines) == [line]


def test_variants_not_run_yet_are_not_drawn(refused, tmp_path):
    argv = ["--results", tmp_path / "none.jsonl", "--draw_variants", tmp_path / "a.png"]
    line = refused(*map(str, argv), main=accuracy.main)
    assert f"expected results of the table variants in {tmp_path / 'none.jsonl'}, got none" in line
