"""Checkpoints: a run that was broken off anywhere ends as one that was not; others are refused."""

import itertools
import random

import numpy as np
import pytest
import torch
from conftest import tiny
from torch.utils.data import Dataset

from support import parameters
from support.errors import InputError
from trainer import Trainer, TrainerConfig
from training import checkpoint
from training.checkpoint import FORMAT, Checkpoint


class Drawn(Dataset):
    """Rows drawn from Python's and numpy's generators, as no pure dataset would."""

    def __len__(self):
        return 10

    def __getitem__(self, i):
        ids = [random.randrange(11), int(np.random.randint(11)), i, *range(1, 8)]
        return torch.tensor(ids[:-1]), torch.tensor(ids[1:])


def begin(dataset, saved=None, seed=0, **changes):
    """A trainer of a small model with dropout: 3 epochs of 3 steps."""
    random.seed(seed), np.random.seed(seed)
    model = tiny(embd_pdrop=0.2, attn_pdrop=0.1, resid_pdrop=0.3).float()
    model.blocks[0].idle = torch.nn.Linear(3, 2)  # gets no gradient, so optimizers keep nothing
    torch.manual_seed(seed)
    settings = dict(max_epochs=3, batch_size=4, learning_rate=1e-2, lr_decay=True, seed=7)
    settings |= dict(warmup_tokens=50, final_tokens=900) | changes
    return Trainer(model, dataset, None, TrainerConfig(**settings), saved)


class Every:
    """Takes the state after every step, as a file would hold it."""

    def __init__(self, path):
        self.path, self.states = path, []

    def due(self, epochs_done):
        return True

    def write(self, state, device):
        parameters.save_tensors(self.path, state)
        self.states.append(torch.load(self.path, weights_only=True))


def equal(one, other):
    states = one.model.state_dict(), other.model.state_dict()
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize("muon", [{}, {"muon_rate": 0.02, "decay_share": 0.5}])
def test_resuming_after_any_step_is_exact(tmp_path, muon):
    whole = begin(Drawn(), Every(tmp_path / "state"), **muon)
    whole.train()
    assert len(whole.checkpoint.states) == 9
    for done, state in enumerate(whole.checkpoint.states, start=1):
        resumed = begin(Drawn(), seed=99, **muon)  # what the state does not restore would show
        resumed.restore(state)
        assert len(resumed.losses) == done
        resumed.train()
        assert resumed.losses == whole.losses and resumed.tokens == whole.tokens
        assert equal(resumed, whole), done


def test_resuming_with_other_workers_is_exact(tmp_path, corpus, monkeypatch):
    """With two chunks at once, and workers that are forked beside the threads."""
    monkeypatch.setattr("data.examples.MICRO_BATCH_TOKENS", 64)
    sizes = dict(vocab_size=corpus.vocab_size, block_size=128)

    def make(saved=None, workers=0):
        torch.manual_seed(1)
        config = TrainerConfig(max_epochs=2, batch_size=4, num_workers=workers)
        run = Trainer(tiny(**sizes, resid_pdrop=0.1).float(), corpus, corpus, config, saved)
        run.threads = 2
        return run

    whole = make(Every(tmp_path / "state"))
    whole.train()
    resumed = make(workers=2)
    resumed.restore(whole.checkpoint.states[3])
    resumed.train()
    assert equal(resumed, whole)


def test_stopping_saves_nothing_half_done(tmp_path):
    path = tmp_path / "out.params"
    run = begin(Drawn(), Checkpoint(tmp_path / "c", {}), ckpt_path=str(path))
    assert not run.write_checkpoint()  # before the first step there is nothing to save
    run.stop = True
    run.train()
    assert len(run.losses) == 1 and not run.complete and not path.exists()
    assert run.write_checkpoint() and run.written == 1
    run.random = None  # as while an update is at work
    run.losses.append(0.0)
    assert not run.write_checkpoint()


def test_when_it_is_due(monkeypatch, tmp_path):
    clock = itertools.count(100.0, 10.0)  # each look at it takes ten seconds
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: next(clock))
    saved = Checkpoint(tmp_path / "c", {}, seconds=25, share=0.01, epochs=2)  # made at 100
    assert [saved.due() for _ in range(3)] == [False, False, True]
    assert saved.due(2) and not Checkpoint(tmp_path / "c", {}, seconds=25, epochs=2).due(3)
    saved.write({}, torch.device("cpu"))  # takes ten seconds: the next may not come for 1,000
    assert saved.next - next(clock) == 1000 - 10


