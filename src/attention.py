"""The assignment's two attentions, and the table from a variant's name to its class.

Legend: B batch, t positions of x, T positions attended to (t, and those kept in a cache),
C n_embd, h heads, L block_size.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from dropout import Dropout


class Cache:
    """What one attention layer keeps of earlier positions while text is decoded.

    Values (and keys, where a variant has them), in room for `context` positions a row. `lengths`
    (B,), which all layers share, says how many of each row count; rows may differ. Whoever shortens
    them forgets what stands behind.
    """

    def __init__(self, lengths, context):
        self.lengths = lengths
        self.context = context
        self.kept = None

    def append(self, *new):
        """Add tensors (B, h, t, C/h) behind each row's length.

        Return the mask (B, 1, t, T) of positions that each new one may attend to, then each kind of
        tensor with all its positions, (B, h, T, C/h).
        """
        B, h, t, d = new[0].size()
        if self.kept is None:
            self.kept = [tensor.new_zeros(B, h, self.context, d) for tensor in new]
        at = self.lengths[:, None] + torch.arange(t, device=self.lengths.device)  # (B, t)
        rows = torch.arange(B, device=at.device)[:, None]  # (B, 1)
        for kept, tensor in zip(self.kept, new, strict=True):
            kept[rows, :, at] = tensor.transpose(1, 2)  # (B, t, h, C/h)
        T = int(at.max()) + 1
        mask = torch.arange(T, device=at.device) <= at[:, None, :, None]  # (B, 1, t, T)
        return mask, *(kept[:, :, :T] for kept in self.kept)


class CausalSelfAttention(nn.Module):
    """Multi-head causal self-attention (Vaswani et al. 2017, section 3.2).

        Y_i = softmax(mask((X Q_i)(X K_i)ᵀ / √(C/h))) (X V_i),    Y = [Y_1; …; Y_h] A

    Input and output (B, t, C), t ≤ block_size. Each of query, key, value has a bias, as in minGPT.
    """

    def __init__(self, config):
        super().__init__()
        _check_heads(config)
        self.n_head = config.n_head
        self.context = config.block_size  # the most positions that can be attended to
        self.key = nn.Linear(config.n_embd, config.n_embd)
        self.query = nn.Linear(config.n_embd, config.n_embd)
        self.value = nn.Linear(config.n_embd, config.n_embd)
        self.attn_drop = Dropout(config.attn_pdrop)
        self.resid_drop = Dropout(config.resid_pdrop)
        self.proj = nn.Linear(config.n_embd, config.n_embd)
        self.register_buffer("mask", _causal_mask(config.block_size))

    def forward(self, x, cache=None):
        q = _split_heads(self.query(x), self.n_head)  # (B, h, t, C/h)
        k = _split_heads(self.key(x), self.n_head)  # (B, h, t, C/h)
        v = _split_heads(self.value(x), self.n_head)  # (B, h, t, C/h)
        mask = None  # for the kernel's own triangle
        if cache is not None:
            mask, k, v = cache.append(k, v)  # (B, 1, t, T), (B, h, T, C/h) twice
        dropout = self.attn_drop.p if self.training else 0.0
        if dropout and x.device.type == "cpu":  # where the fused kernel knows no dropout
            if mask is None:
                mask = self.mask[:, :, : x.size(1), : x.size(1)] > 0  # (1, 1, t, t)
            scores = q @ k.transpose(2, 3) / math.sqrt(q.size(3))  # (B, h, t, T)
            y = self.attn_drop(_weights(scores, mask)) @ v  # (B, h, t, C/h)
        else:
            y = F.scaled_dot_product_attention(
                q, k, v, mask, dropout, is_causal=mask is None
            )  # (B, h, t, C/h)
        return self.resid_drop(self.proj(_merge_heads(y)))  # (B, t, C)


class SynthesizerAttention(nn.Module):
    """Dense synthesizer (Tay et al. 2020, section 3.1): scores come from each position alone.

        Y_i = softmax(mask(ReLU(X A_i + b1) B + b2)) (X V_i),    Y = [Y_1; …; Y_h] A

    Input and output (B, t, C), t ≤ block_size - 1, since B has that many columns; a prefix of
    length t uses the first t of them. As in the assignment's starter code, and unlike its
    equation, the heads share B (`w2`) and b2.
    """

    def __init__(self, config):
        super().__init__()
        _check_heads(config)
        self.n_head = config.n_head
        self.context = config.block_size - 1  # the most positions that can be attended to
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

    def forward(self, x, cache=None):
        hidden = F.relu(_split_heads(self.w1(x), self.n_head))  # (B, h, t, C/h)
        v = _split_heads(self.value(x), self.n_head)  # (B, h, t, C/h)
        mask = self.mask[:, :, : x.size(1), : x.size(1)] > 0  # (1, 1, t, t)
        if cache is not None:
            mask, v = cache.append(v)  # (B, 1, t, T), (B, h, T, C/h)
        T = v.size(2)
        scores = hidden @ self.w2[:, :T] + self.b2[:T]  # (B, h, t, T)
        y = self.attn_drop(_weights(scores, mask)) @ v  # (B, h, t, C/h)
        return self.resid_drop(self.proj(_merge_heads(y)))  # (B, t, C)


VARIANTS = {"vanilla": CausalSelfAttention, "synthesizer": SynthesizerAttention}


def _check_heads(config):
    assert config.n_embd % config.n_head == 0, (
        f"n_embd must be a multiple of n_head, got {config.n_embd} and {config.n_head}"
    )


def _causal_mask(size):
    return torch.tril(torch.ones(size, size)).view(1, 1, size, size)  # (1, 1, L, L)


def _weights(scores, mask):
    """Softmax of the scores (B, h, t, T) over the positions that the mask allows."""
    return F.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)  # (B, h, t, T)


def _split_heads(x, n_head):
    B, t, C = x.size()
    return x.view(B, t, n_head, C // n_head).transpose(1, 2)  # (B, h, t, C/h)


def _merge_heads(y):
    B, h, t, _ = y.size()
    return y.transpose(1, 2).reshape(B, t, -1)  # (B, t, C)
