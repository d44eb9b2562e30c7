"""Muon: steepest descent in the spectral norm, for the matrices inside the blocks."""

import torch

from support.ranks import ALONE

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # Jordan's: steep at 0, not convergent, within 0.7 … 1.2
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made (nearly) orthogonal (Jordan et al. 2024, "Muon").

        m ← β m + (1 - β) g,    u = β m + (1 - β) g,    w ← w - lr √max(1, rows / columns) orth(u)

    for matrices w (rows, columns). `dtype` is the precision of orth's products; None, the default,
    takes the parameters' own. Departures from torch.optim.Muon: that default (there bfloat16);
    matrices of one shape are multiplied as a batch, which takes a third of the time on a CPU; no
    weight decay. As with torch's fused optimizers, lr may be a tensor. The attribute `found_inf`, a
    tensor that is not 0 where a gradient was not finite, stops the update.
    """

    def __init__(self, params, lr=0.02, momentum=0.95, dtype=None, ranks=ALONE):
        self.dtype, self.ranks = dtype, ranks
        self.prepared = None
        super().__init__(params, {"lr": lr, "momentum": momentum})
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"params: expected matrices, got a parameter of shape {tuple(p.shape)};"
                        " leave it to another optimizer"
                    )

    @torch.no_grad()
    def step(self, closure=None):
        """Update every parameter that has a gradient."""
        if closure is not None:
            raise ValueError("closure: expected none, got one; compute the gradient before step()")
        stopped = getattr(self, "found_inf", None)
        for group, matrices, averages, updates in self.prepared or self._updates():
            rows, columns = updates.shape[1:]
            rate = group["lr"] * max(1, rows / columns) ** 0.5
            if stopped is not None:
                rate = rate * (stopped == 0)
            for p, average, update in zip(matrices, averages, updates, strict=True):
                self.state[p]["momentum"].copy_(average)
                p.sub_(update * rate)
        self.prepared = None

    @torch.no_grad()
    def prepare(self):
        """Compute now what step() will need. Parameters and momenta keep their values."""
        self.prepared = list(self._updates())

    def _updates(self):
        """Yield (group, matrices, their new momenta, their updates) for each shape of matrices."""
        for group in self.param_groups:
            by_shape = {}
            for p in group["params"]:
                if p.grad is not None:
                    by_shape.setdefault(p.shape, []).append(p)
            for matrices in by_shape.values():
                pairs = [self._averaged(p, group["momentum"]) for p in matrices]
                averages, ahead = zip(*pairs, strict=True)
                yield group, matrices, averages, self._orthogonalized(torch.stack(ahead))

    def _averaged(self, p, momentum):
        """The gradient averaged with those before it; and looking one step ahead (Nesterov)."""
        state, stopped = self.state[p], getattr(self, "found_inf", None)
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(p)
        average, gradient = state["momentum"], p.grad
        if stopped is not None:
            gradient = torch.where(stopped == 0, gradient, average)
        average = average.lerp(gradient, 1 - momentum)
        return average, gradient.lerp(average, momentum)

    def _orthogonalized(self, matrices):
        """orthogonalize(matrices); each rank computes its share of the N, and all get all."""
        if self.ranks.alone:
            return orthogonalize(matrices, self.dtype)
        n = -(-len(matrices) // self.ranks.world)  # of a rank
        own = matrices[n * self.ranks.rank :][:n]
        updates = torch.zeros_like(matrices[:1]).repeat(n, 1, 1)  # (n, rows, columns)
        if len(own):
            # oneDNN rounds the products of one matrix otherwise than those of several
            several = own.repeat(2, 1, 1) if len(own) == 1 < len(matrices) else own
            updates[: len(own)] = orthogonalize(several, self.dtype)[: len(own)]
        return self.ranks.gather(updates)[: len(matrices)]  # (N, rows, columns)


def orthogonalize(matrices, dtype=None):
    """U Vᵀ of each of the matrices' (N, rows, columns) singular value decompositions, nearly.

        X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X,    five times, from X / |X|  (Newton-Schulz)

    takes singular values above about 0.003 of the norm to 0.7 … 1.2, which serves as well as 1.
    The products are computed in `dtype`; None: in the matrices' own. In float32 the small factors
    of a long matrix are multiplied with one another first, which is less work. In bfloat16 rounding
    would spoil their product.
    """
    tall = matrices.size(1) > matrices.size(2)
    x = matrices.mT if tall else matrices  # (N, m, n), m ≤ n
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    x = x.to(dtype or x.dtype)
    if x.size(2) >= 2 * x.size(1) and torch.finfo(x.dtype).eps < 1e-6:
        x = _product_of_factors(x @ x.mT) @ x
    else:
        a, b, c = COEFFICIENTS
        for _ in range(ITERATIONS):
            gram = x @ x.mT  # (N, m, m)
            x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    x = x.to(matrices.dtype)
    return x.mT if tall else x


def _product_of_factors(gram):
    """The product (N, m, m) of all factors a + b X Xᵀ + c (X Xᵀ)², from the first X Xᵀ (N, m, m).

    A factor P takes X to P X, and so X Xᵀ to P (X Xᵀ) P.
    """
    product = factor = _factor(gram)
    for _ in range(ITERATIONS - 1):
        gram = factor @ gram @ factor
        factor = _factor(gram)
        product = factor @ product
    return product


def _factor(gram):
    a, b, c = COEFFICIENTS
    factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor
