"""Fault injection: starts tiny runs, breaks them off and resumes them, for faults.py.

Each run is run.main(argv) in a process forked from this one, so that torch is imported once.
"""

import argparse
import errno
import functools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SRC))

import torch

import model
import recipes
import run
from cli import session  # noqa: F401  (imported once, before the forks)
from training.curve import curve_path, read_curve

# The first optimizer imports much of torch, which takes seconds: once here, not in each run.
torch.optim.SGD([torch.zeros(1)])
TEXT = "a weaver and a juggler of small red boxes lived by the quiet harbour of Graz"
STEPS = 25
TINY = dict(n_layer=1, n_head=2, n_embd=16)  # 6,256 parameters: a step takes milliseconds
CALLS = ("mkstemp", "fsync", "chmod", "replace", "unlink")  # of a save, where a kill may be placed


class Fault(AssertionError):
    """A run did not do what it should."""


def check(holds, what):
    if not holds:
        raise Fault(what)


def end_with(function):
    """Call the function in a forked process, and end it with the exit code of a command."""
    code = 99
    try:
        function()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)


def some_of(names):
    """An argparse type: some of these names, with commas between them."""

    def parse(text):
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in names]:
            raise argparse.ArgumentTypeError(
                f"expected some of {', '.join(names)}, got {', '.join(unknown)}"
            )
        return chosen

    return parse


# ------------------------------------------------------------------------------------- the runs


class BrokenRuns:
    """A folder with a corpus, and runs in it."""

    def __init__(self, folder, seed):
        self.folder = Path(folder)
        self.random = random.Random(seed)
        text = "".join(" ".join(self.random.choices(TEXT.split(), k=12)) + "\n" for _ in range(11))
        self.write("wiki.txt", text)
        self.write("ask.tsv", "a red weaver\tGraz\na small box\tGraz\n")
        self.reference = self.fresh("reference")
        started = time.monotonic()
        code, log = self.wait(self.start(self.argv(self.reference)))
        self.seconds = time.monotonic() - started  # of an uninterrupted run
        check(code == 0, f"the uninterrupted run ended with {code}: {log[-2000:]}")
        self.expected, self.curve = self.reference.read_bytes(), curve_of(self.reference)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def fresh(self, name):
        """A parameter path in an empty folder."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder / "out.params"

    def argv(self, path, *more):
        return [
            *("pretrain", "vanilla", str(self.folder / "wiki.txt"), "--batch_size", "3"),
            *("--max_steps", str(STEPS), "--device", "cpu", "--writing_params_path", str(path)),
            *more,
        ]

    def start(self, argv, before=None, every_step=True):
        """Fork a process that runs main(argv), after before(); return its id and its log's path."""
        handle, log = tempfile.mkstemp(dir=self.folder, suffix=".log")
        pid = os.fork()
        if pid:
            os.close(handle)
            return pid, Path(log)

        def act():
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup and a shell's & may
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  #               have had them ignored
            sys.argv[0] = str(SRC / "run.py")
            shrink(every_step)
            if before is not None:
                before()
            run.main(argv)

        end_with(act)

    def wait(self, started):
        """(exit code, or minus the signal that killed it; what it printed)."""
        pid, log = started
        _, status = os.waitpid(pid, 0)
        text = log.read_text(encoding="utf-8")
        log.unlink()
        return os.waitstatus_to_exitcode(status), text

    def check_whole(self, path):
        """The parameters are absent or right, and so is each row of the curve."""
        check(not path.exists() or path.read_bytes() == self.expected, "wrong parameters")
        for written in (path, f"{path}.checkpoint"):
            if os.path.exists(curve_path(written)):
                curve = curve_of(written)
                check(curve == self.curve[: len(curve)], "wrong curve")

    def check_complete(self, path):
        """The run's folder after its end: right parameters, record and curve, and nothing else."""
        check(path.read_bytes() == self.expected, "parameters differ from an uninterrupted run's")
        left = sorted(os.listdir(path.parent))
        check(left == ["out.params", "out.params.csv", "out.params.json"], f"left behind: {left}")
        check(curve_of(path) == self.curve, "the curve differs from an uninterrupted run's")

    def resume(self, path, *more, **how):
        """Resume to the end and check the result; return what was printed."""
        code, log = self.wait(self.start(self.argv(path, "--resume", *more), **how))
        check(code == 0, f"resuming ended with {code}: {log[-2000:]}")
        self.check_complete(path)
        return log


def curve_of(path):
    """The rows of the curve beside the file at `path`, without the seconds."""
    columns = read_curve(curve_path(path))
    del columns["seconds"]
    return list(zip(*columns.values(), strict=True))


def shrink(every_step):
    """In a process for one run: a tiny model, and a checkpoint after every step."""
    torch.set_num_threads(1)
    model.GPTConfig = functools.partial(model.GPTConfig, **TINY)
    if every_step:
        recipes.CHECKPOINT_SECONDS, recipes.CHECKPOINT_SHARE = 0.0, float("inf")


COMMAND = (  # the same, for the real command line
    "import sys; sys.path[:0] = [{bench!r}]; import broken_runs; broken_runs.shrink(True);"
    " sys.argv[0] = {script!r}; import run; run.main()"
)


def command_line(argv):
    bench, script = str(Path(__file__).resolve().parent), str(SRC / "run.py")
    return [sys.executable, "-c", COMMAND.format(bench=bench, script=script), *argv]


def at_call(number, name, act):
    """Before call `number` of a function that saving uses, do act(); for `before` of start()."""

    def patch():
        module = tempfile if name == "mkstemp" else os
        original, calls = getattr(module, name), [0]

        def counted(*args, **kwargs):
            calls[0] += 1
            if calls[0] == number:
                act()
            return original(*args, **kwargs)

        setattr(module, name, counted)

    return patch


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def disk_is_full():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def wait_for(holds, seconds=60):
    ends = time.monotonic() + seconds
    while not holds():
        check(time.monotonic() < ends, "it did not happen in time")
        time.sleep(0.002)
