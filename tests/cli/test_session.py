"""Runs on the command line that are broken off, resumed, completed; and their records."""

import io
import json
import os
import shlex
import signal
import sys

import pytest
import torch
from conftest import biography, questions

import model
import recipes
import run
from cli import loading
from cli.record import read_record
from support.files import sha256
from support.machine import pick_precision
from training.cpu import CpuSteps


@pytest.fixture
def small(monkeypatch):
    """The command line with a small model."""
    build = model.GPTConfig
    sizes = dict(n_layer=1, n_head=2, n_embd=16)
    monkeypatch.setattr(model, "GPTConfig", lambda *a, **k: build(*a, **{**k, **sizes}))


def args(world, *more, steps=7, out="out.params"):
    return [
        *("pretrain", "vanilla", str(world.wiki), "--batch_size", "3", "--device", "cpu"),
        *("--max_steps", str(steps), "--writing_params_path", str(world.folder / out), *more),
    ]


def break_off(monkeypatch, step, act):
    """Do act() in the middle of a step."""
    gradient = CpuSteps.gradient

    def broken(self, micro_batches):
        if len(self.trainer.losses) == step:
            act()
        return gradient(self, micro_batches)

    monkeypatch.setattr(CpuSteps, "gradient", broken)


def stopped(argv):
    with pytest.raises(SystemExit) as stop:
        run.main(argv)
    return stop.value.code


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_and_the_command_it_prints(world, small, monkeypatch, capsys):
    run.main(args(world, out="whole.params"))
    with monkeypatch.context() as patch:
        break_off(patch, 4, interrupt)
        assert stopped(args(world)) == 130
    path = world.folder / "out.params"
    *_, says, command = capsys.readouterr().out.splitlines()
    assert says == (
        f"stopped before epoch 2 iter 1 (step 5 of 7); {path}.checkpoint holds 5 steps."
        " Continue with"
    )
    assert command.split("run.py ", 1)[1] == shlex.join([*args(world), "--resume"])
    assert not path.exists() and not (world.folder / "out.params.lock").exists()
    run.main(args(world, "--resume", "--num_workers", "1"))
    assert "resumed at epoch 2 iter 1 (step 5 of 7)\n" in capsys.readouterr().out
    assert path.read_bytes() == (world.folder / "whole.params").read_bytes()
    assert not (world.folder / "out.params.checkpoint").exists()
    run.main(args(world, "--resume"))
    assert f"{path} is complete, all 7 steps: nothing to resume" in capsys.readouterr().out


def test_a_resumed_run_keeps_its_precision(world, small, monkeypatch, capsys):
    other = {"fp32": "bf16", "bf16": "fp32"}[pick_precision("auto", torch.device("cpu"))]
    with monkeypatch.context() as patch:
        break_off(patch, 4, interrupt)
        assert stopped(args(world, "--precision", other)) == 130
    run.main(args(world, "--resume"))
    run.main(args(world, "--resume"))
    shown = capsys.readouterr().out
    assert "is complete, all 7 steps: nothing to resume" in shown
    assert shown.count(f"device cpu, {other}, ") == 3
    assert json.loads((world.folder / "out.params.json").read_text())["precision"] == other


def test_without_a_checkpoint_it_begins_and_says_so(world, small, capsys):
    run.main(args(world, "--resume", "--keep_checkpoint", "--checkpoint_every", "1"))
    path = world.folder / "out.params"
    says = f"no checkpoint {path}.checkpoint: starting from the beginning"
    assert says in capsys.readouterr().out
    kept = torch.load(f"{path}.checkpoint", weights_only=True)["state"]
    assert kept["losses"].numel() == 4  # the end of the last whole epoch
    path.unlink()
    run.main(args(world, "--resume"))
    assert "resumed at epoch 2 iter 0 (step 4 of 7)" in capsys.readouterr().out


