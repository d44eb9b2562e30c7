"""Standard streams that are closed or broken, and work that goes on without them."""

import errno
import io
import os
import subprocess
import sys

import pytest
from conftest import ROOT

from support.streams import safe_streams

SCRIPT = """
import os, sys
sys.path.insert(0, {src!r})
from support.streams import safe_streams
with safe_streams():
    file = open({path!r}, "w")
    os.write(2, b"what torch says")
    print("a line", flush=True)
    print("another", file=sys.stderr, flush=True)
    file.write(f"{{file.fileno() > 2}} {{sys.stdin.read()!r}}")
"""


class Broken(io.StringIO):
    """A stream whose reader has gone, or another error."""

    def __init__(self, number=errno.EPIPE):
        super().__init__()
        self.number = number

    def write(self, text):
        raise OSError(self.number, os.strerror(self.number))


def test_a_broken_stream_is_noted_and_the_work_goes_on(monkeypatch):
    out, errors = Broken(), Broken(errno.ENOSPC)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", errors)
    with safe_streams() as output:
        print("a line", flush=True)
        print("another", file=sys.stderr)
        assert sys.stdout is output and output.error.errno == errno.EPIPE
        assert sys.stderr.error.errno == errno.ENOSPC
    assert (sys.stdout, sys.stderr) == (out, errors)


def test_what_only_prints_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken())
    with safe_streams(only_prints=True), pytest.raises(BrokenPipeError):
        print("a line")


def test_closed_streams_lead_nowhere(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with safe_streams() as output:
        print("a line", flush=True)
        print("another", file=sys.stderr, flush=True)
        assert sys.stdin.read() == "" and output.error is None
    assert (sys.stdin, sys.stdout, sys.stderr) == (None, None, None)


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes descriptors")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_no_file_gets_the_number_of_a_closed_stream(tmp_path, closed):
    """What is said on descriptor 2 would else stand in the file."""
    path = tmp_path / "file"
    script = SCRIPT.format(src=str(ROOT / "src"), path=str(path))
    argv = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, script]
    how = dict(stdin=subprocess.DEVNULL, capture_output=True)
    assert subprocess.run(argv, **how).returncode == 0
    assert path.read_text() == "True ''"
