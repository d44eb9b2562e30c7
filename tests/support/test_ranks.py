"""Several processes train and answer as one does: the same bits, examples and dropout masks."""

import os
from dataclasses import replace

import pytest
import torch
from conftest import CORPUS, PEOPLE, biography, questions, tiny
from together import of_ranks

import recipes
import utils
from data import examples
from data.windows import FactWindows
from dataset import CharCorruptionDataset, NameDataset
from model import GPT, GPTConfig
from support.errors import InputError
from support.ranks import ALONE
from trainer import Trainer, TrainerConfig
from training.cpu import CpuSteps
from training.muon import Muon

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or torch.cuda.is_available(), reason="forks after torch has started"
)

TEXT = CORPUS + "".join(
    biography(f"{name} {n}", place) + "\n" for n in "AB" for name, place in PEOPLE
)


def trained(ranks, recipe="handout", variant="vanilla", steps=30, dtype=torch.float32, **how):
    """A Trainer after some steps of a recipe, with a small model that has dropout."""
    tokens, phase = how.pop("tokens", 200), how.pop("phase", "pretrain")
    examples.MICRO_BATCH_TOKENS = tokens  # in this process: several micro-batches a batch
    recipe = recipes.RECIPES[recipe]
    corpus = CharCorruptionDataset(TEXT, 128)
    names = NameDataset(corpus, questions(PEOPLE))
    dataset = names if phase == "finetune" else corpus
    if phase == "pretrain" and recipe.objective is not None:
        dataset = FactWindows(corpus, recipe.objective, names)
    plan = replace(getattr(recipe, phase), **{"max_epochs": 99, "batch_size": 9} | how)
    settings = recipe.trainer_settings(plan, len(corpus))
    torch.manual_seed(3)
    sizes = dict(n_layer=1, n_head=2, n_embd=16)
    model = GPT(GPTConfig(corpus.vocab_size, 128, variant=variant, **sizes)).to(dtype)
    config = TrainerConfig(**settings, max_steps=steps)
    trainer = Trainer(model, dataset, None, config, ranks=ranks)
    trainer.train()
    return trainer


def outcome(ranks, cases):
    """Parameters and losses of each case, as trained by the ranks."""
    found = []
    for case in cases:
        trainer = trained(ranks, **case)
        numbers = torch.cat([p.detach().flatten() for p in trainer.model.parameters()])
        found.append((numbers, torch.tensor(trainer.losses, dtype=torch.float64)))
    return found


@pytest.fixture(autouse=True)
def tokens_of_a_micro_batch(monkeypatch):
    monkeypatch.setattr(examples, "MICRO_BATCH_TOKENS", examples.MICRO_BATCH_TOKENS)


# --------------------------------------------------------------------------------- the same as one


def test_two_are_equal_to_one_to_the_bit():
    cases = [
        *(dict(recipe=recipe) for recipe in ("handout", "fast", "mixed")),
        dict(phase="finetune", tokens=128),
        *(dict(recipe="mixed", variant=v) for v in ("synthesizer", "rope")),
        dict(variant="performer"),
    ]
    alone = outcome(ALONE, cases)
    for found in of_ranks(2, lambda ranks: outcome(ranks, cases)):
        for case, (ours, losses), (want, wanted) in zip(cases, found, alone, strict=True):
            assert torch.equal(ours, want) and torch.equal(losses, wanted), case


@pytest.fixture
def onednn():
    """Products as `prepare_products` wants them on some machines."""
    precision = torch.backends.mkldnn.matmul
    before, precision.fp32_precision = precision.fp32_precision, "bf16"
    yield
    precision.fp32_precision = before


def test_two_are_equal_to_one_with_the_products_of_onednn(onednn):
    """Of the synthesizer's matrices of one shape, the second rank has a single one."""
    cases = [dict(recipe="mixed", variant=variant) for variant in ("vanilla", "synthesizer")]
    alone = outcome(ALONE, cases)
    for found in of_ranks(2, lambda ranks: outcome(ranks, cases)):
        for case, (ours, losses), (want, wanted) in zip(cases, found, alone, strict=True):
            assert torch.equal(ours, want) and torch.equal(losses, wanted), case


