"""The command line in several processes: one voice, one writer, one end; and torchrun itself."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import torch
from conftest import ROOT, biography
from together import SECONDS, commands

import model
import recipes
import run
from cli import loading
from support import machine, ranks, torchrun
from support.errors import InputError
from training.cpu import CpuSteps

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or torch.cuda.is_available(), reason="forks after torch has started"
)
STEPS = 7
KILLED_ONCE = """
import os, sys
sys.path[:0] = {paths}
import broken_runs, run
from data import examples
from training.cpu import CpuSteps
broken_runs.shrink(False)
examples.MICRO_BATCH_TOKENS = 64
gradient = CpuSteps.gradient
def broken(self, micro_batches):
    if len(self.trainer.losses) == 4 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        if self.trainer.ranks.rank == 1:
            broken_runs.die()
    return gradient(self, micro_batches)
CpuSteps.gradient = broken
run.main()
"""
# torchrun, whose workers are forked from a process that has imported all this once
TORCHRUN = """
import multiprocessing
multiprocessing.set_forkserver_preload(["imported"])
from torch.distributed.run import main
main()
"""
IMPORTED = "import sys; sys.path[:0] = {paths}; import together, broken_runs, trainer"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A small model, which the forked processes have too."""
    build = model.GPTConfig
    sizes = dict(n_layer=1, n_head=2, n_embd=16)
    monkeypatch.setattr(model, "GPTConfig", lambda *a, **k: build(*a, **{**k, **sizes}))
    monkeypatch.setattr("data.examples.MICRO_BATCH_TOKENS", 64)


def args(world, *more, out="out.params"):
    return [
        *("pretrain", "vanilla", str(world.wiki), "--batch_size", "3", "--device", "cpu"),
        *("--max_steps", str(STEPS), "--writing_params_path", str(world.folder / out), *more),
    ]


def at_step(step, acts):
    """For `before`: in the middle of a step, rank r does acts[r]()."""

    def before(rank):
        gradient = CpuSteps.gradient

        def broken(self, micro_batches):
            if len(self.trainer.losses) == step and rank in acts:
                acts[rank]()
            return gradient(self, micro_batches)

        CpuSteps.gradient = broken

    return before


def send(number):
    return lambda: os.kill(os.getpid(), number)


def ours(shown):
    return [line for line in shown.splitlines() if "run.py: " in line]


# -------------------------------------------------------------------------------------- one voice


def test_the_experiment_in_two_processes_is_that_in_one(world, capsys):
    run.main(args(world, out="one.params"))
    one = capsys.readouterr().out
    codes, out, err = commands(2, args(world, "--checkpoint_every", "1"))
    path = world.folder / "out.params"
    assert codes == [0, 0], err
    assert path.read_bytes() == (world.folder / "one.params").read_bytes()
    assert out == one.replace("device cpu,", "device cpu, 2 processes,").replace("one.", "out.")
    assert err.count("train loss") == 1  # one bar; where no terminal is, one line
    facts = json.loads((world.folder / "out.params.json").read_text())
    assert facts["processes"] == 2 and facts["steps"] == STEPS
    evaluate = ["evaluate", "vanilla", world.wiki, "--reading_params_path", path]
    evaluate += ["--eval_corpus_path", world.dev, "--device", "cpu", "--batch_size", "1"]
    run.main([str(word) for word in [*evaluate, "--outputs_path", world.folder / "one"]])
    one = capsys.readouterr().out
    codes, out, err = commands(2, [*evaluate, "--outputs_path", world.folder / "two"])
    assert (codes, out) == ([0, 0], one) and "Correct: " in out
    assert (world.folder / "two").read_bytes() == (world.folder / "one").read_bytes()
    left = {path.name for path in world.folder.iterdir()}
    assert not [name for name in left if "checkpoint" in name or "lock" in name]


def test_bad_input_is_one_line_and_nothing_is_written(world):
    other = world.folder / "other.txt"
    other.write_text(world.wiki.read_text(encoding="utf-8") + biography("Al Gray", "Graz"))
    broken = world.folder / "broken.params.checkpoint"
    broken.write_bytes(b"broken")
    before = {path: path.read_bytes() for path in world.folder.iterdir()}

    def another_corpus(rank):
        real = loading.build
        if rank == 1:

            def build(source):
                object.__setattr__(source, "corpus_path", str(other))
                return real(source)

            loading.build = build

    for argv, how, says in (
        (args(world, "--seed", "x"), None, "argument --seed: expected a whole number"),
        (args(world, out="no/out.params"), None, "--writing_params_path: expected an existing"),
        (args(world), another_corpus, "corpus_sha256: expected that of rank 0 on all ranks, '"),
        (args(world, "--resume", out="broken.params"), None, "expected a checkpoint that torch"),
    ):
        codes, out, err = commands(2, argv, how)
        (line,) = ours(err)
        assert 2 in codes and set(codes) <= {1, 2} and says in line, (codes, err)
        assert "Traceback" not in err
        assert {path: path.read_bytes() for path in world.folder.iterdir()} == before


def test_a_bug_shows_its_traceback_on_any_rank(world):
    def bug():
        raise KeyError("a bug")

    codes, _, err = commands(2, args(world), at_step(2, {1: bug}))
    assert codes[0] == 1 and codes[1] == 99 and "KeyError: 'a bug'" in err


# --------------------------------------------------------------------------------------- endings


