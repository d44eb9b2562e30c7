"""The tables of docs/scaling.md: its records, and a column for each value.

Each function takes `records`, as those of table_columns.py do.
"""

import statistics

from markdown_tables import ORIGIN, as_code, group, pick, table
from recipes import FLOP_PER_TOKEN, RECIPES, flop_per_token

EXPOSURES = (30, 100, 300, 1000)  # of the columns of capacity
OF_A_MODEL = ("n_layer", "n_embd", "optimizer", "names")
SHAPE = "layers x width = {n_layer} x {n_embd}"
FACTS, BITS, LAYERS, WIDTH, GPUS = 10_000_000, 8, 12, 768, 64  # of the example in `gpus`
ASSUMED = 3e14  # operations a second of a GPU


def known(lines):
    """Bits a parameter of each of these lines of capacity."""
    return [line["bits"] / line["parameters"] for line in lines]


def capacity(records):
    """Bits a parameter after so many exposures, the mean of the seeds; a row for each model."""
    rows = []
    for of in group(pick(records("scaling"), kind="capacity"), *OF_A_MODEL):
        row = of[0] | {"there": of[0]["bits_of_all"] / of[0]["parameters"], "at": {}}
        for exposures in EXPOSURES:
            each = known(pick(of, exposures=exposures))
            if each:
                mean, texts = statistics.mean(each), ", ".join(f"{one:.2f}" for one in each)
                row["at"][exposures] = f"{mean:.2f}" + (f" ({texts})" if len(each) > 1 else "")
        rows.append(row)
    columns = SHAPE + " | parameters = {parameters:,} | in the blocks = {parameters_of_blocks:,}"
    columns += " | optimizer = {optimizer} | names = {names:,}"
    columns += " | bits a parameter that there are = {there:.2f}"
    columns += "".join(f" | known after {n:,} exposures = {{at[{n}]}}" for n in EXPOSURES)
    return table(rows, columns)


def peaks(records):
    """The most bits a parameter after so many exposures, and where they come from."""
    rows = []
    for exposures in EXPOSURES:
        found = group(pick(records("scaling"), kind="capacity", exposures=exposures), *OF_A_MODEL)
        if not found:
            continue
        most = max(found, key=lambda of: statistics.mean(known(of)))
        there = most[0]["bits_of_all"] / most[0]["parameters"]
        facts = {"known": statistics.mean(known(most)), "there": there, "seeds": len(most)}
        rows.append(most[0] | facts)
    columns = "exposures = {exposures:,} | most bits a parameter = {known:.2f}"
    columns += " | that there are = {there:.2f} | seeds = {seeds} | " + SHAPE
    return table(rows, columns + " | names = {names:,} | optimizer = {optimizer}")


def people(records):
    """Dev accuracy of worlds that are read equally often."""
    rows = pick(records("scaling"), kind="people")
    for row in rows:
        share = row["correct"] / row["questions"]
        row["error"] = 100 * (share * (1 - share) / row["questions"]) ** 0.5
    columns = "people = {people:,} | parameters = {parameters:,} | work, PFLOP = {work}"
    columns += " | steps = {steps:,} | peak memory, MB = {peak_mb:,} | dev = {dev}"
    return table(rows, columns + " | standard error = {error:.1f} | seed = {seed}" + ORIGIN)


def large_corpus(records):
    """What a start costs, by recipe, with the bundled corpus and with large ones.

    Of each start, the last measurement.
    """
    columns = "recipe = {recipe} | wiki.txt, MB = {megabytes} | start = {which}"
    columns += " | time, s = {seconds} | of a processor, s = {cpu_seconds}"
    columns += " | memory that no file backs, MB = {anon_mb_end} | at most = {anon_mb_most}"
    starts = pick(records("large_corpus"), section="start")
    last = {(row["recipe"], row["megabytes"], row.get("which")): row for row in starts}
    return table(as_code(last.values()), columns + ORIGIN + " | note = {note}")


def gpus(records):
    """Arithmetic from measured figures: how long the example would take."""
    windows = pick(records("windows"), data="course", recipe="distant")[0]
    lines = windows["windows"] / windows["a_line"]
    tokens = 0.2e15 / FLOP_PER_TOKEN / (windows["readings"] * lines)
    runs = dict(recipe="handout", variant="vanilla", data="course", machine="D", scratch=False)
    run = pick(records("accuracy"), **runs, precision="bf16", seed=224)[0]
    example = run["pflop"] * 1e15 / run["steps"] / RECIPES["handout"].pretrain.batch_size
    alone = pick(records("speed"), section="training", machine="D", variant="vanilla", dropout=0.1)
    rate = alone[0]["ours_examples_s"] * example
    work = FACTS * 1000 * tokens * flop_per_token(LAYERS, WIDTH)
    steps = {
        "facts, bits": f"{FACTS * BITS:,}",
        f"parameters in the blocks of {LAYERS} x {WIDTH}": f"{12 * LAYERS * WIDTH**2:,}",
        "tokens of one reading of a fact, `distant`, measured": f"{tokens:.0f}",
        "tokens of 1,000 readings of each": f"{FACTS * 1000 * tokens:.2g}",
        "operations of a token, by the formula": f"{flop_per_token(LAYERS, WIDTH):.3g}",
        "operations in all": f"{work:.2g}",
        "operations a second of one H200, `handout`, measured": f"{rate:.3g}",
        f"hours of {GPUS} GPUs at that rate": f"{work / rate / GPUS / 3600:.0f}",
        f"hours of {GPUS} GPUs at {ASSUMED:.0e} a second, assumed": (
            f"{work / ASSUMED / GPUS / 3600:.1f}"
        ),
    }
    rows = [{"what": what, "value": value} for what, value in steps.items()]
    return table(rows, "step = {what} | value = {value}")