@pytest.mark.parametrize("world", [3, 4])
def test_three_and_four_are_equal_too(world):
    """With micro-batches that cannot be dealt out evenly, and with fewer of them than ranks."""
    cases = [
        dict(recipe=recipe, tokens=tokens, steps=20, dtype=torch.float64)
        for recipe in ("handout", "mixed")
        for tokens in (100, 800)
    ]
    alone = outcome(ALONE, cases)
    for found in of_ranks(world, lambda ranks: outcome(ranks, cases)):
        for case, (ours, losses), (want, wanted) in zip(cases, found, alone, strict=True):
            assert torch.equal(ours, want) and torch.equal(losses, wanted), case


def gradient(ranks, mutated=False):
    """The ranks' gradient of a batch whose micro-batches have very different numbers of targets."""
    corpus = CharCorruptionDataset(CORPUS, 128)
    model = tiny(vocab_size=corpus.vocab_size, block_size=128)
    x, y = corpus.padded_batch(torch.arange(len(corpus)), 0, 0)
    y[:7, 9:] = 0
    micro_batches = [(x[i : i + 3], y[i : i + 3], 0.0) for i in range(0, len(x), 3)]
    n_targets = [(y != 0).sum().item() for _, y, _ in micro_batches]
    shares = [1 / len(n_targets) if mutated else n / sum(n_targets) for n in n_targets]
    micro_batches = [(x, y, s) for (x, y, _), s in zip(micro_batches, shares, strict=True)]
    trainer = Trainer(model, corpus, None, TrainerConfig(), ranks=ranks)
    loss = CpuSteps(trainer).gradient(micro_batches)
    ours = torch.cat([p.grad.flatten() for p in model.parameters()])
    model.zero_grad()
    whole = model(x, y)[1]
    whole.backward()
    plain = torch.cat([p.grad.flatten() for p in model.parameters()])
    return (ours - plain).abs().max().item(), abs(loss - whole.item())


def test_the_gradient_is_the_whole_batchs():
    """Autograd's own, of the batch at once. The mean of the micro-batches' means is another."""
    for wrong in of_ranks(3, gradient):
        assert max(wrong) < 1e-12
    for wrong in of_ranks(2, lambda ranks: gradient(ranks, mutated=True)):
        assert min(wrong) > 1e-3


def test_steps_on_a_gpu_are_dealt_out_by_rows():
    """Here on a CPU. The last batch has one row, so that one rank has none."""

    def losses_and_parameters(ranks, mutated=False):
        corpus = CharCorruptionDataset(CORPUS, 128)
        model = tiny(vocab_size=corpus.vocab_size, block_size=128)
        settings = dict(max_epochs=3, batch_size=9, muon_rate=0.02, learning_rate=1e-3)
        trainer = Trainer(model, corpus, None, TrainerConfig(**settings), ranks=ranks)
        trainer.on_gpu, trainer.loss_alone = True, False
        if mutated:
            mean = ranks.mean
            ranks.mean = lambda loss, parameters, _: mean(loss, parameters, 1)
        trainer.train()
        numbers = torch.cat([p.detach().flatten() for p in model.parameters()])
        return torch.cat([torch.tensor(trainer.losses, dtype=torch.float64), numbers])

    assert len(CharCorruptionDataset(CORPUS, 128)) % 9 == 1
    want = losses_and_parameters(ALONE)
    for found in of_ranks(2, losses_and_parameters):
        assert torch.allclose(found, want, rtol=0, atol=1e-9)
    for found in of_ranks(2, lambda ranks: losses_and_parameters(ranks, mutated=True)):
        assert not torch.allclose(found, want, rtol=0, atol=1e-4)


