"""The tables of what the models answer right: records of accuracy, and a column for each value.

Each function takes `records`, as those of table_columns.py do.
"""

import statistics

from markdown_tables import ORIGIN, as_code, group, over_seeds, pick, pick_all, table

RUN = "recipe = {recipe} | variant = {variant} | work, PFLOP = {work}"
SCORE = " | dev = {dev} | time = {time}" + ORIGIN + " | note = {note}"
LABELS = {  # of the changes in an ablation
    "": "as it is",
    "pretrain.muon_rate None, pretrain.learning_rate 0.002": "AdamW 2e-3 instead of Muon",
    "pretrain.muon_rate 0.01": "Muon's rate 0.01 instead of 0.02",
    "pretrain.muon_rate 0.04": "Muon's rate 0.04",
    "decay_share 0.5": "the rate falls over the last half instead of 95%",
    "dropout 0.1": "dropout 0.1",
    "pretrain.batch_size 48": "batches of 48 rows instead of 96",
    "pretrain.batch_size 192": "batches of 192 rows",
    "objective.before 0": "no words between title and phrase (`before` 0 instead of 2)",
    "objective.after 0": "no words that followed the phrase (`after` 0 instead of 2)",
    "objective.phrases behind prepositions": "phrases: capitalised, behind a preposition",
    "objective.phrases capitalised": "phrases: all capitalised",
    "objective.questions 0.1": "questions a tenth of the examples instead of a quarter",
    "objective.questions 0.4": "questions 0.4 of the examples",
}


def accuracy(records):
    """Every way to answer the dev questions, on both data sets."""
    runs = records("runs") + records("accuracy")
    texts = ("the place stands in the first 112 characters", "the place stands in the line")
    bundled = pick_all(
        runs,
        dict(recipe="always London"),
        dict(recipe="a guess from the name's origin"),
        dict(recipe="fast", variant="vanilla", work="0.2", changed=""),
        dict(recipe="mixed", variant="rope", work="0.06"),
        dict(recipe="distant", variant="rope", work="0.06", shape="4 x 256"),
        *(dict(recipe=text) for text in texts),
        data="bundled",
    )
    course = pick_all(
        runs,
        dict(recipe="always London"),
        dict(recipe="handout", variant="vanilla", pretrained="no"),
        dict(recipe="handout", variant="vanilla", pretrained="yes"),
        dict(recipe="handout", variant="synthesizer", pretrained="yes"),
        dict(recipe="fast", variant="vanilla", work="0.2", changed=""),
        dict(recipe="mixed", commit="bb5a221", work="0.05"),
        dict(recipe="mixed", variant="vanilla", work="0.2", file="accuracy"),
        dict(recipe="mixed", variant="vanilla", work="0.4", file="accuracy"),
        dict(recipe="mixed", variant="synthesizer", work="0.2", file="accuracy"),
        dict(recipe="distant", variant="vanilla", work="0.2"),
        dict(recipe="distant", variant="vanilla", work="0.4"),
        *(dict(recipe=text) for text in texts),
        data="course",
    )
    options = " | pretrained = {pretrained} | seed = {seed} | precision = {precision}"
    columns = "data = {data} | " + RUN + options + " | steps = {steps}" + SCORE
    return table(as_code(over_seeds(bundled + course)), columns)


def course_means(records, wanted):
    """{what a row is called: values to pick by} as rows: the share right of its runs, and each."""
    runs = [r for r in records("runs") + records("accuracy") if r.get("data") == "course"]
    rows = []
    for training, values in wanted.items():
        of = pick(runs, **values) or [{}]
        share = statistics.mean(row.get("share", 0.0) for row in of)
        each = ", ".join(f"{row['share']:.1f}" for row in of) if len(of) > 1 else None
        rows.append({"training": training, "share": share, "each": each})
    return table(rows, "training = {training} | right = {share:.1f}% | each run = {each}")


LONDON = dict(recipe="always London")
HANDOUT = dict(recipe="handout", pretrained="yes")


def headlines(records):
    """The README's six rows, of the course's data; several runs are a mean."""
    short = dict(variant="vanilla", work="0.2", changed="")
    wanted = {
        "none: always answer London": LONDON,
        "`handout`, the assignment: 650 epochs": HANDOUT | {"variant": "vanilla"},
        "`handout`, synthesizer attention": HANDOUT | {"variant": "synthesizer"},
        "`fast`: the assignment's rules, a twelfth of the work": short | {"recipe": "fast"},
        "`distant`: a classifier chose what it read": short | {"recipe": "distant"},
        "for comparison: the place stands in the line": dict(recipe="the place stands in the line"),
    }
    return course_means(records, wanted)


def asked(records):
    """The accuracies that part 2 of the assignment asks for, by question."""
    vanilla = dict(variant="vanilla")
    wanted = {
        "2(d): always London": LONDON,
        "2(d): vanilla, finetuned alone": HANDOUT | vanilla | {"pretrained": "no"},
        "2(f): vanilla, pretrained and finetuned": HANDOUT | vanilla,
        "2(g): synthesizer, pretrained and finetuned": HANDOUT | {"variant": "synthesizer"},
    }
    return course_means(records, wanted)


