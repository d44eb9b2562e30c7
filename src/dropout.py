"""Dropout (Srivastava et al. 2014), with masks that a CPU draws quickly."""

import threading
from contextlib import contextmanager

import torch
import torch.nn as nn
import torch.nn.functional as F

LEVELS = 2**16  # a mask's entry is 16 random bits against a threshold

_this_thread = threading.local()  # .generator, while it is `seeded`


@contextmanager
def seeded(seed):
    """Within it, the masks that this thread draws on a CPU are those of the seed.

    Outside they come from torch's generator, which threads that draw at once would share in an
    order that depends on their timing.
    """
    _this_thread.generator = torch.Generator().manual_seed(seed)
    try:
        yield
    finally:
        _this_thread.generator = None


class Dropout(nn.Module):
    """nn.Dropout: in training each value is 0 with probability p, else x / (1 - p).

    On a CPU torch draws one random number for each value, one after another, and that takes a fifth
    of a training step. Here four values share 64 random bits, so p is rounded to a multiple of
    2⁻¹⁶ (0.1 becomes 0.100006); the kept values are scaled by what it is rounded to, so the mean is
    kept exactly.
    """

    def __init__(self, p):
        super().__init__()
        assert 0 <= p < 1, f"expected a probability from 0 to below 1, got {p}"
        self.p = p

    def extra_repr(self):
        return f"p={self.p}"

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if x.device.type != "cpu":
            return F.dropout(x, self.p)
        generator = getattr(_this_thread, "generator", None)  # None: torch's
        bits = torch.empty(-(-x.numel() // 4), dtype=torch.int64)
        bits.random_(-(2**63), None, generator=generator)
        bits = bits.view(torch.int16)[: x.numel()].view(x.shape)  # uniform in -2¹⁵ … 2¹⁵-1
        dropped = min(round(self.p * LEVELS), LEVELS - 1)
        keep = bits >= dropped - LEVELS // 2
        return x * keep * (LEVELS / (LEVELS - dropped))
