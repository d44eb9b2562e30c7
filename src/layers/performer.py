"""Performer: softmax attention estimated by positive random features, in linear time.

Legend: B batch, t positions of x, T positions attended to, n chunks of c positions, C n_embd,
h heads, d = C/h, m features.
"""

import torch
import torch.nn.functional as F

from layers.base import Attention, causal, split_chunks

CHUNK = 64  # positions whose weights on each other are made at once: changes only the time
REDRAW = 1000  # training steps between new features
TINY = 1e-30  # least sum of a row's estimates: if all underflow, the row is 0 instead of nan


class PerformerAttention(Attention):
    """FAVOR+ (Choromanski et al. 2021, sections 2.2-2.4), causal.

        Y_t = Σ_{s≤t} (φ(q_t)·φ(k_s)) v_s / Σ_{s≤t} φ(q_t)·φ(k_s),   q, k divided by d^¼
        φ(x)_i = exp(ω_i·x - |x|²/2) / √m,   E[φ(q)·φ(k)] = exp(q·k)

    ω_1 … ω_m, the buffer `features` (m, d), are orthogonal within groups of d, and the heads share
    them. The sums are made chunk by chunk: tril(φ(Q) φ(K)ᵀ) V inside a chunk, and φ(Q) S with
    S = Σ φ(k_s) v_sᵀ over all earlier chunks.

    Departures from the paper's code: φ(k) has no maximum over the keys subtracted, because that of
    future keys would reach the past, and no small number added. A query's largest exponent is
    subtracted, which cancels. Attention dropout is not applied: there are no weights to drop. New
    features are drawn every REDRAW training steps, never in evaluation.
    """

    def __init__(self, config):
        super().__init__(config)
        width = config.n_embd // config.n_head
        self.register_buffer("features", draw_features(config.features, width))

    def begin_step(self, step):
        """Draw new features if it is time; called before training step `step`, counted from 0.

        They come from torch's generator. A checkpoint holds its state, so a resumed run draws the
        same features.
        """
        if step and step % REDRAW == 0:
            self.features.copy_(draw_features(*self.features.size()))  # (m, d)

    def estimates(self, q, k):
        """φ(q), each row up to a factor of its own, and φ(k): (B, h, t, m), (B, h, T, m)."""
        scale = q.size(3) ** -0.25
        q, k = exponents(q * scale, self.features), exponents(k * scale, self.features)
        return (q - q.detach().amax(3, keepdim=True)).exp(), k.exp()

    def weights(self, q, k, at):
        q, k = self.estimates(q, k)
        estimates = (q @ k.transpose(2, 3)) * causal(at, k.size(2))  # (B, h, t, T)
        return estimates / estimates.sum(3, keepdim=True).clamp(min=TINY)  # (B, h, t, T)

    def step(self, q, k, v, at):
        return self.weights(q, k, at) @ v  # (B, h, t, d)

    def mix(self, q, k, v):
        T = q.size(2)
        q, k = self.estimates(q, k)
        v = F.pad(v, (0, 1), value=1.0)  # (B, h, T, d + 1): sums of v, and of the estimates
        q, k, v = (split_chunks(part, CHUNK) for part in (q, k, v))  # (B, h, n, c, ·)
        sums = (k.transpose(3, 4) @ v).cumsum(2)  # (B, h, n, m, d + 1)
        before = F.pad(sums, (0, 0, 0, 0, 1, 0))[:, :, :-1]  # (B, h, n, m, d + 1)
        y = (q @ k.transpose(3, 4)).tril() @ v + q @ before  # (B, h, n, c, d + 1)
        y = y[..., :-1] / y[..., -1:].clamp(min=TINY)  # (B, h, n, c, d)
        return y.flatten(2, 3)[:, :, :T]  # (B, h, T, d)


def exponents(x, features):
    """log of √m φ(x): ω_i·x - |x|²/2 (…, m) for x (…, d) and features (m, d)."""
    return x @ features.T - x.square().sum(-1, keepdim=True) / 2  # (…, m)


def draw_features(m, d, orthogonal=True):
    """ω (m, d): each row N(0, I), from torch's generator on the CPU.

    Orthogonal features (section 2.4) come in groups of d axes, uniformly turned. Their lengths are
    those of independent features.
    """
    rows = torch.randn(m, d)  # (m, d)
    if not orthogonal:
        return rows
    axes = []
    for _ in range(0, m, d):
        axis, upper = torch.linalg.qr(torch.randn(d, d))  # (d, d)
        axes.append((axis * upper.diagonal().sign()).T)  # (d, d), uniform over all rotations
    return torch.cat(axes)[:m] * rows.norm(dim=1, keepdim=True)  # (m, d)
