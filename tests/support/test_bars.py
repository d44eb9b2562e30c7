"""What long work shows without a terminal: a line a minute. test_progress.py has the bars."""

import re
import sys
import time

import pytest
from conftest import tiny

import utils
from support.bars import shown


@pytest.fixture
def clock(monkeypatch):
    """A clock that only a test moves on."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_line_a_minute(clock, capsys):
    for _ in shown(range(20), 20, "questions"):
        clock[0] += 7.0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2  # after 63 seconds and 126
    assert re.fullmatch(r"questions: +45%\|.*\| 9/20 \[01:03<01:17, +7\.00s/it\]", lines[0])


@pytest.mark.parametrize(("delay", "bar"), [(1000.0, False), (0.0, True)])
def test_short_work_shows_no_bar_on_a_terminal(capsys, monkeypatch, delay, bar):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("support.bars.DELAY", delay)
    assert list(shown("ab", 2, "letters")) == ["a", "b"]
    assert ("letters" in capsys.readouterr().err) == bar


def test_evaluation_says_how_far_it_is(clock, capsys, monkeypatch, corpus):
    """In batches of two, each of which takes forty seconds."""
    answer = utils.sample

    def slowly(*args, **kwargs):
        clock[0] += 40.0
        return answer(*args, **kwargs)

    monkeypatch.setattr(utils, "sample", slowly)
    model = tiny(vocab_size=corpus.vocab_size, block_size=40)
    utils.predict_places(model, corpus, ["Where was Bo?"] * 9, batch_size=2)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("|")[0] for line in lines] == ["questions:  44%", "questions:  89%"]
