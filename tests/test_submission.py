"""collect_submission.sh makes a whole assignment5.zip, or none and says why."""

import os
import shlex
import shutil
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT

from cli import arguments

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="needs bash")

DATA = ["wiki.txt", "birth_places_train.tsv", "birth_dev.tsv", "birth_test_inputs.tsv"]
PARAMS = ["vanilla.model.params", "vanilla.finetune.params", "synthesizer.finetune.params"]
PREDICTIONS = [
    f"{model}.{part}.predictions"
    for model in ("vanilla.nopretrain", "vanilla.pretrain", "synthesizer.pretrain")
    for part in ("dev", "test")
]
N_DEV, N_TEST = 3, 2
TOOLS = ["awk", "dirname", "find", "mktemp", "mv", "rm", "sort", "wc"]  # what the script calls


@pytest.fixture
def folder(tmp_path):
    """A finished project, in a folder with a blank in its name, with an older zip."""
    folder = tmp_path / "my project"
    (folder / "src" / "__pycache__").mkdir(parents=True)
    (folder / "src" / ".ipynb_checkpoints").mkdir()
    shutil.copy(ROOT / "collect_submission.sh", folder)
    texts = {
        "src/run.py": "# code\n",
        "src/attention.py": "# code\n",
        "src/__pycache__/run.cpython-311.pyc": "compiled",
        "src/.ipynb_checkpoints/run.py": "# an editor's copy\n",
        "src/notes.txt": "not code",
        "wiki.txt": "Ada. Ada was born in Graz .\n",
        "birth_places_train.tsv": "Where was Ada born?\tGraz\n",
        "birth_dev.tsv": "Where was Bo born?\tOslo\n" * N_DEV + "\n",  # a blank line is no row
        "birth_test_inputs.tsv": "Where was Cy born?\nWhere was Di born?",  # no final line break
        "vanilla.pretrain.params": "not asked for",
        "assignment5.zip": "an older zip",
    }
    texts |= {name: "parameters" for name in PARAMS}
    for name in PREDICTIONS:  # the first one has an empty answer
        texts[name] = "\n" + "London\n" * ((N_DEV if ".dev." in name else N_TEST) - 1)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def collect(folder, cwd=None, **environment):
    return subprocess.run(
        [BASH, folder / "collect_submission.sh"],
        cwd=cwd or folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def commands_for(folder):
    """{file: command} of what the script finds wrong; it must leave the folder as it was."""
    before = sorted(folder.rglob("*"))
    done = collect(folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(folder.rglob("*")) == before
    assert (folder / "assignment5.zip").read_text() == "an older zip"
    *lines, last = done.stderr.splitlines()
    assert last.startswith(f"assignment5.zip not written: {len(lines)} to mend")
    for line in lines:
        assert ": expected " in line and ", got " in line
    return {line.split(":")[0]: line.split("; run: ")[1] for line in lines}


@pytest.mark.parametrize("archiver", ["zip", "python3"])
def test_it_collects_exactly_what_is_asked_for(folder, tmp_path, archiver):
    tools = tmp_path / "tools"  # a PATH with one archiver
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool))
    program = sys.executable if archiver == "python3" else shutil.which(archiver)
    if program is None:
        pytest.skip(f"needs {archiver}")
    (tools / archiver).symlink_to(program)
    done = collect(folder, cwd=tmp_path, PATH=str(tools))
    assert (done.returncode, done.stderr) == (0, "")
    archive = folder / "assignment5.zip"
    expected = ["src/attention.py", "src/run.py", *DATA, *PARAMS, *PREDICTIONS]
    with zipfile.ZipFile(archive) as opened:
        assert sorted(opened.namelist()) == sorted(expected)
        assert opened.testzip() is None
        for name in expected:
            assert opened.read(name) == (folder / name).read_bytes()
    assert (
        done.stdout == f"assignment5.zip: {archive.stat().st_size} bytes, {len(expected)} files\n"
    )
    assert not list(folder.glob(".assignment5*"))


@pytest.mark.parametrize("name", [*DATA, *PARAMS, *PREDICTIONS])
def test_a_file_is_missing_or_empty(folder, name):
    (folder / name).write_text("")
    assert list(commands_for(folder)) == [name]
    (folder / name).unlink()
    assert list(commands_for(folder)) == [name]


def test_there_is_no_code(folder):
    shutil.rmtree(folder / "src")
    assert list(commands_for(folder)) == ["src"]


@pytest.mark.parametrize("n", [N_DEV - 1, N_DEV + 1])
def test_predictions_of_another_length(folder, n):
    name = "vanilla.pretrain.dev.predictions"
    (folder / name).write_text("London\n" * n)
    says = f"{name}: expected {N_DEV} lines, one for each row of birth_dev.tsv, got {n}; run: "
    assert says in collect(folder).stderr
    assert list(commands_for(folder)) == [name]


def test_dev_and_test_predictions_exchanged(folder):
    names = [f"synthesizer.pretrain.{part}.predictions" for part in ("dev", "test")]
    texts = [(folder / name).read_text() for name in names]
    for name, text in zip(names, reversed(texts), strict=True):
        (folder / name).write_text(text)
    assert list(commands_for(folder)) == names


def test_everything_wrong_is_named_at_once(folder):
    (folder / "vanilla.finetune.params").unlink()
    (folder / "vanilla.nopretrain.test.predictions").write_text("")
    (folder / "synthesizer.pretrain.dev.predictions").write_text("London\n")
    (folder / "birth_places_train.tsv").unlink()
    assert sorted(commands_for(folder)) == [
        "birth_places_train.tsv",
        "synthesizer.pretrain.dev.predictions",
        "vanilla.finetune.params",
        "vanilla.nopretrain.test.predictions",
    ]


def test_the_commands_make_the_files(folder):
    """From nothing but data: in their order, each reads what is there and writes its file."""
    for name in [*PARAMS, *PREDICTIONS, "vanilla.pretrain.params"]:
        (folder / name).unlink()
    there = set(DATA)
    for name, command in commands_for(folder).items():
        for step in command.split(" && "):
            program, script, *words = shlex.split(step)
            assert (program, script) == ("python", "src/run.py")
            args = arguments.build_parser().parse_args(words)
            assert all(getattr(args, flag) for flag in arguments.REQUIRED[args.function])
            assert args.variant == name.split(".")[0]
            reads = {args.reading_params_path, args.finetune_corpus_path, args.eval_corpus_path}
            assert reads - {None} <= there
            there.add(args.writing_params_path or args.outputs_path)
        assert name in there
        scratch = name == "vanilla.model.params" or ".nopretrain." in name
        assert ("vanilla.model.params" in command) == scratch
    assert there >= {*PARAMS, *PREDICTIONS}


def test_pretrained_parameters_are_used_again(folder):
    (folder / "vanilla.finetune.params").unlink()
    (command,) = commands_for(folder).values()
    assert command.startswith("python src/run.py finetune vanilla")
    (folder / "vanilla.pretrain.params").unlink()
    (command,) = commands_for(folder).values()
    assert command.startswith("python src/run.py pretrain vanilla")


def test_a_zip_that_breaks_off_changes_nothing(folder, tmp_path):
    broken = tmp_path / "zip"
    broken.write_text('#!/bin/sh\necho half >"$3"\nexit 14\n')
    broken.chmod(0o755)
    done = collect(folder, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert (done.returncode, done.stdout) == (14, "")
    assert (folder / "assignment5.zip").read_text() == "an older zip"
    assert not list(folder.glob(".assignment5*"))
