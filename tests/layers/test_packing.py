"""Rows packed end to end give what rows with their padding give, for every variant."""

import pytest
import torch
from conftest import tiny

import recipes
from layers import packing
from layers.base import merge_heads, split_heads
from layers.packing import Packing

LENGTHS = [7, 1, 9, 4, 0]  # the last token that counts, of rows of 9


@pytest.fixture
def valid_mask():
    """Rows of LENGTHS, some with gaps before their last token."""
    places = torch.arange(9)
    valid_mask = places < torch.tensor(LENGTHS)[:, None]
    return valid_mask & ~((places == 2) & (torch.arange(5)[:, None] % 2 == 0))


def test_ids_are_kept_up_to_the_last_that_counts(valid_mask):
    ids = torch.arange(1, 46).view(5, 9)
    packed = Packing(valid_mask, 20)
    kept = [row[:n].tolist() for row, n in zip(ids, LENGTHS, strict=True)]
    tokens = packed.pack(ids)
    assert tokens[:21].tolist() == sum(kept, [])
    assert len(tokens) == 32 and not tokens[21:].any()
    columns = [list(range(n)) for n in LENGTHS]
    assert packed.positions[:21].tolist() == sum(columns, []) and not packed.positions[21:].any()


def test_heads_are_those_of_padded_rows(valid_mask):
    packed = Packing(valid_mask, 20)
    x = torch.randn(5, 9, 12)
    tokens = torch.stack([packed.pack(x[..., c]) for c in range(12)], 1)  # (N, C)
    ours, want = packed.split_heads(tokens, 3), split_heads(x, 3)
    assert ours.shape == (6, 3, 16, 4)  # rows in twos, columns in eights
    for b, n in enumerate(LENGTHS):
        assert torch.equal(ours[b, :, :n], want[b, :, :n])
    assert torch.equal(packed.merge_heads(ours)[:21], tokens[:21])
    kept = [row[:n] for row, n in zip(merge_heads(want), LENGTHS, strict=True)]
    assert torch.equal(packed.merge_heads(ours)[:21], torch.cat(kept))


def test_gradients_go_back_the_same_way(valid_mask):
    """Row by row: what counts in the rows is the packed tokens, one row's behind another's."""
    packed = Packing(valid_mask, 20)
    tokens, rows = torch.zeros(32, 12), torch.zeros(6, 3, 16, 4)  # zero flows where nothing counts
    tokens[:21] = torch.randn(21, 12)
    start = 0
    for b, n in enumerate(LENGTHS):
        for at in range(n):
            rows[b, :, at] = tokens[start + at].view(3, 4)
        start += n
    x, y = torch.randn(32, 12, requires_grad=True), torch.randn(6, 3, 16, 4, requires_grad=True)
    (to_x,) = torch.autograd.grad(packed.split_heads(x, 3), x, rows)
    (to_y,) = torch.autograd.grad(packed.merge_heads(y), y, tokens)
    assert torch.equal(to_x, tokens) and torch.equal(to_y, rows)


@pytest.mark.parametrize("name", recipes.VARIANTS)
@pytest.mark.parametrize("full", [False, True])
def test_the_loss_alone_is_that_of_padded_rows(name, full, valid_mask, monkeypatch):
    model = tiny(name, n_embd=18)
    idx = torch.randint(1, 11, (5, 9))
    targets = torch.randint(1, 11, (5, 9)) * (valid_mask | full)
    if full:  # no place is left over, but for what is added
        monkeypatch.setattr(packing, "ROW_STEPS", 1)
        monkeypatch.setattr(packing, "COLUMN_MULTIPLE", 9)
    results = []
    for loss in (model(idx, targets)[1], model.loss(idx, targets)):
        model.zero_grad()
        loss.backward()
        results.append((loss, {n: p.grad for n, p in model.named_parameters()}))
    (want, gradients), (loss, ours) = results
    assert abs(loss - want) < 1e-12
    for parameter, gradient in gradients.items():
        assert (ours[parameter] - gradient).abs().max() < 1e-11, parameter


def test_rows_as_wide_as_attention_allows(variant):
    """The width is not rounded up to more positions than there are."""
    model = tiny(variant)
    idx = torch.randint(1, 11, (3, model.context))
    assert abs(model.loss(idx, idx) - model(idx, idx)[1]) < 1e-12
    idx = torch.ones(3, model.context + 1, dtype=torch.int64)
    with pytest.raises(ValueError, match=f"at most {model.context} positions, got"):
        model.loss(idx, idx)


def test_only_what_counts_is_computed(valid_mask):
    model = tiny()
    seen = []
    model.blocks[0].mlp.register_forward_hook(lambda _, args, out: seen.append(out.shape))
    idx, targets = torch.ones(5, 9, dtype=torch.int64), valid_mask.long()
    model.loss(idx, targets)
    model(idx, targets)
    assert seen == [(32, 15), (5, 9, 15)]
