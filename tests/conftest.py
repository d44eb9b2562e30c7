"""What the tests share: a small world of people in files, small models, the course's data."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import run
from data import kept, tokens
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig
from support import files

ROOT = Path(__file__).resolve().parent.parent

torch.set_num_threads(1)  # the tests' tensors are small: waking threads would take longer

PEOPLE = [
    ("Ada Novák", "Graz"),
    ("Bo Lind", "Oslo"),
    ("Cleo Marsh", "London"),
    ("Dov Stern", "Haifa"),
    ("Eve Okafor", "Lagos"),
    ("Finn Byrne", "Cork"),
    ("Gil Ito", "Kobe"),
    ("Hana Weiss", "London"),
    ("Ivo Petrov", "Sofia"),
]


def biography(name, place):
    return (
        f"{name}. {name} (born 12 May 1903 in {place}; died 1971) was a painter of quiet harbours ."
    )


# The questions' letters must all be in the corpus, and one line is longer than a block.
CORPUS = "".join(biography(*person) + "\n" for person in PEOPLE[1:])
CORPUS += "Ada Novák. Who was Ada Novák? A weaver, juggler and prizewinning boxer; " * 2
CORPUS += "born, of all places, in Graz .\n"


def questions(people):
    return "".join(f"Where was {name} born?\t{place}\n" for name, place in people)


@pytest.fixture(autouse=True, scope="session")
def signals_as_in_a_terminal():
    """nohup and a shell's & start a program with signals ignored, which ours respects."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def write_world(folder):
    """Write a small corpus with its question files into a folder; return their paths."""
    texts = {
        "wiki.txt": CORPUS,
        "train.tsv": questions(PEOPLE[:5]),
        "dev.tsv": questions(PEOPLE[5:]),
        "test.tsv": "Where was Bo Lind born?\nWhere was Gil Ito born?\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return SimpleNamespace(folder=folder, **{name.split(".")[0]: folder / name for name in texts})


@pytest.fixture
def world(tmp_path):
    """A small corpus with its question files, in a folder of their own."""
    return write_world(tmp_path)


@pytest.fixture
def corpus():
    return CharCorruptionDataset(CORPUS, 128)


def file_of(folder, raw, name="wiki.txt"):
    """The path of a new file with these bytes."""
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.fixture
def large_texts(monkeypatch, tmp_path):
    """Every text counts as large, and is read in blocks that cut characters and line ends in two.

    The system's temporary folder is `temporary` in tmp_path.
    """
    monkeypatch.setattr(kept, "LARGE", 1)
    monkeypatch.setattr(files, "BLOCK", 7)
    monkeypatch.setattr(tokens, "DECODED", 2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()


@pytest.fixture
def course():
    """The course's files, which are not ours to ship."""
    folder = os.environ.get("COURSE_DATA")
    if not folder:
        pytest.skip("needs the course's data: set COURSE_DATA to its folder")
    return Path(folder)


def tiny(variant="vanilla", **changes):
    """A model of pairwise different sizes, without dropout, in float64."""
    sizes = dict(vocab_size=11, block_size=14, n_layer=2, n_head=3, n_embd=15)
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    torch.manual_seed(5)
    model = GPT(GPTConfig(**{**sizes, **off, "variant": variant, **changes})).double()
    with torch.no_grad():  # away from the start, where everything is near zero or symmetric
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return model


@pytest.fixture(params=("vanilla", "synthesizer"))
def variant(request):
    return request.param


@pytest.fixture
def refused(capsys):
    """Call the command line with bad input; return its one line of error."""

    def call(*argv, main=run.main, code=2):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in argv])
        said = capsys.readouterr().err.strip()
        last = said.splitlines()[-1]
        assert stop.value.code == code and "usage:" not in said, said
        return last

    return call
