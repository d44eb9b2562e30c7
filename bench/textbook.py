"""Speed: the assignment written as plainly as possible. It is also the tests' oracle for numbers.

Nothing here is clever and nothing here comes from src/: the attention weights are materialised and
normalised step by step, every example is padded to block_size - 1, AdamW has its defaults, and a
name is answered by one full forward pass a character. The system is that of Stanford CS224N
assignment 5, whose model is after minGPT. bench/speed.py times it; the tests compare with it.

Legend: B batch, T time (t of a prefix, at most block_size), C n_embd, h n_head, V vocab_size.
"""

import math
import random
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

PAD, MASK = "\u25a1", "\u2047"  # □ and ⁇, ids 0 and 1
NEW_CHARACTERS = 32  # generated per question


# ---------------------------------------------------------------- model


@dataclass(frozen=True)
class Config:
    """Sizes and dropouts of a model; the defaults are the assignment's."""

    vocab_size: int
    block_size: int
    n_layer: int = 4
    n_head: int = 8
    n_embd: int = 256
    variant: str = "vanilla"  # or 'synthesizer'
    embd_pdrop: float = 0.1
    resid_pdrop: float = 0.1
    attn_pdrop: float = 0.1


class Attention(nn.Module):
    """What the variants share: values, mask, the weighted sum over the past, projection, dropouts.

    Y = [Y_1; …; Y_h] A  with  Y_i = softmax(mask(S_i)) (X V_i);  a variant gives the scores S.
    """

    def __init__(self, config):
        super().__init__()
        C, T = config.n_embd, config.block_size
        assert C % config.n_head == 0, f"n_embd {C} is not a multiple of n_head {config.n_head}"
        self.n_head = config.n_head
        self.value = nn.Linear(C, C)
        self.proj = nn.Linear(C, C)
        self.attn_drop = nn.Dropout(config.attn_pdrop)
        self.resid_drop = nn.Dropout(config.resid_pdrop)
        self.register_buffer("mask", torch.tril(torch.ones(1, 1, T, T)))  # (1, 1, T, T)

    def heads(self, x):
        """(B, t, C) -> (B, h, t, C/h)"""
        B, t, C = x.shape
        return x.view(B, t, self.n_head, C // self.n_head).transpose(1, 2)

    def forward(self, x):
        """(B, t, C) -> (B, t, C)"""
        B, t, C = x.shape
        scores = self.scores(x)  # (B, h, t, t)
        scores = scores.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))  # (B, h, t, t)
        weights = self.attn_drop(torch.softmax(scores, dim=-1))  # (B, h, t, t)
        y = weights @ self.heads(self.value(x))  # (B, h, t, C/h)
        y = y.transpose(1, 2).reshape(B, t, C)  # (B, t, C)
        return self.resid_drop(self.proj(y))


class CausalSelfAttention(Attention):
    """S_i = (X Q_i)(X K_i)ᵀ / √(C/h)   (handout, equation 3)"""

    def __init__(self, config):
        super().__init__(config)
        self.query = nn.Linear(config.n_embd, config.n_embd)
        self.key = nn.Linear(config.n_embd, config.n_embd)

    def scores(self, x):
        """(B, t, C) -> (B, h, t, t)"""
        q, k = self.heads(self.query(x)), self.heads(self.key(x))  # (B, h, t, C/h)
        return q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, h, t, t)


