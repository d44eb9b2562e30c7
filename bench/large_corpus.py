"""Corpora larger than memory: time and memory of starts, with 1,000 times the data.

    python bench/large_corpus.py                        # 2 GB of disk
    python bench/large_corpus.py --copies 100 handout   # less of it, one recipe

The corpus is the bundled one, copied; the people of each copy have a middle name of their own.
Prints lines of JSON for docs/measurements/large_corpus.jsonl: one about encoding, and for each
recipe a start with the bundled corpus, and the first and the second start with the large one. A
start has imports, the data, the model, and one step. anon_mb is memory that no file backs, in MB,
at the end and at most. On a shared machine processor time counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import recipes
from cli.arguments import int_in_range
from data.kept import text_at
from dataset import CharCorruptionDataset
from support.errors import Parser, one_line_errors
from support.files import read_text

COPIES, FEWEST = 1000, 81  # with fewer the text is not kept in a file
FILES = ("wiki.txt", "birth_places_train.tsv")
MB = 1e6


def make(folder, copies):
    """Write copies of the bundled files into the folder, end to end.

    The people of each copy have a middle name of their own.
    """
    for name, words in zip(FILES, ("", "Where was "), strict=True):
        lines = read_text(ROOT / name).splitlines(keepends=True)
        people = [line.removeprefix(words).split(" ", 1) for line in lines]
        with open(Path(folder, name), "w", encoding="utf-8") as out:
            for copy in range(copies):
                middle = "".join(chr(97 + copy // 26**digit % 26) for digit in range(3)).title()
                out.writelines(f"{words}{first} {middle} {rest}" for first, rest in people)


def encode(path):
    """Seconds of making the token file of the text at `path`, checksums included."""
    began, before = time.perf_counter(), time.process_time()
    CharCorruptionDataset(text_at(path), recipes.BLOCK_SIZE)
    seconds, spent = time.perf_counter() - began, time.process_time() - before
    return {"seconds": round(seconds, 1), "cpu_seconds": round(spent, 1)}


def words_of(folder, recipe, out):
    """The words of a command that takes one step of pretraining with the files of a folder."""
    words = ["pretrain", "vanilla", str(Path(folder, FILES[0])), "--recipe", recipe]
    words += ["--device", "cpu", "--max_steps", "1", "--writing_params_path", str(Path(out, "p"))]
    if recipes.RECIPES[recipe].objective and recipes.RECIPES[recipe].objective.questions:
        words += ["--finetune_corpus_path", str(Path(folder, FILES[1]))]
    return words


def start(folder, recipe):
    """Time and memory of a start and one step, in a process of its own."""
    with tempfile.TemporaryDirectory() as out, open(Path(out, "log"), "w+") as log:
        command = [sys.executable, str(ROOT / "src" / "run.py"), *words_of(folder, recipe, out)]
        began, before, seen = time.perf_counter(), children_seconds(), [0]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        while process.poll() is None:
            seen.append(anonymous_mb(process.pid) or seen[-1])
            time.sleep(0.05)
        if process.returncode:
            raise SystemExit(Path(out, "log").read_text())
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(children_seconds() - before, 1),
        "anon_mb_end": round(seen[-1]),
        "anon_mb_most": round(max(seen)),
    }


def children_seconds():
    """Seconds that processors have spent on child processes that ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def anonymous_mb(pid):
    """The process's anonymous memory, in MB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    found = [int(line.split()[1]) for line in lines if line.startswith("RssAnon")]
    return found[0] / 1024 if found else 0


def show(**facts):
    print(json.dumps(facts), flush=True)


def main(argv=None):
    parser = Parser(
        prog="large_corpus.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(recipes.RECIPES))
    parser.add_argument(
        "--copies",
        type=int_in_range(FEWEST, 26**3),
        metavar="N",
        help=f"of the bundled data, {FEWEST} or more (default: {COPIES})",
    )
    parser.add_argument("--folder", type=Path, help="where the corpus is, or is made; and stays")
    args = parser.parse_args(argv)
    if unknown := set(args.recipes) - set(recipes.RECIPES):
        parser.error(f"expected recipes, got {', '.join(unknown)}")
    if args.folder and args.folder.exists() and not args.folder.is_dir():
        parser.error(f"--folder: expected a folder, got the file {args.folder}; name another")
    os.environ["OMP_NUM_THREADS"] = "1"
    with one_line_errors(parser), tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        wiki = folder / FILES[0]
        if not wiki.exists():
            make(folder, args.copies or COPIES)
        elif args.copies:
            parser.error(f"--copies: expected no corpus in {folder}, got one; leave --copies out")
        size = {"megabytes": round(wiki.stat().st_size / MB)}
        for file in folder.glob("*.tokens"):
            file.unlink()
        show(section="encoding", **size, **encode(wiki))
        for recipe in args.recipes or recipes.RECIPES:
            about = {"section": "start", "recipe": recipe}
            show(**about, corpus="bundled", **start(ROOT, recipe))
            for file in [*folder.glob("*.tokens"), *folder.glob("*.windows-*")]:
                file.unlink()
            for which in ("first", "second"):
                show(**about, corpus="large", **size, which=which, **start(folder, recipe))


if __name__ == "__main__":
    main()
