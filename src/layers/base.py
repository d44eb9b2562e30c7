"""What the attention variants share: the cache of decoding, projections, masks, heads.

Legend: B batch, t positions of x, T positions attended to (t, and those kept in a cache),
C n_embd, h heads.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers.dropout import Dropout

FEW_KEYS = 256  # up to so many keys, a CPU computes the plain formula quicker than torch's kernel


class Cache:
    """The keys and values of earlier positions that one attention layer keeps during decoding.

    A row has `room` positions; only its first `lengths` (B,) count. All layers share `lengths`, and
    rows may differ. Shortening `lengths` forgets the last positions. The synthesizer keeps no keys.
    """

    def __init__(self, lengths, room):
        self.lengths = lengths
        self.room = room
        self.kept = None

    def positions(self, t):
        """Positions (B, t) of the next t tokens of each row."""
        return self.lengths[:, None] + torch.arange(t, device=self.lengths.device)  # (B, t)

    def append(self, *new):
        """Add tensors (B, h, t, C/h) behind each row's length.

        Returns the new positions (B, t), then each tensor with all T = `room` positions,
        (B, h, T, C/h). The caller masks what stands behind a row's newest position. (A slice of the
        filled part would be copied by each product.)
        """
        B, h, t, d = new[0].size()
        if self.kept is None:
            self.kept = [tensor.new_zeros(B, h, self.room, d) for tensor in new]
        at = self.positions(t)  # (B, t)
        rows = torch.arange(B, device=at.device)[:, None]  # (B, 1)
        for kept, tensor in zip(self.kept, new, strict=True):
            kept[rows, :, at] = tensor.transpose(1, 2)  # (B, t, h, C/h)
        return at, *self.kept


def select(cache, rows, t):
    """The cache, a list of one Cache a layer, of some rows (B,), with room for t more positions."""
    lengths = cache[0].lengths[rows]  # (B,)
    n = int(lengths.max())
    chosen = []
    for layer in cache:
        part = Cache(lengths, n + t)
        part.kept = []
        for kept in layer.kept:  # (B, h, T, C/h)
            longer = kept.new_empty(len(rows), kept.size(1), n + t, kept.size(3))
            longer[:, :, :n] = kept[:, :, :n].index_select(0, rows)
            longer[:, :, n:] = 0
            part.kept.append(longer)
        chosen.append(part)
    return chosen


class Attention(nn.Module):
    """A variant: multi-head attention whose weights come from queries and keys.

        Y_i = W(X Q_i, X K_i) (X V_i),    Y = [Y_1; …; Y_h] A

    Input and output (B, t, C), t ≤ block_size, or (N, C) with a Packing; B and t are then the rows
    and columns that the Packing makes for attention. A variant defines `weights`, which decoding
    and pictures use. It also defines `mix` if it can mix a whole sequence more cheaply than by the
    matrix of all weights. `learned_positions` says whether the model adds pos_emb to its input.
    """

    learned_positions = True

    def __init__(self, config):
        super().__init__()
        check_heads(config)
        self.n_head = config.n_head
        self.context = config.block_size  # the most positions that can be attended to
        self.key = nn.Linear(config.n_embd, config.n_embd)
        self.query = nn.Linear(config.n_embd, config.n_embd)
        self.value = nn.Linear(config.n_embd, config.n_embd)
        self.attn_drop = Dropout(config.attn_pdrop)
        self.resid_drop = Dropout(config.resid_pdrop)
        self.proj = nn.Linear(config.n_embd, config.n_embd)

    def weights(self, q, k, at):
        """Weights (B, h, t, T) of queries (B, h, t, C/h) on keys (B, h, T, C/h).

        Queries are at positions `at` (B, t), keys at 0 … T-1. Keys behind a query get weight 0.
        """
        raise NotImplementedError

    def mix(self, q, k, v):
        """Y (B, h, t, C/h) of a whole sequence, given q, k, v of that shape."""
        at = torch.arange(q.size(2), device=q.device)[None]  # (1, t)
        return self.step(q, k, v, at)

    def step(self, q, k, v, at):
        """Y (B, h, t, C/h) of queries at positions `at` (B, t), and k, v (B, h, T, C/h) so far."""
        return self.attn_drop(self.weights(q, k, at)) @ v  # (B, h, t, C/h)

    def project(self, x, cache=None, packing=None):
        """q, k, v (B, h, t, C/h)."""
        x = round_once(x)
        q = split_heads(self.query(x), self.n_head, packing)  # (B, h, t, C/h)
        k = split_heads(self.key(x), self.n_head, packing)  # (B, h, t, C/h)
        v = split_heads(self.value(x), self.n_head, packing)  # (B, h, t, C/h)
        return q, k, v

    def forward(self, x, cache=None, packing=None):
        q, k, v = self.project(x, cache, packing)
        if cache is None:
            y = self.mix(q, k, v)  # (B, h, t, C/h)
        else:
            at, k, v = cache.append(k, v)  # (B, t), (B, h, T, C/h) twice
            y = self.step(q, k, v, at)  # (B, h, t, C/h)
        return self.resid_drop(self.proj(merge_heads(y, packing)))  # as x

    def attention_weights(self, x):
        """The weights (B, h, t, t) that forward(x) mixes with, without dropout."""
        q, k, _ = self.project(x)
        at = torch.arange(x.size(1), device=x.device)[None]  # (1, t)
        return self.weights(q, k, at)


class DotProductAttention(Attention):
    """Causal softmax attention (Vaswani et al. 2017, section 3.2), by `attend`.

    W = softmax(mask(Q Kᵀ / √(C/h)))
    """

    def weights(self, q, k, at):
        scores = q @ k.transpose(2, 3) / math.sqrt(q.size(3))  # (B, h, t, T)
        return masked_softmax(scores, causal(at, k.size(2)))

    def mix(self, q, k, v):
        return attend(q, k, v, None, self.attn_drop)

    def step(self, q, k, v, at):
        return attend(q, k, v, causal(at, k.size(2)), self.attn_drop)


def attend(q, k, v, mask, drop):
    """softmax(mask(q kᵀ / √d)) v (…, t, d) of q (…, t, d), k and v (…, T, d).

    mask None means causal, for t = T. `drop` is the Dropout of the weights. Uses torch's fused
    kernel, except on a CPU with dropout, which the kernel lacks, or with few keys, where it is
    slower.
    """
    dropout = drop.p if drop.training else 0.0
    if q.device.type == "cpu" and (dropout or k.size(-2) <= FEW_KEYS):
        if mask is None:
            mask = torch.ones(q.size(-2), q.size(-2), dtype=torch.bool).tril()  # (t, t)
        q = q / math.sqrt(q.size(-1))
        if q.size(-2) == 1:  # the same product, but k is read in order: quicker
            scores = (k @ q.transpose(-2, -1)).transpose(-2, -1)  # (…, 1, T)
        else:
            scores = q @ k.transpose(-2, -1)  # (…, t, T)
        return drop(masked_softmax(scores, mask)) @ v  # (…, t, d)
    return F.scaled_dot_product_attention(
        q, k, v, mask, dropout, is_causal=mask is None
    )  # (…, t, d)


def round_once(x):
    """x, under autocast in its precision: several products of x then share the rounding."""
    kind = x.device.type
    if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
        return x.to(torch.get_autocast_dtype(kind))
    return x


def check_heads(config):
    if config.n_embd % config.n_head:
        raise ValueError(
            f"n_embd: expected a multiple of n_head, got {config.n_embd} and {config.n_head};"
            " change one of them"
        )


def causal(at, T):
    """The mask (B, 1, t, T): which positions 0 … T-1 a query at positions `at` (B, t) may read."""
    return torch.arange(T, device=at.device) <= at[:, None, :, None]  # (B, 1, t, T), B of `at`


def masked_softmax(scores, mask):
    """Softmax over the last dimension, of the scores that the mask allows.

    The mask is added, as 0 and -∞. Unlike masked_fill, that costs nothing in the backward pass.
    """
    bias = torch.zeros(mask.shape, dtype=scores.dtype, device=scores.device)
    return F.softmax(scores + bias.masked_fill_(~mask, -math.inf), dim=-1)  # as the scores


def split_heads(x, n_head, packing=None):
    if packing is not None:
        return packing.split_heads(x, n_head)  # (B, h, t, C/h)
    B, t, C = x.size()
    return x.view(B, t, n_head, C // n_head).transpose(1, 2)  # (B, h, t, C/h)


def merge_heads(y, packing=None):
    if packing is not None:
        return packing.merge_heads(y)  # (N, C)
    B, h, t, _ = y.size()
    return y.transpose(1, 2).reshape(B, t, -1)  # (B, t, C)


def split_chunks(x, c):
    """x (B, h, T, d) in chunks of c positions, the last filled with zeros: (B, h, n, c, d)."""
    return F.pad(x, (0, 0, 0, -x.size(2) % c)).unflatten(2, (-1, c))  # (B, h, n, c, d)
