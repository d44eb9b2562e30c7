"""What stands in each table of the documents: its records, and a column for each value.

Each function takes `records`, which returns the records of a file of docs/measurements by its name,
and returns the table in Markdown. bench/tables.py writes them into the pages.
"""

import statistics

from accuracy_tables import (
    ablations,
    accuracy,
    asked,
    headlines,
    main_ablations,
    precisions,
    reach,
    repeats,
    sizes,
    windows,
)
from markdown_tables import ORIGIN, group, pick, plain, table
from recipes import VARIANTS
from scaling_tables import capacity, gpus, large_corpus, peaks, people

SIDES = ("vanilla", "rope")  # of held_out.jsonl


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
        rows.append({"what": what, "of": [model["figures"].get(what) or "" for model in models]})
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
    "ranks": plain(
        "speed",
        "recipe = {recipe} | steps = {steps} | one thread = {alone_s} s"
        " | two processes = {ranks_s} s"
        " | ratio = {ratio:.2f} | lowest = {lowest:.2f} | highest = {highest:.2f}"
        " | repeats = {repeats} | the same parameters = {same}" + ORIGIN,
        section="ranks",
    ),
    "capacity": capacity,
    "peaks": peaks,
    "people": people,
    "encoding": plain(
        "large_corpus",
        "wiki.txt, MB = {megabytes} | time, s = {seconds} | of a processor, s = {cpu_seconds}"
        + ORIGIN,
        section="encoding",
    ),
    "large_corpus": large_corpus,
    "gpus": gpus,
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
    "sizes": sizes,
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
        "case = {case} | times = {times} | what happened = {outcome}" + ORIGIN,
        section="faults",
    ),
    "lost_ranks": plain(
        "reliability",
        "case = {case} | times = {times} | what happened = {outcome}",
        section="ranks",
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