def test_questions_are_dealt_out():
    def answers(ranks):
        corpus = CharCorruptionDataset(CORPUS, 128)
        model = tiny(vocab_size=corpus.vocab_size, block_size=128).float()
        asked = [f"Where was {name} born?" for name, _ in PEOPLE]
        return utils.predict_places(model, corpus, asked, batch_size=2, ranks=ranks)

    want = answers(ALONE)
    assert len(set(want)) > 3
    assert of_ranks(3, answers) == [want] * 3


# -------------------------------------------------------------------------------------- the pieces


def test_sums_are_in_order_and_none_stays_none():
    """In float32 1e8 + 1 is 1e8, so the sum depends on the order."""
    values = [1e8, 1.0, -1e8, 1.0, 1.0]
    lists = [
        [torch.full((2, 3), v), None, torch.ones(()) if i == 1 else None]
        for i, v in enumerate(values)
    ]
    like = [torch.zeros(2, 3), torch.zeros(7), torch.zeros(())]

    def total(ranks, n):
        return ranks.sum(iter(ranks.own(lists[:n])), n, like)

    for world in (1, 2, 4):
        for a, b, c in of_ranks(world, lambda ranks: total(ranks, 5)):
            assert torch.equal(a, torch.full((2, 3), 2.0)) and b is None and c == 1
    for a, b, c in of_ranks(3, lambda ranks: total(ranks, 1)):  # two have nothing to add
        assert torch.equal(a, torch.full((2, 3), 1e8)) and b is None and c is None


def test_muons_matrices_are_dealt_out():
    """Five of one shape for two: each orthogonalizes its own, and all get all."""

    def updated(ranks):
        torch.manual_seed(1)
        matrices = [torch.nn.Parameter(torch.randn(4, 6).double()) for _ in range(5)]
        optimizer = Muon(matrices, ranks=ranks)
        for _ in range(3):
            for p in matrices:
                p.grad = torch.randn(4, 6).double()
            before = [p.detach().clone() for p in matrices]
            optimizer.prepare()
            assert all(torch.equal(p, old) for p, old in zip(matrices, before, strict=True))
            optimizer.step()
        return torch.stack([p.detach() for p in matrices])

    want = updated(ALONE)
    for world in (2, 6):
        for found in of_ranks(world, updated):
            assert torch.allclose(found, want, rtol=0, atol=1e-12)


def test_all_hear_the_first_and_agree():
    def told(ranks):
        calls = []
        heard = ranks.from_first(lambda: calls.append(1) or f"from {ranks.rank}")
        return heard, len(calls), ranks.most(ranks.rank, -ranks.rank), ranks.everyones(ranks.rank)

    assert of_ranks(2, told) == [
        ("from 0", 1, [1, 0], [0, 1]),
        ("from 0", 0, [1, 0], [0, 1]),
    ]
    assert told(ALONE) == ("from 0", 1, [0, 0], [0])


def test_what_differs_is_named():
    def checked(ranks):
        ranks.check_same({"seed": 1, "corpus": "a"})
        try:
            ranks.check_same({"seed": 1, "corpus": "ab"[ranks.rank]})
        except InputError as error:
            return str(error)

    says = "corpus: expected that of rank 0 on all ranks, 'a', got 'b' on rank 1; give all of them"
    for said in of_ranks(2, checked):
        assert said.startswith(says)
    assert checked(ALONE) is None


def test_parameters_that_drift_apart_are_noticed():
    def drifting(ranks):
        model = torch.nn.Linear(2, 3)
        torch.nn.init.ones_(model.weight), torch.nn.init.ones_(model.bias)
        model.register_buffer("steps", torch.tensor(0))  # one number, as batch normalization's
        trainer = Trainer(model, [None], None, TrainerConfig(max_epochs=0), ranks=ranks)
        trainer.train()
        with torch.no_grad():
            model.weight[0, 0] += 1e-6 * ranks.rank
        try:
            trainer.train()
        except InputError as error:
            return str(error)

    assert ["the model's sha256" in said for said in of_ranks(2, drifting)] == [True, True]
