"""Exact attention within a chunk, and to finished chunks through slots, in one softmax.

Legend: B batch, t positions of x, T positions attended to, n chunks of c positions, S slots,
C n_embd, h heads, d = C/h.
"""

import math

import torch
import torch.nn.functional as F

from layers.base import Attention, masked_softmax, split_chunks


class ChunkedAttention(Attention):
    """The base class of linformer and perceiver, which differ in how they fill the slots.

        Y_t = softmax([q_t·k̃_1 … q_t·k̃_S', q_t·k_a … q_t·k_t] / √d) [ṽ_1 … ṽ_S'; v_a … v_t]

    a is the first position of t's chunk; k̃, ṽ are the S' slots of the chunks before it. A slot
    holds a weighted sum of keys, and one of values, from its own and earlier chunks. The slots that
    t reads therefore contain nothing from t's chunk or later. With c ≥ T there is one chunk, and
    this is full attention.

    A variant sets `chunk`, which is c, and `per_chunk`, the number of slots that each chunk adds.
    It defines `shares`, `pool` and `spread`.
    """

    def shares(self, k):
        """Each position's share in each slot, given keys (B, h, T, d), T a multiple of c."""
        raise NotImplementedError

    def pool(self, shares, x):
        """Slots (B, h, S, d): sums of x (B, h, T, d), weighted by the shares."""
        raise NotImplementedError

    def spread(self, shares, weights):
        """Turns weights on slots (B, h, t, S) into weights on positions (B, h, t, T)."""
        raise NotImplementedError

    def weights(self, q, k, at):
        """The implied weights (B, h, t, T): a slot's weight, spread over its positions by share.

        Linformer's shares, and so its weights, may be negative.
        """
        T, c = k.size(2), self.chunk
        k = F.pad(k, (0, 0, 0, -T % c))  # (B, h, nc, d)
        chunk_at = (at // c)[:, None, :, None]  # (B, 1, t, 1)
        position = torch.arange(k.size(2), device=at.device)  # (nc,)
        shares = self.shares(k)
        slots = self.pool(shares, k)  # (B, h, S, d)
        chunk_of = torch.arange(slots.size(2), device=at.device) // self.per_chunk  # (S,)
        far = q @ slots.transpose(2, 3)  # (B, h, t, S)
        near = q @ k.transpose(2, 3)  # (B, h, t, nc)
        mask = torch.cat(
            (
                chunk_of < chunk_at,  # (B, 1, t, S)
                (position // c == chunk_at) & (position <= at[:, None, :, None]),  # (B, 1, t, nc)
            ),
            3,
        )  # (B, 1, t, S + nc)
        weights = masked_softmax(torch.cat((far, near), 3) / math.sqrt(q.size(3)), mask)
        far, near = weights.split((far.size(3), near.size(3)), 3)  # (B, h, t, S), (B, h, t, nc)
        return (self.spread(shares, far) + near)[..., :T]  # (B, h, t, T)

    def mix(self, q, k, v):
        T, c = q.size(2), self.chunk
        q, k, v = (split_chunks(part, c) for part in (q, k, v))  # (B, h, n, c, d)
        n = q.size(2)
        shares = self.shares(k.flatten(2, 3))
        slots_k, slots_v = (
            self.pool(shares, part.flatten(2, 3)) for part in (k, v)
        )  # (B, h, S, d)
        S = slots_k.size(2)
        q = q / math.sqrt(q.size(4))  # (B, h, n, c, d)
        far = q.flatten(2, 3) @ slots_k.transpose(2, 3)  # (B, h, nc, S)
        near = q @ k.transpose(3, 4)  # (B, h, n, c, c)
        scores = torch.cat((far.unflatten(2, (n, c)), near), 4)  # (B, h, n, c, S + c)
        weights = masked_softmax(scores, self._mask(n, S, q.device))  # (B, h, n, c, S + c)
        far, near = self.attn_drop(weights).split((S, c), 4)  # (B, h, n, c, S), (B, h, n, c, c)
        y = (far.flatten(2, 3) @ slots_v).unflatten(2, (n, c)) + near @ v  # (B, h, n, c, d)
        return y.flatten(2, 3)[:, :, :T]  # (B, h, T, d)

    def _mask(self, n, S, device):
        """What a chunk's positions may read of S slots and of their own chunk: (n, c, S + c)."""
        c = self.chunk
        chunk_of = torch.arange(S, device=device) // self.per_chunk  # (S,)
        far = chunk_of < torch.arange(n, device=device)[:, None, None]  # (n, 1, S)
        near = torch.ones(c, c, dtype=torch.bool, device=device).tril()  # (c, c)
        return torch.cat((far.expand(n, c, S), near.expand(n, c, c)), 2)  # (n, c, S + c)
