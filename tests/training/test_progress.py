"""What training shows: bars on a terminal, lines now and then elsewhere."""

import io
import re
import sys
import time

import pytest

from training.progress import Progress


def show(epochs, per_epoch, every=1):
    """A run that shows every so-manieth step, and each epoch's last."""
    progress = Progress(epochs, per_epoch, epochs * per_epoch)
    for done in range(1, epochs * per_epoch + 1):
        epoch, step = divmod(done - 1, per_epoch)
        if done % every == 0 or step == per_epoch - 1:
            progress.step(epoch, step, done, 1.25, 1e-3)
    progress.close()


@pytest.mark.parametrize("every", [1, 2, 5])
def test_lines_now_and_then_without_a_terminal(capsys, every):
    show(250, 3, every)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 25
    form = r"epoch 250 iter 2: train loss 1\.25000\. lr 1\.000000e-03: 100%\|█+\| 3/3 \["
    assert re.match(form, lines[-1])
    assert "run 100%" in lines[-1] and lines[0].startswith("epoch 10 iter 2:")


@pytest.mark.parametrize("every", [1, 2, 5])
def test_bars_on_a_terminal(monkeypatch, capsys, every):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    show(2, 3, every)
    shown = capsys.readouterr().err
    for epoch in (1, 2):
        assert f"epoch {epoch} iter 2: train loss" in shown
    assert shown.count("\n") == 2 and "3/3" in shown


def test_a_resumed_run_begins_where_it_was(capsys):
    progress = Progress(3, 4, 12, done=6)
    for done in (8, 12):
        progress.step(*divmod(done - 1, 4), done, 1.0, 1e-3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and "epoch 2 iter 3:" in lines[0] and "4/4" in lines[0]


def test_a_line_a_minute_in_a_long_epoch(monkeypatch, capsys):
    """In a log, each line is whole: what, where, loss, rate, and the time that is left."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = Progress(2, 100, 200)
    for done in range(1, 101):
        now[0] += 7.0
        progress.step(0, done - 1, done, 1.25, 1e-3)
    shown = capsys.readouterr().err
    assert "\r" not in shown and "\x1b" not in shown
    lines = shown.splitlines()
    assert len(lines) == 12  # one in 63 seconds, and the last
    form = r"epoch 1 iter 8: train loss 1\.25000\. lr 1\.000000e-03: +9%\|.* run 4%, 22:17 left\]"
    assert re.fullmatch(form, lines[0])


@pytest.mark.parametrize("terminal", [False, True])
def test_nobody_reads_what_it_shows(terminal, monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

        def isatty(self):
            return terminal

    for stream in (Gone(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        show(2, 3)


def test_a_log_without_blocks(monkeypatch):
    """As in a log on Windows, where a block would be six characters."""
    log = io.TextIOWrapper(io.BytesIO(), "cp1252", errors="backslashreplace")
    monkeypatch.setattr(sys, "stderr", log)
    show(1, 3)
    assert b"100%|##########| 3/3 [" in log.buffer.getvalue()
