"""Steps taken on the device are the Trainer's own, here on a CPU, where all but a graph can run."""

import itertools
from types import SimpleNamespace

import pytest
import torch
from conftest import PEOPLE, questions

import trainer
from data.windows import FactWindows
from dataset import NameDataset
from model import GPT, GPTConfig
from recipes import VARIANTS, FactWindowConfig
from trainer import NonFiniteLoss, Trainer, TrainerConfig
from training.gpu import WARM_UP, GpuSteps

SETTINGS = dict(max_epochs=3, batch_size=4, learning_rate=3e-3, lr_decay=True)
BY_TOKENS = SETTINGS | dict(warmup_tokens=500, final_tokens=3000)
BY_STEPS = SETTINGS | dict(warmup_share=0.2, decay_share=0.5, muon_rate=0.02)


@pytest.fixture(autouse=True)
def a_quick_machine(monkeypatch):
    """Losses are not read earlier because the machine is busy."""
    monkeypatch.setattr("training.gpu.FETCH_SECONDS", float("inf"))


def dataset_of(kind, corpus):
    names = NameDataset(corpus, questions(PEOPLE))
    objective = FactWindowConfig("answers", questions=0.4)
    return {
        "corruption": corpus,
        "names": names,
        "windows": FactWindows(corpus, objective, names),
    }[kind]


def runner(corpus, dataset, on_gpu, variant="vanilla", dtype=torch.float32, **settings):
    torch.manual_seed(3)
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    sizes = dict(n_layer=2, n_head=2, n_embd=16)
    model = GPT(GPTConfig(corpus.vocab_size, corpus.block_size, variant=variant, **sizes, **off))
    run = Trainer(model.to(dtype), dataset, None, TrainerConfig(**settings))
    run.on_gpu, run.loss_alone = on_gpu, not on_gpu  # as on a GPU, or not
    return run


def parameters(run):
    return torch.cat([p.detach().flatten() for p in run.model.parameters()])


def moments(run):
    return run.state()["moments"]


@pytest.mark.parametrize("settings", [BY_TOKENS, BY_STEPS])
@pytest.mark.parametrize("kind", ["corruption", "names", "windows"])
def test_they_are_the_hosts_steps(corpus, kind, settings):
    """Batches, their order, the short last ones, clipping, rates and updates agree.

    In float64: early on AdamW turns the rounding of a gradient near 0 into a whole step.
    """
    dataset = dataset_of(kind, corpus)
    assert len(dataset) % 4, "the last batch of an epoch is to be a short one"
    host, device = (
        runner(corpus, dataset, on, dtype=torch.float64, **settings) for on in (False, True)
    )
    host.train(), device.train()
    assert device.losses == pytest.approx(host.losses, rel=1e-5)
    assert device.rates == pytest.approx(host.rates) and len(device.times) == len(host.times)
    assert device.tokens == host.tokens and device.complete
    assert torch.allclose(parameters(device), parameters(host), atol=1e-6)


@pytest.mark.parametrize("most", [3, 2, 1])
def test_a_batch_that_does_not_fit_runs_in_parts(corpus, capsys, monkeypatch, most):
    """The gradient is the batch's, although the parts have unequally many targets."""
    dataset = dataset_of("corruption", corpus)
    whole, parts = (
        runner(corpus, dataset, True, dtype=torch.float64, **BY_STEPS) for _ in range(2)
    )
    loss = parts.loss

    def small(x, y):
        if len(x) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return loss(x, y)

    monkeypatch.setattr(parts, "loss", small)
    whole.train(), parts.train()
    assert parts.losses == pytest.approx(whole.losses, rel=1e-9)
    assert torch.allclose(parameters(parts), parameters(whole), rtol=0, atol=1e-9)
    notes = capsys.readouterr().err
    assert "it runs in 2 parts" in notes and ("in 4 parts" in notes) == (most == 1)


def test_one_example_that_does_not_fit_is_an_error(corpus, monkeypatch):
    run = runner(corpus, dataset_of("names", corpus), True, **BY_STEPS)

    def none(x, y):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(run, "loss", none)
    with pytest.raises(torch.OutOfMemoryError):
        run.train()


@pytest.mark.parametrize("kind", ["corruption", "names", "windows"])
def test_examples_drawn_with_a_tensors_epoch_are_the_same(corpus, kind):
    dataset = dataset_of(kind, corpus)
    indices = torch.arange(len(dataset))
    for epoch in (0, 5):
        want = [dataset.example(i, 7, epoch) for i in range(len(dataset))]
        x, y = dataset.padded_batch(indices, 7, torch.tensor(epoch))
        assert torch.equal(x, torch.stack([x for x, _ in want]))
        assert torch.equal(y, torch.stack([y for _, y in want]))


@pytest.mark.parametrize("kind", ["corruption", "names", "windows"])
def test_drawing_needs_no_value_and_nothing_of_the_host(corpus, kind):
    """The device `meta` has shapes alone: to read a value, or mix it with a CPU's tensor, fails."""
    dataset = dataset_of(kind, corpus)
    epoch = torch.zeros((), dtype=torch.int64, device="meta")
    x, y = dataset.to("meta").padded_batch(torch.arange(3, device="meta"), 7, epoch)
    assert x.shape == y.shape == (3, 127) and x.device.type == y.device.type == "meta"
    assert dataset.example(0, 7, 0)[0].device.type == "cpu"  # the original stayed


@pytest.mark.parametrize("name", VARIANTS)
def test_nor_does_the_model(corpus, name):
    run = runner(corpus, corpus, False, variant=name)
    run.model.to("meta")
    x = torch.zeros(3, 126, dtype=torch.int64, device="meta")
    loss = run.forward(x, x)[1]
    loss.backward()
    assert loss.device.type == run.clip().device.type == "meta"


