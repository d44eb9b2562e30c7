"""Speed: ours against the textbook implementation, in training and evaluation.

    python bench/speed.py                       # both; about 20 minutes on two cores
    python bench/speed.py training --device cuda
    python bench/speed.py training --compile
    python bench/speed.py training --repeats 3 --corpus wiki.txt --json speed.json

Each measurement runs in a process of its own, the sides in turn, and the median of the repeats
counts: on a shared machine only ratios from one run mean something. bench/textbook.py pads every
row, has torch's default optimizer and allocator, and answers one name at a time without a cache.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from tqdm import tqdm

from cli.arguments import int_in_range
from cli.record import read_record
from fresh_process import (
    add_sections,
    check_device,
    check_sections,
    in_a_process,
    run_sections,
    show,
)
from recipes import FLOP_PER_TOKEN
from support.errors import Parser, one_line_errors
from support.machine import peak_mb, prepare_cpu, prepare_products

BATCH = 128  # examples a pretraining step, as in the handout
STEPS = {"cpu": {"ours": 12, "textbook": 4}, "cuda": {"ours": 3000, "textbook": 100}}  # timed
# Steps before: products are compiled for each new shape. On CUDA a step is captured for each size
# of a batch, after three steps; an epoch has one batch of the second size.
WARM_UP = {"cpu": {"ours": 4, "textbook": 1}, "cuda": {"ours": 100, "textbook": 10}}


# --------------------------------------------------------------- each in a process of its own


def load(corpus, variant, dropout, side, device="cpu"):
    """(dataset, model) of the side, with the same seed."""
    import torch

    import recipes
    import textbook
    from dataset import CharCorruptionDataset
    from model import GPT, GPTConfig
    from support.files import read_text

    data = CharCorruptionDataset(read_text(corpus), recipes.BLOCK_SIZE)
    drop = dict.fromkeys(("embd_pdrop", "resid_pdrop", "attn_pdrop"), dropout)
    torch.manual_seed(0)
    make, config = (GPT, GPTConfig) if side == "ours" else (textbook.GPT, textbook.Config)
    model = make(config(data.vocab_size, recipes.BLOCK_SIZE, variant=variant, **drop))
    return data, model.to(device)


def measure_training(
    corpus, variant, dropout, side, steps, device="cpu", precision="fp32", compile=False
):
    """Examples/s and real tokens/s of whole training steps, after WARM_UP, and peak memory.

    Each side with its own batches, optimizer and loop. Real tokens are counted on our draws for
    both: the textbook's are as long on average.
    """
    import random
    from itertools import islice

    import recipes
    import textbook
    from support.files import read_text
    from trainer import Trainer, TrainerConfig

    data, model = load(corpus, variant, dropout, side, device)
    rate = dict(learning_rate=6e-3, warmup_tokens=10240, final_tokens=75_000_000)
    if side == "ours":

        def run(steps):
            how = dict(batch_size=BATCH, lr_decay=True, precision=precision, **rate)
            config = TrainerConfig(max_epochs=steps, max_steps=steps, compile=compile, **how)
            trainer = Trainer(model, data, None, config)
            trainer.train()
            if trainer.compiled != compile:
                raise SystemExit("--compile: expected a C++ compiler, got none that works")
    else:
        random.seed(0)
        batches = textbook.pretraining_batches(read_text(corpus), recipes.BLOCK_SIZE, BATCH)

        def run(steps):
            textbook.train(model, islice(batches, steps), **rate)

    def timed(steps):
        start = time.perf_counter()
        run(steps)
        return time.perf_counter() - start

    warm_up = WARM_UP[device][side]
    run(warm_up)
    # On CUDA each new Trainer captures its steps anew, in its first ones.
    again = warm_up if device == "cuda" else 0
    seconds = timed(again + steps) - (timed(again) if again else 0)
    per_epoch = -(-len(data) // BATCH)
    examples = tokens = 0
    for step in range(steps):
        epoch, at = divmod(step, per_epoch)
        indices = range(at * BATCH, min(at * BATCH + BATCH, len(data)))
        chunks, _ = data.batch(indices, 0, epoch)
        examples += len(indices)
        tokens += sum(int((y != 0).sum()) for _, y, _ in chunks)
    return {
        "examples/s": examples / seconds,
        "tokens/s": tokens / seconds,
        "peak MB": peak_mb(device),
    }


def measure_product(side, device="cpu", precision="fp32"):
    """GFLOP/s of (8192 × 256) · (256 × 1024), the model's largest product, as the side makes it."""
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(size, device=device).to(dtype) for size in ((8192, 256), (256, 1024)))
    best = 0.0
    for _ in range(30):
        start = time.perf_counter()
        a @ b
        if device == "cuda":
            torch.cuda.synchronize()
        best = max(best, 2 * 8192 * 256 * 1024 / (time.perf_counter() - start) / 1e9)
    return {"GFLOP/s": best}


def measure_evaluation(corpus, questions, variant, side, names, parameters=None):
    """Seconds a name, after loading; an untrained model never ends an answer by itself."""
    import textbook
    from data.text import parse_questions
    from support.files import read_text
    from support.parameters import load_parameters
    from utils import predict_places

    data, model = load(corpus, variant, 0.0, side)
    if parameters is not None:
        load_parameters(model, parameters)
    asked = [question for question, _ in parse_questions(read_text(questions))][:names]
    start = time.perf_counter()
    if side == "ours":
        predict_places(model, data, asked)
    else:
        for question in asked:
            textbook.predict(model, question, data.stoi, data.itos)
    return {"s/name": (time.perf_counter() - start) / len(asked)}


