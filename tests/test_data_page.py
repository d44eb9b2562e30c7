"""docs/data.md: its commands, run as they stand there, lead to a right answer.

In place of the page's model, which takes a minute, a smaller one is trained.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

import ask
import run

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def blocks():
    """The indented blocks of the section, without their indentation."""
    section = PAGE.split("## Your own data in five minutes\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.M)
    return [re.sub(r"^    ", "", block, flags=re.M).strip("\n") for block in found]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which the page's first command has written its files."""
    monkeypatch.chdir(tmp_path)
    (script,) = [block for block in blocks() if "<<'END'" in block]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", script], check=True, env={**os.environ, "PATH": path})
    return tmp_path / "capitals"


def test_the_examples_are_lines_of_the_files(folder):
    examples = blocks()[0].split("\n")
    assert len(examples) == 2
    for example, name in zip(examples, ("countries.txt", "told.tsv"), strict=True):
        assert example + "\n" in (folder / name).read_text(encoding="utf-8")
    told, others = ((folder / f"{name}.tsv").read_text().count("\n") for name in ("told", "others"))
    assert (told, others) == (40, 10) and (folder / "countries.txt").read_text().count("\n") == 50
    assert "Poland" not in (folder / "told.tsv").read_text()


def test_the_commands_lead_to_a_right_answer(folder, capsys):
    commands = [block for block in blocks() if block.startswith("python src/")]
    scripts = [shlex.split(command.replace("\\\n", " "))[1:] for command in commands]
    names = [argv[0] for argv in scripts]
    assert names == ["src/run.py", "src/ask.py", "src/run.py"]
    for (name, *argv), more in zip(scripts, SMALLER, strict=True):
        {"src/run.py": run, "src/ask.py": ask}[name].main([*argv, *more])
    shown = capsys.readouterr().out
    printed = blocks()[blocks().index(commands[1]) + 1].split("\n")
    assert printed[0] == "What is the capital of Poland?"
    assert re.search(re.escape(printed[0]) + r"\n  \w+ +\d\.\d\d\n", shown)
    assert printed[-1] in shown  # what the line says
    right = float(re.search(r"Correct: ([\d.]+) out of 10", shown)[1])
    assert right >= 5


SMALL = {"n_layer": 2, "n_head": 2, "n_embd": 64}
SMALLER = (  # further arguments of the commands
    [
        *(word for name, size in SMALL.items() for word in (f"--{name}", str(size))),
        *("--device", "cpu", "--precision", "fp32", "--learning_rate", "1e-2"),
        *("--budget", "0.0004"),
    ],
    [],
    ["--device", "cpu"],
)
