"""How a command ends at what is no bug of ours."""

import os
import sys

import pytest

from support.errors import InputError, Parser, one_line_errors


def ended(error):
    """The exit code of a command in which `error` is raised."""
    with pytest.raises(SystemExit) as stop, one_line_errors(Parser("tool.py")):
        raise error
    return stop.value.code


@pytest.mark.parametrize(
    "error, code, line",
    [
        (InputError("expected a, got b; c"), 2, "tool.py: error: expected a, got b; c\n"),
        (OSError(28, "No space left on device"), 1, "tool.py: stopped: [Errno 28] No space left"),
        (KeyboardInterrupt(), 130, "\ntool.py: interrupted; nothing was written\n"),
        (ModuleNotFoundError(name="torch"), 2, "tool.py: error: expected torch, got none in "),
    ],
)
def test_the_line_and_the_code(error, code, line, capsys):
    assert ended(error) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(line) and shown.err.strip().count("\n") == 0 and not shown.out


def test_a_bug_keeps_its_traceback():
    with pytest.raises(KeyError), one_line_errors(Parser("tool.py")):
        raise KeyError("a bug")


@pytest.mark.parametrize("leaves", [False, True])
def test_nobody_reads_what_is_printed(leaves, monkeypatch, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        with pytest.raises(SystemExit) as stop, one_line_errors(Parser("tool.py")):
            print("a line")
            if leaves:
                raise SystemExit(1)
        print("another", flush=True)  # as Python does when it ends
    assert stop.value.code == (1 if leaves else 141) and capsys.readouterr().err == ""
