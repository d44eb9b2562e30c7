"""What make_corpus.py needs for worlds of several sizes, and whether the people have such names.

    python bench/worlds.py 2937 29370 293700 3000000

Prints lines of JSON for docs/measurements/worlds.jsonl: of one core, in processor seconds.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from accuracy import origin
from cli.arguments import int_in_range
from make_corpus import FILES, LARGEST, SEED, SMALLEST
from support.errors import Parser, one_line_errors


def measure(people, folder):
    """Seconds, memory and names of one world, and the figures that the command prints."""
    folder = Path(folder)
    flags = ["--people", str(people), "--out", str(folder), "--answers", str(folder / "answers")]
    command = [sys.executable, str(ROOT / "src/make_corpus.py"), *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    seconds = usage.ru_utime + usage.ru_stime
    size = (folder / "wiki.txt").stat().st_size / 1e6
    return {
        "people": people,
        "megabytes": round(size, 1),
        "seconds": round(seconds, 1),
        "megabytes_a_second": round(size / seconds, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        **names_of(folder),
        # without the lines that name the temporary folder
        "printed": [line for line in printed.splitlines() if str(folder) not in line],
    }


def names_of(folder):
    """Of the names that the questions ask about."""
    seen, letters, long, people = set(), 0, 0, 0
    for file in FILES.values():
        with open(folder / file, encoding="utf-8") as rows:
            for row in rows:
                name = re.match(r"Where was (.+) born\?", row)[1]
                seen.add(hash(name))
                people += 1
                letters += len(name)
                long += name.count(" ") > 1
    return {
        "unique": len(seen) == people,
        "letters_a_name": round(letters / people, 2),
        "three_words_percent": round(100 * long / people, 1),
    }


def main(argv=None):
    parser = Parser(prog="worlds.py", description=__doc__.splitlines()[0])
    parser.add_argument("people", type=int_in_range(SMALLEST, LARGEST), nargs="+", help="sizes")
    args = parser.parse_args(argv)
    with one_line_errors(parser):
        for people in args.people:
            with tempfile.TemporaryDirectory() as folder:
                line = {**measure(people, folder), "seed": SEED, **origin()}
            print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
