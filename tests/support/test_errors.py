"""How a command ends at what is no bug of ours."""

import errno
import io
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
        (InputError("expected a, got \n\x1b; c"), 2, r"tool.py: error: expected a, got \n\x1b; c"),
        (InputError("expected a, got b; c"), 2, "tool.py: error: expected a, got b; c\n"),
        (OSError(28, "No space left on device"), 1, "tool.py: stopped: [Errno 28] No space left"),
        (MemoryError(), 1, "tool.py: stopped: out of memory; try a smaller --batch_size or --blo"),
        (RuntimeError("CUDA out of memory."), 1, "tool.py: stopped: out of memory; try a smaller"),
        (KeyboardInterrupt(), 130, "\ntool.py: interrupted\n"),
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


class Broken(io.StringIO):
    def __init__(self, number):
        super().__init__()
        self.number = number

    def write(self, text):
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [None, errno.EPIPE, errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("only_prints", [False, True])
def test_work_does_not_depend_on_who_listens(number, only_prints, monkeypatch, capsys):
    """What only prints ends where nobody listens; other work is done first."""
    monkeypatch.setattr(sys, "stdout", None if number is None else Broken(number))
    done, code = [], 0
    try:
        with one_line_errors(Parser("tool.py"), only_prints):
            print("a line", flush=True)
            done.append("the work")
    except SystemExit as stop:
        code = stop.code
    assert code == {None: 0, errno.ENOSPC: 1}.get(number, 141)
    assert bool(done) == (number is None or not only_prints)
    errors = capsys.readouterr().err
    if number == errno.ENOSPC:
        assert errors.startswith("tool.py: standard output: expected to write to it, got: No space")
    else:
        assert errors == ""


@pytest.mark.parametrize("stream", [None, Broken(errno.EPIPE)])
def test_nobody_reads_the_errors(stream, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", stream)
    with one_line_errors(Parser("tool.py"), only_prints=True):
        print("a note", file=sys.stderr, flush=True)
        print("a line")
    assert capsys.readouterr().out == "a line\n"
    assert ended(InputError("expected a, got b; c")) == 2


def test_a_pipe_of_our_own_is_not_standard_output(capsys):
    assert ended(BrokenPipeError(32, "Broken pipe")) == 1
    assert capsys.readouterr().err == "tool.py: stopped: [Errno 32] Broken pipe\n"
