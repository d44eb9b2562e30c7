"""Experiments on learning: accuracy of recipes, variants and seeds, from pretraining to the score.

    python bench/accuracy.py final --data $COURSE_DATA         # the table of docs/recipes.md; hours
    python bench/accuracy.py ablations --data $COURSE_DATA     # what each ingredient buys
    python bench/accuracy.py main_ablations --data $COURSE_DATA --seeds 224,225,226
    python bench/accuracy.py variants --data $COURSE_DATA      # each attention
    python bench/accuracy.py sizes                             # smaller and larger models
    python bench/accuracy.py handout --data $COURSE_DATA       # the assignment; a GPU, or a night
    python bench/accuracy.py long --data $COURSE_DATA          # 2.4 PFLOP; a GPU, or a night
    python bench/accuracy.py --draw docs/recipes.png           # the pictures of all rows so far,
    python bench/accuracy.py --draw_variants docs/variants.png # of `final` and of `variants`

Every row is the README's commands with a recipe, a budget and a seed; a row of `ablations` changes
one of the recipe's fields. Tables train on all training pairs and score dev; the ablations hold
400 of the training pairs out and score those, so that dev is not tuned on. Finished rows are
appended to the JSON lines of --results and not run again; an unfinished one is resumed.
"""

import argparse
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import recipes
from cli.arguments import png_path
from cli.record import read_record
from data.text import parse_questions
from pictures import draw_variants, draw_work
from support.errors import Parser, one_line_errors
from support.files import read_text, sha256, write_text
from support.paths import check_output

HELD_OUT = 400  # training pairs that ablations are scored on
# what a line has of its first training's record
ABOUT = ("parameters", "device", "threads", "torch", "precision", "corpus_sha256")
COURSE = "823bb536fca77c8b5a15b34b0dead6355d0cf1f806e822464bca28806c2fd055"  # its wiki.txt
DATA_HELP = "of wiki.txt and the questions (default: the repository's own)"
RESULTS_HELP = "finished rows (default: the published ones, %(default)s; name a new file to rerun)"
NAMES = ("wiki.txt", "birth_places_train.tsv", "birth_dev.tsv")


@dataclass(frozen=True)
class Row:
    """One line of a table: a recipe, what it is run with, and what of it is changed."""

    recipe: str
    budget: float | None = None  # PFLOP of pretraining; None: the recipe's own length
    variant: str = "vanilla"
    changes: dict = field(default_factory=dict)  # of the recipe's fields; "objective.…" of its own
    scratch: bool = False  # whether pretraining is left out
    model: dict = field(default_factory=dict)  # its n_layer and n_embd, where they are not usual

    def changed(self):
        """The recipe with the changes."""
        recipe = recipes.RECIPES[self.recipe]
        own = {name: value for name, value in self.changes.items() if "." not in name}
        inner = {n.split(".")[1]: v for n, v in self.changes.items() if n.startswith("objective.")}
        if inner:
            own["objective"] = replace(recipe.objective, **inner)
        for plan in ("pretrain", "finetune"):
            theirs = {n.split(".")[1]: v for n, v in self.changes.items() if n.startswith(plan)}
            own[plan] = replace(getattr(recipe, plan), **theirs)
        return replace(recipe, **own)


def ablations(recipe, budget):
    """The recipe, and the recipe less or with another of each ingredient."""
    changes = [
        {},
        {"pretrain.muon_rate": None, "pretrain.learning_rate": 2e-3},
        {"pretrain.muon_rate": 0.01},
        {"pretrain.muon_rate": 0.04},
        {"decay_share": 0.5},
        {"dropout": 0.1},
        {"pretrain.batch_size": 48},
        {"pretrain.batch_size": 192},
        {"objective.before": 0},
        {"objective.after": 0},
    ]
    objective = recipes.RECIPES[recipe].objective
    others = {"capitalised", "behind prepositions", "place-like", "likeliest"} - {objective.phrases}
    changes += [{"objective.phrases": phrases} for phrases in sorted(others)]
    if objective.questions:
        changes += [{"objective.questions": share} for share in (0.1, 0.4)]
    return [Row(recipe, budget, changes=change) for change in changes]


TABLES = {
    "final": [
        Row("fast", 0.19),  # and 0.005 of finetuning
        Row("fast", 0.39),
        Row("distant", 0.2),
        Row("distant", 0.4),
        Row("mixed", 0.2),
        Row("mixed", 0.4),
        Row("mixed", 0.2, "synthesizer"),
    ],
    "ablations": ablations("mixed", 0.05),
    "main_ablations": [
        Row("mixed", 0.1, changes=changes) for changes in ({}, {"objective.before": 0})
    ],
    "variants": [Row("mixed", 0.05, variant) for variant in recipes.VARIANTS],
    "sizes": [
        Row("distant", budget, "rope", model=model)
        for budget, model in (
            # the time of make demo, about, on two cores with AVX512-BF16
            (0.035, {"n_layer": 2, "n_embd": 128}),
            (0.033, {"n_layer": 4, "n_embd": 128}),
            # its work
            (0.06, {"n_layer": 2, "n_embd": 128}),
            (0.06, {"n_layer": 4, "n_embd": 128}),
            (0.06, {"n_layer": 2, "n_embd": 256}),
            (0.06, {}),
            (0.06, {"n_layer": 8, "n_embd": 256}),
            (0.06, {"n_layer": 4, "n_embd": 384}),
        )
    ],
    # where there is a GPU, or a night for each
    "long": [Row("fast", 2.39), Row("mixed", 2.4)],
    "handout": [
        Row("handout", variant=variant, scratch=scratch)
        for variant in ("vanilla", "synthesizer")
        for scratch in (True, False)
    ],
}


