"""Standard streams that are closed or broken: work goes on although nobody reads what it prints."""

import errno
import os
import sys
from contextlib import contextmanager, suppress

# nobody reads any more: a pipe's reader has gone, or the terminal
UNREAD = (errno.EPIPE, errno.EIO)


class Stream:
    """A text stream whose writes do not fail. `error` is the first failure; later text is lost."""

    def __init__(self, stream):
        self.stream = stream
        self.error = None

    def write(self, text):
        self._attempt(self.stream.write, text)
        return len(text)

    def flush(self):
        self._attempt(self.stream.flush)

    def _attempt(self, act, *args):
        try:
            act(*args)
        except OSError as error:
            self.error = self.error or error
            send_nowhere(self.stream)

    def __getattr__(self, name):
        return getattr(self.stream, name)


class Heard(Stream):
    """A text stream whose first failure is raised: for what only prints."""

    def _attempt(self, act, *args):
        super()._attempt(act, *args)
        if self.error is not None:
            raise self.error


def send_nowhere(stream):
    """Let go what a stream has not written yet, and all that follows."""
    with suppress(OSError, ValueError):  # it has no file descriptor
        handle = os.open(os.devnull, os.O_WRONLY)
        os.dup2(handle, stream.fileno())
        os.close(handle)


@contextmanager
def safe_streams(only_prints=False):
    """Within it sys.stdout and sys.stderr take everything. Yields the Stream that is sys.stdout.

    A closed stream leads nowhere. A broken one is noted in its `error`, and what only prints is
    told at once by an OSError from sys.stdout.
    """
    occupy_closed_descriptors()
    before, opened = (sys.stdin, sys.stdout, sys.stderr), []

    def nowhere(mode):
        opened.append(open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        return opened[-1]

    sys.stdin = sys.stdin or nowhere("r")
    sys.stdout = (Heard if only_prints else Stream)(sys.stdout or nowhere("w"))
    sys.stderr = Stream(sys.stderr or nowhere("w"))
    try:
        yield sys.stdout
    finally:
        sys.stderr.flush()
        sys.stdin, sys.stdout, sys.stderr = before
        for file in opened:
            file.close()


def occupy_closed_descriptors():
    """Lead closed descriptors 0, 1 and 2 nowhere.

    The next file that is opened would get such a number. What torch or a signal handler says on
    descriptor 2 would then stand in that file.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
