"""Experiments on learning: how much a model of some size can know, and what more people ask of it.

    python bench/scaling.py                       # all that is not measured yet; see --help
    python bench/scaling.py capacity --jobs 2     # bits a parameter against exposures
    python bench/scaling.py people                # accuracy against people, at equal exposures
    python bench/scaling.py --draw docs/scaling.png

capacity: N invented names, each with one of 256 places drawn evenly, so that a fact is 8 bits. A
model is trained on "name ⁇ place ⁇" alone; what it knows is N times 8 bits less the bits that the
places still cost it, teacher-forced:

    bits = Σ over names of  8 + log2 p(⁇ place ⁇ | name)

after Allen-Zhu and Li 2024, "Physics of language models: part 3.3". people: worlds of
make_corpus.py of 734 people, and of 4 and 16 times as many, each read as often; the score is
dev's. Finished rows are appended to the JSON lines of --results and not run again.
"""

import argparse
import concurrent.futures
import json
import math
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from accuracy import RESULTS_HELP, append_result, origin, read_results
from cli.arguments import int_in_range, png_path
from cli.record import read_record
from fresh_process import in_a_process, show
from make_corpus import PEOPLE
from pictures import draw_scaling
from support.errors import Parser, one_line_errors
from support.machine import prepare_cpu
from support.paths import check_output

LETTERS = "abcdefghijklmnop"
PLACES, BITS = len(LETTERS) ** 2, 8  # drawn evenly: log2 PLACES bits a fact
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
STRIDE = 104_729  # a prime: the names' numbers are its multiples, so that neighbours differ
ROWS = 96  # names a step
MUON, ADAMW = 0.006, 3e-3  # peaks of the rates: Muon on the matrices, AdamW on the rest,
ADAMW_ALONE = 1.5e-3  # or on everything
SEED, SEEDS = 224, (224, 225, 226)
SMALLEST = PEOPLE // 4  # people of the smallest world
SMALLEST_PFLOP = 0.006  # of pretraining on it


@dataclass(frozen=True)
class Facts:
    """A row of `capacity`: names, the model, how often it reads them and how it learns."""

    names: int
    n_layer: int
    n_embd: int
    exposures: int
    optimizer: str = "Muon"

    kind = "capacity"


@dataclass(frozen=True)
class World:
    """A row of `people`: the people of the world, and the model."""

    people: int
    n_layer: int = 4
    n_embd: int = 128

    kind = "people"


def each(sizes, names, exposures, **others):
    return [Facts(n, *size, e, **others) for size in sizes for n in names for e in exposures]


OFTEN = (30, 100, 300)  # exposures
CAPACITY = [
    *each([(1, 32)], (1024, 2048, 4096), OFTEN),
    *each([(1, 32)], (2048, 4096), (1000,)),
    *each([(2, 32)], (2048, 4096, 8192), OFTEN),
    *each([(2, 32)], (8192,), (1000,)),
    *each([(2, 64)], (8192, 16384), (30, 100)),
    *each([(1, 32)], (2048,), (*OFTEN, 1000), optimizer="AdamW"),
]
PEAKS = [Facts(4096, 2, 32, 100), *each([(2, 32)], (8192,), (300, 1000))]  # most bits a parameter
TABLES = {  # [(row, seed)]
    "capacity": [(row, seed) for row in CAPACITY for seed in (SEEDS if row in PEAKS else [SEED])],
    "people": [(World(SMALLEST * times), SEED) for times in (1, 4, 16)],
}


# --------------------------------------------------------------------- each in a process of its own


def name_of(number):
    """The invented name of a number below 70⁴: four syllables, two words."""
    syllables = []
    for _ in range(4):
        number, one = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[one])
    first, second = "".join(syllables[:2]), "".join(syllables[2:])
    return f"{first} {second}".title()


