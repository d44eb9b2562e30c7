"""Large texts: what is kept beside them is equal to what is made in memory, and never believed."""

import os

import numpy as np
import pytest
import torch
from conftest import CORPUS, PEOPLE, biography, file_of, questions
from together import together

import recipes
import run
from data import kept
from data.kept import LargeText, arrays_of, text_at
from data.windows import FactWindows, permutation, shuffled
from dataset import CharCorruptionDataset, NameDataset
from support import files
from support.errors import InputError

pytestmark = pytest.mark.usefixtures("large_texts")
RAW = CORPUS.replace("\n", "\r\n", 3).encode()  # line ends of two kinds


def made(calls):
    """A make() for arrays_of that counts how often it is called."""

    def make():
        calls.append(os.getpid())
        yield "wide", np.arange(5)
        yield "narrow", np.array([3, 4], np.uint8)
        yield "narrow", np.array([5], np.uint8)

    return make


def same(found):
    assert found["wide"].tolist() == [0, 1, 2, 3, 4] and found["narrow"].tolist() == [3, 4, 5]
    return True


# ------------------------------------------------------------------------------------- the datasets


@pytest.mark.parametrize("rule", ["capitalised", "place-like", "answers", "likeliest"])
def test_windows_are_the_same_from_their_file(tmp_path, rule, monkeypatch):
    text = text_at(file_of(tmp_path, RAW))
    train = text_at(file_of(tmp_path, questions(PEOPLE).encode(), "train.tsv"))
    share = 0.25 if rule in ("answers", "likeliest") else 0.0
    objective = recipes.FactWindowConfig(rule, questions=share)

    def windows(text, train):
        corpus = CharCorruptionDataset(text, 96)
        return FactWindows(corpus, objective, NameDataset(corpus, train) if share else None)

    plain = windows(files.read_text(text.path), questions(PEOPLE))
    first = windows(text, train)
    monkeypatch.setattr(FactWindows, "_finder", None)  # the second start finds no phrases
    for again in (first, windows(text, train)):
        assert torch.equal(again.windows, plain.windows) and len(again) == len(plain)
        assert again.longest_row == plain.longest_row
        for i in range(len(plain)):
            assert all(map(torch.equal, again.example(i, 3, 2), plain.example(i, 3, 2)))
    for other in (questions(PEOPLE[:-1]).encode(), None):
        if share or other is None:
            file_of(
                tmp_path, *(RAW + b"more", "wiki.txt") if other is None else (other, "train.tsv")
            )
            with pytest.raises(TypeError):
                windows(text_at(text.path), text_at(train.path))


def test_questions_are_the_same_from_their_file(tmp_path):
    corpus = CharCorruptionDataset(CORPUS, 48)
    rows = questions([*PEOPLE, ("Évé Okafor", "Oslo"), ("Bo Lind", "Cork")])
    path = file_of(tmp_path, rows.encode(), "train.tsv")
    plain = NameDataset(corpus, rows, path)
    for _ in range(2):
        mapped = NameDataset(corpus, text_at(path), path)
        assert mapped.pairs == plain.pairs and mapped.notes == plain.notes and len(plain.notes) == 1
        assert torch.equal(mapped.x, plain.x) and torch.equal(mapped.y, plain.y)
        assert mapped.longest_row == plain.longest_row and len(mapped) == len(plain)
    assert os.listdir(tmp_path / "temporary") == []
    wider = NameDataset(CharCorruptionDataset(CORPUS, 64), text_at(path), path)
    assert wider.x.shape == (len(PEOPLE) + 2, 63)


@pytest.mark.parametrize("n", [1, 2, 1000])
def test_the_order_of_an_epoch_is_that_of_the_device(n, monkeypatch):
    monkeypatch.setattr("data.windows.SCANNED", 64)
    for epoch in range(3):
        assert torch.equal(permutation(n, 5, epoch).long(), shuffled(n, 5, torch.tensor(epoch)))


# ----------------------------------------------------------------------------------------- the file


def test_it_is_made_once_and_can_be_deleted(tmp_path):
    path, calls = file_of(tmp_path, RAW), []
    for _ in range(2):
        assert same(arrays_of(text_at(path), "kind", {"a": 1}, made(calls)))
    assert len(calls) == 1 and sorted(os.listdir(tmp_path)) == [
        *("temporary", "wiki.txt", "wiki.txt.kind")
    ]
    with open(tmp_path / "wiki.txt.kind", "rb") as file:
        assert file.readline() == kept.SENTENCE
    (tmp_path / "wiki.txt.kind").unlink()
    assert same(arrays_of(text_at(path), "kind", {"a": 1}, made(calls))) and len(calls) == 2


def spoilt(raw):
    """{what happened to a file: what it then holds}."""
    end = raw.rindex(b"\n")
    flips = (len(kept.SENTENCE) + 3, end - 5, kept.HEADER, kept.HEADER + 9, len(raw) - 1)
    flipped = {f"byte {at}": raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in flips}
    cut = {f"cut at {n}": raw[:n] for n in (0, 80, 300, kept.HEADER, len(raw) - 1)}
    return {
        **flipped,
        **cut,
        "longer": raw + b"\0",
        "older": raw.replace(b'"format": 1', b'"format": 0'),
    }


def test_one_that_is_damaged_is_made_anew(tmp_path):
    path, calls = file_of(tmp_path, RAW), []
    arrays_of(text_at(path), "kind", {}, made(calls))
    whole = (tmp_path / "wiki.txt.kind").read_bytes()
    for number, (what, raw) in enumerate(spoilt(whole).items(), 2):
        assert raw != whole, what
        (tmp_path / "wiki.txt.kind").write_bytes(raw)
        assert same(arrays_of(text_at(path), "kind", {}, made(calls))), what
        assert len(calls) == number and (tmp_path / "wiki.txt.kind").read_bytes() == whole, what


