"""Muon against the singular value decomposition and torch's own, and its state through a save."""

import pytest
import torch

from training.muon import Muon, orthogonalize


@pytest.mark.parametrize(("rows", "columns"), [(7, 11), (13, 5), (6, 6)])
def test_orthogonalized_matrices_have_the_same_vectors_and_values_near_one(rows, columns):
    torch.manual_seed(0)
    matrices = torch.randn(3, rows, columns, dtype=torch.float64)
    found = orthogonalize(matrices)
    U, S, Vh = torch.linalg.svd(matrices, full_matrices=False)
    middle = U.mT @ found @ Vh.mT  # diagonal, where the vectors are the same
    values = middle.diagonal(dim1=1, dim2=2)
    assert torch.allclose(middle, torch.diag_embed(values), atol=1e-10)
    large = S / S.norm(dim=1, keepdim=True) > 0.01
    assert values[large].min() > 0.6 and values.max() < 1.25


@pytest.mark.parametrize("shape", [(96, 24), (24, 96), (24, 24)])
@pytest.mark.parametrize(("dtype", "error"), [(None, 1e-3), (torch.bfloat16, 0.3)])
def test_badly_scaled_matrices_follow_the_iteration_in_float64(shape, dtype, error):
    """Their singular values fall over six decades, as those of a first gradient may."""
    torch.manual_seed(3)
    U, _, Vh = torch.linalg.svd(torch.randn(2, *shape, dtype=torch.float64), full_matrices=False)
    matrices = U * torch.logspace(0, -6, 24, dtype=torch.float64) @ Vh
    exact = matrices / matrices.norm(dim=(1, 2), keepdim=True)
    for _ in range(5):
        square = exact @ exact.mT
        exact = 3.4445 * exact - 4.7750 * square @ exact + 2.0315 * square @ square @ exact
    found = orthogonalize(matrices.float(), dtype).double()
    assert (found - exact).norm() < error * exact.norm()


def test_a_matrix_of_zeros_stays_one():
    assert orthogonalize(torch.zeros(2, 3, 5)).abs().max() == 0


def test_it_follows_torchs_muon_to_its_precision():
    """torch.optim.Muon rounds to bf16 inside, where the iteration strays by a few percent."""
    torch.manual_seed(1)
    start = [torch.randn(24, 8), torch.randn(8, 24), torch.randn(8, 24)]
    ours, theirs = ([torch.nn.Parameter(w.clone()) for w in start] for _ in range(2))
    pair = [
        (ours, Muon(ours, lr=0.02, momentum=0.9)),
        (theirs, torch.optim.Muon(theirs, lr=0.02, momentum=0.9, weight_decay=0.0)),
    ]
    for _ in range(10):
        gradients = [torch.randn_like(w) for w in start]
        for parameters, optimizer in pair:
            for p, gradient in zip(parameters, gradients, strict=True):
                p.grad = gradient.clone()
            optimizer.step()
    for w, a, b in zip(start, ours, theirs, strict=True):
        moved = (b - w).norm()
        assert (a - b).norm() < 0.05 * moved


def test_it_descends_along_every_direction_alike():
    """On a badly scaled quadratic the slow direction moves as far as the fast one."""
    target = torch.diag(torch.tensor([1.0, 1.0, 1.0]))
    scale = torch.tensor([1.0, 0.3, 0.1])
    w = torch.nn.Parameter(torch.zeros(3, 3))
    optimizer = Muon([w], lr=0.1, momentum=0.0)
    for _ in range(5):
        optimizer.zero_grad()
        (scale * (w - target).square()).sum().backward()
        optimizer.step()
    assert w.detach().diagonal().min() > 0.3


def test_only_matrices_and_only_those_with_gradients():
    with pytest.raises(ValueError, match=r"expected matrices, got .* \(3,\)"):
        Muon([torch.nn.Parameter(torch.zeros(3))])
    still, moving = (torch.nn.Parameter(torch.ones(2, 3)) for _ in range(2))
    moving.grad = torch.randn(2, 3)
    Muon([still, moving]).step()
    assert torch.equal(still, torch.ones(2, 3)) and not torch.equal(moving, still)


def test_products_in_bfloat16_give_nearly_the_same():
    torch.manual_seed(2)
    matrices = torch.randn(3, 12, 7)
    exact, rounded = orthogonalize(matrices), orthogonalize(matrices, torch.bfloat16)
    assert rounded.dtype == torch.float32 and not torch.equal(exact, rounded)
    assert (exact - rounded).norm() < 0.05 * exact.norm()
