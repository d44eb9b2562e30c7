"""The GPT: token and position embeddings, a stack of pre-norm blocks, a linear head.

Legend: B batch, t positions of idx, C n_embd, V vocab_size, N packed tokens (layers/packing.py).
"""

from dataclasses import FrozenInstanceError, dataclass, make_dataclass
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F

import attention
from data.text import PAD
from layers.base import Cache, select
from layers.dropout import Dropout
from layers.packing import Packing
from layers.variants import OPTIONS
from support.errors import InputError
from support.values import real, refused, settle, whole

# One field for each option of the variants, with its default: window, slots, …
VariantOptions = make_dataclass(
    "VariantOptions",
    [(name, int, option.default) for name, option in OPTIONS.items()],
    frozen=True,
    kw_only=True,
)


@dataclass(frozen=True)
class GPTConfig(VariantOptions):
    """Everything that a GPT is built from. A misspelt field is a TypeError.

    The variants' options are fields too, given by keyword: GPTConfig(97, 128, window=8). The
    assignment's starter code may set `config.synthesizer = True`, or another variant, and
    `config.bottleneck_dim`; nothing else can be assigned. A value that cannot be meant is an
    InputError.
    """

    vocab_size: int
    block_size: int  # positions that have an embedding
    n_layer: int = 4
    n_head: int = 8
    n_embd: int = 256
    variant: str = "vanilla"  # a key of attention.VARIANTS
    embd_pdrop: float = 0.1  # dropout after the embeddings
    resid_pdrop: float = 0.1  # dropout on the output of each attention and MLP
    attn_pdrop: float = 0.1  # dropout on attention weights

    def __post_init__(self):
        settle(self, CHECKS)


def _variant(name, value):
    if not isinstance(value, str) or value not in attention.VARIANTS:
        raise refused(name, f"one of {', '.join(attention.VARIANTS)}", value)
    return value


CHECKS = {  # of the fields: a function of (name, value) that returns the value
    **{name: partial(whole, low=option.least) for name, option in OPTIONS.items()},
    **dict.fromkeys(
        ("vocab_size", "block_size", "n_layer", "n_head", "n_embd"), partial(whole, low=1)
    ),
    "variant": _variant,
    **dict.fromkeys(("embd_pdrop", "resid_pdrop", "attn_pdrop"), partial(real, low=0, high=1)),
}


def _assign(config, name, value):
    """What starter code assigns: `config.synthesizer = True` chooses that variant."""
    if name == "bottleneck_dim":
        object.__setattr__(config, name, CHECKS[name](f"GPTConfig.{name}", value))
    elif name in attention.VARIANTS:
        if value or config.variant == name:
            object.__setattr__(config, "variant", name if value else "vanilla")
    elif name == "additive":  # of the assignment's first years; False is what we have anyway
        if value:
            raise refused("GPTConfig", f"one of {', '.join(attention.VARIANTS)}", name)
    else:
        raise FrozenInstanceError(
            f"GPTConfig.{name}: expected a keyword when the configuration is made, got an"
            f" assignment; write GPTConfig(…, {name}=…)"
        )


GPTConfig.__setattr__ = _assign  # a frozen dataclass cannot define it in its body


