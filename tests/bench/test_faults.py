"""Faults and fuzz as bench/ runs them, a few rounds each; docs/reliability.md has many."""

import importlib
import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT


def run(script, *argv):
    """The last line of a script of bench/, which is JSON."""
    result = subprocess.run(
        [sys.executable, ROOT / "bench" / script, *argv],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_four_cases_of_faults():
    cases = ("kills", "signals", "disk", "two_runs")
    found = run("faults.py", "--rounds", "1", "--cases", ",".join(cases))["cases"]
    assert {name: result["ok"] for name, result in found.items()} == dict.fromkeys(cases, True)


@pytest.mark.parametrize(
    ("script", "flag", "known"),
    [
        ("faults", "--cases", "kills"),
        ("lost_ranks", "--cases", "kills"),
        ("fuzz", "--kinds", "links"),
    ],
)
def test_an_unknown_case_is_one_line(script, flag, known, capsys):
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(script).main([flag, f"{known},quakes"])
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert (stop.value.code, shown.out) == (2, "") and "got quakes; see" in line


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the alarm that ends a hang")
def test_inputs_that_are_damaged():
    assert run("fuzz.py", "--inputs", "45")["inputs"] >= 45


def test_the_cost_of_a_checkpoint(world):
    result = run("checkpoint_cost.py", "--corpus", str(world.wiki), "--writes", "2")
    assert 30e6 < result["bytes"] < 50e6 and 0 < result["share"] < 0.01
