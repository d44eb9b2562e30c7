"""The model's equations against loops in numpy (float64), and the properties they must have."""

import math

import numpy as np
import pytest
import torch
from conftest import tiny

import recipes
import textbook
from attention import VARIANTS
from model import GPT, GPTConfig
from trainer import Trainer, TrainerConfig


def softmax(scores):
    powers = [math.exp(s - max(scores)) for s in scores]
    return [p / sum(powers) for p in powers]


def by_loops(attn, x):
    """Attention of one sequence x (t, C), from the handout's equations 3-5, by plain loops."""
    state = {name: tensor.detach().numpy() for name, tensor in attn.state_dict().items()}

    def linear(name, row):
        return state[f"{name}.weight"] @ row + state[f"{name}.bias"]

    t, C = x.shape
    d = C // attn.n_head
    out = np.zeros((t, C))
    for head in range(attn.n_head):
        part = slice(head * d, (head + 1) * d)
        for i in range(t):
            if "query.weight" in state:
                q = linear("query", x[i])[part]
                scores = [q @ linear("key", x[j])[part] / math.sqrt(d) for j in range(i + 1)]
            else:
                hidden = np.maximum(linear("w1", x[i])[part], 0)
                scores = [hidden @ state["w2"][:, j] + state["b2"][j] for j in range(i + 1)]
            for j, weight in enumerate(softmax(scores)):
                out[i, part] += weight * linear("value", x[j])[part]
    return np.array([linear("proj", row) for row in out])


@pytest.mark.parametrize("length", [1, 7, 13])
def test_attention_equals_loops(variant, length):
    attn = tiny(variant).blocks[1].attn
    assert type(attn) is VARIANTS[variant]
    x = torch.randn(4, length, 15, dtype=torch.float64)
    want = np.stack([by_loops(attn, sequence.numpy()) for sequence in x])
    assert np.abs(attn(x).detach().numpy() - want).max() < 1e-12


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
        x = x + torch.tensor(
            np.stack([by_loops(block.attn, s) for s in norm(x, block.ln1).detach().numpy()])
        )
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


def test_causal_by_value_and_prefix(variant):
    model = tiny(variant)
    idx = torch.randint(11, (5, 13))
    before, _ = model(idx)
    for s in range(13):
        changed = idx.clone()
        changed[:, s] = (changed[:, s] + 1) % 11
        after, _ = model(changed)
        assert torch.equal(after[:, :s], before[:, :s])
        assert (after[:, s:] != before[:, s:]).any(-1).all()  # and everything later is reached
        assert (model(idx[:, : s + 1])[0] - before[:, : s + 1]).abs().max() < 1e-12


def test_causal_by_gradient(variant):
    attn = tiny(variant).blocks[0].attn
    x = torch.randn(1, 13, 15, dtype=torch.float64, requires_grad=True)
    for t in range(13):
        (gradient,) = torch.autograd.grad(attn(x)[0, t].sum(), x)
        reached = gradient[0].abs().sum(-1) > 0
        assert reached.tolist() == [s <= t for s in range(13)]


def test_gradient_is_that_of_finite_differences(variant):
    attn = tiny(variant, n_embd=6, block_size=7).blocks[0].attn
    x = torch.randn(2, 3, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: attn(x), (x, *attn.parameters()))


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
                *(
                    p.grad[:9] if p.ndim == 2 and "pos" in n else p.grad
                    for n, p in model.named_parameters()
                ),
            )
        )
    assert all((a - b).abs().max() < 1e-12 for a, b in zip(*results, strict=True))
    assert model.tok_emb.weight.grad[0].abs().max() == 0  # the pads' own embedding


def test_cached_decoding_equals_the_full_forward_pass(variant):
    model = tiny(variant)
    idx = torch.randint(11, (4, 13))
    whole, _ = model(idx)
    cache = model.new_cache(len(idx))
    at = 0
    for size in (5, 1, 3, 1, 1, 2):
        part, _ = model(idx[:, at : at + size], cache=cache)
        assert (part - whole[:, at : at + size]).abs().max() < 1e-12
        at += size
    assert at == 13


def test_too_long_an_input_is_named(variant):
    model = tiny(variant)
    longest = {"vanilla": 14, "synthesizer": 13}[variant]
    assert model.context == longest and model.get_block_size() == 14
    model(torch.zeros(1, longest, dtype=torch.int64))
    with pytest.raises(AssertionError, match=f"at most {longest} positions, got {longest + 1}"):
        model(torch.zeros(1, longest + 1, dtype=torch.int64))


def test_dropout_acts_in_training_only(variant):
    model = tiny(variant, embd_pdrop=0.5, resid_pdrop=0.5, attn_pdrop=0.5)
    idx = torch.randint(11, (4, 9))
    assert not torch.equal(model(idx)[0], model(idx)[0])
    model.eval()
    assert torch.equal(model(idx)[0], model(idx)[0])


def test_attention_dropout_drops_weights_and_keeps_their_mean(variant):
    attn = tiny(variant, attn_pdrop=0.4).blocks[0].attn
    x = torch.randn(1, 9, 15, dtype=torch.float64).expand(6000, -1, -1)
    attn.eval()
    want = attn(x[:1])
    attn.train()
    got = attn(x)
    error = got.std(0) / math.sqrt(6000)
    assert (got.std(0) > 0).all()
    assert ((got.mean(0) - want[0]) / error).abs().max() < 5


# ------------------------------------------------------------------------- against the textbook


def twins(variant, dtype=torch.float32, **dropout):
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
    total = Trainer(ours, corpus, None, TrainerConfig()).gradient(corpus.batch(range(10), 3, 0)[0])
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
        final_tokens=handout.final_tokens(handout.pretrain, len(corpus), len(corpus)),
    )
    ours, oracle = twins(variant, dtype)
    config = TrainerConfig(
        max_epochs=steps, batch_size=3, lr_decay=True, seed=3, max_steps=steps, **schedule
    )
    trainer = Trainer(ours, corpus, None, config)
    trainer.train()
    want = textbook.train(oracle, padded_batches(corpus, 3, steps), **schedule)
    assert trainer.losses == pytest.approx(want, abs=within)
