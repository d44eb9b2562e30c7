"""The page of a report: one file that needs no network. A function of the report's data alone.

Used by knowledge.py. Imports `analysis`; needs Jinja2 and matplotlib.
"""

import base64
import hashlib
from pathlib import Path

import jinja2

from analysis import plots
from analysis.people import EARLY, KINDS, LATER, NOWHERE, OTHERS, OWN, RIGHT, STRANGER, UNSAID

HERE = Path(__file__).parent
MARKS = {RIGHT: "✓", OWN: "≈", OTHERS: "✗", NOWHERE: "∅", STRANGER: "☁"}
SHORT = {
    RIGHT: "right",
    OWN: "from the own biography",
    OTHERS: "from others",
    NOWHERE: "in none",
    STRANGER: "nobody",
    EARLY: "early",
    LATER: "later",
    UNSAID: "no",
}


def page(report):
    """The HTML of a report, the dictionary of knowledge.json."""
    script = (HERE / "script.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    digest = hashlib.sha256(script.encode()).digest()
    return environment.get_template("template.html").render(
        **report,
        **tables(report["measurements"]),
        plots=pictures(report),
        details=[detail(person) for person in report["people"]],
        kinds=[*KINDS, STRANGER],
        marks=MARKS,
        short=SHORT,
        style=(HERE / "style.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=base64.b64encode(digest).decode(),
    )


def detail(person):
    """What the script shows of a person, in few bytes."""

    def short(value):
        if isinstance(value, float):
            return round(value, 4)
        return [short(part) for part in value] if isinstance(value, list) else value

    wanted = ("question", "lines", "place", "answer", "way", "lenders", "top")
    wanted += ("other", "pruned", "outside", "letters", "lens")
    found = {name: short(person[name]) for name in wanted}
    found["lines"] = [line for line in found["lines"] if line]
    found["reads"] = [[round(100 * weight) for weight in layer] for layer in person["reads"]]
    return found


def pictures(report):
    """{name: SVG} of all plots."""
    of = report["measurements"]
    groups = {"right": [], "wrong": [], "strangers": []}
    for person in report["people"]:
        kind = {RIGHT: "right", STRANGER: "strangers"}.get(person["kind"], "wrong")
        groups[kind].append(person["p"])
    found = {
        "retrieved": plots.shares(
            "Right answers by where the place stands",
            of["retrieved"]["where"].items(),
            "share right",
        ),
        "coverage": plots.coverage(
            "Share of right answers against the share of questions answered",
            of["tell"]["curve"],
            of["tell"]["wanted"],
        ),
        "reliability": plots.reliability(
            "Share of right answers against their probability", of["sure"]["bins"]
        ),
        "probabilities": plots.probabilities("Probabilities of the answers", groups),
        "ranks": plots.shares(
            "How often the right place is among the likeliest",
            [(likeliest(n), line) for n, line in of["half"]["among the likeliest"].items()],
            "share of the people",
        ),
        "frequency": plots.shares(
            "Right answers by how often the place is a training answer",
            [(frequency(line), line) for line in of["sticks"]["frequency"]],
            "share right",
        ),
        "layers": plots.layers("The answer's first letter by layer", of["inside"]["lens"]),
    }
    if of["inside"]["interchange"]:
        table = of["inside"]["interchange"]["table"]
        found["heat"] = plots.heat("Interchange by place and layer", table)
    if of["bias"]:
        lines = [(name, line) for name, line in of["bias"].items() if isinstance(line, dict)]
        found["bias"] = plots.shares("Places at home where the name is", lines, "share at home")
    return found


def likeliest(n):
    return "the likeliest" if n == "1" else f"among the {n} likeliest"


def frequency(line):
    low, high = line["from"], line["to"]
    return f"{low} and more" if high is None else f"{low}" if low == high else f"{low} to {high}"


def tables(of):
    """{name: rows} of the tables behind the plots."""
    rows = {
        "where_rows": [
            (name, share(line), ends(line)) for name, line in of["retrieved"]["where"].items()
        ],
        "score_rows": [
            (
                line["score"],
                number(line["auroc"]) + pair(line["interval"]),
                pair(line["more than the first"]).strip() or "–",
            )
            for line in of["tell"]["scores"]
        ],
        "bin_rows": [
            (f"{low:.1f} to {high:.1f}", n, number(mean), f"{right:.1%}")
            for low, high, n, mean, right in of["sure"]["bins"]
        ],
        "stranger_rows": [
            (
                line["way"],
                line["n"],
                *(share(line[name]) for name in STRANGER_COLUMNS),
                f"{line['that of anybody']:.1%}",
            )
            for line in of["nobody"]["ways"]
        ],
        "rank_rows": [
            (likeliest(n), share(line), ends(line))
            for n, line in of["half"]["among the likeliest"].items()
        ],
        "regression_rows": [
            (line["feature"], number(line["coefficient"]), pair((line["low"], line["high"])))
            for line in of["sticks"]["regression"] or ()
        ],
        "frequency_rows": [
            (frequency(line), share(line), ends(line)) for line in of["sticks"]["frequency"]
        ],
        "lens_rows": [
            (name, group["n"], *map(number, group["p"]))
            for name, group in of["inside"]["lens"].items()
        ],
        "heat_rows": [
            (
                line["states of"],
                *(
                    number(value) + pair(between)
                    for value, between in zip(line["layers"], line["intervals"], strict=True)
                ),
            )
            for line in (of["inside"]["interchange"] or {"table": ()})["table"]
        ],
        "origin_rows": [
            (line["origin"], share(line), ends(line), number(line.get("holm"), 3))
            for line in (of["bias"] or {"origins": ()})["origins"]
        ],
    }
    layers = max(len(group["p"]) for group in of["inside"]["lens"].values())
    return rows | {"layer_heads": [f"layer {n}" for n in range(layers)]}


STRANGER_COLUMNS = (
    "above 0.5",
    "above 0.9",
    "let through",
    "that of the first name",
    "that of the last name",
)


def number(x, digits=2):
    return "–" if x is None else f"{x:.{digits}f}"


def pair(between):
    return f" [{number(between[0])}, {number(between[1])}]" if between else ""


def share(line):
    if not line:
        return "–"
    part = "" if line["share"] is None else f" ({line['share']:.1%})"
    return f"{line['count']} of {line['n']}{part}"


def ends(line):
    return "–" if line["share"] is None else f"{line['low']:.1%} to {line['high']:.1%}"
