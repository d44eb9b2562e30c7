"""Experiments on learning: bits per character of masked spans in biographies that were not read.

    python bench/held_out.py --data $COURSE_DATA --data . --seeds 224,225,226    # rope, vanilla
    python bench/held_out.py --variants linformer bigbird performer perceiver synthesizer
    python bench/held_out.py --dropout 0.1                           # against learning by heart
    python bench/held_out.py --table                                 # what has been measured

A tenth of the lines is held out; the rest is pretrained on by span corruption, with the optimizers
and schedule of `fast`, which suit a short run. Then the held-out lines are corrupted, alike for
all, and the loss is taken on what was masked, in bits. Finished rows are appended to the JSON lines
of --results and not run again.
"""

import argparse
import itertools
import math
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from tqdm import tqdm

import recipes
from accuracy import (
    RESULTS_HELP,
    Row,
    append_result,
    folder_of,
    origin,
    read_results,
    run_command,
    seeds_of,
)
from cli.arguments import positive
from cli.record import read_record
from support.errors import Parser, one_line_errors
from support.files import (
    read_text,
    sha256,
    write_text,
)
from support.machine import prepare_products
from support.paths import check_output

EVERY = 10  # one line of so many is held out
DRAWS = 8  # corruptions of each held-out line
PLACES = (1, 3, 8, 16)  # bits are also given apart for the content's characters up to each of these
NAMED = "content's characters 1, -3, -8, -16, on"


def split(text):
    """(lines to read, lines held out): every tenth, but for lines with a character of their own."""
    lines = text.rstrip("\n").split("\n")
    held = set(range(0, len(lines), EVERY))
    known = set("".join(line for i, line in enumerate(lines) if i not in held))
    held = {i for i in held if set(lines[i]) <= known}
    read = [line for i, line in enumerate(lines) if i not in held]
    return read, [lines[i] for i in sorted(held)]


def bits(model, corpus, indices):
    """Bits per character of the content that is masked in the documents with these indices.

    What stands before a character is given. Each document is corrupted DRAWS times, always alike.
    Return the mean over all characters, and the means over the content's first, over its second and
    third, … as PLACES has it, and over those behind (None where there is none).
    """
    import torch
    import torch.nn.functional as F

    from data.text import MASK, PAD

    total, count = torch.zeros(2, len(PLACES) + 1, dtype=torch.float64)  # (places,) twice
    model.eval()
    with torch.no_grad():
        for draw in tqdm(range(DRAWS), desc="corruptions of held-out lines", disable=None):
            for rows in torch.tensor(indices).split(64):
                x, y = corpus.padded_batch(rows, 0, draw)  # (B, L-1)
                behind = (x == MASK).cumsum(1) == 2  # (B, L-1): the second ⁇, and all after it
                content = behind & (y != PAD)  # (B, L-1)
                place = torch.bucketize(behind.cumsum(1)[content], torch.tensor(PLACES))  # (n,)
                logits, _ = model(x)
                nats = F.cross_entropy(logits.transpose(1, 2), y, reduction="none")  # (B, L-1)
                total.index_add_(0, place, nats[content].double())
                count += place.bincount(minlength=len(count))
    mean = (total.sum() / count.sum()).item() / math.log(2)
    means = (total / count / math.log(2)).tolist()
    return mean, [None if math.isnan(at) else round(at, 3) for at in means]