# ------------------------------------------------------------------------------------- one row


def split(data, folder):
    """Write the data with HELD_OUT of the training pairs in place of dev to a folder; return it."""
    pairs = parse_questions(read_text(data / NAMES[1]))
    held = set(random.Random(1).sample(range(len(pairs)), HELD_OUT))
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / NAMES[0], read_text(data / NAMES[0]))
    for name, kept in ((NAMES[1], lambda i: i not in held), (NAMES[2], lambda i: i in held)):
        lines = [f"{question}\t{place}\n" for i, (question, place) in enumerate(pairs) if kept(i)]
        write_text(folder / name, "".join(lines))
    return folder


def commands(row, seed, data, folder):
    """The arguments of run.py for a row, and the file that each writes."""
    wiki, train, dev = (str(data / name) for name in NAMES)
    pretrained, finetuned = folder / "pretrain.params", folder / "finetune.params"
    common = ["--recipe", row.recipe, "--seed", str(seed), "--resume"]
    common += [word for name, size in row.model.items() for word in (f"--{name}", str(size))]
    budget = [] if row.budget is None else ["--budget", str(row.budget)]
    objective = row.changed().objective
    mixes = objective is not None and objective.questions > 0
    questions = ["--finetune_corpus_path", train]
    writing = ["--writing_params_path", str(pretrained)]
    if not row.scratch:
        seen = questions if mixes else []
        yield ["pretrain", row.variant, wiki, *writing, *budget, *common, *seen], pretrained
    if not mixes:
        reading = [] if row.scratch else ["--reading_params_path", str(pretrained)]
        writing = ["--writing_params_path", str(finetuned)]
        own = [*reading, *writing, *questions]
        yield ["finetune", row.variant, wiki, *own, *common], finetuned
    reading = ["--reading_params_path", str(pretrained if mixes else finetuned)]
    scored = ["--eval_corpus_path", dev, "--outputs_path", str(folder / "predictions")]
    yield ["evaluate", row.variant, wiki, *reading, *scored], folder / "predictions"


def run_command(row, argv):
    """Run run.py's command with the row's recipe, in a process of its own.

    Ctrl-C is for that process, which takes its time to write a checkpoint; how it ends, we end
    (killed by a signal: 128 + its number, as in a shell).
    """
    words = json.dumps([asdict(row), argv])
    child = subprocess.Popen([sys.executable, __file__, "--worker", words])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    if code < 0:
        print(f"{row.recipe}, {row.variant}: killed by signal {-code}", file=sys.stderr)
    if code and row.changes:  # what the child may have printed knows nothing of them
        print(f"to go on, run this again: {shlex.join(sys.argv)}", file=sys.stderr)
    if code:
        raise SystemExit(128 - code if code < 0 else code)


def run_row(row, seed, data, folder):
    """Run a row to the score; return its line of the results."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for argv, path in commands(row, seed, data, folder):
        run_command(row, argv)
        records.append(read_record(path))
    training, score = records[:-1], records[-1]
    return {
        **asdict(row),
        "seed": seed,
        "pflop": float(f"{sum(record['pflop'] for record in training):.3g}"),
        "steps": sum(record["steps"] for record in training),
        "seconds": round(sum(record["seconds"] for record in training)),
        "seconds_a_step": round(training[0]["seconds"] / training[0]["steps"], 3),
        "peak_mb": max(record.get("peak_mb") or 0 for record in training),
        **{name: training[0].get(name) for name in ABOUT},
        "questions": score["questions"],
        "correct": int(score["correct"]),
        **origin(),
    }


def origin():
    """Where a line comes from: {command, machine (to be named by hand), commit, date}."""
    commit = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    found = shutil.which("git") and subprocess.run(commit, capture_output=True, text=True)
    return {
        "command": shlex.join(["python", f"bench/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        "machine": None,
        "commit": found.stdout.strip() or None if found else None,
        "date": time.strftime("%Y-%m-%d"),
    }


def run_table(rows, seeds, data, scored_on, results, folder):
    """Run what the results lack, seed by seed, and append each line as it is finished."""
    done = read_results(results)
    corpus = sha256(data / NAMES[0])
    for seed in seeds:
        for row in rows:
            key = {**asdict(row), "seed": seed, "scored_on": scored_on, "corpus_sha256": corpus}
            found = [line for line in done if key.items() <= line.items()]
            if found:
                print(f"in {results} already: ", end="")
                show(found[0])
                continue
            name = [row.recipe, row.variant, str(row.budget), scored_on, corpus[:6], str(seed)]
            name = "-".join(name)
            different = {**row.changes, **row.model}
            name += "".join(f"-{key}={value}" for key, value in different.items())
            name += "-scratch" * row.scratch
            line = {**run_row(row, seed, data, folder / name), "scored_on": scored_on}
            append_result(results, line)
            show(line)


def read_results(path):
    """The lines of the results, or none where there is no file."""
    if not os.path.exists(path):
        return []
    rest = {"scratch": False, "model": {}}  # of lines from before there were these fields
    return [{**rest, **json.loads(line)} for line in read_text(path).splitlines()]


def append_result(path, line):
    """Add a line of JSON to the results."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def final_rows(lines):
    """The lines of full runs on the course's data, scored on dev: what the first picture shows."""
    others = by_corpus(TABLES["variants"], lines).get("course data", [])
    return [
        line
        for line in lines
        if line["corpus_sha256"] == COURSE
        and line["scored_on"] == "dev"
        and not line["changes"]
        and not line["scratch"]
        and not line["model"]
        and line not in others
    ]


