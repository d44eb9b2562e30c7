"""Corpora larger than memory: time and memory of starts and steps, with 1,000 times the data.

    python bench/large_corpus.py                      # an hour on two cores; 2 GB of disk
    python bench/large_corpus.py --copies 1 handout   # 100 times the data, one recipe

The corpus is a world of 300,000 people, ten times; in each copy they have another middle name.
Prints lines of JSON for docs/measurements/large_corpus.jsonl: first a line about encoding, then for
each recipe the bundled corpus, and the first and the second start with the large one. A start is
everything but the steps: imports, the data, the model. anon_mb is memory that no file backs, at the
end and at most.
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

import recipes  # noqa: E402
from cli.arguments import int_in_range  # noqa: E402
from cli.record import read_record  # noqa: E402
from data.kept import text_at  # noqa: E402
from dataset import CharCorruptionDataset  # noqa: E402
from support.errors import Parser, one_line_errors  # noqa: E402

PEOPLE = 300_000
COPIES = 10
STEPS = 30
FILES = ("wiki.txt", "birth_places_train.tsv")
MB = 1e6


def make(folder, copies):
    """Write the files of a corpus into the folder: a world, and copies of it.

    The people of each copy have a middle name of their own.
    """
    with tempfile.TemporaryDirectory(dir=folder) as world:
        command = [sys.executable, str(ROOT / "src" / "make_corpus.py"), "--out", world]
        command += ["--people", str(PEOPLE)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for name, words in zip(FILES, ("", "Where was "), strict=True):
            lines = Path(world, name).read_text(encoding="utf-8").splitlines(keepends=True)
            people = [line.removeprefix(words).split(" ", 1) for line in lines]
            with open(Path(folder, name), "w", encoding="utf-8") as out:
                for copy in range(copies):
                    middle = chr(ord("A") + copy) + "o"
                    out.writelines(f"{words}{first} {middle} {rest}" for first, rest in people)


def encode(path):
    """Seconds and MB/s of making the token file of the text at `path`, checksums included."""
    began = time.perf_counter()
    CharCorruptionDataset(text_at(path), recipes.BLOCK_SIZE)
    seconds = time.perf_counter() - began
    return {"seconds": round(seconds, 1), "mb_a_second": round(path.stat().st_size / seconds / MB)}


def start(folder, recipe):
    """Run some steps of pretraining with the files of a folder: times, and memory."""
    with tempfile.TemporaryDirectory() as out:
        params = Path(out, "params")
        command = [sys.executable, str(ROOT / "src" / "run.py"), "pretrain", "vanilla"]
        command += [str(Path(folder, FILES[0])), "--recipe", recipe, "--device", "cpu"]
        command += ["--max_steps", str(STEPS), "--writing_params_path", str(params)]
        if recipe in ("mixed", "distant"):
            command += ["--finetune_corpus_path", str(Path(folder, FILES[1]))]
        began, most, last = time.perf_counter(), 0, 0
        with open(Path(out, "log"), "w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            while process.poll() is None:
                last = anonymous_mb(process.pid) or last
                most = max(most, last)
                time.sleep(0.05)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(Path(out, "log").read_text())
        record = read_record(str(params))
    tokens = record["pflop"] * 1e15 / recipes.FLOP_PER_TOKEN
    return {
        "start_seconds": round(seconds - record["seconds"], 1),
        "us_a_token": round(1e6 * record["seconds"] / tokens, 1),
        "anon_mb_end": round(last),
        "anon_mb_most": round(most),
    }


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
    parser.add_argument("--copies", type=int_in_range(1, 26), default=COPIES, help="default: 10")
    parser.add_argument("--folder", type=Path, help="where the corpus is, or is made; and stays")
    args = parser.parse_args(argv)
    if unknown := set(args.recipes) - set(recipes.RECIPES):
        parser.error(f"expected recipes, got {', '.join(unknown)}")
    os.environ["OMP_NUM_THREADS"] = "1"
    with one_line_errors(parser), tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        wiki = folder / FILES[0]
        if not wiki.exists():
            make(folder, args.copies)
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
