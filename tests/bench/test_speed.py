"""bench/speed.py: each measurement runs on both sides, and options go where they mean something."""

from types import SimpleNamespace

import pytest
from conftest import ROOT
from torch.optim.optimizer import register_optimizer_step_post_hook

import speed

CORPUS = str(ROOT / "wiki.txt")


@pytest.mark.parametrize("variant", ["vanilla", "synthesizer"])
def test_training_counts_what_it_trained_on(variant, monkeypatch):
    """By a clock that goes one second a reading, examples/s are examples and tokens/s tokens."""
    monkeypatch.setattr(speed, "BATCH", 4)
    monkeypatch.setattr(speed, "WARM_UP", {"cpu": {"ours": 1, "textbook": 1}})
    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=iter(range(4)).__next__))
    taken = []
    hook = register_optimizer_step_post_hook(lambda *_: taken.append(1))
    ours = speed.measure_training(CORPUS, variant, 0.1, "ours", steps=2)
    assert len(taken) == 3  # with the warm-up
    plain = speed.measure_training(CORPUS, variant, 0.1, "textbook", steps=2)
    assert len(taken) == 6
    hook.remove()
    assert ours["examples/s"] == plain["examples/s"] == 8
    assert 8 * 4 < ours["tokens/s"] < 8 * 127
    assert ours["peak MB"] > 100 and plain["peak MB"] > 100


def test_evaluation_and_product_are_timed_on_both_sides():
    questions = str(ROOT / "birth_dev.tsv")
    for side in ("ours", "textbook"):
        assert speed.measure_evaluation(CORPUS, questions, "vanilla", side, 2)["s/name"] > 0
    assert speed.measure_product("ours")["GFLOP/s"] > 0.1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (
            ["traning"],
            "expected sections of training, evaluation, got traning",
        ),
        (["evaluation", "--parameters", "/no.params"], "expected a parameter file, got /no.params"),
        (["training", "--device", "cuda"], "--device cuda: expected a GPU with CUDA, got none"),
        (["evaluation", "--compile"], "--compile: expected the section training alone"),
    ],
)
def test_bad_arguments_are_one_line(refused, argv, says, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert says in refused(*argv, main=speed.main)
