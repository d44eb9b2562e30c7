"""The model around its attention against formulas, and all of it against the textbook."""

import dataclasses
import math
import pickle

import pytest
import torch
from conftest import tiny

import recipes
import textbook
from attention import VARIANTS, SynthesizerAttention
from model import GPT, GPTConfig
from trainer import Trainer, TrainerConfig
from training.cpu import CpuSteps


def test_block_and_gpt_equal_their_formulas(variant):
    model = tiny(variant)
    idx = torch.randint(11, (4, 9))
    x = model.tok_emb.weight[idx] + model.pos_emb[0, :9]

    def norm(x, ln):
        centred = x - x.mean(-1, keepdim=True)
        return (
            centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt() * ln.weight + ln.bias
        )

    for block in model.blocks:
        x = x + block.attn(norm(x, block.ln1))  # which tests/layers/test_attention.py proves
        hidden = norm(x, block.ln2) @ block.mlp[0].weight.T + block.mlp[0].bias
        hidden = hidden * 0.5 * (1 + torch.erf(hidden / math.sqrt(2)))
        x = x + hidden @ block.mlp[2].weight.T + block.mlp[2].bias
    want = norm(x, model.ln_f) @ model.head.weight.T
    assert (model(idx)[0] - want).abs().max() < 1e-11


def test_loss_is_the_mean_over_targets_that_are_not_pad(variant):
    model = tiny(variant)
    idx, targets = torch.randint(11, (4, 9)), torch.randint(1, 11, (4, 9))
    targets[0, :5] = targets[2, 7:] = 0
    logits, loss = model(idx, targets)
    nats = [
        math.log(sum(math.exp(v) for v in logits[b, t].tolist()))
        - logits[b, t, targets[b, t]].item()
        for b in range(4)
        for t in range(9)
        if targets[b, t] != 0
    ]
    assert loss.item() == pytest.approx(sum(nats) / len(nats), abs=1e-12)
    assert model(idx)[1] is None


def test_padding_changes_neither_loss_nor_gradient(variant):
    model = tiny(variant)
    idx, targets = torch.randint(2, 11, (4, 9)), torch.randint(1, 11, (4, 9))
    padded = [
        torch.cat((tensor, torch.zeros(4, 4, dtype=torch.int64)), 1) for tensor in (idx, targets)
    ]
    results = []
    for x, y in ((idx, targets), padded):
        model.zero_grad()
        _, loss = model(x, y)
        loss.backward()
        results.append(
            (
                loss,
                *(p.grad for p in model.parameters()),
            )
        )
    assert all((a - b).abs().max() < 1e-12 for a, b in zip(*results, strict=True))
    assert model.tok_emb.weight.grad[0].abs().max() == 0  # the pads' own embedding


def test_too_long_an_input_is_named(variant):
    model = tiny(variant)
    longest = {"vanilla": 14, "synthesizer": 13}[variant]
    assert model.context == longest and model.get_block_size() == 14
    model(torch.zeros(1, longest, dtype=torch.int64))
    with pytest.raises(ValueError, match=f"at most {longest} positions, got {longest + 1}"):
        model(torch.zeros(1, longest + 1, dtype=torch.int64))


@pytest.mark.parametrize(
    ("dropout", "part"),
    [
        ("embd_pdrop", lambda model: model),
        ("attn_pdrop", lambda model: model.blocks[1].attn),
        ("resid_pdrop", lambda model: model.blocks[1].attn),
        ("resid_pdrop", lambda model: model.blocks[1].mlp),
    ],
)
def test_each_dropout_acts_in_training_only(variant, dropout, part):
    model = tiny(variant, **{dropout: 0.5})
    drops, states = part(model), torch.randn(4, 9, model.config.n_embd, dtype=torch.float64)
    x = torch.randint(11, (4, 9)) if drops is model else states

    def twice():
        found = drops(x), drops(x)
        return [y[0] if isinstance(y, tuple) else y for y in found]

    assert not torch.equal(*twice())
    model.eval()
    assert torch.equal(*twice())


# ------------------------------------------------------------------------- the configuration


