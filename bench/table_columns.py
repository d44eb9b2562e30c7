"""What stands in each table of the documents: its records, and a column for each value.

Each function takes `records`, which returns the records of a file of docs/measurements by its name,
and returns the table in Markdown. bench/tables.py writes them into the pages.
"""

import statistics

from recipes import RECIPES, VARIANTS

ORIGIN = " | machine = {machine} | commit = {commit} | date = {date}"
RUN = "recipe = {recipe} | variant = {variant} | work, PFLOP = {work}"
SCORE = " | dev = {dev} | time = {time}" + ORIGIN + " | note = {note}"
SIDES = ("vanilla", "rope")  # of held_out.jsonl
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


# -------------------------------------------------------------------------- records to Markdown


def pick(records, **wanted):
    """The records with these values."""
    return [r for r in records if all(r.get(key) == value for key, value in wanted.items())]


def pick_all(records, *wanted, **common):
    """For each of the wanted values the records with them, or a row of these values alone."""
    wanted = [common | values for values in wanted]
    return [row for values in wanted for row in (pick(records, **values) or [values])]


def group(records, *names):
    """Lists of those records that agree in the fields of these names."""
    groups = {}
    for record in records:
        groups.setdefault(tuple(record.get(name) for name in names), []).append(record)
    return list(groups.values())


def cell(template, row):
    """The template filled in, or nothing where the row lacks a value."""
    try:
        return template.format_map({key: at for key, at in row.items() if at is not None})
    except KeyError:
        return ""


def table(rows, columns):
    """Markdown; columns are `heading = template`, with bars between them."""
    columns = dict(column.split(" = ") for column in columns.split(" | "))
    lines = [[cell(template, row) for template in columns.values()] for row in rows]
    lines = [list(columns), ["---"] * len(columns), *lines]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


SAME = ("data", "recipe", "variant", "budget", "scratch", "precision", "changed", "machine", "note")


def over_seeds(rows):
    """The rows, where those that differ in the seed alone are one, with the mean of the scores."""
    merged = []
    for of in group(rows, *SAME):
        if len({row.get("seed") for row in of}) < len(of) or len(of) == 1:
            merged += of  # the same run again is another row
            continue
        counts = ", ".join(str(row["correct"]) for row in of)
        dev = f"{statistics.mean(row['share'] for row in of):.1f}% ({counts})"
        seeds = ", ".join(str(row["seed"]) for row in of)
        merged.append({**of[0], "dev": dev, "seed": seeds})
    return merged


def as_code(rows):
    """The rows with the names of recipes as code."""
    return [
        row | {"recipe": f"`{row['recipe']}`"} if row["recipe"] in RECIPES else row for row in rows
    ]


def plain(file, columns, **wanted):
    """A table with a row for each record of the file that has the wanted values."""
    return lambda records: table(pick(records(file), **wanted), columns)


# ------------------------------------------------------------------------------------ the tables


