"""Fault injection under torchrun: processes of a run are killed or stopped at random moments.

    python bench/lost_ranks.py                 # 10 of each, about twenty minutes on two cores

The runs are those of faults.py, in two processes, and write a checkpoint after each step. A killed
run must end within 15 seconds, with whole files, and continue in one process and in two to the
parameters of an uninterrupted run. With --max-restarts torchrun must complete it. After Ctrl-C and
SIGTERM there must be a checkpoint within 10 seconds, and the printed command must complete the run.
Prints a line for each case; exit code 1 if anything was not as it should be.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from broken_runs import SRC, BrokenRuns, Fault, check, curve_of, some_of, wait_for
from cli.arguments import int_in_range
from support.errors import Parser

SCRIPT = """\
import os, sys
sys.path[:0] = {paths!r}
import broken_runs, run
from data import examples
from training.cpu import CpuSteps

broken_runs.shrink(True)
examples.MICRO_BATCH_TOKENS = 64
with open(sys.argv.pop(1) + os.environ.get("RANK", ""), "w") as file:
    file.write(str(os.getpid()))
gradient = CpuSteps.gradient


def slow(self, micro_batches):
    broken_runs.time.sleep(0.1)
    return gradient(self, micro_batches)


CpuSteps.gradient = slow
run.main()
"""


class LostRanks(BrokenRuns):
    """The runs of faults.py, with several micro-batches a step, under torchrun."""

    def __init__(self, folder, seed):
        super().__init__(folder, seed)
        self.script = self.folder / "run.py"
        paths = [str(SRC), str(Path(__file__).resolve().parent)]
        self.script.write_text(SCRIPT.format(paths=paths), encoding="utf-8")
        code, shown, _ = self.ended(self.launch(self.reference, None))
        check(code == 0, f"the uninterrupted run ended with {code}: {shown[-2000:]}")
        self.expected, self.curve = self.reference.read_bytes(), curve_of(self.reference)

    def argv(self, path, *more):
        return [*super().argv(path, *more), "--batch_size", "7"]

    def launch(self, path, processes, *more, restarts=0):
        """Start a run; without torchrun, if `processes` is None."""
        words = [sys.executable]
        if processes:
            words += ["-m", "torch.distributed.run", "--nproc_per_node", str(processes)]
            words += ["--max-restarts", str(restarts)] if restarts else []
        words += [str(self.script), f"{path.parent}.pid", *self.argv(path, *more)]
        return subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
        )

    def ended(self, process):
        """(exit code, what was shown, seconds until then)."""
        started = time.monotonic()
        try:
            shown, _ = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Fault("it hangs") from None
        return process.returncode, shown, time.monotonic() - started

    def process_of(self, path, rank):
        """The id of a rank's process, once it is there."""
        file = Path(f"{path.parent}.pid{rank}")
        wait_for(lambda: file.exists() and file.read_text())
        return int(file.read_text())

    def after_some_steps(self, path):
        wait_for(lambda: Path(f"{path}.checkpoint").exists())
        time.sleep(self.random.uniform(0, 2.5))  # of the 25 steps of a tenth of a second


def one_line(shown):
    """The one line of ours about the end."""
    lines = [line for line in shown.splitlines() if line.startswith("run.py: ")]
    check(len(lines) == 1, f"expected one line of ours, got {lines}: {shown[-3000:]}")
    return lines[0]


def kills(runs, rounds):
    """SIGKILL of a rank; then one process continues, and two."""
    slowest = 0.0
    for n in range(rounds):
        path = runs.fresh(f"kill{n}")
        process = runs.launch(path, 2)
        runs.after_some_steps(path)
        os.kill(runs.process_of(path, n % 2), signal.SIGKILL)
        code, shown, seconds = runs.ended(process)
        check(code == 1 and seconds < 15, f"ended with {code} after {seconds:.1f} s: {shown}")
        check("lost one" in one_line(shown), shown)
        slowest = max(slowest, seconds)
        runs.check_whole(path)
        copy = runs.fresh(f"kill{n}copy")
        shutil.copy(f"{path}.checkpoint", f"{copy}.checkpoint")
        for again, processes in ((path, None), (copy, 2)):
            code, shown, _ = runs.ended(runs.launch(again, processes, "--resume"))
            check(code == 0 and shown.count("resumed at") == 1, shown)
            runs.check_complete(again)
    return f"{rounds} ended within {slowest:.1f} s; resumed in one process and in two, bit-equal"


def restarts(runs, rounds):
    """SIGKILL of a rank, and torchrun starts all of them again."""
    for n in range(rounds):
        path = runs.fresh(f"restart{n}")
        process = runs.launch(path, 2, "--resume", restarts=3)
        runs.after_some_steps(path)
        os.kill(runs.process_of(path, n % 2), signal.SIGKILL)
        code, shown, _ = runs.ended(process)
        check(code == 0 and "resumed at" in shown, f"ended with {code}: {shown[-3000:]}")
        runs.check_complete(path)
    return f"{rounds} completed by torchrun --max-restarts 3, bit-equal"


def signals(runs, rounds):
    """Ctrl-C and SIGTERM to torchrun; then the command that was printed."""
    slowest = 0.0
    for n in range(rounds):
        number = (signal.SIGINT, signal.SIGTERM)[n % 2]
        path = runs.fresh(f"signal{n}")
        process = runs.launch(path, 2)
        runs.after_some_steps(path)
        process.send_signal(number)
        _, shown, seconds = runs.ended(process)
        check(seconds < 10, f"it took {seconds:.1f} s: {shown}")
        slowest = max(slowest, seconds)
        lines = shown.splitlines()
        at = next((i for i, line in enumerate(lines) if line.endswith("Continue with")), None)
        check(at is not None, f"no command was printed: {shown}")
        words = shlex.split(lines[at + 1])
        words.insert(words.index(str(runs.script)) + 1, f"{path.parent}.pid")
        done = subprocess.run(words, capture_output=True, text=True)
        check(done.returncode == 0 and "resumed at" in done.stdout, done.stderr[-3000:])
        runs.check_complete(path)
    return f"{rounds} stopped within {slowest:.1f} s; each printed command completed, bit-equal"


CASES = {"kills": kills, "restarts": restarts, "signals": signals}


def main(argv=None):
    parser = Parser(prog="lost_ranks.py", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int_in_range(1), default=10, help="of each case")
    parser.add_argument("--seed", type=int, default=1)
    how = dict(type=some_of(CASES), default=",".join(CASES))
    parser.add_argument("--cases", **how, help="default: %(default)s")
    args = parser.parse_args(argv)
    os.environ["OMP_NUM_THREADS"] = "1"
    faults = 0
    with tempfile.TemporaryDirectory() as home:
        runs = LostRanks(home, args.seed)
        for name in args.cases:
            try:
                print(f"{name:9} as it should be: {CASES[name](runs, args.rounds)}", flush=True)
            except Fault as fault:
                faults += 1
                print(f"{name:9} FAULT: {fault}", flush=True)
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