def run_row(row, seed, data, folder):
    """Pretrain on the lines to read; return the line of the results."""
    from dataset import CharCorruptionDataset
    from model import GPT, GPTConfig
    from support.parameters import load_parameters

    folder.mkdir(parents=True, exist_ok=True)
    read, held = split(read_text(data / "wiki.txt"))
    others = "".join(f"-{key}={value}" for key, value in row.changes.items() if value is not None)
    path = folder / f"{row.variant}-{row.budget}-{seed}{others}.params"
    corpus_path = folder / "wiki.txt"
    write_text(corpus_path, "\n".join(read) + "\n")
    argv = ["pretrain", row.variant, str(corpus_path), "--writing_params_path", str(path)]
    argv += ["--recipe", row.recipe, "--budget", str(row.budget), "--seed", str(seed), "--resume"]
    run_command(row, argv)
    # the vocabulary is that of the lines read, since no held-out line has another character
    corpus = CharCorruptionDataset("\n".join(read + held), recipes.BLOCK_SIZE)
    prepare_products()
    model = GPT(GPTConfig(corpus.vocab_size, recipes.BLOCK_SIZE, variant=row.variant))
    load_parameters(model, path)
    found, places = bits(model, corpus, list(range(len(read), len(read) + len(held))))
    found_read, places_read = bits(model, corpus, list(range(0, len(read), EVERY)))
    record = read_record(path)
    return {
        **asdict(row),
        "seed": seed,
        "corpus_sha256": sha256(data / "wiki.txt"),
        "bits": round(found, 4),
        "bits_read": round(found_read, 4),  # of as many lines that were read
        "bits_at": places,
        "bits_read_at": places_read,
        "parameters": model.num_parameters(),
        "pflop": float(f"{record['pflop']:.3g}"),
        "seconds a step": round(record["seconds"] / record["steps"], 3),
        **{name: record[name] for name in ("device", "threads", "torch", "precision")},
        **origin(),
    }


def table(lines):
    """One row a corpus, budget, dropout and variant: the mean over the seeds, and each."""
    groups = {}
    for line in lines:
        dropout = line["changes"].get("dropout", 0.0)
        key = line["corpus_sha256"][:6], line["budget"], dropout, line["variant"]
        groups.setdefault(key, []).append(line)
    for (corpus, budget, dropout, variant), rows in sorted(groups.items()):
        values = [row["bits"] for row in sorted(rows, key=lambda row: row["seed"])]
        each = ", ".join(f"{value:.4f}" for value in values)
        print(
            f"{corpus}, {budget} PFLOP, dropout {dropout}, {variant}:"
            f" {statistics.mean(values):.4f} bits ({each}), of lines read"
            f" {statistics.mean(row['bits_read'] for row in rows):.4f},"
            f" {rows[0]['parameters']} parameters,"
            f" {statistics.median(row['seconds a step'] for row in rows)} s a step"
        )
        for row in rows:
            if "bits_at" in row:
                print(f"    seed {row['seed']}, {NAMED}: {row['bits_at']}, {row['bits_read_at']}")


def main(argv=None):
    parser = Parser(
        prog="held_out.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    wiki = folder_of("wiki.txt")
    add("--data", type=wiki, action="append", metavar="FOLDER", help="(default: the repository)")
    add("--variants", nargs="+", choices=recipes.VARIANTS, default=["vanilla", "rope"])
    add("--seeds", type=seeds_of, default=[224], help="with commas between them (default: 224)")
    add("--budget", type=positive, default=0.05, metavar="PFLOP", help="default: %(default)s")
    add("--dropout", type=float, default=0.0, metavar="P", help="default: %(default)s")
    published = ROOT / "docs" / "measurements" / "held_out.jsonl"
    add("--results", type=Path, default=published, metavar="PATH", help=RESULTS_HELP)
    add("--folder", type=Path, default=ROOT / "runs", help="of the parameters (default: runs)")
    add("--table", action="store_true", help="only print the results")
    args = parser.parse_args(argv)
    if not 0 <= args.dropout < 1:
        parser.error(f"--dropout: expected a share from 0 to below 1, got {args.dropout}")
    changes = {"objective": None} | ({"dropout": args.dropout} if args.dropout else {})
    rows = itertools.product(args.seeds, args.data or [ROOT], args.variants)
    with one_line_errors(parser):
        check_output(args.results, "--results")
        for seed, data, variant in () if args.table else rows:
            row = Row("fast", args.budget, variant, changes)
            corpus = sha256(data / "wiki.txt")
            key = {**asdict(row), "seed": seed, "corpus_sha256": corpus}
            if not any(key.items() <= line.items() for line in read_results(args.results)):
                line = run_row(row, seed, data, args.folder / f"held-out-{corpus[:6]}")
                append_result(args.results, line)
        table(read_results(args.results))


if __name__ == "__main__":
    main()
