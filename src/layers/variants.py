"""The table of attention variants and their options. Imports no torch, so `run.py --help` is quick.

To add a variant, write its class in a file of this folder, then add its line to TABLE.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """A whole number that a variant is built with: a field of GPTConfig and a flag of run.py."""

    default: int  # for a block of 128
    least: int
    summary: str  # for --help


@dataclass(frozen=True)
class Variant:
    """Where a variant's class is, as module:class, and the OPTIONS that it reads."""

    path: str
    options: tuple[str, ...] = ()


OPTIONS = {
    # 8 chunks a block: long enough for words, short enough that most of a block is not read exactly
    "window": Option(16, 1, "positions of a chunk, read exactly from inside"),
    # a quarter of the positions: as far as one goes while 4 characters still share a slot
    "slots": Option(4, 1, "what a finished chunk is compressed to"),
    # one is enough for news to get everywhere in 4 layers (tests/layers/test_attention.py)
    "random_blocks": Option(1, 0, "blocks of the past that a block reads, drawn at random"),
    # d ln d with d = 32, the width of a head, as the paper's theorem 4 asks up to a constant
    "features": Option(110, 1, "random features of a head"),
    # as in the assignment of 2023: 32 latents finish one every 4 positions
    "bottleneck_dim": Option(32, 1, "latents of a block"),
}

TABLE = {
    "vanilla": Variant("attention:CausalSelfAttention"),
    "synthesizer": Variant("attention:SynthesizerAttention"),
    "rope": Variant("layers.rope:RotaryAttention"),
    "linformer": Variant("layers.linformer:LinformerAttention", ("window", "slots")),
    "bigbird": Variant("layers.bigbird:BigBirdAttention", ("window", "random_blocks")),
    "performer": Variant("layers.performer:PerformerAttention", ("features",)),
    "perceiver": Variant("layers.perceiver:PerceiverAttention", ("bottleneck_dim",)),
}


def readers(option):
    """The names of the variants that read an option."""
    return [name for name, variant in TABLE.items() if option in variant.options]
