"""Signals: the first asks for an end, Ctrl-C after it leaves, and what was before comes back."""

import os
import signal
import threading
from types import SimpleNamespace

import pytest

from support import signals


def send(number):
    os.kill(os.getpid(), number)


def test_the_first_asks_and_a_second_ctrl_c_leaves():
    trainer = SimpleNamespace(stop=False)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with signals.stop_on_signals(trainer) as stop:
        send(signal.SIGTERM)
        assert trainer.stop and stop.code == 143
        send(signal.SIGTERM)  # a shell or make may send it twice
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
        assert stop.code == 143
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_after_training_no_checkpoint_is_promised(capfd, monkeypatch):
    """Under torchrun the handlers stay: its SIGTERM may come while a process says why it ends."""
    monkeypatch.setattr(signals.torchrun, "started", lambda: True)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with signals.stop_on_signals(SimpleNamespace(stop=False)):
            pass
        send(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before[0]), signal.signal(signal.SIGINT, before[1])
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert "writing a checkpoint" not in capfd.readouterr().err


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.stop_on_signals(SimpleNamespace(stop=False)) as stop:
            send(signal.SIGHUP)
            assert stop.signal is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_closed_terminal_is_not_written_to(monkeypatch):
    changed = []
    monkeypatch.setattr(os, "isatty", lambda fd: fd == 2)
    monkeypatch.setattr(os, "dup2", lambda old, new: changed.append(new))
    with signals.stop_on_signals(SimpleNamespace(stop=False)) as stop:
        send(signal.SIGHUP)
    assert stop.code == 129 and changed == [2]


def test_outside_the_main_thread_nothing_changes():
    def train():
        with signals.stop_on_signals(SimpleNamespace(stop=False)):
            handlers.append(signal.getsignal(signal.SIGINT))

    handlers = []
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


def test_processes_that_prepare_batches_ignore_them():
    before = {name: signal.getsignal(getattr(signal, name)) for name in signals.NAMES}
    try:
        signals.ignore_signals(0)
        assert {signal.getsignal(getattr(signal, name)) for name in before} == {signal.SIG_IGN}
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
