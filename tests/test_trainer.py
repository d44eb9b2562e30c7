"""The schedule at its knees, and the loop on a model that is no GPT."""

import math
import re
import subprocess
import sys

import pytest
import torch
from conftest import ROOT, tiny
from torch.utils.data import Dataset

import recipes
import trainer
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig
from trainer import NonFiniteLoss, Trainer, TrainerConfig, schedule, warmup_stable_decay


class Line(torch.nn.Module):
    """y = w x + bias, with the squared error: no GPT, but forward(x, y) -> (guess, loss)."""

    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))
        self.bias = torch.nn.Parameter(torch.zeros(1))
        self.seen = []

    def forward(self, x, y):
        self.seen.append(x.tolist())
        guess = self.w * x + self.bias
        return guess, (guess - y).square().mean()


class Points(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return torch.tensor(float(i)), torch.tensor(3.0 * i + 2.0)


def test_the_trainer_knows_nothing_of_models_and_datasets():
    """In what it imports, and in what that imports in turn."""
    code = "import sys, trainer; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True, check=True
    )
    assert not {"model", "attention", "dataset", "data", "recipes"} & set(done.stdout.split())


# ---------------------------------------------------------------------------------------- schedule


def test_schedule_at_its_knees():
    assert schedule(0, 100, 1100) == 0
    assert schedule(50, 100, 1100) == 0.5
    assert schedule(100, 100, 1100) == 1
    assert schedule(600, 100, 1100) == pytest.approx(0.5)
    assert schedule(1100, 100, 1100) == 0.1
    assert schedule(2100, 100, 1100) == pytest.approx(1)  # not clamped: it comes back
    assert schedule(5, 0, 10) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("phase", "rows", "epoch", "printed"),
    [
        ("finetune", 2000, 1, "5.999844e-04"),
        ("pretrain", 2938, 1, "5.999655e-03"),
        ("pretrain", 2938, 100, "3.037461e-03"),
        ("pretrain", 2938, 200, "6.000000e-04"),
        ("pretrain", 2938, 300, "2.890205e-03"),
        ("pretrain", 2938, 403, "5.999995e-03"),
        ("pretrain", 2938, 650, "7.182453e-04"),
    ],
)
def test_printed_rates_on_the_courses_sizes(phase, rows, epoch, printed):
    handout = recipes.RECIPES["handout"]
    share = schedule(epoch * rows * 127, handout.warmup_tokens, handout.final_tokens(2938))
    assert f"{getattr(handout, phase).learning_rate * share:e}" == printed


def test_rate_is_set_after_the_step(monkeypatch):
    used = []
    step = torch.optim.AdamW.step
    monkeypatch.setattr(
        torch.optim.AdamW,
        "step",
        lambda self: (used.append(self.param_groups[0]["lr"]), step(self)),
    )
    config = TrainerConfig(
        max_epochs=2,
        batch_size=4,
        learning_rate=0.8,
        lr_decay=True,
        warmup_tokens=20,
        final_tokens=10**9,
    )
    Trainer(Line(), Points(10), None, config).train()  # steps of 4, 4, 2 examples, a token each
    assert used == pytest.approx(
        [0.8, 0.8 * 4 / 20, 0.8 * 8 / 20, 0.8 * 10 / 20, 0.8 * 14 / 20, 0.8 * 18 / 20]
    )


def test_warmup_stable_decay_at_its_knees():
    assert warmup_stable_decay(1, 0, 0.1, 0.9) == 1.0  # a run without steps
    rates = [warmup_stable_decay(step, 20, 0.2, 0.5) for step in range(1, 21)]
    assert rates[:5] == pytest.approx([0.25, 0.5, 0.75, 1, 1])
    assert rates[10] == 1 and rates[11] == pytest.approx(0.9)
    assert rates[-1] == pytest.approx(0.1) and rates == sorted(rates[:4]) + [1] * 7 + rates[11:]
    assert warmup_stable_decay(1, 7, 0, 0) == 1


