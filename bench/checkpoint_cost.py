"""Speed: the time to write a checkpoint, as a share of the training time between two.

    python bench/checkpoint_cost.py [--corpus wiki.txt] [--variant vanilla] [--writes 10]

Takes the full model after a step of training, writes its checkpoint `--writes` times to the current
folder's disk, and divides by the interval, recipes.CHECKPOINT_SECONDS. Prints text, then JSON.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import recipes
from cli.arguments import int_in_range
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig
from support.errors import Parser, one_line_errors
from support.files import read_text
from trainer import Trainer, TrainerConfig
from training.checkpoint import CURVE, Checkpoint, random_state


def measure(text, variant="vanilla", writes=10, folder="."):
    """{median, highest: seconds of a write; share: median over median + interval; bytes}."""
    corpus = CharCorruptionDataset(text, recipes.BLOCK_SIZE)
    model = GPT(GPTConfig(corpus.vocab_size, corpus.block_size, variant=variant))
    trainer = Trainer(model, corpus, None, TrainerConfig(max_epochs=1, batch_size=4, max_steps=1))
    trainer.train()
    for part in CURVE:  # as long as the whole handout recipe's
        setattr(trainer, part, getattr(trainer, part) * 15_000)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        checkpoint = Checkpoint(os.path.join(temporary, "c"), {})
        seconds = []
        for _ in range(writes):
            started = time.perf_counter()
            checkpoint.write(trainer.state(), trainer.device)
            trainer.write_curve(checkpoint.path)
            seconds.append(time.perf_counter() - started)
        size = os.path.getsize(checkpoint.path)
    started = time.perf_counter()
    for _ in range(100):
        random_state(trainer.device)
    each_step = (time.perf_counter() - started) / 100
    median = statistics.median(seconds)
    return {
        "variant": variant,
        "bytes": size,
        "median_seconds": round(median, 4),
        "highest_seconds": round(max(seconds), 4),
        "random_state_microseconds_a_step": round(each_step * 1e6, 1),
        "interval_seconds": recipes.CHECKPOINT_SECONDS,
        "share": median / (median + recipes.CHECKPOINT_SECONDS),
        "highest_share": max(seconds) / (max(seconds) + recipes.CHECKPOINT_SECONDS),
    }


def main(argv=None):
    parser = Parser(prog="checkpoint_cost.py", description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="wiki.txt")
    parser.add_argument("--variant", default="vanilla", choices=recipes.VARIANTS)
    parser.add_argument("--writes", type=int_in_range(1), default=10)
    args = parser.parse_args(argv)
    with one_line_errors(parser):
        result = measure(read_text(args.corpus), args.variant, args.writes)
        print(
            f"a checkpoint of {result['bytes'] / 1e6:.1f} MB takes {result['median_seconds']:.3f} s"
            f" (median of {args.writes}; highest {result['highest_seconds']:.3f} s):"
            f" {result['share']:.4%} of a run that writes one every"
            f" {result['interval_seconds']:g} s (highest {result['highest_share']:.4%})"
        )
        print(json.dumps(result))


if __name__ == "__main__":
    main()