def test_a_configuration_is_frozen_and_refuses_misspelt_fields():
    config = GPTConfig(11, 14, window=4)
    assert (config.vocab_size, config.block_size, config.window) == (11, 14, 4)
    assert config.slots == recipes.OPTIONS["slots"].default
    assert pickle.loads(pickle.dumps(config)) == config == dataclasses.replace(config)
    assert dataclasses.replace(config, window=5).window == 5
    for field in ("window", "n_layer", "n_layers"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=field):
            setattr(config, field, 2)
    with pytest.raises(TypeError, match="n_layers"):
        GPTConfig(11, 14, n_layers=2)


def test_old_starter_code_chooses_other_variants_so_too():
    config = GPTConfig(11, 14, n_layer=2, n_head=3, n_embd=18)
    for name in ("rope", "perceiver"):
        setattr(config, name, True)
        assert config.variant == name
        assert all(type(block.attn) is VARIANTS[name] for block in GPT(config).blocks)
    config.additive = config.rope = config.synthesizer = False  # what it is not
    assert config.variant == "perceiver"
    config.bottleneck_dim = 7
    assert GPT(config).blocks[0].attn.latents.size(0) == 7
    with pytest.raises(ValueError, match="^GPTConfig: expected one of vanilla, .*got 'additive';"):
        config.additive = True


def test_old_starter_code_chooses_the_synthesizer_by_an_attribute():
    config = GPTConfig(11, 14, n_layer=2, n_head=3, n_embd=15)
    config.synthesizer = True
    assert config.variant == "synthesizer"
    assert all(type(block.attn) is SynthesizerAttention for block in GPT(config).blocks)
    config.synthesizer = False
    assert config == GPTConfig(11, 14, n_layer=2, n_head=3, n_embd=15)


# ------------------------------------------------------------------------- against the textbook


def twins(variant, dtype=torch.float32):
    """Our model and the textbook's at full size, with the same parameters."""
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    torch.manual_seed(2)
    ours = GPT(GPTConfig(256, 128, variant=variant, **off)).to(dtype)
    oracle = textbook.GPT(textbook.Config(256, 128, variant=variant, **off)).to(dtype)
    oracle.load_state_dict(ours.state_dict(), strict=True)
    return ours, oracle


def padded_batches(corpus, size, steps):
    """The first steps' batches, in file order, the last of an epoch short, as full rows."""
    at = epoch = 0
    for _ in range(steps):
        pairs = [corpus.example(i, 3, epoch) for i in range(at, min(at + size, len(corpus)))]
        yield tuple(map(torch.stack, zip(*pairs, strict=True)))
        at += size
        if at >= len(corpus):
            at, epoch = 0, epoch + 1


def test_logits_loss_and_gradients_equal_the_textbooks(variant, corpus):
    ours, oracle = twins(variant)
    x, y = next(padded_batches(corpus, 10, 1))
    logits, loss = ours(x, y)
    want_logits, want_loss = oracle(x, y)
    assert (logits - want_logits).abs().max() < 1e-5
    assert abs(loss - want_loss) < 1e-5
    want_loss.backward()
    run = Trainer(ours, corpus, None, TrainerConfig())
    total = CpuSteps(run).gradient(corpus.batch(range(10), 3, 0)[0])
    assert abs(total - want_loss.item()) < 1e-5
    gradients = dict(oracle.named_parameters())
    for name, parameter in ours.named_parameters():
        assert (parameter.grad - gradients[name].grad).abs().max() < 1e-5, name


@pytest.mark.parametrize(
    ("dtype", "steps", "within"), [(torch.float64, 20, 1e-8), (torch.float32, 3, 1e-4)]
)
def test_handout_training_gives_the_textbooks_losses(variant, corpus, dtype, steps, within):
    handout = recipes.RECIPES["handout"]
    schedule = dict(
        learning_rate=handout.pretrain.learning_rate,
        warmup_tokens=handout.warmup_tokens,
        final_tokens=handout.final_tokens(len(corpus)),
    )
    ours, oracle = twins(variant, dtype)
    config = TrainerConfig(
        max_epochs=steps, batch_size=3, lr_decay=True, seed=3, max_steps=steps, **schedule
    )
    trainer = Trainer(ours, corpus, None, config)
    trainer.train()
    want = textbook.train(oracle, padded_batches(corpus, 3, steps), **schedule)
    assert trainer.losses == pytest.approx(want, abs=within)
