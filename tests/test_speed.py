"""bench/speed.py: each measurement runs on both sides, and options go where they mean something."""

import pytest
from conftest import ROOT

import speed

CORPUS = str(ROOT / "wiki.txt")


@pytest.mark.parametrize("variant", ["vanilla", "synthesizer"])
def test_training_counts_what_it_trained_on(variant, monkeypatch):
    """By a clock that goes one second a reading, examples/s are examples and tokens/s tokens."""
    monkeypatch.setattr(speed, "BATCH", 4)
    monkeypatch.setattr(speed, "WARM_UP", {"ours": 1, "textbook": 1})
    monkeypatch.setattr(speed.time, "perf_counter", iter(range(4)).__next__)
    ours, plain = (
        speed.measure_training(CORPUS, variant, 0.1, side, steps=2) for side in speed.WARM_UP
    )
    assert ours["examples/s"] == plain["examples/s"] == 8
    assert ours["tokens/s"] == plain["tokens/s"] and 8 * 4 < ours["tokens/s"] < 8 * 127
    assert ours["peak MB"] > 100 and plain["peak MB"] > 100


def test_evaluation_and_product_are_timed_on_both_sides():
    questions = str(ROOT / "birth_dev.tsv")
    for side in ("ours", "textbook"):
        assert speed.measure_evaluation(CORPUS, questions, "vanilla", side, 2)["s/name"] > 0
    assert speed.measure_product("ours")["GFLOP/s"] > 0.1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["traning"], "expected sections of training, evaluation, growth, startup, got traning"),
        (["evaluation", "--parameters", "/no.params"], "expected a parameter file, got /no.params"),
        (["growth", "--compile"], "--compile: expected the section training alone"),
    ],
)
def test_bad_arguments_are_one_line(refused, argv, says):
    assert says in refused(*argv, main=speed.main)
