"""Fault injection: runs are killed, stopped, starved of disk or started twice.

    python bench/faults.py                                  # every case, about ten minutes
    python bench/faults.py --rounds 4 --cases kills,disk    # some, fewer times

Each run is run.main(argv) with a tiny model on a tiny corpus, in a process forked from this one so
that torch is imported once; some in a Python of their own, as on a command line. A checkpoint is
written after every step, so that many kills hit a save. Prints a table, then a line of JSON; exit
code 1 if anything was not as it should be. Needs fork, so Linux or macOS.
"""

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import torch

from broken_runs import (
    CALLS,
    SRC,
    STEPS,
    BrokenRuns,
    Fault,
    at_call,
    check,
    command_line,
    die,
    disk_is_full,
    run,
    shrink,
    some_of,
    wait_for,
)
from cli.arguments import int_in_range
from support.errors import Parser
from training.curve import HEAD

UNFINISHED = ["out.params.checkpoint", "out.params.checkpoint.csv"]  # left by a stopped run


def kills(runs, rounds):
    """SIGKILL: a third of them placed inside saves, the others at random moments."""
    done = {"killed": 0, "in a save": 0, "command line": 0, "resumed": 0, "runs": 0}
    while done["killed"] < rounds:
        path = runs.fresh(f"kill{done['runs']}")
        workers = ["--num_workers", str(runs.random.choice((0, 0, 0, 2)))]
        for _ in range(runs.random.randint(1, 3)):
            argv = runs.argv(path, "--resume", *workers)
            if runs.random.random() < 1 / 3:
                name = runs.random.choice(CALLS)
                saves = STEPS + 2  # a checkpoint a step, the parameters, the record
                number = runs.random.randint(1, {"fsync": 2 * saves, "unlink": 2}.get(name, saves))
                code, log = runs.wait(runs.start(argv, at_call(number, name, die)))
                done["in a save"] += code == -signal.SIGKILL
            elif done["command line"] < max(1, rounds // 10) and done["killed"]:
                process = subprocess.Popen(
                    command_line(argv), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                checkpoint = Path(f"{path}.checkpoint")
                # None if an earlier kill came after the last act: then there is nothing to do.
                wait_for(lambda p=process, c=checkpoint: c.exists() or p.poll() is not None)
                time.sleep(runs.random.uniform(0, 2 * runs.seconds))
                process.kill()
                code, log = process.wait(), ""
                done["command line"] += code == -signal.SIGKILL
            else:
                started = runs.start(argv)
                time.sleep(runs.random.uniform(0, runs.seconds))
                os.kill(started[0], signal.SIGKILL)
                code, log = runs.wait(started)
            check(code in (0, -signal.SIGKILL), f"ended with {code}: {log[-2000:]}")
            runs.check_whole(path)
            done["killed"] += code == -signal.SIGKILL
        log = runs.resume(path, *workers)
        done["resumed"] += "resumed at" in log
        done["runs"] += 1
    return f"{done['runs']} runs bit-equal after {done['killed']} kills, {done}"


def signals(runs, rounds):
    """Ctrl-C, SIGTERM, SIGHUP: exit code, one command printed, which completes the run."""
    stopped = {}
    n = -1
    while sum(stopped.values()) < rounds:
        n += 1
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[n % 3]
        path = runs.fresh(f"signal{n}")
        workers = ["--num_workers", str(2 * (n % 2))]
        started = runs.start(runs.argv(path, *workers))
        wait_for(lambda path=path: Path(f"{path}.checkpoint").exists())
        time.sleep(runs.random.uniform(0, runs.seconds / 2))
        os.kill(started[0], number)
        code, log = runs.wait(started)
        if not Path(f"{path}.checkpoint").exists():  # it was through before the signal
            runs.check_complete(path)
            continue
        check(code == 128 + number, f"ended with {code} after signal {number}: {log[-2000:]}")
        runs.check_whole(path)
        left = sorted(os.listdir(path.parent))
        check(left == UNFINISHED, f"left behind: {left}")
        command = shlex.split(log.strip().splitlines()[-1])
        check(command[1] == str(SRC / "run.py"), f"no command to resume: {log[-2000:]}")
        if n == 0:
            done = subprocess.run(command_line(command[2:]), capture_output=True, text=True)
            code, log = done.returncode, done.stdout + done.stderr
        else:
            code, log = runs.wait(runs.start(command[2:]))
        check(code == 0 and "resumed at" in log, f"the printed command: {code}, {log[-2000:]}")
        runs.check_complete(path)
        stopped[number.name] = stopped.get(number.name, 0) + 1
    return f"stopped {stopped}; each printed command completed its run, bit-equal"


def twice(runs, rounds):
    """A second Ctrl-C, during a save or between: out at once, files whole, resumable."""
    left_at_once = 0
    for n in range(rounds):
        path = runs.fresh(f"twice{n}")

        def two():
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)

        name = CALLS[n % 4]
        argv = runs.argv(path)
        code, log = runs.wait(runs.start(argv, at_call(runs.random.randint(4, 20), name, two)))
        check(code == 130 and "left at once" in log, f"ended with {code}: {log[-2000:]}")
        left = set(os.listdir(path.parent))
        check(left <= set(UNFINISHED), f"left behind: {left}")
        runs.resume(path)
        left_at_once += 1
    return f"{left_at_once} left inside a save with code 130, no file broken, resumed bit-equal"


def terminal(runs, rounds):
    """The terminal closes (a lost ssh connection): checkpoint, exit 129, resumable."""
    import pty

    for n in range(rounds):
        path = runs.fresh(f"terminal{n}")
        argv = runs.argv(path)
        pid, master = pty.fork()
        if not pid:
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  (it was perhaps a file)
            shrink(True)
            try:
                run.main(argv)
            except SystemExit as stop:
                os._exit(stop.code or 0)
            except BaseException:
                os._exit(99)
            os._exit(0)
        os.set_blocking(master, False)

        def written():
            with suppress(BlockingIOError):  # read, or the run waits for a reader
                os.read(master, 4096)  # noqa: B023
            return Path(f"{path}.checkpoint").exists()  # noqa: B023

        wait_for(written)
        os.close(master)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        check(code == 128 + signal.SIGHUP, f"ended with {code}")
        check(sorted(os.listdir(path.parent)) == UNFINISHED, "left behind")
        runs.resume(path)
    return f"{rounds} closed; exit 129 with a checkpoint, resumed bit-equal"


def disk(runs, rounds):
    """No room (a file-size limit, or ENOSPC from fsync) in each kind of save."""
    done = []

    def limit(size):
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def expect(what, name, argv, before, every_step=True, old=b"old"):
        """The run is refused in one line, and the file `name` is as it was."""
        target = Path(name)
        target.write_bytes(old)
        files = set(os.listdir(target.parent))
        code, log = runs.wait(runs.start(argv, before, every_step))
        line = log.strip().splitlines()[-1]
        check(code == 2, f"{what}: ended with {code}: {log[-2000:]}")
        check(line.startswith("run.py: error: ") and "expected to write" in line, line)
        check("Traceback" not in log, f"{what}: {log[-2000:]}")
        check(target.read_bytes() == old, f"{what}: {name} was changed")
        added = {name for name in set(os.listdir(target.parent)) - files if ".tmp" in name}
        check(not added, f"{what}: left {added}")
        done.append(what)

    for n in range(rounds):
        path = runs.fresh(f"disk{n}")
        size = runs.random.choice((5_000, 20_000))  # the log counts too
        expect("parameters", path, runs.argv(path), limit(size), False)
        code, _ = runs.wait(runs.start(runs.argv(path), at_call(9, "replace", die)))
        kept = Path(f"{path}.checkpoint").read_bytes()
        argv = runs.argv(path, "--resume")
        expect("checkpoint", f"{path}.checkpoint", argv, limit(size + 20_000), old=kept)
        full = at_call(1, "fsync", disk_is_full)
        expect("checkpoint, fsync", f"{path}.checkpoint", argv, full, old=kept)
        path.unlink()
        runs.resume(path)
        argv = runs.argv(path := runs.fresh(f"disk{n}"))
        fifth = at_call(5, "fsync", disk_is_full)  # after the parameters and the curve, each with
        #                                            its folder
        expect("record", f"{path}.json", argv, fifth, False, b'{"sha256": ""}')
        check(path.read_bytes() == runs.expected, "the parameters are whole all the same")
        Path(f"{path}.csv").write_text(f"{HEAD}\n", encoding="utf-8")
        third = at_call(3, "fsync", disk_is_full)
        code, log = runs.wait(runs.start(argv, third, False))
        check(code == 0 and f"note: {path}.csv: expected to write" in log, log[-2000:])
        check(Path(f"{path}.csv").read_text(encoding="utf-8") == f"{HEAD}\n", "a changed curve")
        answers = path.parent / "answers"
        ask = ["evaluate", "vanilla", str(runs.folder / "wiki.txt"), "--device", "cpu"]
        ask += ["--reading_params_path", str(runs.reference), "--outputs_path", str(answers)]
        ask += ["--eval_corpus_path", str(runs.folder / "ask.tsv")]
        expect("predictions", answers, ask, at_call(1, "fsync", disk_is_full))
    kinds = sorted(set(done))
    refused = f"{len(done)} saves refused in one line, old file intact: {', '.join(kinds)}"
    return f"{refused}; a curve that could not be written was a note, {rounds} times"


def folder(runs, rounds):
    """A folder that may not be written to: refused before the run, nothing computed."""
    for n in range(rounds):
        path = runs.fresh(f"folder{n}")
        os.chmod(path.parent, 0o555)

        def nobody():
            if os.geteuid() == 0:
                os.setuid(65534)

        os.chmod(runs.folder, 0o755)
        for more in ([], ["--resume"]):
            code, log = runs.wait(runs.start(runs.argv(path, *more), nobody))
            line = log.strip().splitlines()[-1]
            check(code == 2 and "expected a folder to write in" in line, f"{code}: {log[-2000:]}")
        os.chmod(path.parent, 0o755)
        argv = runs.argv(path)

        def vanish():
            shutil.rmtree(path.parent)  # noqa: B023

        code, log = runs.wait(runs.start(argv, at_call(6, "mkstemp", vanish)))
        check(code == 2 and "expected to write" in log.splitlines()[-1], f"{code}: {log[-2000:]}")
        check("Traceback" not in log, log[-2000:])
    return f"{2 * rounds} refused before the run, {rounds} whose folder vanished: one line, exit 2"


def two_runs(runs, rounds):
    """A second run with the same output path: refused; the first one's result is right."""
    for n in range(rounds):
        path = runs.fresh(f"two{n}")
        first = runs.start(runs.argv(path))
        wait_for(lambda path=path: Path(f"{path}.checkpoint").exists())
        os.kill(first[0], signal.SIGSTOP)
        for more in ([], ["--resume"]):
            code, log = runs.wait(runs.start(runs.argv(path, *more)))
            line = log.strip().splitlines()[-1]
            says = f"expected no other run to write it, got one at work (process {first[0]})"
            check(code == 2 and says in line, f"ended with {code}: {line}")
        os.kill(first[0], signal.SIGCONT)
        code, log = runs.wait(first)
        check(code == 0, f"the first run ended with {code}: {log[-2000:]}")
        runs.check_complete(path)
    return f"{2 * rounds} second runs refused in one line; {rounds} first runs right"


CASES = {  # name: (function, share of --rounds)
    "kills": (kills, 1.0),
    "signals": (signals, 1 / 2),
    "twice": (twice, 1 / 3),
    "terminal": (terminal, 1 / 10),
    "disk": (disk, 1 / 10),
    "folder": (folder, 1 / 10),
    "two_runs": (two_runs, 1 / 10),
}


def main(argv=None):
    parser = Parser(prog="faults.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int_in_range(1), default=30, help="kills; the other cases follow"
    )
    parser.add_argument("--seed", type=int, default=1)
    how = dict(type=some_of(CASES), default=",".join(CASES))
    parser.add_argument("--cases", **how, help="default: %(default)s")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    results = {}
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        runs = BrokenRuns(home, args.seed)
        print(f"an uninterrupted run of {STEPS} steps takes {runs.seconds:.1f} s", flush=True)
        for name in args.cases:
            case, share = CASES[name]
            started = time.monotonic()
            try:
                results[name] = {"ok": True, "said": case(runs, max(1, round(share * args.rounds)))}
            except Fault as fault:
                results[name] = {"ok": False, "said": str(fault)}
            results[name]["seconds"] = round(time.monotonic() - started, 1)
            result = results[name]
            verdict = "as it should be" if result["ok"] else "FAULT"
            print(f"{name:9} {verdict} ({result['seconds']} s): {result['said']}", flush=True)
    print(json.dumps({"rounds": args.rounds, "seed": args.seed, "cases": results}))
    return 0 if all(result["ok"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
