"""Decoding against the textbook's plain loop, the score, and the baseline."""

import os
import random

import numpy as np
import pytest
import torch
from conftest import PEOPLE, questions, tiny

import dataset
import london_baseline
import textbook
import utils
from layers.base import Cache
from model import GPT, GPTConfig
from support.errors import InputError


def plain_loop(model, x, steps):
    """Greedy decoding as the assignment has it: the last tokens that fit, one forward a token."""
    for _ in range(steps):
        logits, _ = model(x[:, -model.context :])
        x = torch.cat((x, logits[:, -1:].argmax(-1)), 1)
    return x


def test_set_seed_seeds_every_generator():
    def numbers():
        utils.set_seed(8)
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert numbers() == numbers()


@pytest.mark.parametrize("start", [1, 5, 13])
def test_greedy_decoding_equals_the_plain_loop_past_the_block_too(variant, start):
    model = tiny(variant)
    x = torch.randint(11, (4, start))
    assert torch.equal(utils.sample(model, x, 15), plain_loop(model, x, 15))


def test_sampling_follows_the_distribution():
    model = tiny()
    model.train()
    x = torch.tensor([[3, 7, 1]]).expand(20000, -1)
    torch.manual_seed(0)
    drawn = utils.sample(model, x, 1, temperature=1.7, sample=True, top_k=3)[:, -1]
    assert model.training
    logits = model(x[:1])[0][0, -1].detach() / 1.7
    top = logits.topk(3).indices
    want = torch.zeros(11, dtype=torch.float64)
    want[top] = logits[top].softmax(0)
    got = torch.bincount(drawn, minlength=11) / 20000
    assert (got - want).abs().max() < 0.015 and (got > 0).sum() == 3


def test_temperature_0_is_greedy(variant):
    model = tiny(variant)
    x = torch.randint(11, (3, 4))
    greedy = plain_loop(model, x, 5)
    for sampling in (False, True):
        assert torch.equal(utils.sample(model, x, 5, temperature=0, sample=sampling), greedy)
    for smallest in (False, True):  # its limit
        got = utils.sample(model, x, 5, temperature=1e-320, sample=smallest, top_k=4)
        assert torch.equal(got, greedy)
    assert torch.equal(utils.sample(model, x.int(), 5), greedy)


class Plain(torch.nn.Module):
    """A model of another code: it has get_block_size and a forward, and that is all."""

    def __init__(self, model, block_size=14):
        super().__init__()
        self.inner, self.block_size = model, block_size

    def get_block_size(self):
        return self.block_size

    def forward(self, idx, targets=None):
        assert 1 <= idx.size(1) <= self.block_size
        return self.inner(idx, targets)


@pytest.mark.parametrize("start", [1, 5, 20])
def test_other_models_and_wrapped_ones_are_sampled_like_ours(start):
    model = tiny()
    x = torch.randint(11, (4, start))
    whole = plain_loop(model, x, 15)
    for other in (Plain(model), torch.nn.DataParallel(model), torch.nn.DataParallel(Plain(model))):
        assert torch.equal(utils.sample(other, x, 15), whole)
    lengths = torch.tensor([start, 1, max(1, start - 2), max(1, start // 2)])
    padded = utils.sample(Plain(model), x, 15, lengths=lengths)
    for row, n in enumerate(lengths.tolist()):
        assert torch.equal(padded[row, : n + 15], plain_loop(model, x[row : row + 1, :n], 15)[0])


def test_places_are_predicted_by_other_models(corpus):
    torch.manual_seed(4)
    ours = GPT(GPTConfig(corpus.vocab_size, 128, n_layer=2, n_embd=32))
    asked = [f"Where was {name} born?" for name, _ in PEOPLE]
    want = utils.predict_places(ours, corpus, asked)
    for other in (Plain(ours, 128), torch.nn.DataParallel(ours)):
        assert utils.predict_places(other, corpus, asked) == want


@pytest.mark.parametrize("frozen", [False, True])
def test_decoding_that_breaks_off_leaves_the_modes_as_they_were(frozen):
    model = tiny()
    model.train()
    if frozen:  # as when a part is kept from training
        model.blocks[0].eval()
    modes = [module.training for module in model.modules()]
    utils.sample(model, torch.tensor([[3]]), 2)
    assert [module.training for module in model.modules()] == modes
    with pytest.raises(InputError, match="^idx: expected ids from 0 to 10, got 99 to 99; build"):
        utils.sample(model, torch.tensor([[99]]), 2)
    assert [module.training for module in model.modules()] == modes


def test_rows_end_once_all_have_stopped(variant):
    model = tiny(variant)
    x = torch.randint(11, (5, 3))
    whole = plain_loop(model, x, 12)
    for stop in range(11):
        firsts = [(row[3:] == stop).nonzero().flatten().tolist()[:1] for row in whole]
        last = max(first[0] if first else 11 for first in firsts)
        assert torch.equal(utils.sample(model, x, 12, stop=stop), whole[:, : 3 + last + 1])
    same = plain_loop(model, x[:1].expand(5, -1), 12)
    got = utils.sample(model, x[:1].expand(5, -1), 12, stop=same[0, 3].item())
    assert torch.equal(got, same[:, :4])


class Scripted(torch.nn.Module):
    """Continues every prompt with a text of its own, whatever the prompt was."""

    context = 120

    def __init__(self, stoi, text):
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(1))
        self.stoi, self.text, self.at = stoi, text, 0

    def new_cache(self, batch, room, beginning):
        self.at = 0
        return [Cache(torch.zeros(batch, dtype=torch.int64), room)]

    def forward(self, idx, cache=None):
        logits = torch.zeros(*idx.shape, len(self.stoi))
        logits[:, :, self.stoi[self.text[self.at]]] = 1
        self.at += 1
        return logits, None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Oslo⁇□□□", "Oslo"),
        ("⁇", ""),
        ("Os\nlo⁇", "Os lo"),
        ("L□ndon⁇", "L□ndon"),
        ("a" * 40, "a" * 32),
    ],
)
def test_answers_are_one_line_between_the_masks(corpus, said, answer):
    model = Scripted(corpus.stoi, said)
    assert utils.predict_places(model, corpus, ["Where was Bo Lind born?"]) == [answer]


