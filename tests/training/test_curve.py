"""The curve of a run: a row for every step, also of a run that was broken off and resumed."""

import csv
import math

import pytest
import torch
from conftest import tiny

from support.errors import InputError
from trainer import Trainer, TrainerConfig
from training.checkpoint import Checkpoint
from training.curve import HEAD, curve_path, read_curve, write_curve

ROWS = [torch.tensor([i, 3, 5, 7, 2 + i]) for i in range(7)]
DATA = [(row[:-1], row[1:]) for row in ROWS]
PEAK, WARM_UP, TOKENS = 1e-2, 20, 120  # tokens that a row counts for: 4


def begin(path, saved=None, **changes):
    torch.manual_seed(3)
    config = dict(max_epochs=3, batch_size=3, learning_rate=PEAK, lr_decay=True)
    config |= dict(warmup_tokens=WARM_UP, final_tokens=TOKENS, ckpt_path=str(path)) | changes
    return Trainer(tiny(), DATA, None, TrainerConfig(**config), saved)


def rate_after(tokens):
    """The assignment's, written anew."""
    if tokens < WARM_UP:
        return PEAK * tokens / WARM_UP
    cosine = math.cos(math.pi * (tokens - WARM_UP) / (TOKENS - WARM_UP))
    return PEAK * max(0.1, (1 + cosine) / 2)


def test_a_row_is_a_steps_epoch_loss_and_rate(tmp_path):
    run = begin(tmp_path / "a.params")
    run.train()
    with open(tmp_path / "a.params.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == [str(n) for n in range(1, 10)]
    assert [row["epoch"] for row in rows] == list("111222333")
    assert [float(row["loss"]) for row in rows] == pytest.approx(run.losses, rel=1e-6)
    tokens = [0, 12, 24, 28, 40, 52, 56, 68, 80]  # before each step: batches of 3, 3 and 1 rows
    rates = [PEAK, *map(rate_after, tokens[1:])]  # the first step runs at the peak
    assert [float(row["rate"]) for row in rows] == pytest.approx(rates, rel=1e-6)
    seconds = [float(row["seconds"]) for row in rows]
    assert seconds == sorted(seconds) and seconds[0] >= 0


class StopAfterTwo:
    """A TrainerConfig's writer that stops the run after its second step."""

    def add_scalar(self, name, value, step):
        self.run.stop = step == 1


def test_the_clock_goes_on_where_train_is_called_again(tmp_path):
    run = begin(tmp_path / "p", writer=StopAfterTwo())
    run.config.writer.run = run
    run.train()
    run.stop, so_far = False, run.times[-1]
    run.train()
    assert run.complete and run.times == sorted(run.times) and run.elapsed() >= so_far


def test_a_run_that_was_resumed_has_the_rows_of_one_that_was_not(tmp_path):
    whole, part, path = tmp_path / "whole", tmp_path / "part", tmp_path / "c"
    begin(whole).train()
    first = begin(part, Checkpoint(path, {}), writer=StopAfterTwo())
    first.config.writer.run = first
    first.train()
    first.write_checkpoint()
    unfinished = read_curve(curve_path(path))  # those of finished parameters stay as they are
    assert unfinished["step"] == [1, 2] and not list(tmp_path.glob("part*"))
    second = begin(part, Checkpoint(path, {}))
    state, _ = second.checkpoint.read(second.model, second.total_steps, second.device)
    second.restore(state)
    second.train()
    a, b = read_curve(curve_path(whole)), read_curve(curve_path(part))
    assert all(a[column] == b[column] for column in ("step", "epoch", "loss", "rate"))
    assert b["seconds"][:2] == unfinished["seconds"] and b["seconds"] == sorted(b["seconds"])
    second.checkpoint.remove()
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == ["part", "part.csv", "whole", "whole.csv"]


def test_a_curve_that_cannot_be_written_is_a_note(tmp_path, capsys, monkeypatch):
    run = begin(tmp_path / "a")
    monkeypatch.setattr("trainer.curve_path", lambda path: str(tmp_path / "no" / "a.csv"))
    run.train()
    assert run.complete and (tmp_path / "a").exists()
    said = capsys.readouterr().err
    assert "note: " in said and "expected to write this file" in said


def test_a_table_that_is_no_curve_is_not_replaced(tmp_path):
    (tmp_path / "sales.csv").write_text("year,tons\n")
    (tmp_path / "folder.csv").mkdir()  # which cannot be read as a file
    for name in ("sales", "folder"):
        with pytest.raises(InputError, match="^ckpt_path: expected no file or the curve of a run"):
            begin(tmp_path / name)


def test_the_curve_of_a_link_stands_beside_its_target(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert curve_path(tmp_path / "link") == str(tmp_path / "target.csv")


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "a.csv"
    write_curve(path, 2, [5.5, 1 / 3, 1e-9], [1.0, 0.25, 6e-3], [0.0, 0.125, 9000.5])
    assert read_curve(path) == {
        "step": [1, 2, 3],
        "epoch": [1, 1, 2],
        "loss": pytest.approx([5.5, 1 / 3, 1e-9], rel=1e-6),
        "rate": [1.0, 0.25, 6e-3],
        "seconds": pytest.approx([0.0, 0.125, 9000.5], abs=0.006),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "expected a table of step,epoch,loss,rate,seconds, got 'a,b'"),
        (f"{HEAD}\n", "expected a row for each step, got none"),
        (f"{HEAD}\n1,1,5,0.1,1\n2,1,x,0.1,1\n", "line 3: expected 5 numbers, got '2,1,x,0.1,1'"),
        (f"{HEAD}\n1,1,5\n", "line 2: expected 5 numbers"),
        (f"{HEAD}\n1,1,nan,0.1,1\n", "line 2: expected 5 numbers"),
        ("", "expected text, got an empty file"),
        ("a" * 200_000, "got 'aaaa"),
    ],
)
def test_what_is_no_curve_is_refused(tmp_path, text, message):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_curve(path)
    assert message in str(error.value) and str(path) in str(error.value)