def test_a_run_continues_from_its_state(corpus):
    whole = runner(corpus, corpus, True, **BY_STEPS)
    whole.train()
    first = runner(corpus, corpus, True, **BY_STEPS)
    first.stop = True  # after the losses have been read, at the first epoch's end
    first.train()
    assert len(first.losses) == first.steps_per_epoch
    second = runner(corpus, corpus, True, **BY_STEPS)
    second.restore(first.state())
    second.train()
    assert second.losses == whole.losses
    assert torch.equal(parameters(second), parameters(whole))


@pytest.mark.parametrize("settings", [BY_TOKENS, BY_STEPS])
def test_what_is_not_finite_changes_nothing_however_late_it_is_seen(corpus, monkeypatch, settings):
    """The bad step is the second of three that are taken before the losses are read."""
    bad, good = (runner(corpus, corpus, True, **settings) for _ in range(2))
    forward, calls = bad.forward, itertools.count()

    def poisoned(x, y):
        logits, loss = forward(x, y)
        return logits, loss * (float("nan") if next(calls) == 1 else 1.0)

    bad.forward = poisoned
    with pytest.raises(NonFiniteLoss, match="got nan and a norm of nan at epoch 1 iter 1") as stop:
        bad.train()
    assert next(calls) == bad.steps_per_epoch  # it did go on
    monkeypatch.setattr("training.gpu.FETCH_SECONDS", -1.0)
    good.stop = True  # after one step
    good.train()
    assert bad.losses == good.losses and len(bad.losses) == 1 and bad.tokens == good.tokens
    assert torch.equal(parameters(bad), parameters(good))
    assert f"(step 2, learning rate {good.rate():e})" in str(stop.value)
    assert bad.random is None  # the generators have run on
    bad.update_random()
    a, b = moments(bad), moments(good)
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_a_step_is_captured_once_for_each_batch_size(corpus, monkeypatch):
    """A stand-in for CUDA's graphs that runs the step where a graph would."""
    replayed = []

    class Recorded(GpuSteps):
        def __init__(self, trainer):
            super().__init__(trainer)
            self.captures = True

        def capture(self, count):
            def replay():
                replayed.append(count)
                self.step(count, self.gradient)

            return SimpleNamespace(replay=replay)

    settings = BY_TOKENS | {"max_epochs": 5}
    want = runner(corpus, corpus, True, **settings)
    want.train()
    monkeypatch.setattr(trainer, "GpuSteps", Recorded)
    run = runner(corpus, corpus, True, **settings)
    run.train()
    short = len(corpus) % 4
    assert replayed.count(4) == 5 * (len(corpus) // 4) - WARM_UP
    assert replayed.count(short) == 5 - WARM_UP
    assert run.losses == want.losses and run.tokens == want.tokens


def test_where_capturing_fails_a_note_says_so_and_training_goes_on(corpus, monkeypatch, capsys):
    class Refused(GpuSteps):
        def __init__(self, trainer):
            super().__init__(trainer)
            self.captures = True

        def capture(self, count):
            try:
                raise RuntimeError("operation not permitted when stream is capturing\nmore")
            finally:  # torch.cuda.graph ends the capture, which fails too
                raise RuntimeError("operation failed due to a previous error during capture")

    want = runner(corpus, corpus, True, **BY_TOKENS)
    want.train()
    capsys.readouterr()
    monkeypatch.setattr(trainer, "GpuSteps", Refused)
    run = runner(corpus, corpus, True, **BY_TOKENS)
    run.train()
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    reason = "operation not permitted when stream is capturing"
    assert notes == [f"note: steps run uncaptured, slower: {reason}"]
    assert run.losses == want.losses


@pytest.mark.parametrize("kind", ["corruption", "names", "windows"])
def test_the_longest_row_is_as_long_as_it_says(corpus, kind):
    """No example of many epochs is longer, and one is as long."""
    dataset = dataset_of(kind, corpus)
    positions, longest = torch.arange(1, 128), 0
    for epoch in range(400):
        x, y = dataset.padded_batch(torch.arange(len(dataset)), 7, epoch)
        longest = max(longest, int(((y != 0) * positions).max()))
        assert not x[:, dataset.longest_row + 1 :].any()
    assert dataset.longest_row == longest


def test_a_large_corpus_is_drawn_in_parts(corpus, monkeypatch):
    monkeypatch.setattr("training.gpu.DRAWN", 1)
    part = runner(corpus, corpus, True, **BY_TOKENS)
    part.train()
    monkeypatch.undo()
    whole = runner(corpus, corpus, True, **BY_TOKENS)
    whole.train()
    assert part.losses == whole.losses
    assert torch.equal(parameters(part), parameters(whole))


def test_the_gpu_is_never_far_behind(corpus, monkeypatch):
    """Losses are read after so many steps, in the middle of an epoch too."""
    want = runner(corpus, corpus, True, **BY_TOKENS)
    want.train()
    monkeypatch.setattr("training.gpu.IN_FLIGHT", 2)
    run = runner(corpus, corpus, True, **BY_TOKENS)
    read = [len(run.losses) for _ in GpuSteps(run)]
    assert run.steps_per_epoch == 3 and read == [2, 3, 5, 6, 8, 9]
    assert run.losses == want.losses


def test_losses_may_be_read_at_every_step(corpus, monkeypatch):
    want = runner(corpus, corpus, True, **BY_TOKENS)
    want.train()
    monkeypatch.setattr("training.gpu.FETCH_SECONDS", -1.0)
    run = runner(corpus, corpus, True, **BY_TOKENS)
    run.train()
    assert run.losses == want.losses