def by_corpus(rows, lines):
    """The lines that belong to rows of a table, {name of the data: lines}, the course's last."""
    rows = [asdict(row) for row in rows]
    names, found = {sha256(ROOT / NAMES[0]): "bundled data", COURSE: "course data"}, {}
    for line in sorted(lines, key=lambda line: line["corpus_sha256"] == COURSE):
        if line["scored_on"] == "dev" and any(row.items() <= line.items() for row in rows):
            corpus = line["corpus_sha256"]
            found.setdefault(names.get(corpus, corpus[:6]), []).append(line)
    return found


def show(line):
    different = {**line["changes"], **line["model"]}
    changes = ", ".join(f"{name} {value}" for name, value in different.items()) or "as it is"
    if line["scratch"]:
        changes = "without pretraining"
    print(
        f"{line['recipe']} ({changes}), {line['variant']}, seed {line['seed']}:"
        f" {line['pflop']} PFLOP, {line['seconds'] / 60:.0f} min:"
        f" {line['correct']} of {line['questions']}"
        f" ({line['correct'] / line['questions']:.1%}) of {line['scored_on']}",
        flush=True,
    )


# ------------------------------------------------------------------------------------- arguments


def folder_of(*names):
    """An argparse type: a folder with files of these names."""

    def parse(text):
        for name in names:
            if not Path(text, name).is_file():
                raise argparse.ArgumentTypeError(f"expected {name} in {text}, got no such file")
        return Path(text)

    return parse


def seeds_of(text):
    """An argparse type: whole numbers with commas between them."""
    try:
        return [int(seed) for seed in text.split(",")]
    except ValueError:
        message = f"expected whole numbers with commas between them, got {text!r}"
        raise argparse.ArgumentTypeError(message) from None


def main(argv=None):
    parser = Parser(
        prog="accuracy.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("table", nargs="?", choices=tuple(TABLES), help="the rows to run")
    add("--data", type=folder_of(*NAMES), default=ROOT, metavar="FOLDER", help=DATA_HELP)
    add("--seeds", type=seeds_of, default=[224], help="with commas between them (default: 224)")
    published = ROOT / "docs" / "measurements" / "accuracy.jsonl"
    add("--results", type=Path, default=published, metavar="PATH", help=RESULTS_HELP)
    add("--folder", type=Path, default=ROOT / "runs", help="of the parameters (default: runs)")
    add("--draw", type=png_path, metavar="PNG", help="draw accuracy against work")
    add(
        "--draw_variants",
        type=png_path,
        metavar="PNG",
        help="draw accuracy of the table `variants`",
    )
    add("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.worker:
        row, command = json.loads(args.worker)
        recipes.RECIPES[row["recipe"]] = Row(**row).changed()
        import run

        return run.main(command)
    if not args.table and not args.draw and not args.draw_variants:
        pictures = "--draw PNG or --draw_variants PNG"
        parser.error(f"expected a table ({', '.join(TABLES)}), {pictures}, got none of them")
    with one_line_errors(parser):
        check_output(args.results, "--results")
        if args.table:
            data, scored_on = args.data, "dev"
            if args.table.endswith("ablations"):
                corpus = sha256(args.data / NAMES[0])[:6]
                data, scored_on = split(args.data, args.folder / f"split-{corpus}"), "held-out"
            run_table(TABLES[args.table], args.seeds, data, scored_on, args.results, args.folder)
        draw(args, parser)


def draw(args, parser):
    """The pictures that the arguments ask for."""
    if args.draw:
        noted = read_results(ROOT / "docs/measurements/runs.jsonl")
        public = [line for line in noted if "lowest_percent" in line and not line["scratch"]]
        draw_work(final_rows(read_results(args.results)), public, args.draw)
    if args.draw_variants:
        groups = by_corpus(TABLES["variants"], read_results(args.results))
        if not groups:
            parser.error(f"expected results of the table variants in {args.results}, got none")
        draw_variants(groups, args.draw_variants)


if __name__ == "__main__":
    main()