def test_another_run_is_refused_by_field(tmp_path):
    model, cpu = tiny(), torch.device("cpu")
    known = {"variant": "vanilla", "seed": 3, "betas": (0.9, 0.95)}
    Checkpoint(tmp_path / "c", known, "python src/run.py pretrain").write({"a": 1}, cpu)
    state, note = Checkpoint(tmp_path / "c", known).read(model, 5, cpu)
    assert state == {"a": 1} and note is None
    for change, says in (
        ({"variant": "rope"}, "variant: expected 'vanilla', got 'rope'"),
        ({"betas": (0.9, 0.99)}, r"betas: expected \[0.9, 0.95\], got \[0.9, 0.99\]"),
        ({"extra": 1}, "extra: expected None, got 1"),
    ):
        with pytest.raises(InputError, match=f"c: {says}; continue with what the run began with"):
            Checkpoint(tmp_path / "c", known | change).read(model, 5, cpu)
    Checkpoint(tmp_path / "bf16", {"precision": "bf16"}, "python …").write({"a": 1}, cpu)
    with pytest.raises(InputError, match="got 'fp32'; add --precision 'bf16', or delete"):
        Checkpoint(tmp_path / "bf16", {"precision": "fp32"}).read(model, 5, cpu)
    with pytest.raises(InputError, match=r"\(the run began with: python src/run.py pretrain\)"):
        Checkpoint(tmp_path / "c", known | {"seed": 4}).read(model, 5, cpu)


def test_another_machine_is_noted(tmp_path, monkeypatch):
    saved = Checkpoint(tmp_path / "c", {})
    saved.write({}, torch.device("cpu"))
    monkeypatch.setattr(torch, "__version__", "9.9")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 77)
    _, note = saved.read(tiny(), 5, torch.device("cpu"))
    assert "torch '2." in note and "then, '9.9' now; " in note
    assert "then, 77 now: last digits may differ" in note


def damaged(state, part, value):
    state = {**state, part: value}
    return state if value is not None else {k: v for k, v in state.items() if k != part}


def test_states_that_do_not_fit_change_nothing(tmp_path):
    run = begin(Drawn(), Every(tmp_path / "state"))
    run.train()
    good = run.checkpoint.states[4]
    moments, name = good["moments"], "ln_f.bias.exp_avg"
    nan = torch.full_like(moments[name], float("nan"))
    packed = good["random"]
    cases = {
        "a trainer's state": (None, "tokens", None),
        "tensors by name": (good, "model", [1]),
        "a number of tokens": (good, "tokens", -1),
        "a number of seconds": (good, "seconds", float("inf")),
        "losses of 1 to 9 steps": (good, "losses", torch.zeros(10, dtype=torch.float64)),
        r"losses: expected \(5,\), got \(5, 1\)": (good, "losses", good["losses"][:, None]),
        r"expected \(15,\), got no such tensor": (good, "moments", damaged(moments, name, None)),
        "finite values": (good, "moments", {**moments, name: nan}),
        "float32 strided values, got float16": (good, "moments", {**moments, name: nan.half()}),
        "states of random generators": (good, "random", damaged(packed, "torch", nan)),
        "random generators, got something else": (good, "random", damaged(packed, "numpy", [1])),
    }
    for says, (state, part, value) in cases.items():
        fresh = begin(Drawn())
        with pytest.raises(InputError, match=says):
            fresh.restore({**(state or {}), part: value}, "path")
        assert equal(fresh, begin(Drawn())) and fresh.losses == []


def test_random_states_are_put_back_all_or_none():
    mps = torch.device("mps")
    packed = checkpoint.pack_random(checkpoint.random_state(torch.device("cpu")))
    for generator in (random.random, np.random.rand, lambda: torch.rand(1)):
        generator()
    before = checkpoint.pack_random(checkpoint.random_state(torch.device("cpu")))
    with pytest.raises(InputError, match="expected the states of random generators"):
        checkpoint.restore_random("c", packed | {"device": torch.zeros(3, dtype=torch.uint8)}, mps)
    after = checkpoint.pack_random(checkpoint.random_state(torch.device("cpu")))
    assert not torch.equal(before["torch"], packed["torch"])
    assert torch.equal(before["torch"], after["torch"])
    for name in ("python", "numpy"):
        assert torch.equal(before[name][1], after[name][1]) and before[name][2] == after[name][2]


def test_files_that_are_no_checkpoints(tmp_path):
    saved = Checkpoint(tmp_path / "c", {})
    cpu, description = torch.device("cpu"), '{"identity": {}, "versions": {}}'
    for content, says in (
        ([1], f"a format {FORMAT} checkpoint"),
        ({"checkpoint": 99, "about": description}, f"a format {FORMAT} checkpoint"),
        ({"checkpoint": torch.zeros(3), "about": description}, f"a format {FORMAT} checkpoint"),
        ({"checkpoint": FORMAT, "about": "[" * 10**5}, "a description of the run"),
        ({"checkpoint": FORMAT, "about": "{}"}, "the run's identity"),
    ):
        torch.save(content, tmp_path / "c")
        with pytest.raises(InputError, match=f"expected {says}"):
            saved.read(tiny(), 5, cpu)
    with pytest.raises(InputError, match="c: expected a checkpoint of at most"):
        torch.save(torch.zeros(10**7), tmp_path / "c")
        saved.read(tiny(), 5, cpu)
