"""BigBird: softmax attention on a window, the first block, and a few blocks of the past.

Legend: B batch, t positions of x, T positions attended to, n blocks of b positions, w blocks that
one block reads, C n_embd, h heads, d = C/h.
"""

import math
import random

import torch

from layers.base import Attention, attend, causal, masked_softmax, split_chunks

SEED = 7  # of the random blocks: they are the same in every run
NONE = -1  # fills up a block's list


class BigBirdAttention(Attention):
    """Block-sparse attention (Zaheer et al. 2020, section 2 and appendix D), causal.

        Y_i = softmax(mask(Q Kᵀ / √d)) V,   the mask leaving position t of block i = ⌊t/b⌋ the
        positions s ≤ t of the blocks i, i - 1, 0 and `random_blocks` of 1 … i - 2

    each key once. b is `window`; with window ≥ T this is full attention. The buffer `blocks` (n, w)
    holds each block's list. The lists are drawn once, with a fixed seed, and stored with the
    parameters.

    Departures from the paper, whose BigBird is an encoder: the window has no right half; random
    blocks are of the past; all blocks read the global block, which is the first and reads only
    itself. Information therefore travels by window and random blocks alone: one block a layer, and
    further by random blocks. With the defaults it gets everywhere in 4 layers.
    """

    def __init__(self, config):
        super().__init__(config)
        self.window = config.window
        n = -(-config.block_size // self.window)
        self.register_buffer("blocks", torch.tensor(list(read_blocks(n, config.random_blocks))))

    def weights(self, q, k, at):
        T = k.size(2)
        block = torch.arange(T, device=at.device) // self.window  # (T,)
        read = self.blocks[at // self.window]  # (B, t, w)
        allowed = (read[..., None] == block).any(2)[:, None]  # (B, 1, t, T)
        scores = q @ k.transpose(2, 3) / math.sqrt(q.size(3))  # (B, h, t, T)
        return masked_softmax(scores, allowed & causal(at, T))  # (B, h, t, T)

    def mix(self, q, k, v):
        T = q.size(2)
        b = min(self.window, T)
        q, k, v = (split_chunks(part, b) for part in (q, k, v))  # (B, h, n, b, d)
        n = q.size(2)
        read = self.blocks[:n]  # (n, w)
        blocks_read = read.clamp(min=0).flatten()  # (nw,): NONE becomes 0, and is masked below
        k, v = (
            part.index_select(2, blocks_read).unflatten(2, read.shape).flatten(3, 4)
            for part in (k, v)
        )  # (B, h, n, wb, d) twice
        past = read.repeat_interleave(b, 1)[:, None]  # (n, 1, wb)
        own = past == torch.arange(n, device=q.device)[:, None, None]  # (n, 1, wb)
        position = torch.arange(b, device=q.device)  # (b,)
        later = position.repeat(read.size(1)) > position[:, None]  # (b, wb)
        mask = (past != NONE) & ~(own & later)  # (n, b, wb)
        B, h = q.shape[:2]
        q, k, v = (part.flatten(0, 1).transpose(0, 1) for part in (q, k, v))  # (n, Bh, ·, d)
        y = attend(q, k, v, mask[:, None], self.attn_drop)  # (n, Bh, b, d)
        return y.transpose(0, 1).flatten(1, 2).unflatten(0, (B, h))[:, :, :T]  # (B, h, T, d)


def read_blocks(n, random_blocks):
    """Yields, for each of n blocks, the list of blocks it reads, each once, filled up with NONE."""
    draw = random.Random(SEED).random  # its sequence is the same in all versions of Python
    for i in range(n):
        past = []
        while len(past) < min(random_blocks, i - 2):
            block = 1 + int(draw() * (i - 2))  # of 1 … i - 2
            past += [block] if block not in past else []
        read = [*range(max(i - 1, 0), i + 1), *past, *[0][: i > 1]]
        yield read + [NONE] * (3 + random_blocks - len(read))