@pytest.mark.parametrize(("max_steps", "steps"), [(None, 8), (7, 7)])
def test_muon_and_adamw_share_the_model_and_the_schedule(max_steps, steps):
    """The rate falls to 0 where the run ends."""
    model = tiny("synthesizer")
    config = TrainerConfig(
        batch_size=1,
        max_epochs=4,
        max_steps=max_steps,
        learning_rate=0.3,
        muon_rate=0.02,
        lr_decay=True,
        warmup_share=0.5,
        decay_share=0.5,
    )
    run = Trainer(model, Points(2), None, config)
    adamw, muon = run.optimizers
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    by_muon = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    by_adamw = {names[id(p)] for group in adamw.param_groups for p in group["params"]}
    assert by_muon | by_adamw == set(names.values()) and not by_muon & by_adamw
    layers = (0, 1)
    linear = ("attn.w1", "attn.value", "attn.proj", "mlp.0", "mlp.2")
    assert by_muon == {f"blocks.{n}.{part}.weight" for n in layers for part in linear}
    for done in range(steps):
        share = min(1, (done + 1) / (steps / 2), (steps - done) / (steps / 2))
        run.set_rate(done, 0)
        assert run.rate() == pytest.approx(0.3 * share)
        assert [g["lr"] for g in adamw.param_groups] == pytest.approx([0.3 * share] * 2)
        assert muon.param_groups[0]["lr"] == pytest.approx(0.02 * share)


# -------------------------------------------------------------------------------------------- loop


def test_it_learns_in_file_order_and_keeps_the_short_batch():
    model = Line()
    config = TrainerConfig(max_epochs=300, batch_size=4, learning_rate=0.1, weight_decay=0.0)
    run = Trainer(model, Points(10), None, config)
    run.train()
    assert model.seen[:3] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] == model.seen[-3:]
    assert len(run.losses) == 900 == run.total_steps
    assert (model.w.item(), model.bias.item()) == pytest.approx((3, 2), abs=0.05)


def test_optimizer_spares_biases_only_and_clips(monkeypatch):
    model = tiny("synthesizer")
    (adamw,) = Trainer(model, Points(3), None, TrainerConfig(weight_decay=0.7)).optimizers
    groups = adamw.param_groups
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    decayed, spared = ({names[id(p)] for p in group["params"]} for group in groups)
    assert (groups[0]["weight_decay"], groups[1]["weight_decay"]) == (0.7, 0.0)
    assert spared == {name for name in names.values() if name.endswith(".bias")}
    assert {"pos_emb", "tok_emb.weight", "blocks.0.ln1.weight", "blocks.0.attn.b2"} <= decayed
    clipped = []
    clip = torch.nn.utils.clip_grad_norm_
    monkeypatch.setattr(
        torch.nn.utils, "clip_grad_norm_", lambda p, norm: (clipped.append(norm), clip(p, norm))[1]
    )
    Trainer(Line(), Points(3), None, TrainerConfig(max_epochs=1, grad_norm_clip=0.3)).train()
    assert clipped == [0.3]


def test_workers_change_nothing(corpus):
    losses = []
    for workers in (0, 2):
        model = tiny(vocab_size=corpus.vocab_size, block_size=128)
        config = TrainerConfig(max_epochs=2, batch_size=4, num_workers=workers, seed=9)
        run = Trainer(model, corpus, None, config)
        run.train()
        losses.append(run.losses)
    assert losses[0] == losses[1] and len(losses[0]) == 6


def test_a_workers_draws_follow_the_seed():
    """Of a dataset that draws for itself, with the generator that torch seeds in each worker."""

    class Drawing(Points):
        def __getitem__(self, i):
            return tuple(torch.rand_like(part) for part in super().__getitem__(i))

    losses = []
    for seed in (1, 1, 2):
        model = Line()
        config = TrainerConfig(max_epochs=1, batch_size=4, num_workers=1, seed=seed)
        run = Trainer(model, Drawing(8), None, config)
        run.train()
        losses.append(run.losses)
    assert losses[0] == losses[1] != losses[2]


def test_a_loss_that_is_not_finite_stops_before_the_update():
    class Cursed(Points):
        def __getitem__(self, i):
            x, y = super().__getitem__(i)
            return x, y * (float("nan") if i == 6 else 1)

    model = Line()
    config = TrainerConfig(max_epochs=5, batch_size=2, learning_rate=0.1)
    run = Trainer(model, Cursed(10), None, config)
    with pytest.raises(
        NonFiniteLoss, match=r"got nan and a norm of nan at epoch 1 iter 3 \(step 4, learning rate"
    ):
        run.train()
    assert len(run.losses) == 3
    assert math.isfinite(model.w.item()) and math.isfinite(model.bias.item())


def test_max_steps_and_no_epochs(tmp_path):
    run = Trainer(Line(), Points(10), None, TrainerConfig(max_epochs=9, batch_size=4, max_steps=5))
    run.train()
    assert len(run.losses) == 5
    path = tmp_path / "initial.params"
    model = Line()
    run = Trainer(model, Points(10), None, TrainerConfig(max_epochs=0, ckpt_path=str(path)))
    run.train()
    assert run.losses == [] and torch.load(path)["w"].item() == 0


