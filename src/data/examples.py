"""What every dataset of the project shares: random draws, examples by number, and micro-batches.

Legend: B batch, t tokens of a row, L block_size.
"""

import copy
import math
from itertools import pairwise

import torch
from torch.utils.data import Dataset

from data.text import PAD

CHUNK_TOKENS = 1024  # of a chunk, about; twice as many take 2-5% less time and 30% more memory


def draw(n, *key):
    """A whole number in 0 … n-1 that depends on `key` alone: the randomness of training examples.

    Each element of the key, and n, is an int, a numpy int64 array or a torch int64 tensor, and so
    is the result: the same numbers in each, on any device. The mixing function is C. Wellons'
    `lowbias32`; all arithmetic is on the low 32 bits. n ≤ 2³¹; the bias is at most n / 2³².
    """
    mixed = 0
    for part in key:
        mixed = (mixed + part + 0x9E3779B9) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        mixed = mixed ^ (mixed >> 16)
    return (mixed * n) >> 32


def split_by_length(x, y):
    """The batch that the Trainer runs: (chunks, padded token count) of padded x, y (B, L-1).

    Rows are sorted by length, the longest first, and cut into chunks (x, y, weight) that are no
    wider than their longest row; the weight is the chunk's share of the batch's targets, so that
    Σ weight · (mean loss of the chunk) is the mean loss of the batch. Exact: pads stand at the end,
    attention is causal, and a PAD target costs nothing. Each row has a target.
    """
    positions = torch.arange(1, y.size(1) + 1)
    lengths, order = ((y != PAD) * positions).amax(1).sort(descending=True, stable=True)  # (B,)
    n_targets = (y != PAD).sum()
    chunks = []
    for start, end in split_points(lengths):
        rows, t = order[start:end], int(lengths[start])
        chunk_x, chunk_y = x[rows, :t], y[rows, :t]  # (rows, t)
        chunks.append((chunk_x, chunk_y, ((chunk_y != PAD).sum() / n_targets).item()))
    return chunks, x.numel()


def split_points(lengths):
    """[(start, end), …]: rows of these lengths (B,), cut into chunks of about as many tokens each.

    The chunks are a power of two, unless rows are fewer, so that 2, 4 or 8 cores get as many each.
    """
    ends = lengths.cumsum(0)  # (B,)
    n = 2 ** max(0, round(math.log2(int(ends[-1]) / CHUNK_TOKENS)))
    wanted = ends[-1] * torch.arange(1, n) / n  # (n-1,): tokens before each cut
    inner = (ends[:, None] - wanted).abs().argmin(0) + 1 if n > 1 else torch.tensor([])  # (n-1,)
    return list(pairwise([0, *sorted(set(inner.tolist()) - {len(lengths)}), len(lengths)]))


def mean_tokens(dataset, seed, most=4096):
    """Real tokens of an example, pads left out: the mean over an epoch, of `most` examples at most.

    `dataset` makes its own batches, as for the Trainer.
    """
    indices = torch.linspace(0, len(dataset) - 1, min(len(dataset), most)).long()
    chunks, _ = dataset.batch(indices, seed, 0)
    ends = [((y != PAD) * torch.arange(1, y.size(1) + 1)).amax(1).sum() for _, y, _ in chunks]
    return sum(ends).item() / len(indices)


class Examples(Dataset):
    """What the datasets of this project share: examples by number, and batches of them.

    A dataset defines `padded(indices, seed, epoch)`, x and y (B, block_size - 1) of the examples
    `indices` (B,), and `to(device)`, a copy of itself that makes them there. x and y depend on the
    arguments alone, so that runs can be repeated; epoch may be a tensor (), and nothing depends on
    values, so that a GPU is never waited for.
    """

    def padded(self, indices, seed, epoch):
        raise NotImplementedError

    def example(self, i, seed, epoch):
        """(x, y) number i of an epoch, each (block_size - 1,)."""
        x, y = self.padded(torch.tensor([i]), seed, epoch)
        return x[0], y[0]

    def batch(self, indices, seed, epoch):
        """The batch of `example` for each of the indices, as the Trainer takes it."""
        return split_by_length(*self.padded(torch.as_tensor(indices), seed, epoch))


def to_device(dataset, names, device):
    """A copy of the dataset whose tensors of these names are on a device."""
    moved = copy.copy(dataset)
    for name in names:
        setattr(moved, name, getattr(dataset, name).to(device))
    return moved