def reach(records):
    """What each recipe reaches with how much work."""
    runs = records("runs") + records("accuracy")
    public = pick(runs, recipe="handout, public solutions", variant="vanilla")
    full = pick_all(
        runs,
        dict(recipe="fast", variant="vanilla", work="0.2", changed=""),
        dict(recipe="fast", variant="vanilla", work="0.4"),
        dict(recipe="fast", variant="vanilla", work="2.4"),
        dict(recipe="mixed", variant="vanilla", work="0.2"),
        dict(recipe="mixed", variant="vanilla", work="0.4"),
        dict(recipe="mixed", variant="vanilla", work="2.4"),
        dict(recipe="mixed", variant="synthesizer", work="0.2"),
        dict(recipe="distant", variant="vanilla", work="0.2", changed=""),
        dict(recipe="distant", variant="vanilla", work="0.4", changed=""),
        file="accuracy",
        data="course",
        scored_on="dev",
    )
    ends = ("first 112 characters", "line", "line and answers a training question")
    texts = pick_all(
        runs, *(dict(recipe=f"the place stands in the {end}") for end in ends), data="course"
    )
    ours = pick_all(
        runs,
        dict(recipe="handout", variant="vanilla", pretrained="yes", precision="bf16"),
        dict(recipe="handout", variant="synthesizer", pretrained="yes", precision="bf16"),
    )
    looked_up = pick(
        records("windows"), recipe="`distant`'s classifier looks the line up", data="course"
    )
    rows = over_seeds(public + ours + full) + texts + looked_up
    return table(as_code(rows), RUN + " | seeds = {seed}" + SCORE)


def windows(records):
    """What the windows of each recipe hold."""
    rows = [row for row in records("windows") if "windows" in row]
    columns = "data = {data} | recipe = {recipe} | windows a line = {a_line:.2f}"
    columns += " | answer the question = {answering_percent:.0f}%"
    columns += " | dev people whose place is read = {correct} of {questions}"
    return table(
        as_code(rows), columns + " | readings of it in 0.2 PFLOP of pretraining = {readings:.0f}"
    )


def sizes(records):
    """Models of several sizes, after equal work and after equal time."""
    runs = pick(records("accuracy"), data="bundled", recipe="distant", variant="rope")
    runs.sort(key=lambda row: (row["parameters"], row["budget"]))  # stable: seeds in order
    columns = "layers x width = {shape} | parameters = {parameters:,} | work, PFLOP = {budget}"
    columns += " | steps = {steps:,} | dev = {dev} | seeds = {seed} | time = {time}"
    return table(over_seeds(runs), columns + ORIGIN + " | note = {note}")


def repeats(records):
    """The same recipe with the same seed, run several times."""
    runs = pick(records("accuracy") + records("runs"), data="course", scored_on="dev")
    order = [("mixed", "vanilla"), ("mixed", "synthesizer")]
    wanted = [
        dict(recipe=recipe, variant=variant, work=work)
        for recipe, variant in order
        for work in ("0.05", "0.2", "0.4")
    ]
    rows = [row for values in wanted for row in pick(runs, **values)]
    return table(as_code(rows), RUN + " | precision = {precision} | threads = {threads}" + SCORE)


def ablations(records):
    runs = pick(records("accuracy"), budget=0.05, scored_on="held-out")
    wanted = [dict(changed=changed) for changed in LABELS]
    rows = [row | {"label": LABELS[row["changed"]]} for row in pick_all(runs, *wanted)]
    return table(rows, "`mixed`, but = {label} | held-out pairs answered = {dev}" + ORIGIN)


def main_ablations(records):
    rows = []
    for found in group(pick(records("accuracy"), budget=0.1, scored_on="held-out"), "changed"):
        values = {"mean": statistics.mean(r["share"] for r in found)}
        values |= {name: ", ".join(str(r[name]) for r in found) for name in ("seed", "dev")}
        rows.append(values | {"label": LABELS[found[0]["changed"]]})
    return table(
        rows, "`mixed`, but = {label} | mean = {mean:.1f}% | seeds = {seed} | each = {dev}"
    )


def precisions(records):
    """The two precisions on a CPU, at equal work."""
    rows = []
    runs = pick(records("accuracy"), budget=0.03, scored_on="held-out")
    for of in group(runs, "recipe", "precision"):
        values = {"mean": statistics.mean(r["share"] for r in of)}
        values |= {name: ", ".join(str(r[name]) for r in of) for name in ("seed", "dev")}
        rows.append({**of[0], **values})
    columns = "recipe = {recipe} | precision = {precision} | mean = {mean:.1f}% | seeds = {seed}"
    return table(as_code(rows), columns + " | each = {dev}" + ORIGIN)
