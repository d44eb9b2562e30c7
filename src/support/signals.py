"""What happens when the user, the system or a lost connection asks a training run to stop.

The first signal lets the step at hand finish; a Ctrl-C after that leaves at once.
"""

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress

from support import torchrun

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C; kill, schedulers; a closed terminal
NOTICE = "\nfinishing this step, then writing a checkpoint; Ctrl-C leaves at once\n"


class SignalHandler:
    """Handles the signals of one run: sets `trainer.stop`, and keeps the first signal's number."""

    def __init__(self, trainer):
        self.trainer = trainer
        self.signal = None
        self.training = True
        self.terminals = [fd for fd in (1, 2) if os.isatty(fd)]

    @property
    def code(self):
        """The exit code that shells give a process that the signal ended.

        Under torchrun the signal may have reached another process first: SIGTERM then.
        """
        return 128 + (self.signal or signal.SIGTERM)

    def __call__(self, number, frame):
        if self.signal is None:
            self.signal = number
            self.trainer.stop = True
            if number == getattr(signal, "SIGHUP", None):
                self._leave_terminal()
            with suppress(OSError):
                if self.training:
                    os.write(sys.stderr.fileno(), NOTICE.encode())  # print() may be interrupted
        elif number == signal.SIGINT:  # others come twice by themselves, from shells and make
            raise KeyboardInterrupt

    def _leave_terminal(self):
        """Let output go nowhere: the terminal is closed, and writing to it would be an error."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for fd in self.terminals:
            os.dup2(nowhere, fd)
        os.close(nowhere)


@contextmanager
def stop_on_signals(trainer):
    """Signals ask `trainer` to stop while the block runs; what they did before is then restored.

    A signal that is ignored (nohup) stays ignored, and outside the main thread nothing changes.
    Under torchrun nothing is restored: it sends SIGTERM to the processes that a lost one leaves,
    while they are saying so.
    """
    stop, before = SignalHandler(trainer), {}
    if threading.current_thread() is threading.main_thread():
        for name in NAMES:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    try:
        yield stop
    finally:
        stop.training = False
        for number, handler in before.items() if not torchrun.started() else ():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def ignore_signals(worker):
    """For a process that prepares batches: it ends when its trainer does, not by a signal."""
    for name in NAMES:
        with suppress(AttributeError, ValueError):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
