"""RoPE: softmax attention whose queries and keys are turned by their position.

Legend: B batch, t positions of x, C n_embd, h heads.
"""

import torch

from layers.base import DotProductAttention

BASE = 10000.0  # wavelengths go from 2π positions to 2π · BASE


class RotaryAttention(DotProductAttention):
    """Rotary position embedding (Su et al. 2021, section 3.2.2), instead of pos_emb.

        Y_i = softmax(mask(Q K ᵀ / √(C/h))) V,   row n of Q and of K turned by R_n
        R_n turns the plane of the coordinates j and j + C/2h by the angle n · BASE^(-2jh/C)

    (R_n q)·(R_m k) then depends only on q, k and n - m. Departure: the paper turns neighbouring
    coordinates, 2j and 2j + 1. Ours is the same after a permutation of the columns of Q_i and K_i.
    Input and output (B, t, C), t ≤ block_size; C/h is even.
    """

    learned_positions = False

    def __init__(self, config):
        super().__init__(config)
        if config.n_embd // config.n_head % 2:
            raise ValueError(
                f"n_embd / n_head: expected heads of an even width, got {config.n_embd} /"
                f" {config.n_head}; change one of them"
            )

    def project(self, x, cache=None, packing=None):
        q, k, v = super().project(x, cache, packing)
        if cache is None:
            at = torch.arange(q.size(2), device=x.device)[None]  # (1, t)
        else:
            at = cache.positions(q.size(2))  # (B, t)
        return rotate(q, at), rotate(k, at), v


def rotate(x, at):
    """R_n x of x (B, h, t, C/h) at positions n = `at`, (B, t), or (1, t) if equal in all rows."""
    half = x.size(3) // 2
    exact = torch.promote_types(x.dtype, torch.float32)
    speed = BASE ** -(torch.arange(half, device=x.device, dtype=exact) / half)  # (C/2h,)
    angle = at[:, None, :, None].to(exact) * speed  # (B, 1, t, C/2h)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)  # (B, 1, t, C/2h)
    a, b = x[..., :half], x[..., half:]  # (B, h, t, C/2h)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=3)  # (B, h, t, C/h)
