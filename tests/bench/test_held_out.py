"""bench/held_out.py: what is held out is not read, and the bits are those of the masked content."""

import json
import math

import pytest
import torch
from conftest import CORPUS, ROOT

import held_out
from data.text import MASK, PAD
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig


def test_lines_are_read_or_held_out_and_characters_are_known():
    text = (ROOT / "wiki.txt").read_text(encoding="utf-8")
    read, held = held_out.split(text)
    assert sorted(read + held) == sorted(text.rstrip("\n").split("\n"))
    assert len(held) == pytest.approx(len(read) / 9, rel=0.02)
    assert set("".join(held)) <= set("".join(read))
    assert held_out.split("ab\n" + "a\n" * 19)[1] == ["a"]  # the first line alone has a b


def test_bits_are_of_the_content_alone():
    """Against a loop over single examples, at each place of the content too; and an undecided model
    needs log2 of the vocabulary.
    """
    corpus = CharCorruptionDataset(CORPUS, 128)
    torch.manual_seed(0)
    model = GPT(GPTConfig(corpus.vocab_size, 128, n_layer=1, n_head=2, n_embd=16)).eval()
    indices, nats = [1, 4, 8], []
    for draw in range(held_out.DRAWS):
        for i in indices:
            x, y = corpus.example(i, 0, draw)
            log_p = model(x[None])[0][0].log_softmax(1).detach()
            start = (x == MASK).nonzero()[1].item()
            nats.append([-log_p[t, y[t]].item() for t in range(start, len(y)) if y[t] != PAD])

    def want(start, end):
        found = [value for content in nats for value in content[start:end]]
        return sum(found) / len(found) / math.log(2)

    mean, places = held_out.bits(model, corpus, indices)
    assert mean == pytest.approx(want(0, None), rel=1e-5)
    starts = (0, *held_out.PLACES)
    wanted = [want(*ends) for ends in zip(starts, (*held_out.PLACES, None), strict=True)]
    assert places == pytest.approx(wanted, abs=6e-4)
    model.head.weight.data.zero_()
    assert held_out.bits(model, corpus, indices)[0] == pytest.approx(math.log2(corpus.vocab_size))


def test_a_row_is_run_once(tmp_path, capsys):
    (tmp_path / "wiki.txt").write_text(CORPUS, encoding="utf-8")
    argv = ["--data", str(tmp_path), "--variants", "rope", "--budget", "2e-6"]
    argv += ["--results", str(tmp_path / "r.jsonl"), "--folder", str(tmp_path / "runs")]
    held_out.main(argv)
    (line,) = [json.loads(row) for row in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert line["variant"] == "rope" and 0 < line["bits"] < 10
    assert 0 < line["bits_read"] < 10
    before = (tmp_path / "r.jsonl").read_bytes()
    capsys.readouterr()
    held_out.main(argv)
    assert (tmp_path / "r.jsonl").read_bytes() == before
    assert f"rope: {line['bits']:.4f} bits" in capsys.readouterr().out
    held_out.main([*argv, "--dropout", "0.5"])
    _, line = [json.loads(row) for row in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert line["changes"] == {"objective": None, "dropout": 0.5}
    assert f"dropout 0.5, rope: {line['bits']:.4f} bits" in capsys.readouterr().out
