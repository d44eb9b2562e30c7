"""The model and the corpus that a command names, and what is known of their training."""

from pathlib import Path

import pytest
import torch
from conftest import CORPUS, PEOPLE, questions

import recipes
from cli import loading
from cli.config import ModelSource
from cli.record import write_record
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig
from support.errors import InputError
from support.files import sha256

SMALL = {"n_layer": 1, "n_embd": 32, "n_head": 2}


def source(world, path=None, **sizes):
    sizes = {"block_size": recipes.BLOCK_SIZE, **sizes}
    return ModelSource("vanilla", str(world.wiki), path and str(path), sizes, device="cpu")


def saved(path, **sizes):
    """A model whose parameters are at `path`, as a code without records leaves them."""
    corpus = CharCorruptionDataset(CORPUS, recipes.BLOCK_SIZE)
    torch.manual_seed(9)
    model = GPT(GPTConfig(corpus.vocab_size, recipes.BLOCK_SIZE, **sizes))
    torch.save(model.state_dict(), path)
    return model


def test_parameters_are_those_of_the_file_and_what_was_built_is_said(world, capsys):
    path, said = world.folder / "p", []
    want = saved(path, **SMALL)
    model, corpus = loading.build(source(world, path, n_head=2), said.append)
    assert all(map(torch.equal, model.state_dict().values(), want.state_dict().values()))
    assert corpus.vocab_size == len(set(CORPUS)) + 2
    assert said[0] == "options: n_layer 1, n_embd 32, n_head 2, block_size 128"
    assert said[-1] == f"number of parameters: {want.num_parameters()}"
    torch.save({f"module.{name}": tensor for name, tensor in want.state_dict().items()}, path)
    loading.build(source(world, path, n_head=2), said.append)
    assert capsys.readouterr().out == ""


def test_parameters_that_saw_no_question_are_noted(world, capsys):
    path, corpus = world.folder / "p", CharCorruptionDataset(CORPUS, recipes.BLOCK_SIZE)
    path.write_bytes(b"parameters")
    for facts, noted in (
        ({"function": "pretrain", "finetune_corpus": None}, True),
        ({"function": "pretrain", "finetune_corpus": str(world.train)}, False),
        ({"function": "finetune", "finetune_corpus": str(world.train)}, False),
        ({}, False),  # from elsewhere
    ):
        write_record(path, facts)
        loading.print_notes([], "dev.tsv", corpus, path)
        note = f"note: dev.tsv: {path} was trained on no questions: finetune it first\n"
        assert capsys.readouterr().err == note * noted


def test_a_seed_gives_one_untrained_model(world):
    one, two = (loading.build(source(world, **SMALL), str)[0].state_dict() for _ in range(2))
    assert all(map(torch.equal, one.values(), two.values()))


def test_shapes_tell_the_sizes_of_a_file_without_a_record(world):
    path = world.folder / "p"
    saved(path, n_layer=3, n_embd=64, n_head=2)
    known = loading.sized(source(world, path)).sizes
    assert known == {"n_layer": 3, "n_embd": 64, "n_head": 2, "block_size": 128}
    assert loading.sized(source(world, path, n_head=4)).sizes == known | {"n_head": 4}
    write_record(path, {})  # then nothing is guessed
    assert loading.sized(source(world, path)) == source(world, path)
    with pytest.raises(InputError, match="pos_emb: expected"):
        loading.build(source(world, path), str)


def test_what_parameters_were_trained_on_is_the_recorded_file_while_it_is_the_same(
    world, monkeypatch
):
    path, train = world.folder / "p", str(world.train)
    path.write_bytes(b"parameters")
    assert loading.trained_on(path) == loading.trained_on(None) == (None, [])
    facts = {"finetune_corpus": train, "finetune_corpus_sha256": sha256(train)}
    write_record(path, facts)
    pairs = [(f"Where was {name} born?", place) for name, place in PEOPLE[:5]]
    assert loading.trained_on(path) == (train, pairs)
    beside = {**facts, "finetune_corpus": "train.tsv"}  # from the folder of the parameters
    write_record(path, beside)
    monkeypatch.chdir(world.folder.parent)
    assert loading.trained_on(path) == (train, pairs)
    with monkeypatch.context() as patch:  # a file that one may not read
        patch.setattr(loading, "sha256", lambda path: Path("/nowhere").read_bytes())
        assert loading.trained_on(path) == (None, [])
    Path(train).write_text(questions(PEOPLE[:4]), encoding="utf-8")
    assert loading.trained_on(path) == (None, [])
    Path(train).unlink()
    assert loading.trained_on(path) == (None, [])
