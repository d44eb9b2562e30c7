"""The settings of the process are made where they can be, and respect the user's own."""

import ctypes
import os

import pytest

import machine


@pytest.fixture
def calls(monkeypatch):
    """mallopt's calls, none of which reaches the process."""
    made = []

    class Library:
        @staticmethod
        def mallopt(parameter, value):
            made.append((parameter, value))

    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "LD_PRELOAD", "MALLOC_ARENA_MAX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library)
    return made


def test_threads_soon_sleep_and_freed_memory_stays(calls):
    machine.prepare_cpu()
    assert os.environ["GOMP_SPINCOUNT"] == "10000"
    assert dict(calls) == {-4: 0, -1: 2**31 - 1, -2: 2**26}


def test_the_users_own_settings_stay(calls, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    machine.prepare_cpu()
    assert "GOMP_SPINCOUNT" not in os.environ and calls == []


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_other_c_libraries_are_left_alone(calls, monkeypatch, error):
    def missing(_):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    machine.prepare_cpu()
    assert calls == []
