"""Our own costs: time and memory as the corpus grows, start-up, and two processes against one.

    python bench/costs.py                                        # about half an hour on two cores
    python bench/costs.py growth --repeats 5 --draw docs/growth.png
    python bench/costs.py ranks --repeats 3

Sizes, and one process and two, are measured in turn, and the median of the repeats counts: on a
shared machine only ratios from one run mean something. bench/speed.py compares ours with the
textbook implementation.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import speed
from cli.arguments import int_in_range, png_path
from cli.record import read_record
from fresh_process import add_sections, check_sections, run_sections, show
from pictures import draw_growth
from support.errors import Parser, one_line_errors

RANKS_STEPS = {"handout": 15, "mixed": 40}  # of each training in two processes


def growth(args):
    """Memory and time of training as corpus and epochs grow; the sizes in turn."""
    rows = {(1, 12): [], (10, 12): [], (100, 12): [], (1, 46): []}  # 23 are an epoch
    with tempfile.TemporaryDirectory() as folder:
        for size in {size for size, _ in rows}:
            people = ["--people", str(2937 * size), "--out", str(Path(folder, str(size)))]
            generator = [sys.executable, str(ROOT / "src" / "make_corpus.py"), *people]
            subprocess.run(generator, check=True, stdout=subprocess.DEVNULL)
        for _ in speed.repeats(args, "growth"):
            for (size, steps), found in rows.items():
                corpus = str(Path(folder, str(size), "wiki.txt"))
                common = dict(variant="vanilla", dropout=0.1, side="ours", steps=steps)
                found.append(speed.measure("training", corpus=corpus, **common))
    results = [
        {
            "corpus": f"{size}x",
            "steps": steps,
            "us/real token": round(1e6 / speed.median(found, "tokens/s"), 1),
            "peak MB": round(speed.median(found, "peak MB")),
        }
        for (size, steps), found in rows.items()
    ]
    for result in results:
        show(result)
    if args.draw:
        draw_growth([row for row in results if row["steps"] == 12], args.draw)
    return results


def startup(args):
    """Seconds until --help and an argument error are answered."""
    run = [sys.executable, str(ROOT / "src" / "run.py")]
    results = []
    for name, argv in (("--help", ["--help"]), ("an argument error", ["pretrain", "vanila"])):
        seconds = []
        for _ in range(max(5, args.repeats)):
            start = time.perf_counter()
            subprocess.run(run + argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - start)
        results.append({"start-up": name, "s": round(statistics.median(seconds), 3)})
        show(results[-1])
    return results


def ranks(args):
    """Training in two processes of one thread each, against one process with one thread."""
    results = []
    for recipe in RANKS_STEPS:
        rows = []
        for _ in speed.repeats(args, f"ranks, {recipe}"):
            with tempfile.TemporaryDirectory() as folder:
                alone, both = (Path(folder, str(n)) for n in (1, 2))
                seconds = [
                    seconds_of_steps(args.corpus, recipe, n, path)
                    for n, path in ((1, alone), (2, both))
                ]
                rows.append(seconds + [alone.read_bytes() == both.read_bytes()])
        ratios = [alone / both for alone, both, _ in rows]
        results.append(
            {
                "ranks": recipe,
                "one thread s": round(statistics.median(row[0] for row in rows), 1),
                "two processes s": round(statistics.median(row[1] for row in rows), 1),
                "ratio": round(statistics.median(ratios), 2),
                "lowest": round(min(ratios), 2),
                "highest": round(max(ratios), 2),
                "the same parameters": all(same for *_, same in rows),
            }
        )
        show(results[-1])
    return results


def seconds_of_steps(corpus, recipe, processes, path):
    """Seconds of RANKS_STEPS in so many processes of one thread; the parameters to `path`."""
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", "--nproc_per_node", str(processes)]
    command += [str(ROOT / "src" / "run.py"), "pretrain", "vanilla", corpus, "--recipe", recipe]
    command += ["--device", "cpu", "--precision", "fp32", "--max_steps", str(RANKS_STEPS[recipe])]
    command += ["--writing_params_path", str(path)]
    if recipe == "mixed":
        command += ["--finetune_corpus_path", str(Path(corpus).with_name("birth_places_train.tsv"))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode == 2:  # what the user can mend, said in one line
        print(done.stderr, end="", file=sys.stderr)
        raise SystemExit(2)
    if done.returncode:
        raise SystemExit(done.stderr)
    return read_record(path)["seconds"]


SECTIONS = {"growth": growth, "startup": startup, "ranks": ranks}


def main(argv=None):
    parser = Parser(
        prog="costs.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_sections(parser, SECTIONS)
    parser.add_argument("--repeats", type=int_in_range(1), default=5, help="default: %(default)s")
    corpus = "of ranks, with its birth_places_train.tsv beside it (default: the bundled one)"
    parser.add_argument("--corpus", help=corpus)
    parser.add_argument("--draw", type=png_path, metavar="PNG", help="also draw the growth here")
    args = parser.parse_args(argv)
    check_sections(parser, args, SECTIONS)
    for flag, section in (("draw", "growth"), ("corpus", "ranks")):
        if getattr(args, flag) and args.sections and section not in args.sections:
            parser.error(
                f"--{flag}: expected the section {section}, got others; add it, or drop --{flag}"
            )
    args.corpus = args.corpus or str(ROOT / "wiki.txt")
    with one_line_errors(parser):
        run_sections(args, SECTIONS)


if __name__ == "__main__":
    main()
