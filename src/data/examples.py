"""What all datasets share: random draws, examples by number, and micro-batches.

Legend: B batch, t tokens of a row, L block_size.
"""

import copy
import math
from itertools import pairwise

import torch
from torch.utils.data import Dataset

from data.text import PAD

MICRO_BATCH_TOKENS = 1024  # about; larger ones are slightly quicker but take far more memory


def draw(n, *key):
    """A pseudorandom whole number in 0 … n-1 that depends on `key` alone.

    Training examples draw all their randomness here. n and each element of the key are ints, numpy
    int64 arrays or torch int64 tensors. The result is of the same kind and equal on any device.
    The mixing function is C. Wellons' `lowbias32`, on the low 32 bits. n ≤ 2³¹; the bias is at most
    n / 2³².
    """
    mixed = 0
    for part in key:
        mixed = (mixed + part + 0x9E3779B9) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        mixed = mixed ^ (mixed >> 16)
    return (mixed * n) >> 32


def split_by_length(x, y):
    """Split padded x, y (B, L-1) into the Trainer's batch: (micro-batches, padded token count).

    Rows are sorted by length, the longest first. Each micro-batch (x, y, weight) is as wide as its
    longest row. The weight is its share of the batch's targets:

        Σ weight · (mean loss of the micro-batch) = mean loss of the batch

    This is exact: pads stand at the end, attention is causal, and a PAD target costs nothing. Each
    row must have a target.
    """
    positions = torch.arange(1, y.size(1) + 1)
    lengths, order = ((y != PAD) * positions).amax(1).sort(descending=True, stable=True)  # (B,)
    n_targets = (y != PAD).sum()
    micro_batches = []
    for start, end in split_points(lengths):
        rows, t = order[start:end], int(lengths[start])
        micro_x, micro_y = x[rows, :t], y[rows, :t]  # (rows, t)
        micro_batches.append((micro_x, micro_y, ((micro_y != PAD).sum() / n_targets).item()))
    return micro_batches, x.numel()


def split_points(lengths):
    """[(start, end), …]: where to split rows of these lengths (B,) into micro-batches.

    Micro-batches have about equally many tokens. Their number is a power of two unless there are
    fewer rows, so 2, 4 or 8 cores get equal shares.
    """
    ends = lengths.cumsum(0)  # (B,)
    n = 2 ** max(0, round(math.log2(int(ends[-1]) / MICRO_BATCH_TOKENS)))
    wanted = ends[-1] * torch.arange(1, n) / n  # (n-1,): tokens before each cut
    inner = (ends[:, None] - wanted).abs().argmin(0) + 1 if n > 1 else torch.tensor([])  # (n-1,)
    return list(pairwise([0, *sorted(set(inner.tolist()) - {len(lengths)}), len(lengths)]))


def mean_tokens(dataset, seed, most=4096):
    """Mean number of real tokens per example, estimated from at most `most` examples of an epoch.

    `dataset` has a `batch` method, as for the Trainer.
    """
    last = len(dataset) - 1
    indices = torch.linspace(0, last, min(len(dataset), most)).long().clamp(max=last)  # rounded
    micro_batches, _ = dataset.batch(indices, seed, 0)
    ends = [
        ((y != PAD) * torch.arange(1, y.size(1) + 1)).amax(1).sum() for _, y, _ in micro_batches
    ]
    return sum(ends).item() / len(indices)


class Examples(Dataset):
    """The base class of the datasets: examples by number, and batches of them.

    A dataset defines

        padded_batch(indices, seed, epoch)   x and y (B, block_size - 1) of the examples (B,)
        longest_row                          tokens up to the last target, at most
        to(device)                           a copy of itself that makes its rows there

    x and y depend on the arguments alone: runs can be repeated. The epoch may be a tensor (). No
    shape and no branch depends on a value: nobody waits for a GPU.
    """

    def padded_batch(self, indices, seed, epoch):
        raise NotImplementedError

    def example(self, i, seed, epoch):
        """(x, y) number i of an epoch, each (block_size - 1,)."""
        x, y = self.padded_batch(torch.tensor([i]), seed, epoch)
        return x[0], y[0]

    def batch(self, indices, seed, epoch):
        """The examples of these indices, as a batch for the Trainer (see split_by_length)."""
        return split_by_length(*self.padded_batch(torch.as_tensor(indices), seed, epoch))


def to_device(dataset, names, device):
    """A copy of the dataset whose tensors of these names are on a device."""
    moved = copy.copy(dataset)
    for name in names:
        setattr(moved, name, getattr(dataset, name).to(device))
    return moved
