"""Records to Markdown: picks them, groups them, and writes a table with a column for each value."""

import statistics

from recipes import RECIPES

ORIGIN = " | machine = {machine} | commit = {commit} | date = {date}"


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


SAME = ("data", "recipe", "variant", "shape", "budget", "scratch", "precision", "changed")
SAME += ("machine", "note")


def over_seeds(rows):
    """The rows, where those that differ in the seed alone are one, with the mean of the scores.

    The rest is that of the run whose time is the median.
    """
    merged = []
    for of in group(rows, *SAME):
        if len({row.get("seed") for row in of}) < len(of) or len(of) == 1:
            merged += of  # the same run again is another row
            continue
        counts = ", ".join(str(row["correct"]) for row in of)
        dev = f"{statistics.mean(row['share'] for row in of):.1f}% ({counts})"
        seeds = ", ".join(str(row["seed"]) for row in of)
        median = sorted(of, key=lambda row: row.get("seconds") or 0)[len(of) // 2]
        merged.append({**median, "dev": dev, "seed": seeds})
    return merged


def as_code(rows):
    """The rows with the names of recipes as code."""
    return [
        row | {"recipe": f"`{row['recipe']}`"} if row["recipe"] in RECIPES else row for row in rows
    ]


def plain(file, columns, **wanted):
    """A table with a row for each record of the file that has the wanted values."""
    return lambda records: table(pick(records(file), **wanted), columns)
