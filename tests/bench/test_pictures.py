"""bench/pictures.py: every picture is drawn from results, and says so in a line where it cannot."""

import sys

import pytest

import accuracy
import costs
import long_context
import pictures

LINES = [
    {"variant": "vanilla", "recipe": recipe, "budget": work, "pflop": work, "seconds": 9000 * work}
    | {"questions": 500, "correct": correct, "seconds_a_step": work}
    for recipe, work, correct in (("fast", 0.2, 40), ("mixed", 0.1, 90), ("mixed", 0.2, 170))
]
GROWTH = [{"corpus": f"{size}x", "us/real token": 100, "peak MB": 900 + size} for size in (1, 10)]
PUBLIC = [{"variant": "vanilla", "pflop": 2.3, "lowest_percent": 11, "highest_percent": 28}]
DRAWINGS = [
    (pictures.draw_work, [LINES, PUBLIC]),
    (pictures.draw_variants, [{"bundled data": LINES, "course data": LINES[:1]}]),
    (pictures.draw_growth, [GROWTH]),
    (pictures.draw_costs, [{"vanilla": {128: 1.0, 256: 3.0}}, {"vanilla": 1.6}]),
]


@pytest.mark.parametrize(("draw", "results"), DRAWINGS)
def test_a_png(tmp_path, draw, results):
    pytest.importorskip("matplotlib")
    draw(*results, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("main", "argv"),
    [(accuracy.main, ["final"]), (costs.main, ["growth"]), (long_context.main, ["cost"])],
)
def test_where_no_picture_can_be_drawn_nothing_is_measured(
    tmp_path, refused, monkeypatch, main, argv
):
    def measured(*_):
        pytest.fail("it was measured")

    monkeypatch.setattr(accuracy, "run_row", measured)
    monkeypatch.setitem(costs.SECTIONS, "growth", measured)
    monkeypatch.setitem(long_context.SECTIONS, "cost", measured)
    nowhere = str(tmp_path / "none" / "a.png")
    pdf = str(tmp_path / "a.pdf")
    assert f"expected a name that ends in .png, got {pdf}" in refused(
        *argv, "--draw", pdf, main=main
    )
    pytest.importorskip("matplotlib")
    assert f"expected an existing folder, got {nowhere}" in refused(
        *argv, "--draw", nowhere, main=main
    )
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    line = refused(*argv, "--draw", str(tmp_path / "a.png"), main=main)
    assert "argument --draw: expected matplotlib, got none in " in line


@pytest.fixture
def drawn(monkeypatch):
    """The (figure, panels) that are made."""
    pytest.importorskip("matplotlib")
    made, make = [], pictures.panels

    def panels(*args, **how):
        made.append(make(*args, **how))
        return made[-1]

    monkeypatch.setattr(pictures, "panels", panels)
    return made


def test_seeds_of_a_variant_are_one_bar(tmp_path, drawn):
    """130 of 1,000."""
    pictures.draw_variants({"data": LINES[:2]}, tmp_path / "a.png")
    ((_, panel),) = drawn
    (bar,) = panel.patches
    assert bar.get_width() == pytest.approx(13)


def test_seeds_of_a_budget_are_one_point(tmp_path, drawn):
    pictures.draw_work([*LINES, LINES[2] | {"correct": 190}], PUBLIC, tmp_path / "a.png")
    ((_, left),) = drawn
    points = {line.get_label(): line.get_xydata().tolist() for line in left.lines}
    assert points["mixed, vanilla"] == [[0.1, pytest.approx(18)], [0.2, pytest.approx(36)]]