def test_a_checkpoint_is_not_overwritten_by_another_run(world, small, refused):
    path = world.folder / "out.params"
    run.main(args(world, "--keep_checkpoint", "--checkpoint_every", "1"))
    path.unlink()
    before = {p: p.read_bytes() for p in world.folder.iterdir()}
    says = "expected no checkpoint where a run begins, got one; add --resume"
    assert says in refused(*args(world))
    wiki = world.folder / "other.txt"
    wiki.write_text(world.wiki.read_text(encoding="utf-8") + biography("Al Gray", "Graz"))
    for change, field in (
        (["--seed", "3"], "seed: expected 224, got 3;"),
        (["--recipe", "fast"], "recipe: expected 'handout', got 'fast';"),
        (["--learning_rate", "1e-4"], "learning_rate: expected 0.006, got 0.0001;"),
        (["--max_steps", "9"], "max_steps: expected 7, got 9;"),
        (["--reading_params_path", world.wiki], "expected a parameter file"),
    ):
        assert field in refused(*args(world, "--resume", *change))
    for at, value, field in (
        (1, "synthesizer", "variant: expected 'vanilla', got 'synthesizer';"),
        (2, wiki, "corpus_sha256: expected '"),
    ):
        argv = args(world, "--resume")
        argv[at] = str(value)
        line = refused(*argv)
        assert field in line and "the run began with: " in line
    wiki.unlink()
    assert {p: p.read_bytes() for p in world.folder.iterdir()} == before
    assert "--resume continues pretrain and finetune" in refused(
        *("evaluate", "vanilla", world.wiki, "--reading_params_path", "p", "--resume"),
        *("--eval_corpus_path", world.dev, "--outputs_path", "o"),
    )


def test_a_run_with_muon_and_questions_resumes_to_the_bit(world, small, monkeypatch):
    more = ["--recipe", "mixed", "--finetune_corpus_path", str(world.train)]
    run.main(args(world, *more, out="whole.params"))
    with monkeypatch.context() as patch:
        break_off(patch, 4, interrupt)
        assert stopped(args(world, *more)) == 130
    run.main(args(world, *more, "--resume"))
    whole, resumed = (world.folder / f"{name}.params" for name in ("whole", "out"))
    assert resumed.read_bytes() == whole.read_bytes()


def test_leaving_at_once(world, small, monkeypatch, capsys):
    def twice():
        interrupt(), interrupt()

    with monkeypatch.context() as patch:
        break_off(patch, 2, twice)
        assert stopped(args(world)) == 130
    assert "no checkpoint was written. Begin again with\n" in capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(recipes, "CHECKPOINT_SECONDS", 0.0)
        patch.setattr(recipes, "CHECKPOINT_SHARE", float("inf"))
        break_off(patch, 2, twice)
        assert stopped(args(world)) == 130
    shown = capsys.readouterr().out
    assert "left at once before epoch 1 iter 2 (step 2 of 7); " in shown
    assert "out.params.checkpoint holds 2 steps. Continue with\n" in shown


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
    ],
    ids=("CUDA", "Linux", "Windows"),
)
def test_no_memory_names_the_flag_and_keeps_the_run(world, small, monkeypatch, refused, error):
    def too_much():
        raise error

    break_off(monkeypatch, 3, too_much)
    line = refused(*args(world), code=1)
    remedy = "a smaller --batch_size or --block_size, or a smaller model"
    assert line == f"run.py: stopped: out of memory; try {remedy}"
    kept = torch.load(world.folder / "out.params.checkpoint", weights_only=True)["state"]
    assert kept["losses"].numel() == 3


def test_what_is_neither_the_users_nor_ours(world, small, monkeypatch, refused):
    def broken_pipe():
        raise BrokenPipeError(32, "Broken pipe")

    def bug():
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        break_off(patch, 1, broken_pipe)
        assert "stopped: [Errno 32] Broken pipe; --resume" in refused(*args(world), code=1)
    assert (world.folder / "out.params.checkpoint").exists()
    break_off(monkeypatch, 2, bug)
    with pytest.raises(RuntimeError, match="a bug"):
        run.main(args(world, "--resume"))
    kept = torch.load(world.folder / "out.params.checkpoint", weights_only=True)["state"]
    assert kept["losses"].numel() == 2


def test_no_message_promises_a_checkpoint_that_is_not_there(world, small, monkeypatch, refused):
    def lost():
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        break_off(patch, 0, lost)
        line = refused(*args(world), code=1)
        assert line == "run.py: stopped: [Errno 5] Input/output error"
    with monkeypatch.context() as patch:
        patch.setattr(loading, "build", lambda source: lost())
        assert refused(*args(world), code=1) == "run.py: stopped: [Errno 5] Input/output error"
    assert not list(world.folder.glob("out.*"))


@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("broken", [False, True])
def test_training_and_evaluation_need_no_listener(world, small, monkeypatch, name, broken):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError(32, "Broken pipe")

    def evaluation(out):
        argv = ["evaluate", "vanilla", world.wiki, "--reading_params_path", world.folder / "whole"]
        argv += ["--eval_corpus_path", world.dev, "--outputs_path", world.folder / out]
        return [str(word) for word in argv]

    def made(commands):
        return [(world.folder / argv[argv.index(flag) + 1]).read_bytes() for argv, flag in commands]

    flags = ("--writing_params_path", "--outputs_path")
    first = list(zip((args(world, out="whole"), evaluation("whole.txt")), flags, strict=True))
    second = list(zip((args(world, out="alone"), evaluation("alone.txt")), flags, strict=True))
    for argv, _ in first:
        run.main(argv)
    monkeypatch.setattr(sys, name, Gone() if broken else None)
    for argv, _ in second:
        if broken and name == "stdout":
            assert stopped(argv) == 141
        else:
            run.main(argv)
        assert (
            world.folder / f"{argv[argv.index(flags[argv[0] == 'evaluate']) + 1]}.json"
        ).exists()
    assert made(first) == made(second)