class Block(nn.Module):
    """Pre-norm Transformer block: x + attn(ln1(x)), then x + mlp(ln2(x)).

    Input and output (B, t, C), or (N, C) with a Packing. Only attention reads the Packing.
    """

    def __init__(self, config):
        super().__init__()
        self.ln1 = nn.LayerNorm(config.n_embd)
        self.ln2 = nn.LayerNorm(config.n_embd)
        self.attn = attention.VARIANTS[config.variant](config)
        self.mlp = nn.Sequential(
            nn.Linear(config.n_embd, 4 * config.n_embd),  # (…, 4C)
            nn.GELU(),  # the exact form, with erf
            nn.Linear(4 * config.n_embd, config.n_embd),  # (…, C)
            Dropout(config.resid_pdrop),
        )

    def forward(self, x, cache=None, packing=None):
        x = x + self.attn(self.ln1(x), cache, packing)
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    """A character-level GPT (Radford et al. 2018, with the pre-norm blocks of GPT-2).

    `pos_emb` is None if the attention has its own way of knowing positions.
    Weights start at N(0, 0.02), biases and position embeddings at 0, LayerNorms at 1 and 0. The
    head has no bias and does not share the token embedding.
    """

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.tok_emb = nn.Embedding(config.vocab_size, config.n_embd)
        self.pos_emb = None
        if attention.VARIANTS[config.variant].learned_positions:
            self.pos_emb = nn.Parameter(torch.zeros(1, config.block_size, config.n_embd))
        self.drop = Dropout(config.embd_pdrop)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd)
        self.head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.apply(_init_weights)

    def get_block_size(self):
        """Positions of a row of the data."""
        return self.config.block_size

    @property
    def context(self):
        """The longest idx that forward takes: block_size, one less for the synthesizer."""
        return min(block.attn.context for block in self.blocks)

    def num_parameters(self):
        """Number of trained values; buffers are not counted."""
        return sum(p.numel() for p in self.parameters())

    def hidden_matrices(self):
        """The weights of the blocks' linear maps, (C, C), (4C, C) or (C, 4C): what Muon trains."""
        for module in self.blocks.modules():
            if isinstance(module, nn.Linear):
                yield module.weight

    def new_cache(self, batch, room=None, beginning=()):
        """A cache for `batch` rows: one Cache a layer, with shared lengths.

        `room` is the most positions of a row; None means the model's context. Each row has seen the
        ids `beginning` (p,); they are computed once for all.
        """
        room, device = room or self.context, self.head.weight.device
        if len(beginning):
            one = self.new_cache(1, len(beginning))
            self(beginning[None], cache=one)
            rows = torch.zeros(batch, dtype=torch.int64, device=device)  # (B,)
            return select(one, rows, room - len(beginning))
        lengths = torch.zeros(batch, dtype=torch.int64, device=device)  # (B,)
        return [Cache(lengths, room) for _ in self.blocks]

    def forward(self, idx, targets=None, cache=None):
        """Logits (B, t, V) for idx (B, t), and the loss if targets (B, t) are given, else None.

        The loss is the mean cross entropy, in nats, over the targets that are not PAD. With a
        `cache` from new_cache(B), each row of idx continues the positions its cache has seen.
        """
        if idx.ndim != 2 or not idx.size(1):
            raise refused("idx", "ids (B, t) of one position or more", tuple(idx.shape))
        t = idx.size(1)
        past = int(cache[0].lengths.max()) if cache else 0
        if past + t > self.context:
            raise InputError(
                f"idx: {self.config.variant}: expected at most {self.context} positions, got"
                f" {past + t}; shorten it"
            )
        logits = self._logits(self.embed(idx, cache), cache)  # (B, t, V)
        if cache:
            cache[0].lengths += t
        if targets is None:
            return logits, None
        return logits, _loss(logits.flatten(0, 1), targets.flatten())

    def loss(self, idx, targets):
        """The loss of forward(idx, targets), without its logits. Runs on a CPU.

        Skips what stands behind each row's last target (see Packing), so padding costs little.
        """
        packing = Packing(targets != PAD, self.context)
        idx, targets = packing.pack(idx), packing.pack(targets)  # (N,)
        x = self._embed_tokens(idx)  # (N, C)
        if self.pos_emb is not None:
            x = x + F.embedding(packing.positions, self.pos_emb[0])  # (N, C)
        return _loss(self._logits(x, packing=packing), targets)

    def embed(self, idx, cache=None):
        """What enters the first block, but for dropout: (B, t, C) for idx (B, t)."""
        x, t = self._embed_tokens(idx), idx.size(1)  # (B, t, C)
        if self.pos_emb is None:
            return x
        # (B, t, C) with a cache, (1, t, C) without
        return x + (self.pos_emb[0, cache[0].positions(t)] if cache else self.pos_emb[:, :t])

    def _embed_tokens(self, idx):
        """Embeddings (…, C) of idx (…); on a CPU, an id outside the vocabulary is an InputError."""
        try:
            return self.tok_emb(idx)  # (…, C)
        except IndexError:
            raise InputError(
                f"idx: expected ids from 0 to {self.config.vocab_size - 1}, got {int(idx.min())} to"
                f" {int(idx.max())}; build the model with the vocab_size of the data"
            ) from None

    def _logits(self, x, cache=None, packing=None):
        """Logits (B, t, V) of embedded x (B, t, C). With a Packing, (N, V) of (N, C)."""
        x = self.drop(x)
        for layer, block in enumerate(self.blocks):
            x = block(x, cache[layer] if cache else None, packing)
        return self.head(self.ln_f(x))


def _loss(logits, targets):
    """Mean cross entropy of logits (n, V) over the targets (n,) that are not PAD."""
    exact = torch.promote_types(logits.dtype, torch.float32)  # CUDA's autocast leaves it bfloat16
    return F.cross_entropy(logits.to(exact), targets, ignore_index=PAD)


def _init_weights(module):
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
