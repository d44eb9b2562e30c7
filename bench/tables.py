"""Writes the tables of the documents from the records in docs/measurements.

    python bench/tables.py            # rewrites the tables that differ
    python bench/tables.py --check    # writes nothing; exit code 1 if a table differs

A page marks a table with `<!-- table: NAME -->` and `<!-- end -->`; table_columns.py says what
stands in the table of that name. A record is one line of JSON. A value that nobody noted is null.
Every record has these fields:

    command    what to run to measure it again
    machine    a letter of machines.jsonl, which has processor, GPU (or null), memory and torch
    commit     of the code that was measured
    date       of the measurement, or of its commit
    seed       of the random draws

bench/accuracy.py writes accuracy.jsonl. Runs by hand go to runs.jsonl, a line each:

    data       "course" or "bundled"; accuracy.jsonl has corpus_sha256 instead
    recipe, budget, variant    as on the command line; budget is null without --budget
    scratch    true if pretraining was left out
    scored_on  "dev"
    precision  of training: "fp32" or "bf16"
    steps, seconds, pflop      of training, pretraining and finetuning together
    questions, correct         asked, and answered letter for letter
    note       a remark for the reader

A record with "superseded": true stays in its file, but no page shows it: it is of older code.

To add to another file, copy a line of the same section and change its values. A row whose record is
missing keeps its place, with empty cells.
"""

import functools
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from accuracy import COURSE
from recipes import MODEL
from support.errors import InputError, Parser, one_line_errors
from support.files import read_text, write_text
from table_columns import TABLES

MARKED = re.compile(r"(<!-- table: (\S+) -->\n)((?:(?!<!-- ).)*?)(<!-- end -->)", re.S)


def read_records(root, name):
    """The records of docs/measurements/NAME.jsonl, with the cells that several tables share."""
    records = map(json.loads, read_text(root / f"docs/measurements/{name}.jsonl").splitlines())
    return [
        {**record, **shared_cells(record), "file": name}
        for record in records
        if not record.get("superseded")
    ]


def shared_cells(record):
    """{work, dev, share, time, …}: what a reader reads, as far as the record has it."""
    cells = {}
    if "corpus_sha256" in record:
        cells["data"] = "course" if record["corpus_sha256"] == COURSE else "bundled"
    if "scratch" in record:
        cells["pretrained"] = "no" if record["scratch"] else "yes"
    if "changes" in record:
        cells["changed"] = ", ".join(f"{key} {at}" for key, at in record["changes"].items())
    if "variant" in record:
        model = {**MODEL, **(record.get("model") or {})}
        cells["shape"] = f"{model['n_layer']} x {model['n_embd']}"
    if record.get("pflop") or record.get("budget"):
        cells["work"] = f"{record.get('pflop') or record['budget']:.2g}"
    if record.get("correct") is not None:
        cells["share"] = 100 * record["correct"] / record["questions"]
        cells["dev"] = f"{cells['share']:.1f}% ({record['correct']})"
    if "lowest_percent" in record:
        cells["dev"] = f"{record['lowest_percent']} to {record['highest_percent']}%"
    if record.get("seconds"):
        cells["time"] = "{} min {} s".format(*divmod(round(record["seconds"]), 60))
    return cells


def fill(text, root):
    """(the page with its tables from the records, the names of the tables that differed)."""
    differ = []
    if text.count("<!-- table: ") != len(MARKED.findall(text)):
        raise InputError("a table's marker: expected an end before the next one, got none; add it")

    def replace(found):
        begin, name, old, end = found.groups()
        if name not in TABLES:
            raise InputError(f"expected a table of {', '.join(TABLES)}, got {name}")
        new = TABLES[name](functools.partial(read_records, root))
        if new != old:
            differ.append(name)
        return begin + new + end

    return MARKED.sub(replace, text), differ


def main(argv=None, root=ROOT):
    parser = Parser(prog="tables.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    args = parser.parse_args(argv)
    found = 0
    with one_line_errors(parser):
        for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
            text, differ = fill(read_text(page), root)
            for name in differ:
                verb = "differs" if args.check else "is written"
                print(f"{page.relative_to(root)}: table {name} {verb} from its records")
            if differ and not args.check:
                write_text(page, text)
            found += len(differ)
    if found and args.check:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
