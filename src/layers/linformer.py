"""Linformer, block-causal: finished chunks are projected to a few slots each.

Legend: B batch, t positions of x, T positions, n chunks of c positions, r slots a chunk, C n_embd,
h heads, d = C/h.
"""

import torch
import torch.nn as nn

from layers.chunked import ChunkedAttention


class LinformerAttention(ChunkedAttention):
    """Linformer (Wang et al. 2020, section 4), one projection a chunk.

        paper     Y_i = softmax(Q (E K)ᵀ / √d) (F V),   E and F (k, T), not causal
        ours      the slots of a finished chunk K_j (c, d) are E K_j and E V_j,   E (r, c)

    Slots are read as in ChunkedAttention. c is `window`, r is `slots`. With c ≥ T, or with r = c
    and E = I, this is full attention. Keys, values, heads and chunks share E, the parameter
    `compress` (the paper's key-value and headwise sharing). E starts as averages over about c/r
    neighbours; for r = c that is the identity.

    Departure from the paper: its projection along the whole sequence mixes the future into every
    slot, which a decoder must not read. Here the number of slots grows with T, the cost with T²r/c.
    """

    def __init__(self, config):
        super().__init__(config)
        self.chunk, self.per_chunk = config.window, config.slots
        if self.per_chunk > self.chunk:
            raise ValueError(
                f"expected at most as many slots as positions, got {self.per_chunk} of"
                f" {self.chunk}; lower slots, or raise window"
            )
        group = torch.arange(self.chunk) * self.per_chunk // self.chunk  # (c,)
        member = group == torch.arange(self.per_chunk)[:, None]  # (r, c)
        member = member.to(torch.get_default_dtype())  # (r, c)
        self.compress = nn.Parameter(member / member.sum(1, keepdim=True))  # (r, c)

    def shares(self, k):
        return self.compress  # (r, c)

    def pool(self, shares, x):
        return (shares @ x.unflatten(2, (-1, self.chunk))).flatten(2, 3)  # (B, h, nr, d)

    def spread(self, shares, weights):
        return (weights.unflatten(3, (-1, self.per_chunk)) @ shares).flatten(3, 4)  # (B, h, t, nc)