def accuracy(records):
    """Every way to answer the dev questions, on both data sets."""
    runs = records("runs") + records("accuracy")
    texts = ("the place stands in the first 112 characters", "the place stands in the line")
    bundled = pick_all(
        runs,
        dict(recipe="always London"),
        dict(recipe="a guess from the name's origin"),
        dict(recipe="mixed", variant="rope", work="0.06"),
        dict(recipe="mixed", variant="vanilla", work="0.07"),
        dict(recipe="distant", variant="rope", work="0.06"),
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
        "`distant`: told what kind of phrase is asked for": short | {"recipe": "distant"},
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


def ratios(records):
    """Ours over the textbook's speed, one measurement a row."""
    rows = []
    runs = [r for r in records("speed") if r["section"] in ("training", "ratios")]
    for found in group(runs, "machine", "commit", "precision"):
        ratio = {f"{r['variant']}, dropout {r['dropout']:g}": r["ratio"] for r in found}
        limit = {r["variant"]: r["ratio_of_products"] for r in found if r["ratio_of_products"]}
        rows.append({**found[0], "ratio": ratio, "limit": limit})
    columns = "".join(f" | {name} = {{ratio[{name}]:.2f}}" for name in rows[0]["ratio"])
    for variant in ("vanilla", "synthesizer"):
        columns += f" | the best products alone: {variant} = {{limit[{variant}]}}"
    columns = "ours in = {precision} | repeats = {repeats}" + columns + ORIGIN
    return table(rows, columns + " | note = {note}")


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
        dict(recipe="distant", variant="vanilla", work="0.2"),
        dict(recipe="distant", variant="vanilla", work="0.4"),
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
    looked_up = pick(records("windows"), recipe="the scorer looks the line up", data="course")
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


def cost(records):
    """Milliseconds and megabytes of one layer, at each length."""
    rows = pick(records("long_context"), section="cost")
    for row in rows:
        both = zip(row["ms"], row["mb"], strict=True)
        row["at"] = ["no memory" if ms is None else f"{ms:,} / {mb:,}" for ms, mb in both]
    columns = "".join(f" | {T} = {{at[{i}]}}" for i, T in enumerate(rows[0]["lengths"]))
    columns = "ms / MB = {variant}" + columns + " | quicker than vanilla from = {quicker_from}"
    return table(rows, columns)


def slopes(records):
    found = [r for r in records("long_context") if r["section"] in ("cost", "slope")]
    rows = [
        of[0] | {r["variant"]: r["slope"] for r in of} for of in group(found, "machine", "commit")
    ]
    measured = [variant for variant in VARIANTS if any(variant in row for row in rows)]
    variants = "".join(f" | {variant} = {{{variant}}}" for variant in measured)
    return table(rows, "positions = {fitted}" + variants + ORIGIN)


def held_out_pairs(records):
    """(what was measured, {vanilla: records of its seeds, rope: …}) of held_out.jsonl."""
    for of in group(records("held_out"), "budget", "data", "changed"):
        dropout = of[0]["changes"].get("dropout")
        name = of[0]["data"] + (f", dropout {dropout}" if dropout else "")
        yield name, {variant: pick(of, variant=variant) for variant in SIDES}


def lower_is_bold(values):
    texts = [f"{value:.3f}" for value in values]
    return [f"**{text}**" if text == min(texts) else text for text in texts]


def bits(records):
    """Bits per character, the mean of the seeds and each."""
    rows = []
    for name, sides in held_out_pairs(records):
        means = lower_is_bold(statistics.mean(r["bits"] for r in of) for of in sides.values())
        row = sides["vanilla"][0] | {"name": name}
        row["seeds"] = ", ".join(str(r["seed"]) for r in sides["vanilla"])
        for mean, (variant, of) in zip(means, sides.items(), strict=True):
            each = ", ".join(f"{r['bits']:.3f}" for r in of)
            row[variant] = f"{mean} ({each})" if len(of) > 1 else mean
            row[f"{variant} read"] = statistics.mean(r["bits_read"] for r in of)
        rows.append(row)
    columns = "bits per character = {name} | work, PFLOP = {budget} | seeds = {seeds}"
    columns += " | vanilla = {vanilla} | rope = {rope} | lines read: vanilla = {vanilla read:.3f}"
    return table(rows, columns + " | lines read: rope = {rope read:.3f}" + ORIGIN)


def places(records):
    """Bits at each place of a span, the mean of the seeds."""
    rows = []
    for name, sides in held_out_pairs(records):
        for key, lines in (("bits_at", "held out"), ("bits_read_at", "read")):
            if len(sides["vanilla"]) > 1:
                means = [
                    [statistics.mean(at) for at in zip(*(r[key] for r in of), strict=True)]
                    for of in sides.values()
                ]
                texts = [lower_is_bold(at) for at in zip(*means, strict=True)]
                for variant, at in zip(SIDES, zip(*texts, strict=True), strict=True):
                    rows.append({"what": f"{name}, {lines}: {variant}", "at": at})
    columns = (
        f" | {place} = {{at[{i}]}}" for i, place in enumerate(("1", "2-3", "4-8", "9-16", "17 on"))
    )
    return table(rows, "bits at the masked span's character = {what}" + "".join(columns))


def variants(records):
    """Each variant on the task, and the time of its step."""
    runs = pick(records("accuracy"), recipe="mixed", work="0.05", scored_on="dev")
    again = pick(records("runs"), work="0.05", data="bundled")
    rows = []
    for variant in VARIANTS:
        course, bundled, other, step = (
            (pick(found, variant=variant) or [{}])[0]
            for found in (
                pick(runs, data="course"),
                pick(runs, data="bundled"),
                again,
                pick(records("long_context"), section="step"),
            )
        )
        more = {"bundled": bundled.get("dev"), "again": other.get("dev"), "variant": variant}
        if course or bundled or other or step:
            rows.append({**step, **course, **more})
    columns = "variant = {variant} | parameters = {parameters:,} | course = {dev}"
    columns += (
        " | bundled = {bundled} | bundled, machine A = {again} | s a step = {step_seconds:.2f}"
    )
    return table(rows, columns + " | over vanilla's = {over_vanilla:.2f} | peak MB = {peak_mb:,}")


def knowledge(records):
    """A column for each model."""
    models = records("report")
    rows = []
    for what in dict.fromkeys(what for model in models for what in model["figures"]):
        rows.append({"what": what, "of": [model["figures"].get(what) for model in models]})
    columns = (f" | {model['model']} = {{of[{i}]}}" for i, model in enumerate(models))
    return table(rows, "figure = {what}" + "".join(columns))


def fuzz(records):
    rows = pick(records("reliability"), section="fuzz")
    counts = ("inputs", "refused", "accepted")
    rows.append({"input": "all"} | {name: sum(r[name] for r in rows) for name in counts})
    columns = "file = {input} | inputs = {inputs:,} | refused in one line = {refused:,}"
    return table(rows, columns + " | accepted = {accepted:,}")


TABLES = {
    "accuracy": accuracy,
    "headlines": headlines,
    "asked": asked,
    "public": plain(
        "runs",
        "variant = {variant} | pretrained = {pretrained} | dev = {dev} | time = {time}",
        recipe="handout, public solutions",
    ),
    "machines": plain(
        "machines",
        "machine = {machine} | processor = {processor} | GPU = {gpu} | cores = {cores}"
        " | memory = {memory_gib} GiB | Python = {python} | torch = {torch}"
        " | product by oneDNN, GFLOP/s = {onednn_gflops} | by MKL = {mkl_gflops} | date = {date}",
    ),
    "training": plain(
        "speed",
        "variant = {variant} | dropout = {dropout:g} | ours in = {precision}"
        " | ours, examples/s = {ours_examples_s} | textbook, examples/s = {textbook_examples_s}"
        " | ratio = {ratio:.2f} | share of torch's product = {share_of_torch:.2f}"
        " | share of the best product = {share_of_best:.2f}"
        " | peak memory, ours / textbook = {ours_mb:,} / {textbook_mb:,} MB" + ORIGIN,
        section="training",
    ),
    "ratios": ratios,
    "evaluation": plain(
        "speed",
        "500 names = {variant} | parameters = {trained} | ours = {ours_s:.2f} s"
        " | textbook, 25 names, scaled = {textbook_s:.1f} s | ratio = {ratio}" + ORIGIN,
        section="evaluation",
    ),
    "growth": plain(
        "speed",
        "corpus = {corpus} | MB = {megabytes} | steps = {steps} | µs a real token = {us_a_token}"
        " | peak memory = {peak_mb:,} MB | repeats = {repeats}" + ORIGIN,
        section="growth",
    ),
    "start": plain(
        "speed", "command = {what} | time = {seconds} s | machine = {machine}", section="start"
    ),
    "reach": reach,
    "windows": windows,
    "worlds": plain(
        "worlds",
        "people = {people:,} | wiki.txt, MB = {megabytes} | time, s = {seconds}"
        " | MB a second = {megabytes_a_second} | peak memory, MB = {peak_mb}"
        " | letters a name = {letters_a_name} | names of three words, % = {three_words_percent}"
        + ORIGIN
        + " | note = {note}",
    ),
    "repeats": repeats,
    "ablations": ablations,
    "main_ablations": main_ablations,
    "precisions": precisions,
    "cost": cost,
    "slopes": slopes,
    "retrieval": plain(
        "long_context",
        "correct at T of = {variant} | 128 = {percent[0]}% | 512 = {percent[1]}%"
        " | 2048 = {percent[2]}%" + ORIGIN,
        section="retrieval",
    ),
    "bits": bits,
    "places": places,
    "variants": variants,
    "knowledge": knowledge,
    "faults": plain(
        "reliability",
        "case = {case} | times = {times} | what happened = {outcome}",
        section="faults",
    ),
    "fuzz": fuzz,
    "by_hand": plain(
        "reliability", "tried = {case} | what happened = {outcome}", section="by hand"
    ),
    "checkpoints": plain(
        "reliability",
        "variant = {variant} | size = {megabytes} MB | median = {median_s:.3f} s"
        " | highest of 30 = {highest_s:.3f} s"
        " | share of five minutes = {share_percent}% | share, highest = {highest_share_percent}%",
        section="checkpoint",
    ),
}
