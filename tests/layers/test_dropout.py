"""Our dropout has nn.Dropout's distribution, mean and gradient."""

import pytest
import torch

from layers.dropout import Dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_values_are_dropped_at_random_and_the_rest_scaled(p):
    torch.manual_seed(3)
    x = torch.full((301, 7, 93), 2.0, dtype=torch.float64)  # no multiple of four
    y = Dropout(p)(x)
    kept = y != 0
    n = kept.numel()
    sigma = (p * (1 - p) / n) ** 0.5
    assert abs(kept.double().mean() - (1 - p)) < 4 * sigma + 1e-5
    assert y[kept].unique().tolist() == pytest.approx([2 / (1 - p)], rel=1e-4)
    flat = kept.flatten().double() - (1 - p)
    for lag in (1, 2, 3, 4, 7, 93):  # neighbours share random bits, but no dependence
        assert abs((flat[lag:] * flat[:-lag]).mean()) < 4.5 * p * (1 - p) / n**0.5


def test_the_mean_is_kept_exactly():
    drop = Dropout(0.1)
    x = torch.ones(400_000, dtype=torch.float64)
    kept_value = drop(x).max().item()
    dropped = round(0.1 * 65536) / 65536
    assert kept_value * (1 - dropped) == pytest.approx(1, abs=1e-12)
    low = (torch.arange(128, 256) / 128).bfloat16()
    y = drop(low)
    kept = y != 0  # scaled, then rounded once: a scale in bfloat16 would be 0.2% too low
    assert kept.sum() > 90 and y[kept].equal((low.double() / (1 - dropped)).bfloat16()[kept])


def test_gradient_is_the_mask():
    x = torch.randn(40, 9, requires_grad=True)
    y = Dropout(0.3)(x)
    y.sum().backward()
    assert torch.allclose(x.grad, y / x) and 0 < (x.grad == 0).sum() < 360


def test_it_follows_torchs_seed_and_never_repeats():
    drop, x = Dropout(0.4), torch.ones(1000)
    torch.manual_seed(1)
    first, second = drop(x), drop(x)
    torch.manual_seed(1)
    assert torch.equal(drop(x), first) and not torch.equal(first, second)


def test_torch_compiles_it_in_one_piece():
    compiled = torch.compile(Dropout(0.3), backend="eager", fullgraph=True)
    y = compiled(torch.ones(10_000))
    assert abs((y == 0).float().mean() - 0.3) < 0.03
    assert y[y != 0].unique().tolist() == pytest.approx([1 / 0.7])


def test_nothing_happens_in_evaluation_or_at_zero():
    x = torch.randn(7, 5)
    assert Dropout(0.4).eval()(x) is x and Dropout(0.0)(x) is x
    y = Dropout(1 - 1e-9)(x)  # as much as a threshold of 16 bits has
    assert set(y.flatten().tolist()) <= {0.0, *(x * 2**16).flatten().tolist()}
    with pytest.raises(ValueError, match="expected a probability from 0 to below 1, got 1"):
        Dropout(1.0)