def test_one_of_another_text_or_of_other_facts_is_made_anew(tmp_path):
    path, calls = file_of(tmp_path, RAW), []
    arrays_of(text_at(path), "kind", {"a": 1}, made(calls))
    arrays_of(text_at(path), "kind", {"a": 2}, made(calls))
    file_of(tmp_path, b"another text")
    arrays_of(text_at(path), "kind", {"a": 2}, made(calls))
    assert len(calls) == 3
    file_of(tmp_path, RAW)
    assert list(CharCorruptionDataset(text_at(path), 24).data) == files.read_text(path).split("\n")
    file_of(tmp_path, RAW[5:])
    assert list(CharCorruptionDataset(text_at(path), 24).data) == files.read_text(path).split("\n")


@pytest.mark.parametrize("there", ["a folder", "another file"])
def test_where_none_can_be_it_goes_to_the_temporary_folder(tmp_path, there, capsys):
    path, calls = file_of(tmp_path, RAW), []
    if there == "a folder":
        (tmp_path / "wiki.txt.kind").mkdir()
    else:
        (tmp_path / "wiki.txt.kind").write_text("precious")
    for _ in range(2):
        assert same(arrays_of(text_at(path), "kind", {}, made(calls)))
    assert len(calls) == 1
    (name,) = os.listdir(tmp_path / "temporary")
    said = capsys.readouterr().err
    assert f"note: {tmp_path / 'temporary' / name} is made, because" in said
    assert said.count("note:") == 1
    if there == "another file":
        assert (tmp_path / "wiki.txt.kind").read_text() == "precious"


@pytest.mark.parametrize("planted", ["a link", "a folder", "another file"])
def test_what_others_put_into_the_temporary_folder_is_not_replaced(tmp_path, planted):
    path, theirs = file_of(tmp_path, RAW), tmp_path / "thesis.tex"
    theirs.write_text("precious")
    (tmp_path / "wiki.txt.kind").mkdir()
    arrays_of(text_at(path), "kind", {}, made([]))
    (made_there,) = (tmp_path / "temporary").iterdir()
    made_there.unlink()
    if planted == "a link":
        made_there.symlink_to(theirs)
    elif planted == "a folder":
        made_there.mkdir()
    else:
        made_there.write_text("precious")
    with pytest.raises(InputError, match="expected no file, or one of ours, got another"):
        arrays_of(text_at(path), "kind", {}, made([]))
    assert theirs.read_text() == "precious"


def test_what_a_killed_process_left_is_removed_and_a_failure_leaves_nothing(tmp_path):
    path = file_of(tmp_path, RAW)
    (tmp_path / ".wiki.txt.kind.abcdefgh.tmp").write_bytes(b"half")

    def fails():
        yield "wide", np.arange(3)
        raise InputError("the text is bad")

    with pytest.raises(InputError, match="the text is bad"):
        arrays_of(text_at(path), "kind", {}, fails)
    assert sorted(os.listdir(tmp_path)) == ["temporary", "wiki.txt"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_of_several_processes_one_makes_it(tmp_path):
    """All begin with the text; whoever has the lock makes the file before the others look."""
    path = file_of(tmp_path, RAW * 50)

    def start(rank):
        calls = []
        for name in "abcd":
            assert same(arrays_of(text_at(path), name, {}, made(calls)))
        corpus = CharCorruptionDataset(text_at(path), 24)
        return len(calls), [corpus.example(3, 1, 1)[0].tolist(), len(corpus)]

    codes, results, shown = together(3, start)
    assert codes == [0, 0, 0], shown["stderr"]
    assert sum(calls for calls, _ in results) == 4
    assert results[0][1] == results[1][1] == results[2][1]


# -------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize("rows", ["Where was Bo born?\t漢\n", "no\nplaces\n", "a\tb\tc\n"])
def test_bad_questions_get_the_line_they_always_got(tmp_path, rows):
    corpus, path, found = CharCorruptionDataset(CORPUS, 48), tmp_path / "train.tsv", []
    file_of(tmp_path, rows.encode(), "train.tsv")
    for text in (text_at(path), rows):
        with pytest.raises(InputError) as error:
            NameDataset(corpus, text, path)
        found.append(str(error.value))
    assert found[0] == found[1] and "train.tsv, line 1: expected" in found[0]


@pytest.mark.parametrize("recipe", ["handout", "mixed"])
def test_training_is_the_same_to_the_bit(world, recipe, monkeypatch, capsys):
    path = world.folder / "wiki.txt"
    path.write_text(CORPUS + biography("Al Gray", "Graz") + "\n", encoding="utf-8")
    command = ["pretrain", "vanilla", str(path), "--recipe", recipe, "--max_steps", "2"]
    command += ["--n_layer", "1", "--n_embd", "32", "--device", "cpu", "--batch_size", "4"]
    if recipe == "mixed":
        command += ["--finetune_corpus_path", str(world.train)]
    params = []
    for size, out in ((2**30, "plain"), (1, "first"), (1, "second")):
        monkeypatch.setattr(kept, "LARGE", size)
        run.main([*command, "--writing_params_path", str(world.folder / out)])
        params.append((world.folder / out).read_bytes())
        notes = capsys.readouterr().err.count("is made, once for this text")
        assert notes == (out == "first") * (3 if recipe == "mixed" else 1)
    states = [torch.load(world.folder / out, weights_only=True) for out in ("plain", "second")]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    assert isinstance(text_at(path), LargeText)
