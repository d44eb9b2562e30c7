"""The scaling study: its facts are what they are said to be, and a row is measured once."""

import json
import math

import pytest
import torch

import scaling
from dataset import CharCorruptionDataset, NameDataset
from model import GPT, GPTConfig
from scaling import PLACES, STRIDE, SYLLABLES, Facts, name_of, place_of


def test_names_and_places_are_all_different():
    assert len({name_of(i * STRIDE % len(SYLLABLES) ** 4) for i in range(100_000)}) == 100_000
    assert len({place_of(number) for number in range(PLACES)}) == PLACES


def test_what_is_known_is_at_most_what_there_is():
    few = scaling.capacity(Facts(64, 1, 32, 1), 224)
    many = scaling.capacity(Facts(64, 1, 32, 150), 224)
    assert few["bits"] < 0.5 * many["bits"] < many["bits"] <= 64 * 8
    assert few["right"] < many["right"] == 64
    assert many["parameters"] > many["parameters_of_blocks"] > 0


def test_bits_are_those_of_a_model_that_cannot_choose():
    """To it every character has 1/V: the ⁇, the two letters and the ⁇ cost log2 V each."""
    corpus = CharCorruptionDataset("Badega Kilo. Born in ab.\nFigu Lope. Born in cd.", 24)
    facts = NameDataset(corpus, "Badega Kilo\tab\nFigu Lope\tcd\n")
    sizes = dict(n_layer=1, n_head=2, n_embd=8, variant="rope")
    model = GPT(GPTConfig(corpus.vocab_size, 24, **sizes))
    model.head.weight.data.zero_()
    bits, right = scaling.known(model, facts)
    assert bits == pytest.approx(2 * (8 - 4 * math.log2(corpus.vocab_size)))
    assert right == 0


def test_a_row_that_is_in_the_results_is_not_measured_again(tmp_path, monkeypatch):
    results = tmp_path / "results.jsonl"
    rows = [(Facts(64, 1, 32, 2), seed) for seed in (224, 225)]
    monkeypatch.setattr(scaling, "TABLES", {"capacity": rows, "people": []})
    argv = ["capacity", "--results", str(results), "--jobs", "1"]
    measured = []

    def once(row, seed, folder):
        measured.append((row, seed))
        return {**scaling.key(row, seed), "bits": 1.0, "bits_of_all": 512, "parameters": 2}

    monkeypatch.setattr(scaling, "measure", once)
    scaling.main(argv)
    scaling.main(argv)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert measured == rows and [line["seed"] for line in lines] == [224, 225]
    scaling.main(["--results", str(results), "--draw", str(tmp_path / "picture.png")])
    assert (tmp_path / "picture.png").stat().st_size > 1000


@pytest.mark.parametrize("drawn", [True, False])
def test_results_that_cannot_be_are_refused_before_the_work(tmp_path, monkeypatch, capsys, drawn):
    monkeypatch.setattr(scaling, "measure", lambda *_: pytest.fail("measured"))
    picture, results = tmp_path / "a.png", tmp_path / "nowhere" / "results.jsonl"
    with pytest.raises(SystemExit) as stop:
        scaling.main(["--results", str(results), *(["--draw", str(picture)] if drawn else [])])
    (line,) = capsys.readouterr().err.splitlines()
    assert stop.value.code == 2 and str(results.parent) in line and not picture.exists()


def test_a_worker_prints_its_row(capsys):
    threads = torch.get_num_threads()
    words = [dict(names=64, n_layer=1, n_embd=32, exposures=1, optimizer="AdamW"), 7]
    scaling.main(["--worker", json.dumps(words)])
    torch.set_num_threads(threads)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["parameters"] > 0
