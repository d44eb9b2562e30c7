"""Speed and learning: draws what the other files of bench/ have measured, each as one PNG."""

import statistics

import recipes


def panels(count, size, **how):
    """A figure of `size` inches with `count` panels in a row, and the panels."""
    from matplotlib.figure import Figure

    figure = Figure(size, dpi=120, layout="tight")
    return figure, figure.subplots(1, count, **how)


COLOURS = {"handout": "C3", "fast": "C0", "mixed": "C2", "distant": "C1"}


def draw_work(lines, public, path):
    """Accuracy on dev against work, beside what public solutions of the assignment report.

    `lines` are accuracy.py's results on one corpus. Lines that differ in the seed alone are one
    point, their mean. `public` are records with lowest_percent and highest_percent.
    """
    figure, panel = panels(1, (8, 4.6))
    series = {}
    for line in lines:
        seeds = series.setdefault((line["recipe"], line["variant"]), {})
        seeds.setdefault(line["budget"] or 0, []).append(line)
    for (recipe, variant), budgets in sorted(series.items()):
        points = [
            (
                statistics.mean(line["pflop"] for line in seeds),
                100 * statistics.mean(line["correct"] / line["questions"] for line in seeds),
            )
            for _, seeds in sorted(budgets.items())
        ]
        work, accuracy = zip(*points, strict=True)
        how = dict(color=COLOURS.get(recipe), linewidth=2, markersize=7)
        how["label"] = f"{recipe}, {variant}"
        panel.plot(work, accuracy, "o-" if variant == "vanilla" else "s--", **how)
        how = dict(xytext=(8, -3), textcoords="offset points", color=COLOURS.get(recipe))
        panel.annotate(f"{recipe}, {variant}", (work[-1], accuracy[-1]), **how)
    for number, record in enumerate(public):
        x, best = record["pflop"], record["highest_percent"]
        how = dict(color=COLOURS["handout"], alpha=0.5, solid_capstyle="butt")
        how["linewidth"] = 7 + 7 * number  # ranges that overlap stay apart
        panel.plot((x, x), (record["lowest_percent"], best), **how)
        how = dict(xytext=(-12, -3), textcoords="offset points", ha="right")
        text = f"public solutions of the assignment, {record['variant']}"
        panel.annotate(text, (record["pflop"], best), color=COLOURS["handout"], **how)
    for height, text in (
        (5.0, "always London"),
        (95.6, "the place stands in the person's line"),
    ):
        panel.axhline(height, color="gray", linestyle=":")
        how = dict(xycoords=("axes fraction", "data"), va="bottom", color="gray")
        panel.annotate(text, (0.01, height), **how)
    panel.set(
        xscale="log", xlim=(0.05, 3.2), ylim=(0, 100), ylabel="questions answered correctly, %"
    )
    panel.set_xlabel("work of training, PFLOP (0.2 takes a quarter to one hour on two CPU cores)")
    panel.set_xticks((0.05, 0.1, 0.2, 0.5, 1, 2), ("0.05", "0.1", "0.2", "0.5", "1", "2"))
    panel.minorticks_off()
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def draw_variants(groups, path):
    """Accuracy on dev of each attention, with its standard error.

    `groups` are {name of the data: lines of accuracy.py's results}; those that differ in the seed
    alone are one bar, their mean.
    """
    figure, panel = panels(1, (6.5, 4.5))
    thickness, labelled = 0.8 / len(groups), set()
    for number, (data, lines) in enumerate(groups.items()):
        for at, variant in enumerate(recipes.VARIANTS):
            found = [line for line in lines if line["variant"] == variant]
            if not found:
                continue
            asked = sum(line["questions"] for line in found)
            share = sum(line["correct"] for line in found) / asked
            how = dict(color=f"C{number}", label=None if data in labelled else data)
            labelled.add(data)
            place = at + (number - (len(groups) - 1) / 2) * thickness
            error = 100 * (share * (1 - share) / asked) ** 0.5
            panel.barh(place, 100 * share, thickness, xerr=error, **how)
    panel.set_yticks(range(len(recipes.VARIANTS)), recipes.VARIANTS)
    panel.invert_yaxis()
    panel.set_xlabel("dev accuracy, %")
    panel.legend()
    figure.savefig(path)


