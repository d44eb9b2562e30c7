"""The picture of training: what is drawn, and what is refused."""

import os

import pytest

import loss_curve
from training.curve import write_curve


@pytest.fixture
def runs(tmp_path):
    """The parameters of two runs with their tables, of 100 and of 3 steps."""
    paths = []
    for name, steps in (("a/x.params", 100), ("b.params", 3)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        losses = [5 - step / steps for step in range(steps)]
        times = [2.0 * step for step in range(steps)]
        write_curve(f"{path}.csv", 10, losses, [1e-3] * steps, times)
        paths.append(path)
    return paths


@pytest.mark.parametrize("n", [1, 3, 49, 50, 120, 1000])
def test_points_are_means_of_a_fiftieth(n):
    values = [float((7 * i) % 11) for i in range(n)]
    width = max(1, n // 50)
    for at, mean in enumerate(loss_curve.smoothed(values)):
        last = values[max(0, at - width + 1) : at + 1]
        assert mean == pytest.approx(sum(last) / len(last))


@pytest.mark.parametrize(("against", "last"), [("step", 100), ("seconds", 198.0)])
def test_lines_are_the_tables_columns(runs, against, last):
    pytest.importorskip("matplotlib")
    curves = [(path.name, loss_curve.curve_of(str(path))) for path in runs]
    above, below = loss_curve.picture(curves, against).axes
    assert [line.get_xdata()[-1] for line in above.lines[:2]] == [last, last]
    losses = [5 - step / 100 for step in range(100)]
    assert list(above.lines[0].get_ydata()) == pytest.approx(losses)
    assert [len(line.get_ydata()) for line in below.lines] == [100, 3]
    assert [text.get_text().split(",")[0] for text in above.get_legend().get_texts()] == [
        "x.params",
        "b.params",
    ]


def test_the_command_draws_runs_and_tables(runs, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    out = tmp_path / "curves.png"
    argv = [str(runs[0]), f"{runs[1]}.csv", "--outputs_path", str(out), "--against", "seconds"]
    loss_curve.main(argv)
    assert out.read_bytes().startswith(b"\x89PNG")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "x.params      100 steps, 198 seconds, loss 5.00 at first, 4.015 at the end",
        "b.params.csv  3 steps, 4 seconds, loss 5.00 at first, 4.333 at the end",
        f"Picture written to {out}",
    ]


def test_the_table_that_was_written_last_is_drawn(tmp_path):
    """A run that will replace parameters has a table of its own beside its checkpoint."""
    path = tmp_path / "a"
    for number, name in enumerate(("a.csv", "a.checkpoint.csv", "a.csv")):
        write_curve(tmp_path / name, 1, [float(number)], [1.0], [1.0])
        os.utime(tmp_path / name, (number, number))
        assert loss_curve.curve_of(str(path))["loss"] == [number]


def test_runs_of_one_name_are_called_by_their_paths():
    assert loss_curve.labels(["a/x", "b/x", "c/y"]) == ["a/x", "b/x", "y"]


def test_what_cannot_be_drawn_is_refused(runs, tmp_path, refused):
    pytest.importorskip("matplotlib")
    alone, out = tmp_path / "alone.params", tmp_path / "c.png"
    alone.write_bytes(b"")
    for path in (alone, tmp_path / "nothing.csv"):
        line = refused(path, "--outputs_path", out, main=loss_curve.main)
        assert f"{path}: expected the parameters of a run" in line and "got no table" in line
    folder = tmp_path / "no" / "c.png"
    line = refused(runs[0], "--outputs_path", folder, main=loss_curve.main)
    assert "expected an existing folder" in line
    assert not out.exists()