def test_predictions_equal_the_textbooks(variant, corpus):
    torch.manual_seed(4)
    ours = GPT(GPTConfig(corpus.vocab_size, 128, variant=variant))
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.mul_(4)  # confident enough that the last bits decide nothing
    oracle = textbook.GPT(textbook.Config(corpus.vocab_size, 128, variant=variant))
    oracle.load_state_dict(ours.state_dict())
    asked = [f"Where was {name} born?" for name, _ in PEOPLE]
    want = [textbook.predict(oracle, q, corpus.stoi, corpus.itos) for q in asked]
    assert utils.predict_places(ours, corpus, asked) == want
    assert utils.predict_places(ours, corpus, asked, batch_size=4) == want  # sorted by length
    assert len(set(want)) > 3


def test_a_question_longer_than_the_block_is_named(corpus, variant):
    model = GPT(GPTConfig(corpus.vocab_size, 128, variant=variant, n_layer=1, n_embd=8))
    longest = {"vanilla": 127, "synthesizer": 126}[variant]
    assert len(utils.predict_places(model, corpus, ["a" * longest])) == 1
    with pytest.raises(InputError, match=f"^q.tsv, line 2: expected .* {longest} characters, got"):
        utils.predict_places(model, corpus, ["a", "a" * (longest + 1)], "q.tsv")


# ------------------------------------------------------------------------------------------- score


def test_score_counts_exact_answers(world):
    places = [place for _, place in PEOPLE[5:]]
    assert utils.evaluate_places(str(world.dev), places) == (4.0, 4.0)
    assert utils.evaluate_places(str(world.dev), [places[0], "x", places[2] + " ", ""]) == (
        4.0,
        1.0,
    )
    assert utils.score_line(500.0, 129.0) == "Correct: 129.0 out of 500.0: 25.8%"


def test_no_score_without_places(world, capsys):
    assert utils.evaluate_places(world.test, ["x", "y"]) == (0, 0)
    assert capsys.readouterr().out == "No gold birth places provided; returning (0,0)\n"


def test_predictions_for_another_file_are_refused(world):
    with pytest.raises(InputError, match="one prediction for each of its 4 rows, got 3"):
        utils.evaluate_places(world.dev, ["x"] * 3)


def test_london(world, capsys, monkeypatch, refused):
    london_baseline.main([str(world.dev)])
    assert capsys.readouterr().out == "Correct: 1.0 out of 4.0: 25.0%\n"
    world.dev.rename(world.folder / "birth_dev.tsv")
    monkeypatch.chdir(world.folder)
    london_baseline.main([])
    assert capsys.readouterr().out == "Correct: 1.0 out of 4.0: 25.0%\n"
    line = refused(world.folder / "nowhere.tsv", main=london_baseline.main)
    assert line.startswith("london_baseline.py: error: ") and "got no such file" in line
    line = refused(world.test, main=london_baseline.main)
    assert "expected question TAB place, got questions alone" in line
    line = refused(os.devnull, main=london_baseline.main)
    assert "expected a file, got a pipe or a device" in line


def test_london_on_the_courses_data(course, capsys):
    london_baseline.main([str(course / "birth_dev.tsv")])
    assert capsys.readouterr().out == "Correct: 25.0 out of 500.0: 5.0%\n"


def test_questions_are_encoded_as_in_training(corpus):
    names = dataset.NameDataset(corpus, questions([("Ėve Okafor", "Oslo")]))
    asked = []

    class Listener(Scripted):
        def forward(self, idx, cache=None):
            asked.append(idx[0].tolist())
            return super().forward(idx)

    utils.predict_places(Listener(corpus.stoi, "⁇"), corpus, ["Where was Ėve Okafor born?"])
    assert asked[0] == names[0][0][: len(asked[0])].tolist()