def draw_growth(results, path):
    """Time and memory against the size of the corpus: costs.py's section growth."""
    figure, both = panels(2, (9, 3.5))
    sizes = [int(result["corpus"][:-1]) for result in results]
    for panel, key in zip(both, ("us/real token", "peak MB"), strict=True):
        panel.plot(sizes, [result[key] for result in results], "o-")
        panel.set(xscale="log", xlabel="size of the corpus (1 is 0.42 MB)", ylabel=key)
        panel.set_ylim(0, 1.3 * max(result[key] for result in results))
        panel.set_xticks(sizes, [f"{size}x" for size in sizes])
        panel.minorticks_off()
    figure.savefig(path)


def draw_costs(times, slopes, path):
    """Time over length, both logarithmic, one line a variant: long_context.py's section cost.

    `times` are {variant: {T: ms}}, `slopes` {variant: of log ms over log T}.
    """
    figure, panel = panels(1, (7, 5))
    for variant, of in times.items():
        panel.loglog(list(of), list(of.values()), "o-", label=f"{variant}, slope {slopes[variant]}")
    panel.set(xlabel="T, positions", ylabel="ms, forward and backward of one layer")
    lengths = sorted({T for of in times.values() for T in of})
    panel.set_xticks(lengths, map(str, lengths), minor=False)
    panel.minorticks_off()
    panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(path)


def draw_scaling(lines, path):
    """What scaling.py has measured: bits a parameter against exposures, and against the facts that
    there are; and accuracy against people. Lines that differ in the seed alone are one point.
    """
    figure, (over, against, worlds) = panels(3, (14, 4.4))
    known = [line for line in lines if line["kind"] == "capacity"]
    sizes = sorted({(line["n_layer"], line["n_embd"]) for line in known})
    names = sorted({line["names"] for line in known})
    top = 0
    for optimizer, style in (("Muon", "-"), ("AdamW", ":")):
        for size in sizes:
            for n in names:
                wanted = (*size, n, optimizer)
                own = [x for x in known if model_of(x) == wanted]
                if not own:
                    continue
                points = means(own, "exposures", lambda line: line["bits"] / line["parameters"])
                how = dict(color=f"C{sizes.index(size)}", marker="os^Dv"[names.index(n) % 5])
                label = f"{size[0]} x {size[1]}, {n:,} names, {optimizer}"
                over.plot(list(points), list(points.values()), linestyle=style, label=label, **how)
                if optimizer == "Muon":
                    there = own[0]["bits_of_all"] / own[0]["parameters"]
                    top = max(top, there)
                    against.plot(there, points[max(points)], **how)
                    against.annotate(f" {max(points)}", (there, points[max(points)]), fontsize=7)
    for height in (1, 2):
        over.axhline(height, color="gray", linestyle="--", linewidth=1)
    over.set(xscale="log", xlabel="exposures of each fact", ylabel="known bits a parameter")
    label_values(over, {line["exposures"] for line in known})
    over.legend(fontsize=6)
    against.plot((0, top), (0, top), color="gray", linestyle="--", linewidth=1)
    against.set(
        xlabel="bits a parameter that there are to know",
        ylabel="known, after as many exposures as stand beside",
    )
    asked = [line for line in lines if line["kind"] == "people"]
    points = means(asked, "people", lambda line: 100 * line["correct"] / line["questions"])
    worlds.plot(list(points), list(points.values()), "o-")
    worlds.set(xscale="log", ylim=(0, 100), xlabel="people", ylabel="dev accuracy, %")
    label_values(worlds, points)
    figure.savefig(path)


def label_values(panel, values):
    """Ticks of a logarithmic axis at these values alone."""
    panel.set_xticks(sorted(values), [f"{value:,}" for value in sorted(values)])
    panel.minorticks_off()


def model_of(line):
    return line["n_layer"], line["n_embd"], line["names"], line["optimizer"]


def means(lines, name, value):
    """{a line's field: the mean value of the lines that have it}, in order."""
    found = {}
    for line in lines:
        found.setdefault(line[name], []).append(value(line))
    return {at: statistics.mean(found[at]) for at in sorted(found)}
