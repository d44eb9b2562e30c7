"""Keeps the figures of a report: a line of docs/measurements/report.jsonl, from a knowledge.json.

    python bench/keep_report.py demo/knowledge.json --model "make demo, bundled"

Complete the line by hand where it says null, then run bench/tables.py.
"""

import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from accuracy import append_result, origin
from analysis.people import KINDS, OWN, RIGHT, STRANGER
from support.errors import Parser, one_line_errors
from support.files import read_text

WRONG = tuple(kind for kind in KINDS if kind != RIGHT)
RESULTS = ROOT / "docs/measurements/report.jsonl"


def figures(of, everybody):
    """{what: text} of the measurements of a report, and of the rows about everybody."""
    tell, sure, nobody, half = of["tell"], of["sure"], of["nobody"], of["half"]
    every, *ways = nobody["ways"]
    first = tell["scores"][0]
    found = {
        "right": share(of["retrieved"]["right"]),
        **{
            f"right, if the place stands {said}": share(line)
            for said, line in of["retrieved"]["where"].items()
            if line["n"]
        },
        **by_kind(everybody),
        "AUROC of the probability, right and wrong answers": number(first["auroc"])
        + between(first["interval"]),
        **{f"the same of: {line['score']}": number(line["auroc"]) for line in tell["scores"][1:]},
        "answers given for nine in ten right": share(tell["given"]),
        "right of these": share(tell["right of the given"]),
        "calibration error (of a calibrated model, 95%)": number(sure["before"]["error"], 3)
        + f" ({number(sure['null']['95%'], 3)})",
        "the same after a regression": number(sure["after"] and sure["after"]["error"], 3),
        "strangers: answers above 0.5": share(every["above 0.5"]),
        **{f"    {line['way']}": share(line["above 0.5"]) for line in ways},
        "strangers: answers above 0.9": share(every["above 0.9"]),
        "strangers: let through by the threshold": share(every["let through"]),
        "AUROC of people and strangers": number(nobody["auroc of people and strangers"]),
        "AUROC of right answers and strangers": number(
            nobody["auroc of right answers and strangers"]
        ),
        "the right place among the ten likeliest": share(half["among the likeliest"]["10"]),
        "of the answers not right, among the ten likeliest": str(half["not said, among ten"]),
        "bits known of a birth place": f"{half['bits known']:.1f} of {half['bits before']:.1f}",
    }
    for line in (of["inside"]["interchange"] or {"table": ()})["table"]:
        if line["states of"] in ("the whole name", "last letter of the name", "the \u2047"):
            layers = ", ".join(number(value) for value in line["layers"])
            found[f"interchange, before each layer: {line['states of']}"] = layers
    for name in ("right", "wrong"):
        layers = ", ".join(map(number, of["inside"]["lens"][name]["p"]))
        found[f"logit lens, before each layer and behind the last: {name} answers"] = layers
    if of["bias"]:
        names = ("truth", "wrong answers", "the truth of the wrong", "strangers, by last name")
        for name in (*names, "strangers, by first name"):
            found[f"at home: {name}"] = share(of["bias"][name])
        found["at home: strangers, by chance"] = f"{of['bias']['strangers, by chance']:.1%}"
    return found


def by_kind(everybody):
    """How many wrong answers stand in the person's biography, and how probable each kind is."""
    asked = [row for row in everybody if row["kind"] != STRANGER]
    own, wrong = ([row for row in asked if row["kind"] in kinds] for kinds in ((OWN,), WRONG))
    groups = {
        "right": [row for row in asked if row["kind"] == RIGHT],
        "wrong, from the person's biography": own,
        "otherwise wrong": [row for row in wrong if row not in own],
    }
    means = {what: statistics.mean(row["p"] for row in of) for what, of in groups.items() if of}
    return {
        "wrong answers from the person's biography": f"{len(own)} of {len(wrong)}",
        **{f"mean probability: {what}": number(mean) for what, mean in means.items()},
    }


def share(line):
    return f"{line['count']} of {line['n']} ({line['share']:.1%})"


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def between(ends):
    return f" [{ends[0]:.2f}, {ends[1]:.2f}]" if ends else ""


def main(argv=None):
    parser = Parser(prog="keep_report.py", description=__doc__.splitlines()[0])
    parser.add_argument("data", metavar="JSON", help="what knowledge.py --report_path wrote")
    parser.add_argument("--model", required=True, help="its name in the table")
    parser.add_argument("--results", type=Path, default=RESULTS, help="default: %(default)s")
    args = parser.parse_args(argv)
    with one_line_errors(parser):
        report = json.loads(read_text(args.data))
    facts = report["about"]["facts"]
    line = {
        "model": args.model,
        "trained by": facts.get("trained by"),
        "parameters": facts["parameters"],
        "figures": figures(report["measurements"], report["people"]),
        "seed": facts.get("seed"),
        **origin(),
    }
    append_result(args.results, line)
    print(f"added to {args.results}")


if __name__ == "__main__":
    main()