MEASURES = {
    "training": measure_training,
    "product": measure_product,
    "evaluation": measure_evaluation,
}


def measure(kind, **arguments):
    """The measurement's result, from a fresh process."""
    result, code, errors = in_a_process(__file__, kind, arguments)
    if code == 2:  # what the user can mend, said in one line
        print(errors, end="", file=sys.stderr)
        raise SystemExit(2)
    if code:
        raise SystemExit(errors or f"{kind}: expected a result, the process ended with {code}")
    return result


# ---------------------------------------------------------------------------------- the sections


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def repeats(args, what):
    """0 … args.repeats - 1, with a bar on a terminal."""
    return tqdm(range(args.repeats), what, leave=False, unit="repeat", disable=None)


def training(args):
    """Both variants, with the handout's dropout and without, in turn with the textbook."""
    results = []
    for variant in ("vanilla", "synthesizer"):
        for dropout in (0.0, 0.1):
            sides = {"ours": [], "textbook": []}
            products = {"ours": [], "textbook": []}
            on = dict(device=args.device, precision=args.precision)
            own = {"ours": dict(compile=args.compile), "textbook": {}}
            for _ in repeats(args, f"{variant}, dropout {dropout}"):
                common = dict(corpus=args.corpus, variant=variant, dropout=dropout, **on)
                for side, steps in STEPS[args.device].items():
                    products[side].append(measure("product", side=side, **on))
                    how = dict(side=side, steps=steps, **own[side])
                    sides[side].append(measure("training", **how, **common))
            ours, plain = (median(sides[side], "examples/s") for side in ("ours", "textbook"))
            ratios = [
                a["examples/s"] / b["examples/s"]
                for a, b in zip(sides["ours"], sides["textbook"], strict=True)
            ]
            work = [row["tokens/s"] * FLOP_PER_TOKEN / 1e9 for row in sides["ours"]]
            shares = {
                side: statistics.median(
                    a / b["GFLOP/s"] for a, b in zip(work, products[side], strict=True)
                )
                for side in products
            }
            results.append(
                {
                    "training": f"{variant}, dropout {dropout}" + ", compiled" * args.compile,
                    "ours examples/s": round(ours, 1),
                    "textbook examples/s": round(plain, 1),
                    "ratio": round(statistics.median(ratios), 2),
                    "ours real tokens/s": round(median(sides["ours"], "tokens/s")),
                    "share of torch's product": round(shares["textbook"], 2),
                    "of ours": round(shares["ours"], 2),
                    "ours peak MB": round(median(sides["ours"], "peak MB")),
                    "textbook peak MB": round(median(sides["textbook"], "peak MB")),
                }
            )
            show(results[-1])
    return results


def evaluation(args):
    """All dev questions, against 25 of them for the textbook, scaled."""
    results = []
    trained = [(read_record(path).get("variant", "vanilla"), path) for path in args.parameters]
    for variant, path in trained or [("vanilla", None), ("synthesizer", None)]:
        common = dict(corpus=args.corpus, questions=args.questions, variant=variant)
        common["parameters"] = path
        rows = {"ours": [], "textbook": []}
        for _ in repeats(args, f"evaluation, {variant}"):
            for side, names in (("ours", 500), ("textbook", 25)):
                rows[side].append(measure("evaluation", side=side, names=names, **common))
        ours, plain = (median(rows[side], "s/name") for side in ("ours", "textbook"))
        pairs = zip(rows["textbook"], rows["ours"], strict=True)
        results.append(
            {
                "evaluation of 500 names": variant + (", trained" if path else ""),
                "ours s": round(500 * ours, 2),
                "textbook s (25 names, scaled)": round(500 * plain, 1),
                "ratio": round(statistics.median(a["s/name"] / b["s/name"] for a, b in pairs), 1),
            }
        )
        show(results[-1])
    return results


SECTIONS = {"training": training, "evaluation": evaluation}


def main(argv=None):
    parser = Parser(
        prog="speed.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sections(parser, SECTIONS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int_in_range(1), default=5, help="default: %(default)s")
    parser.add_argument("--corpus", default=str(ROOT / "wiki.txt"), help="default: the bundled one")
    parser.add_argument("--questions", default=str(ROOT / "birth_dev.tsv"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="of training")
    precision = "of our side of training (default: bf16 on cuda, else fp32)"
    parser.add_argument("--precision", choices=("fp32", "bf16"), help=precision)
    compiled = "send our side of training through torch.compile"
    parser.add_argument("--compile", action="store_true", help=compiled)
    parameters = "trained ones to evaluate, instead of untrained ones that never end an answer"
    parser.add_argument("--parameters", metavar="PATH", nargs="+", default=[], help=parameters)
    args = parser.parse_args(argv)
    if args.worker:
        kind, arguments = json.loads(args.worker)
        if arguments.get("side") == "ours":
            prepare_cpu()  # before the measurement imports torch
            prepare_products()
        with one_line_errors(parser):
            print(json.dumps(MEASURES[kind](**arguments)))
        return
    args.precision = args.precision or ("bf16" if args.device == "cuda" else "fp32")
    check_sections(parser, args, SECTIONS)
    check_device(parser, args.device)
    if args.compile and args.sections != ["training"]:
        parser.error("--compile: expected the section training alone; name it, or leave it out")
    for path in args.parameters:
        if not Path(path).is_file():
            parser.error(f"--parameters: expected a parameter file, got {path}; train one first")
    with one_line_errors(parser):
        run_sections(args, SECTIONS)


if __name__ == "__main__":
    main()