def test_test_loss_is_a_mean(capsys):
    model = Line()
    run = Trainer(model, Points(2), Points(3), TrainerConfig(max_epochs=1, batch_size=3))
    assert run.test_loss() == pytest.approx((2**2 + 5**2 + 8**2) / 3)
    run.train()
    assert re.search(r"epoch 1: test loss \d+\.\d{5}", capsys.readouterr().out)


def test_pretraining_lowers_the_loss():
    data = CharCorruptionDataset("abcabcabcabc\n" * 8, 32)
    torch.manual_seed(0)
    model = GPT(GPTConfig(data.vocab_size, 32, n_layer=1, n_head=2, n_embd=16))
    run = Trainer(model, data, None, TrainerConfig(max_epochs=40, batch_size=9, learning_rate=1e-2))
    run.train()
    assert sum(run.losses[-9:]) / 9 < run.losses[0] / 2


# ---------------------------------------------------------------------------------------- progress


@pytest.mark.parametrize("name", recipes.VARIANTS)
def test_bf16_rounds_the_work_and_not_the_parameters(corpus, name):
    """Losses stay near those of fp32 and are others; what is trained stays float32."""
    losses = {}
    for precision in ("fp32", "bf16"):
        torch.manual_seed(0)
        sizes = dict(n_layer=2, n_head=2, n_embd=32)
        model = GPT(GPTConfig(corpus.vocab_size, 128, variant=name, **sizes))
        config = TrainerConfig(max_epochs=4, batch_size=4, learning_rate=3e-3, precision=precision)
        run = Trainer(model, corpus, None, config)
        run.train()
        losses[precision] = run.losses
        assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert losses["bf16"] == pytest.approx(losses["fp32"], rel=0.01)
    assert losses["bf16"] != losses["fp32"]


def test_compiled_models_learn_the_same(monkeypatch):
    """With the first of torch.compile's stages alone: the others compile for a minute."""
    compiled = []

    def compile(model, dynamic):
        compiled.append(model)
        return whole(model, dynamic=dynamic, backend="eager")

    whole = torch.compile
    monkeypatch.setattr(torch, "compile", compile)
    runs = [Trainer(Line(), Points(4), None, TrainerConfig(compile=c)) for c in (False, True)]
    for run in runs:
        run.train()
    assert compiled == [runs[1].model] and [run.compiled for run in runs] == [False, True]
    assert runs[0].losses == runs[1].losses
    assert torch.equal(runs[0].model.w, runs[1].model.w)


def test_without_a_compiler_a_note_says_so_and_training_goes_on(monkeypatch, capsys):
    def compile(model, dynamic):
        def fail(*args):
            raise RuntimeError("no C++ compiler\nwas found")

        return fail

    monkeypatch.setattr(torch, "compile", compile)
    config = TrainerConfig(compile=True, max_epochs=3, batch_size=2)
    run, plain = (Trainer(Line(), Points(4), None, config) for _ in range(2))
    plain.forward = plain.model
    run.train(), plain.train()
    assert run.losses == plain.losses
    assert not run.compiled and not plain.compiled
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    assert notes == ["note: without --compile, which failed: no C++ compiler"]


def test_the_models_own_errors_are_not_the_compilers(monkeypatch, capsys):
    class Broken(Line):
        def forward(self, x, y):
            if self.seen:
                raise RuntimeError("out of memory")
            return super().forward(x, y)

    monkeypatch.setattr(torch, "compile", lambda model, dynamic: lambda *args: model(*args))
    run = Trainer(Broken(), Points(4), None, TrainerConfig(compile=True))
    with pytest.raises(RuntimeError, match="out of memory"):
        run.train()
    assert "note: " not in capsys.readouterr().err


def test_a_misspelt_setting_is_refused():
    with pytest.raises(TypeError, match="max_epoch"):
        trainer.TrainerConfig(max_epoch=3)


def test_a_model_may_be_compiled_before(monkeypatch, tmp_path):
    """Its forward is the compiled one, and its parameter file has no prefixes."""
    torch.compiler.reset()  # what other tests have compiled
    calls = []

    def backend(graph, inputs):
        calls.append(graph)
        return graph.forward

    paths = tmp_path / "plain.params", tmp_path / "compiled.params"
    models = Line(), torch.compile(Line(), backend=backend)
    runs = [
        Trainer(model, Points(4), None, TrainerConfig(ckpt_path=str(path)))
        for model, path in zip(models, paths, strict=True)
    ]
    for run in runs:
        run.train()
    assert calls and runs[0].losses == runs[1].losses
    a, b = (torch.load(path, weights_only=True) for path in paths)
    assert a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