def test_a_rank_is_killed_and_any_number_continue(world):
    run.main(args(world, out="one.params"))
    want = (world.folder / "one.params").read_bytes()
    path = world.folder / "out.params"
    codes, _, err = commands(2, args(world), at_step(4, {1: send(signal.SIGKILL)}))
    (line,) = ours(err)
    assert codes == [1, -signal.SIGKILL] and "Traceback" not in err
    assert line.startswith("run.py: stopped: expected all processes of the run, lost one (")
    assert line.endswith("); --resume continues the run") and ".cc:" not in line
    kept = (world.folder / "out.params.checkpoint").read_bytes()
    steps = torch.load(f"{path}.checkpoint", weights_only=True)["state"]["losses"].numel()
    assert steps == 4  # what was whole
    run.main(args(world, "--resume"))
    assert path.read_bytes() == want
    for number in (2, 3):
        path.unlink()
        (world.folder / "out.params.checkpoint").write_bytes(kept)
        codes, out, err = commands(number, args(world, "--resume"))
        assert codes == [0] * number and out.count(f"resumed at epoch 1 iter {steps}") <= 1, err
        assert out.count("resumed at ") == 1 and path.read_bytes() == want
    assert commands(2, args(world, "--resume"))[1].count("nothing to resume") == 1


def test_the_first_rank_is_killed(world, monkeypatch):
    monkeypatch.setattr(recipes, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(recipes, "CHECKPOINT_SHARE", float("inf"))
    run.main(args(world, out="one.params"))
    codes, _, err = commands(2, args(world), at_step(4, {0: send(signal.SIGKILL)}))
    assert codes == [-signal.SIGKILL, 1], err
    (line,) = ours(err)
    assert "lost one" in line
    codes, out, err = commands(2, args(world, "--resume"))
    assert codes == [0, 0] and "(step 4 of 7)" in out, err
    one, two = (world.folder / f"{name}.params" for name in ("one", "out"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("rank", [0, 1])
def test_a_signal_to_one_stops_all_in_the_same_step(world, rank):
    codes, out, err = commands(2, args(world), at_step(4, {rank: send(signal.SIGINT)}))
    assert codes[rank] == 130 and codes[1 - rank] == 143, err
    *_, says, command = out.splitlines()
    assert "(step 5 of 7)" in says and "holds 5 steps. Continue with" in says
    words = shlex.split(command)
    assert words[words.index("--nproc_per_node") + 1] == "2"
    assert words[-len(args(world)) - 1 :] == [*args(world), "--resume"]
    assert err.count("finishing this step") == (rank == 0)


def test_a_second_run_is_refused(world):
    from support.files import locked

    with locked(str(world.folder / "out.params")):
        codes, _, err = commands(2, args(world))
    (line,) = ours(err)
    assert codes == [2, 1] and "expected no other run to write it" in line


def test_a_process_that_freezes_is_noticed(world, monkeypatch):
    """After five minutes, says docs/clusters.md; here after two seconds."""
    assert ranks.TIMEOUT.total_seconds() == 5 * 60
    monkeypatch.setattr(ranks, "TIMEOUT", timedelta(seconds=2))
    frozen = at_step(4, {1: lambda: threading.Event().wait(8)})  # without the limit it goes on then
    codes, _, err = commands(2, args(world), frozen)
    assert codes[0] == 1
    assert "expected all processes of the run, lost one" in ours(err)[0]


# --------------------------------------------------------------------------------------- torchrun


def test_torchrun_heals_a_run(world):
    """A rank kills itself; torchrun starts both again, and they go on."""
    run.main(args(world, out="one.params"))
    paths = [str(ROOT / name) for name in ("src", "bench", "tests")]
    script, imported = world.folder / "run.py", world.folder / "imported.py"
    script.write_text(KILLED_ONCE.format(paths=paths))
    imported.write_text(IMPORTED.format(paths=paths))
    argv = args(world, "--resume", "--checkpoint_every", "1")
    done = subprocess.run(
        [
            *(sys.executable, "-c", TORCHRUN, "--nproc_per_node", "2", "--max-restarts", "3"),
            *("--run-path", "--start-method", "forkserver", str(script), *argv),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(world.folder)},
    )
    assert done.returncode == 0, done.stderr
    one, two = (world.folder / f"{name}.params" for name in ("one", "out"))
    assert one.read_bytes() == two.read_bytes()
    assert len(ours(done.stderr)) == 1 and done.stdout.count("Parameters written to") == 1
    assert (
        "--max-restarts 3" in json.loads((world.folder / "out.params.json").read_text())["command"]
    )


def test_without_torchrun_there_is_no_talk_of_it(world, monkeypatch):
    """torch imports torch.distributed by itself; we do not ask for it."""
    asked, real = [], __import__

    def counted(name, globals=None, locals=None, fromlist=(), level=0):
        if name.startswith("torch.distributed") and str(ROOT / "src") in globals["__file__"]:
            asked.append(name)
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr("builtins.__import__", counted)
    monkeypatch.setenv("RANK", "1")  # as some clusters set it
    run.main(args(world))
    assert not asked and torchrun.command("python") == ["python"] and torchrun.take_last_word()


def test_each_process_has_its_gpu(monkeypatch):
    chosen = []
    for name, value in (
        ("TORCHELASTIC_RUN_ID", "1"),
        ("LOCAL_RANK", "1"),
        ("LOCAL_WORLD_SIZE", "2"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setattr(torch, "ones", lambda *size, device: torch.zeros(*size))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert machine.pick_device("auto").type == "cuda" and chosen == [1]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(InputError, match="expected one process a GPU, 1 at most, got 2; lower it"):
        machine.pick_device("auto")