class SynthesizerAttention(Attention):
    """S_i = ReLU(X A_i + b1) B + b2   (handout, equation 5; the heads share B and b2)

    B has block_size - 1 columns, one for each place of an example: longer inputs cannot work.
    """

    def __init__(self, config):
        super().__init__(config)
        C, longest = config.n_embd, config.block_size - 1
        self.w1 = nn.Linear(C, C)
        self.w2 = nn.Parameter(torch.empty(C // config.n_head, longest).uniform_(-1e-3, 1e-3))
        self.b2 = nn.Parameter(torch.zeros(longest))

    def scores(self, x):
        """(B, t, C) -> (B, h, t, t)"""
        t, longest = x.size(1), self.b2.numel()
        assert t <= longest, f"the synthesizer takes at most {longest} tokens, got {t}"
        hidden = self.heads(torch.relu(self.w1(x)))  # (B, h, t, C/h)
        return hidden @ self.w2[:, :t] + self.b2[:t]  # (B, h, t, t)


class Block(nn.Module):
    """x + attn(ln1(x)), then x + mlp(ln2(x)): the norms come before, unlike in the 2017 paper."""

    def __init__(self, config):
        super().__init__()
        C = config.n_embd
        attention = {"vanilla": CausalSelfAttention, "synthesizer": SynthesizerAttention}
        self.ln1, self.ln2 = nn.LayerNorm(C), nn.LayerNorm(C)
        self.attn = attention[config.variant](config)
        self.mlp = nn.Sequential(
            nn.Linear(C, 4 * C), nn.GELU(), nn.Linear(4 * C, C), nn.Dropout(config.resid_pdrop)
        )

    def forward(self, x):
        """(B, t, C) -> (B, t, C)"""
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    """Character ids to the logits of the next character."""

    def __init__(self, config):
        super().__init__()
        V, T, C = config.vocab_size, config.block_size, config.n_embd
        self.config = config
        self.tok_emb = nn.Embedding(V, C)
        self.pos_emb = nn.Parameter(torch.zeros(1, T, C))
        self.drop = nn.Dropout(config.embd_pdrop)
        self.blocks = nn.Sequential(*[Block(config) for _ in range(config.n_layer)])
        self.ln_f = nn.LayerNorm(C)
        self.head = nn.Linear(C, V, bias=False)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, 0.0, 0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, idx, targets=None):
        """idx, targets (B, t) -> logits (B, t, V), mean cross entropy of the non-PAD targets."""
        t = idx.size(1)
        assert t <= self.config.block_size, f"at most {self.config.block_size} tokens, got {t}"
        x = self.drop(self.tok_emb(idx) + self.pos_emb[:, :t])  # (B, t, C)
        logits = self.head(self.ln_f(self.blocks(x)))  # (B, t, V)
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)


# ---------------------------------------------------------------- text to (x, y)


def vocabulary(text):
    """-> (stoi, itos): PAD is 0, MASK is 1, then the characters of the text in code point order."""
    assert PAD not in text and MASK not in text, "the corpus may not hold □ or ⁇"
    characters = [PAD, MASK, *sorted(set(text))]
    return {c: i for i, c in enumerate(characters)}, dict(enumerate(characters))


def encode(string, stoi):
    """-> LongTensor (len(string),)"""
    return torch.tensor([stoi[c] for c in string], dtype=torch.long)


