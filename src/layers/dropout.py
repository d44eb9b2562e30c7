"""Dropout (Srivastava et al. 2014), with masks that a CPU draws quickly."""

import threading
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

LEVELS = 2**16  # a mask's entry is 16 random bits against a threshold

_this_thread = threading.local()  # .source of random bits, while it is `seeded`


@contextmanager
def seeded(seed):
    """A context in which this thread draws its CPU dropout masks from the seed.

    Outside, each mask's seed comes from torch's generator. Threads share that generator, so their
    masks would depend on their timing.
    """
    _this_thread.source = np.random.SFC64(seed)
    try:
        yield
    finally:
        _this_thread.source = None


class Dropout(nn.Module):
    """nn.Dropout: in training each value is 0 with probability p, else x / (1 - p).

    On a CPU, torch draws one random number for each value, which is slow. Here numpy draws 64
    random bits for four values, so p is rounded to a multiple of 2⁻¹⁶. Kept values are scaled by
    the rounded p, so the mean is exact. Other devices and torch.compile use torch's dropout.
    """

    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p: expected a probability from 0 to below 1, got {p}; change it")
        self.p = p

    def extra_repr(self):
        return f"p={self.p}"

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if x.device.type != "cpu" or torch.compiler.is_compiling():
            return F.dropout(x, self.p)
        source = getattr(_this_thread, "source", None)
        if source is None:
            source = np.random.SFC64(int(torch.randint(2**63 - 1, ())))
        bits = torch.from_numpy(source.random_raw(-(-x.numel() // 4)).view(np.int16))
        bits = bits[: x.numel()].view(x.shape)  # uniform in -2¹⁵ … 2¹⁵-1
        dropped = min(round(self.p * LEVELS), LEVELS - 1)
        keep = bits.ge_(dropped - LEVELS // 2)  # 0 or 1: integers convert quicker than booleans
        # The mask takes x's type: a product with another would convert it twice.
        return x * keep.to(x.dtype) * (LEVELS / (LEVELS - dropped))
