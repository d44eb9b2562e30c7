"""bench/costs.py: how it compares its repeats, and its arguments."""

from types import SimpleNamespace

import pytest

import costs


@pytest.mark.parametrize("differs", [False, True])
def test_ratios_are_of_one_repeat_and_parameters_are_compared(monkeypatch, differs):
    seconds = {1: iter([6.0, 8.0, 9.0]), 2: iter([4.0, 4.0, 4.5])}

    def trained(corpus, recipe, processes, path):
        path.write_bytes(b"2" if differs and processes == 2 else b"1")
        return next(seconds[processes])

    monkeypatch.setattr(costs, "RANKS_STEPS", {"mixed": 2})
    monkeypatch.setattr(costs, "seconds_of_steps", trained)
    (row,) = costs.ranks(SimpleNamespace(repeats=3, corpus="wiki.txt"))
    assert (row["one thread s"], row["two processes s"]) == (8.0, 4.0)
    assert (row["lowest"], row["ratio"], row["highest"]) == (1.5, 2.0, 2.0)
    assert row["the same parameters"] is not differs


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["traning"], "expected sections of growth, startup, ranks, got traning"),
        (["ranks", "--draw", "a.png"], "--draw: expected the section growth, got others"),
        (["startup", "--corpus", "a.txt"], "--corpus: expected the section ranks, got others"),
    ],
)
def test_bad_arguments_are_one_line(refused, argv, says):
    pytest.importorskip("matplotlib")
    assert says in refused(*argv, main=costs.main)


def test_input_that_training_refuses_is_one_line(monkeypatch, tmp_path, refused):
    monkeypatch.setattr(costs, "RANKS_STEPS", {"handout": 1})
    nowhere = str(tmp_path / "none.txt")
    assert nowhere in refused("ranks", "--corpus", nowhere, main=costs.main)