def draw(document, block_size):
    """The three draws of span corruption -> (prefix_length, content_length, start).

    L = min(len(document), U{4 … int(block_size·7/8)}); content uniform on 1 … max(1, L // 2) and at
    most L; start uniform on 0 … L - content.
    """
    prefix_length = min(len(document), random.randint(4, int(block_size * 7 / 8)))
    content_length = min(prefix_length, random.randint(1, max(1, prefix_length // 2)))
    return prefix_length, content_length, random.randint(0, prefix_length - content_length)


def corrupt(document, block_size, prefix_length, content_length, start, stoi):
    """`prefix ⁇ suffix ⁇ content □…` -> x, all of it but the last, and y, but the first.

    x, y: LongTensors (block_size - 1,).
    """
    text, end = document[:prefix_length], start + content_length
    string = text[:start] + MASK + text[end:] + MASK + text[start:end]
    assert 0 <= start <= end <= len(text) and len(string) <= block_size, (start, end, len(text))
    string += PAD * (block_size - len(string))
    return encode(string[:-1], stoi), encode(string[1:], stoi)


def name_example(question, place, block_size, stoi):
    """x = `question ⁇ place ⁇ □…`; y, from the question's last character on, `⁇ place ⁇ □…`.

    x, y: LongTensors (block_size - 1,); y is □ before that.
    """
    string = question + MASK + place + MASK
    assert question and len(string) <= block_size, f"{len(string)} of {block_size}: {string!r}"
    string += PAD * (block_size - len(string))
    target = PAD * (len(question) - 1) + string[len(question) :]
    return encode(string[:-1], stoi), encode(target, stoi)


def stacked(examples, batch_size):
    """Examples in their order, batch_size at a time, the last short batch kept: x, y (B, T - 1)."""
    examples = list(examples)
    for i in range(0, len(examples), batch_size):
        xs, ys = zip(*examples[i : i + batch_size], strict=True)
        yield torch.stack(xs), torch.stack(ys)


def pretraining_batches(text, block_size, batch_size):
    """Endless epochs over the lines of the text, in file order, corrupted anew every time."""
    stoi, _ = vocabulary(text)
    documents = text.split("\n")  # a final line break gives an empty last document, and it counts
    while True:
        for i in range(0, len(documents), batch_size):
            some = documents[i : i + batch_size]
            examples = [corrupt(d, block_size, *draw(d, block_size), stoi) for d in some]
            yield from stacked(examples, batch_size)


# ---------------------------------------------------------------- training


def rate_after(tokens, base, warmup_tokens, final_tokens):
    """The rate after so many tokens, padding counted: linear warm-up, then a cosine, at least 10%.

    base · max(0.1, ½(1 + cos(π·progress))); progress is not clamped at 1, so the cosine comes back
    up: over the handout's 650 epochs the rate is at 100% again around epoch 403.
    """
    if tokens < warmup_tokens:
        return base * tokens / max(1, warmup_tokens)
    progress = (tokens - warmup_tokens) / max(1, final_tokens - warmup_tokens)
    return base * max(0.1, 0.5 * (1.0 + math.cos(math.pi * progress)))


def optimizer(model, lr, betas=(0.9, 0.95), weight_decay=0.1):
    """AdamW in the starter's two groups: only names that end in 'bias' are spared the decay.

    So LayerNorm weights, embeddings, pos_emb, w2 and b2 are decayed: the starter means to spare
    LayerNorm.weight, but no parameter is called that.
    """
    named = list(model.named_parameters())
    decayed = [p for name, p in named if not name.endswith("bias")]
    spared = [p for name, p in named if name.endswith("bias")]
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=betas)


def train(
    model,
    batches,
    *,
    learning_rate,
    warmup_tokens,
    final_tokens,
    betas=(0.9, 0.95),
    weight_decay=0.1,
    grad_norm_clip=1.0,
):
    """One step for each padded (x, y) of batches, both (B, T - 1); returns the list of losses.

    The rate is set after the step, from the tokens seen so far with their padding: the first step
    runs at the full rate, and the warm-up acts only if it is longer than one batch.
    """
    adamw = optimizer(model, learning_rate, betas, weight_decay)
    device = next(model.parameters()).device
    losses, tokens = [], 0
    model.train()
    for x, y in batches:
        _, loss = model(x.to(device), y.to(device))
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), grad_norm_clip)
        adamw.step()
        tokens += x.numel()
        for group in adamw.param_groups:
            group["lr"] = rate_after(tokens, learning_rate, warmup_tokens, final_tokens)
        losses.append(loss.item())
    return losses


# ---------------------------------------------------------------- answering


@torch.no_grad()
def sample(model, x, steps):
    """Greedy: x (B, t) -> (B, t + steps), one full forward pass a new character; sets eval mode."""
    model.eval()
    longest = model.config.block_size - (model.config.variant == "synthesizer")
    for _ in range(steps):
        logits, _ = model(x[:, -longest:])  # (B, t, V)
        x = torch.cat([x, logits[:, -1].argmax(dim=-1, keepdim=True)], dim=1)  # (B, t + 1)
    return x


def predict(model, question, stoi, itos):
    """What 32 new characters after `question ⁇` say up to the next ⁇ (all 32 if none); one line."""
    x = encode(question + MASK, stoi)[None].to(next(model.parameters()).device)  # (1, t)
    completion = "".join(itos[i] for i in sample(model, x, NEW_CHARACTERS)[0].tolist())
    return completion.split(MASK)[1].replace("\n", " ")