def test_two_runs_through_a_link_and_its_target(world, small, monkeypatch, refused):
    """A link and its target have one checkpoint and one record, as they have one lock."""
    link, target = world.folder / "link", world.folder / "out.params"
    link.symlink_to("out.params")
    with monkeypatch.context() as patch:
        break_off(patch, 4, interrupt)
        assert stopped(args(world, out="link")) == 130
    assert (world.folder / "out.params.checkpoint").exists()
    assert "expected no checkpoint where a run begins" in refused(*args(world))
    evaluate = ["evaluate", "vanilla", world.wiki, "--eval_corpus_path", world.dev]
    line = refused(*evaluate, "--outputs_path", world.folder / "p", "--reading_params_path", link)
    assert "expected parameters, got those of an unfinished run" in line and "--resume" in line
    run.main(args(world, "--resume"))
    assert link.is_symlink() and read_record(link)["steps"] == 7 == read_record(target)["steps"]
    names = sorted(path.name for path in world.folder.glob("[lo]*"))
    assert names == ["link", "out.params", "out.params.csv", "out.params.json"]


def test_a_full_disk_stops_the_run_in_one_line(world, small, monkeypatch, refused):
    def full(handle):
        raise OSError(28, "No space left on device")

    path = world.folder / "out.params"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    assert f"{path}: expected to write this file, got: No space left" in refused(*args(world))
    monkeypatch.setattr(recipes, "CHECKPOINT_SECONDS", 0.0)
    assert f"{path}.checkpoint: expected to write this file" in refused(*args(world))
    assert path.read_bytes() == b"old" and not list(world.folder.glob(".*"))


def test_records_of_the_whole_experiment(world, small, capsys, refused):
    path, answers = world.folder / "out.params", world.folder / "dev.predictions"
    run.main(args(world))
    facts = json.loads((world.folder / "out.params.json").read_text(encoding="utf-8"))
    assert (facts["variant"], facts["recipe"], facts["seed"]) == ("vanilla", "handout", 224)
    assert facts["steps"] == 7 and facts["device"] == "cpu" and facts["final_loss"] > 0
    assert facts["parameters"] == sum(
        t.numel() for name, t in torch.load(path).items() if not name.endswith("attn.mask")
    )
    assert 0 < facts["peak_mb"] < 2**17
    assert facts["corpus_sha256"] == sha256(world.wiki) and facts["seconds"] >= 0
    assert "pretrain vanilla" in facts["command"] and facts["torch"] == torch.__version__
    evaluate = ["evaluate", "vanilla", world.wiki, "--reading_params_path", path]
    evaluate += ["--eval_corpus_path", world.dev, "--outputs_path", answers, "--device", "cpu"]
    for _ in range(2):
        run.main([str(word) for word in evaluate])
    facts = json.loads((world.folder / "dev.predictions.json").read_text(encoding="utf-8"))
    assert facts["questions"] == 4 and facts["accuracy"] == facts["correct"] / 4
    assert facts["parameters_sha256"] == sha256(path)
    assert "replacing" not in capsys.readouterr().out
    world.dev.write_text(questions([("Bo Lind", "Oslo")]), encoding="utf-8")
    run.main([str(word) for word in evaluate])
    assert f"replacing {answers}, which came from: " in capsys.readouterr().out
    evaluate[1] = "synthesizer"
    line = refused(*evaluate)
    assert "out.params: variant: expected that of its record, 'vanilla', got 'synthesizer'" in line
    evaluate[1] = "vanilla"
    world.wiki.write_text(world.wiki.read_text(encoding="utf-8") + "€", encoding="utf-8")
    says = "expected the corpus of its training, got one that also has '€'; pass the wiki.txt"
    assert says in refused(*evaluate)


def test_killed_between_the_last_two_acts(world, small, capsys):
    """The parameters and their record are there, and the checkpoint still."""
    argv, path = args(world), world.folder / "out.params"
    run.main([*argv, "--keep_checkpoint", "--checkpoint_every", "1"])
    before = path.read_bytes()
    run.main([*argv, "--resume"])
    assert f"{path} is complete, all 7 steps" in capsys.readouterr().out
    assert not (world.folder / "out.params.checkpoint").exists() and path.read_bytes() == before
