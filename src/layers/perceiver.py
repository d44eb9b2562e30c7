"""Perceiver, causal: positions read the past through latents that finish one by one.

Legend: B batch, t positions of x, T positions, n chunks of c positions, m latents, L block_size,
C n_embd, h heads, d = C/h.
"""

import torch
import torch.nn as nn

from layers.base import masked_softmax, split_heads
from layers.chunked import ChunkedAttention


class PerceiverAttention(ChunkedAttention):
    """Cross-attention of latents (Jaegle et al. 2021, section 3.1), strided to be causal.

        latent j   k̃_j = p_j K, ṽ_j = p_j V,   p_j = softmax(z_j·k_s / √d over s < (j + 1) c)

    Position t reads the finished latents, j < ⌊t/c⌋, and its own chunk exactly, as in
    ChunkedAttention. z, the parameter `latents` (m, C), are the latents' queries. A block of L
    positions has m = `bottleneck_dim` latents and c = ⌈L/m⌉ (fewer latents if fewer cover L). With
    c ≥ T this is full attention.

    Departures from the paper: a latent sees a growing prefix instead of everything (Perceiver AR,
    Hawthorne et al. 2022, section 3, is causal by giving each latent the position of an output);
    each layer makes its latents anew from its keys and values; latents have no layers of their own.
    The assignment's perceiver (2023) lets latent j see only the positions up to j. Nothing after
    the first m positions then reaches a later position.
    """

    def __init__(self, config):
        super().__init__(config)
        self.chunk, self.per_chunk = -(-config.block_size // config.bottleneck_dim), 1
        m = -(-config.block_size // self.chunk)
        self.latents = nn.Parameter(0.02 * torch.randn(m, config.n_embd))  # (m, C)

    def shares(self, k):
        T, c = k.size(2), self.chunk
        z = split_heads(self.latents[None, : T // c], self.n_head)  # (1, h, n, d)
        scores = z @ k.transpose(2, 3) / k.size(3) ** 0.5  # (B, h, n, T)
        position = torch.arange(T, device=k.device)  # (T,)
        return masked_softmax(scores, position < c * (position[: T // c, None] + 1))  # (B, h, n, T)

    def pool(self, shares, x):
        return shares @ x  # (B, h, n, d)

    def spread(self, shares, weights):
        return weights @ shares  # (B, h, t, T)
