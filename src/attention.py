"""The assignment's two attentions, and VARIANTS, which maps a variant's name to its class.

Legend: B batch, t positions of x, T positions attended to (t, and those kept in a cache),
C n_embd, h heads, L block_size, N packed tokens (layers/packing.py).
"""

from pkgutil import resolve_name

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers.base import (
    DotProductAttention,
    causal,
    check_heads,
    masked_softmax,
    merge_heads,
    round_once,
    split_heads,
)
from layers.dropout import Dropout
from layers.variants import TABLE


class CausalSelfAttention(DotProductAttention):
    """Multi-head causal self-attention (Vaswani et al. 2017, section 3.2).

        Y_i = softmax(mask((X Q_i)(X K_i)ᵀ / √(C/h))) (X V_i),    Y = [Y_1; …; Y_h] A

    Input and output (B, t, C), t ≤ block_size, or packed (N, C). Each of query, key and value has a
    bias, as in minGPT. The buffer `mask` is not read: the assignment's parameter files contain it.
    """

    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("mask", _causal_mask(config.block_size))


class SynthesizerAttention(nn.Module):
    """Dense synthesizer (Tay et al. 2020, section 3.1): scores come from each position alone.

        Y_i = softmax(mask(ReLU(X A_i + b1) B + b2)) (X V_i),    Y = [Y_1; …; Y_h] A

    Input and output (B, t, C), or packed (N, C); t ≤ block_size - 1, the number of B's columns. A
    prefix of length t uses the first t columns. Departure from the equation, as in the assignment's
    starter code: the heads share B (`w2`) and b2.
    """

    learned_positions = True

    def __init__(self, config):
        super().__init__()
        check_heads(config)
        self.n_head = config.n_head
        self.context = config.block_size - 1  # the most positions that can be attended to
        if self.context < 1:
            raise ValueError(
                f"block_size: expected 2 or more for the synthesizer, got {config.block_size};"
                " raise it"
            )
        self.w1 = nn.Linear(config.n_embd, config.n_embd)
        self.w2 = nn.Parameter(
            torch.empty(config.n_embd // config.n_head, self.context).uniform_(-1e-3, 1e-3)
        )
        self.b2 = nn.Parameter(torch.zeros(self.context))
        self.value = nn.Linear(config.n_embd, config.n_embd)
        self.attn_drop = Dropout(config.attn_pdrop)
        self.resid_drop = Dropout(config.resid_pdrop)
        self.proj = nn.Linear(config.n_embd, config.n_embd)
        self.register_buffer("mask", _causal_mask(config.block_size))

    def forward(self, x, cache=None, packing=None):
        x = round_once(x)
        v = split_heads(self.value(x), self.n_head, packing)  # (B, h, t, C/h)
        if x.device.type != "cpu" and cache is None and packing is None:
            y = self.mix_fused(self._hidden(x), v)  # (B, h, t, C/h)
            return self.resid_drop(self.proj(merge_heads(y)))  # as x
        mask = self.mask[:, :, : v.size(2), : v.size(2)] > 0  # (1, 1, t, t)
        if cache is not None:
            at, v = cache.append(v)  # (B, t), (B, h, T, C/h)
            mask = causal(at, v.size(2))  # (B, 1, t, T)
        y = self.attn_drop(self._weights(x, mask, packing)) @ v  # (B, h, t, C/h)
        return self.resid_drop(self.proj(merge_heads(y, packing)))  # as x

    def mix_fused(self, hidden, v):
        """softmax(mask(hidden B + b2)) v (B, h, t, C/h), by torch's fused kernel; exact.

        hidden B + b2 = [hidden, 1] [B; b2]: a dot product with keys that are learnt. The kernel
        wants a width that is a multiple of 8, and the same for values: zeros fill it up.
        """
        B, h, t, d = v.size()
        width = -(-(d + 1) // 8) * 8
        q = F.pad(hidden, (0, width - d), value=1.0)  # (B, h, t, width)
        zeros = self.b2.new_zeros(t, width - d - 1)
        k = torch.cat((self.w2[:, :t].T, self.b2[:t, None], zeros), 1)  # (t, width)
        k = k.to(q.dtype).expand(B, h, t, width)
        p = self.attn_drop.p if self.attn_drop.training else 0.0
        v = F.pad(v, (0, width - d))  # (B, h, t, width)
        y = F.scaled_dot_product_attention(q, k, v, None, p, is_causal=True, scale=1.0)
        return y[..., :d]  # (B, h, t, C/h)

    def attention_weights(self, x):
        """The weights (B, h, t, t) that forward(x) mixes with, without dropout."""
        return self._weights(x, self.mask[:, :, : x.size(1), : x.size(1)] > 0)

    def _weights(self, x, mask, packing=None):
        T = mask.size(3)
        hidden = self._hidden(x, packing)  # (B, h, t, C/h)
        scores = hidden @ self.w2[:, :T] + self.b2[:T]  # (B, h, t, T)
        return masked_softmax(scores, mask)  # (B, h, t, T)

    def _hidden(self, x, packing=None):
        return F.relu(split_heads(self.w1(x), self.n_head, packing))  # (B, h, t, C/h)


def _causal_mask(size):
    return torch.tril(torch.ones(size, size)).view(1, 1, size, size)  # (1, 1, L, L)


# name -> class. The table names classes of this file too, so they must be defined by now.
VARIANTS = {name: resolve_name(variant.path) for name, variant in TABLE.items()}