def place_of(number):
    """The name of one of the PLACES: two letters, so that each of them is half of the fact."""
    return LETTERS[number // len(LETTERS)] + LETTERS[number % len(LETTERS)]


def capacity(row, seed):
    """What a model knows after training on a row's facts, in bits."""
    import torch

    from data.windows import permutation
    from dataset import CharCorruptionDataset, NameDataset
    from model import GPT, GPTConfig
    from trainer import Trainer, TrainerConfig
    from utils import set_seed

    class Shuffled(NameDataset):
        """Each epoch has the pairs in another order."""

        def padded_batch(self, indices, seed, epoch):
            order = permutation(len(self), seed, epoch).long()
            return super().padded_batch(order[indices], seed, epoch)

    set_seed(seed)
    names = [name_of(i * STRIDE % len(SYLLABLES) ** 4) for i in range(row.names)]
    places = torch.randint(PLACES, (row.names,)).tolist()
    text = "".join(f"{name}\t{place_of(p)}\n" for name, p in zip(names, places, strict=True))
    corpus = CharCorruptionDataset(text.replace("\t", " "), 24)
    facts = Shuffled(corpus, text)
    sizes = dict(n_layer=row.n_layer, n_embd=row.n_embd, n_head=max(1, row.n_embd // 32))
    off = dict(embd_pdrop=0.0, resid_pdrop=0.0, attn_pdrop=0.0)
    model = GPT(GPTConfig(corpus.vocab_size, corpus.block_size, variant="rope", **sizes, **off))
    rates = dict(learning_rate=ADAMW, muon_rate=MUON)
    if row.optimizer == "AdamW":
        rates = dict(learning_rate=ADAMW_ALONE)
    settings = TrainerConfig(
        max_epochs=row.exposures,
        batch_size=ROWS,
        weight_decay=0.0,
        lr_decay=True,
        warmup_share=0.04,
        decay_share=0.95,
        seed=seed,
        **rates,
    )
    start = time.monotonic()
    Trainer(model, facts, None, settings).train()
    seconds = time.monotonic() - start
    bits, right = known(model, facts)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "parameters_of_blocks": sum(p.numel() for p in model.blocks.parameters()),
        "bits": round(bits, 1),
        "bits_of_all": BITS * row.names,
        "right": right,
        "seconds": round(seconds, 1),
    }


def known(model, facts):
    """The bits that a model knows of the pairs of a NameDataset, and how many it spells right."""
    import torch

    bits, right = BITS * len(facts), 0
    model.eval()
    for some in torch.arange(len(facts)).split(1024):
        x, y = facts.padded_batch(some, 0, 0)  # (B, t), in an order of its own
        with torch.no_grad():
            logits = model(x)[0].double().log_softmax(-1)  # (B, t, V)
        chosen = logits.gather(2, y[:, :, None])[:, :, 0] * (y != 0)  # (B, t)
        bits += chosen.sum().item() / math.log(2)
        right += int(((logits.argmax(-1) == y) | (y == 0)).all(1).sum())
    return bits, right


def people(row, seed, folder):
    """The score on dev after reading a world as often as the smallest is read."""
    folder = Path(folder) / f"{row.people}-{row.n_layer}x{row.n_embd}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    world = ["--people", row.people, "--seed", seed, "--out", folder]
    if not (folder / "birth_dev.tsv").exists():
        call("src/make_corpus.py", *world)
    params, predictions = folder / "params", folder / "predictions"
    budget = round(SMALLEST_PFLOP * row.people / SMALLEST, 4)
    model, train = ("rope", folder / "wiki.txt"), folder / "birth_places_train.tsv"
    training = ["--recipe", "distant", "--budget", budget]
    training += ["--seed", seed, "--resume", "--n_layer", row.n_layer, "--n_embd", row.n_embd]
    training += ["--writing_params_path", params, "--finetune_corpus_path", train]
    call("src/run.py", "pretrain", *model, *training)
    asked = ["--reading_params_path", params, "--eval_corpus_path", folder / "birth_dev.tsv"]
    call("src/run.py", "evaluate", *model, *asked, "--outputs_path", predictions)
    training, score = read_record(params), read_record(predictions)
    return {
        **{name: training[name] for name in ("parameters", "pflop", "steps", "seconds", "peak_mb")},
        "questions": score["questions"],
        "correct": int(score["correct"]),
    }


def call(script, *words):
    subprocess.run([sys.executable, ROOT / script, *map(str, words)], check=True)


# ---------------------------------------------------------------------------------------- the rows


def missing(wanted, done):
    """The (row, seed) that no line of the results has."""
    return [at for at in wanted if not any(key(*at).items() <= line.items() for line in done)]


def key(row, seed):
    return {"kind": row.kind, **asdict(row), "seed": seed}


def measure(row, seed, folder):
    """The row's line of the results, from a process of its own."""
    if row.kind == "people":
        found = people(row, seed, folder)
    else:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        found, code, errors = in_a_process(__file__, asdict(row), seed, environment=environment)
        if code:
            raise SystemExit(errors)
    return {**key(row, seed), **found, **origin()}


def run(todo, results, folder, jobs):
    """Measure what is to be done, `jobs` at a time, and append each line as it is finished."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(measure, row, seed, folder) for row, seed in todo]
        try:
            for future in concurrent.futures.as_completed(futures):
                append_result(results, future.result())
                show(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def main(argv=None):
    parser = Parser(
        prog="scaling.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)} (default: all)")
    add("--jobs", type=int_in_range(1), default=2, help="models of capacity at a time (default: 2)")
    published = ROOT / "docs" / "measurements" / "scaling.jsonl"
    add("--results", type=Path, default=published, metavar="PATH", help=RESULTS_HELP)
    add("--folder", type=Path, default=ROOT / "runs" / "scaling", help="of the worlds and models")
    add("--draw", type=png_path, metavar="PNG", help="draw the results so far, measure nothing")
    add("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.worker:
        prepare_cpu()
        row, seed = json.loads(args.worker)
        print(json.dumps(capacity(Facts(**row), seed)))
        return
    unknown = [name for name in args.tables if name not in TABLES]
    if unknown:
        parser.error(f"expected tables of {', '.join(TABLES)}, got {', '.join(unknown)}")
    with one_line_errors(parser):
        if args.draw:
            lines = read_results(args.results)
            if not lines:
                parser.error(f"expected rows in {args.results}, got none; measure some first")
            draw_scaling(lines, args.draw)
            return
        check_output(args.results, "--results")
        for name in args.tables or TABLES:
            todo = missing(TABLES[name], read_results(args.results))
            print(f"{name}: {len(todo)} of {len(TABLES[name])} to measure")
            run(todo, args.results, args.folder, args.jobs if name == "capacity" else 1)


if __name__ == "__main__":
    main()
