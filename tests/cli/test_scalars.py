"""Loss and rate for TensorBoard, and the rates of the assignment's later years."""

import json
import sys
import warnings

import pytest
import torch

import run
from cli.scalars import Scalars
from trainer import Trainer, TrainerConfig


class Log:
    """A writer that keeps what it is given."""

    def __init__(self):
        self.values = []

    def add_scalar(self, name, value, step):
        self.values.append((name, value, step))

    def of(self, name):
        return {step: value for said, value, step in self.values if said == name}


class Slope(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x, y):
        return None, (self.w * x - y).square().mean()


POINTS = [(torch.tensor([1.0]), torch.tensor([3.0]))] * 10


def test_a_writer_gets_each_loss_and_the_rate_that_is_printed():
    log = Log()
    config = TrainerConfig(
        max_epochs=2, batch_size=4, lr_decay=True, warmup_tokens=100, learning_rate=0.5, writer=log
    )
    first = Trainer(Slope(), POINTS, None, config)
    first.train()
    assert log.of("train/loss") == dict(enumerate(first.losses)) and len(first.losses) == 6
    seen = (4, 8, 10, 14, 18, 20)  # tokens
    assert log.of("train/lr") == pytest.approx({i: 0.5 * n / 100 for i, n in enumerate(seen)})
    assert len(log.values) == 12  # each once


def test_a_run_that_goes_on_writes_the_steps_that_are_left():
    config = TrainerConfig(max_epochs=2, batch_size=4, max_steps=2)
    first = Trainer(Slope(), POINTS, None, config)
    first.train()
    log = Log()
    second = Trainer(Slope(), POINTS, None, TrainerConfig(max_epochs=2, batch_size=4, writer=log))
    second.restore(first.state())
    second.train()
    assert list(log.of("train/loss")) == list(log.of("train/lr")) == [2, 3, 4, 5]


def argv(world, function="pretrain", *more):
    argv = [function, "vanilla", world.wiki, "--writing_params_path", world.folder / "p"]
    if function == "finetune":
        argv += ["--finetune_corpus_path", world.train]
    return [str(word) for word in (*argv, "--device", "cpu", *more)]


def recorded(world):
    return json.loads((world.folder / "p.json").read_text(encoding="utf-8"))


def read_back(folder):
    """{name: {step: value}} as TensorBoard shows it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own imports
        module = "tensorboard.backend.event_processing.event_accumulator"
        events = pytest.importorskip(module).EventAccumulator(str(folder))
    events.Reload()
    return {
        name: {event.step: event.value for event in events.Scalars(name)}
        for name in events.Tags()["scalars"]
    }


def test_a_run_keeps_a_folder_for_tensorboard(world, monkeypatch, capsys):
    pytest.importorskip("tensorboard")
    monkeypatch.chdir(world.folder)
    name = ("--tb_expt_name", "first", "--batch_size", "4", "--pretrain_lr", "0.5")
    for steps in (5, 3):  # the second run takes the place of the first
        run.main(argv(world, "pretrain", *name, "--max_steps", str(steps)))
    assert "for TensorBoard: expt/pretrain/first_vanilla_lr_0.5\n" in capsys.readouterr().out
    shown = read_back(world.folder / "expt" / "pretrain" / "first_vanilla_lr_0.5")
    assert shown.keys() == {"train/loss", "train/lr"}
    assert list(shown["train/loss"]) == list(shown["train/lr"]) == [0, 1, 2]
    assert shown["train/loss"][2] == pytest.approx(recorded(world)["final_loss"])
    assert "writer" not in recorded(world)


def test_a_log_that_cannot_be_written_ends_and_not_the_run(world, monkeypatch, capsys):
    pytest.importorskip("tensorboard")
    monkeypatch.chdir(world.folder)
    (world.folder / "expt").write_text("a file, no folder")
    run.main(argv(world, "pretrain", "--tb_expt_name", "x", "--max_steps", "2"))
    said = capsys.readouterr().err
    assert said.count("note: TensorBoard's log expt/pretrain/x_vanilla_lr_0.006 ends here: ") == 1
    assert recorded(world)["steps"] == 2


def test_without_the_package_one_line_says_how_to_get_it(world, monkeypatch, refused):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    line = refused(*argv(world, "pretrain", "--tb_expt_name", "x"))
    assert "--tb_expt_name: expected tensorboard, got none in" in line
    assert line.endswith("install it with: python -m pip install tensorboard")
    run.main(argv(world, "pretrain", "--max_steps", "1"))  # nothing else needs it
    assert Scalars("never made").close() is None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a"])
def test_the_name_is_no_path(world, refused, name):
    line = refused(*argv(world, "pretrain", "--tb_expt_name", name))
    assert "expected a name without a folder, got" in line


@pytest.mark.parametrize("function", ["pretrain", "finetune"])
def test_each_phase_has_a_rate_of_its_own(world, function, refused, capsys):
    """It is in the record, and a run that continues must have the same."""
    rates = ("--pretrain_lr", "0.25", "--finetune_lr", "0.125")
    want = {"pretrain": 0.25, "finetune": 0.125}[function]
    other = {"pretrain": "finetune", "finetune": "pretrain"}[function]
    more = ("--epochs", "1", "--keep_checkpoint", "--checkpoint_every", "1")
    run.main(argv(world, function, *rates, *more))
    assert recorded(world)["learning_rate"] == want
    assert f"note: {function} does not use --{other}_lr" in capsys.readouterr().err
    (world.folder / "p").unlink()
    line = refused(*argv(world, function, f"--{function}_lr", "0.5", *more, "--resume"))
    assert f"learning_rate: expected {want}, got 0.5; continue with what the run began" in line
    line = refused(*argv(world, function, f"--{function}_lr", "0.5", "--learning_rate", "0.5"))
    assert f"--learning_rate and --{function}_lr: expected one of them, got both" in line


def test_muons_rate_is_scaled_with_it(world):
    more = ("--recipe", "fast", "--max_steps", "1", "--pretrain_lr", "0.006")  # twice the recipe's
    run.main(argv(world, "pretrain", *more))
    assert recorded(world)["learning_rate"] == 0.006
    assert recorded(world)["muon_rate"] == pytest.approx(0.04)
