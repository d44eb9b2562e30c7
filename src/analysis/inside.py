"""What happens inside: the answer layer by layer, what the last ⁇ reads, whose letters decide.

Legend: B prompts, t characters of the longest, L layers, h heads, C n_embd, V vocab_size.
"""

from dataclasses import dataclass

import torch
from torch.nn.utils.rnn import pad_sequence

from analysis.batches import in_batches
from recipes import BATCH_QUESTIONS
from support.threads import side_by_side


@dataclass(frozen=True)
class Inside:
    """What happens at the ⁇ that ends a prompt of t characters."""

    lens: torch.Tensor  # (L + 1, V): what it would say before the first and after each layer
    weights: torch.Tensor  # (L, h, t): what each head reads there


def observe(model, prompts):
    """The Inside of each of the prompts, lists of ids that end in ⁇.

    The lens reads a layer's output as the last layer's is read, softmax(ln_f(x) head): the logit
    lens (nostalgebraist 2020). Variants without a matrix of weights give the implied ones.
    """
    model.eval()
    return in_batches(lambda batch: observed(model, batch), prompts, BATCH_QUESTIONS)


@torch.no_grad()
def observed(model, prompts):
    """The Inside of each of some prompts of about the same length."""
    x, ends = padded(prompts)
    rows = torch.arange(len(x))
    states = residuals(model, x)  # (L + 1) times (B, t, C)
    weights = [layer[rows, :, ends] for layer in weights_on(model, states)]  # (B, h, t)
    states = torch.stack([state[rows, ends] for state in states], 1)  # (B, L + 1, C)
    lens = model.head(model.ln_f(states)).softmax(-1)  # (B, L + 1, V)
    weights = torch.stack(weights, 1)  # (B, L, h, t)
    return [
        Inside(lens[row], weights[row, :, :, : end + 1]) for row, end in enumerate(ends.tolist())
    ]


@torch.no_grad()
def weights_of(model, x):
    """Each layer's weights (B, h, t, t) for x (B, t): implied ones for variants that mix without a
    matrix of weights; where positions share a slot, the slot's by their shares.
    """
    model.eval()
    return weights_on(model, residuals(model, x))


def weights_on(model, states):
    """As `weights_of`, given what enters each layer."""
    return [
        block.attn.attention_weights(block.ln1(state))  # (B, h, t, t)
        for block, state in zip(model.blocks, states, strict=False)
    ]


@torch.no_grad()
def interchange(model, prompts, donors, spans, letters):
    """What somebody else's states do to the answer: (before, {span: after (L, B)}, donors' own).

    Each value is the probability of the letter `letters[i]`, with which the donor's answer begins.
    Before: in the prompt's own run. After: with the states that enter a layer replaced by the
    donor's, at the positions `spans[name][i]`. A prompt and its donor have the same length.

    Interchange interventions (Geiger et al. 2021), which causal tracing (Meng et al. 2022) does
    with noise.
    """
    model.eval()
    x, ends = padded(prompts)
    theirs, their_ends = padded(donors)
    assert ends.equal(their_ends), "a prompt and its donor have the same length"
    rows, letters = torch.arange(len(x)), torch.tensor(letters)

    def chance(state, first):
        """p of the letter (B,) if `state` (B, t, C) enters the layer `first`."""
        for block in model.blocks[first:]:
            state = block(state)
        logits = model.head(model.ln_f(state[rows, ends]))  # (B, V)
        return logits.double().softmax(-1)[rows, letters]

    own, other = residuals(model, x), residuals(model, theirs)

    @torch.no_grad()
    def exchanged(places):
        """p of the letters (L, B) with the donor's states at places[i] of each row i."""
        mask = torch.zeros_like(x, dtype=torch.bool)  # (B, t)
        for row, positions in enumerate(places):
            mask[row, list(positions)] = True
        states = [torch.where(mask[:, :, None], b, a) for a, b in zip(own, other, strict=True)]
        return torch.stack([chance(states[at], at) for at in range(len(model.blocks))])

    after = dict(zip(spans, side_by_side(exchanged, [*spans.values()]), strict=True))
    last = len(model.blocks)
    return chance(own[-1], last), after, chance(other[-1], last)


def residuals(model, x):
    """What enters each layer, and what leaves the last: L + 1 tensors (B, t, C), for x (B, t)."""
    states = [model.embed(x)]
    for block in model.blocks:
        states.append(block(states[-1]))
    return states


def padded(prompts):
    """(ids (B, t), index of each row's last (B,))."""
    rows = [torch.tensor(prompt) for prompt in prompts]
    return pad_sequence(rows, batch_first=True), torch.tensor([len(row) - 1 for row in rows])
