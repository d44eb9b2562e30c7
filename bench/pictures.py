"""Speed and learning: draws what the other files of bench/ have measured, each as one PNG."""

import statistics

import recipes


def panels(count, size, **how):
    """A figure of `size` inches with `count` panels in a row, and the panels."""
    from matplotlib.figure import Figure

    figure = Figure(size, dpi=120, layout="tight")
    return figure, figure.subplots(1, count, **how)


def draw_work(lines, path):
    """Accuracy on dev against work and against time, with what it is to be measured by.

    `lines` are of accuracy.py's results, on one corpus; those that differ in the seed alone are one
    point, their mean.
    """
    figure, both = panels(2, (11, 4.5), sharey=True)
    from matplotlib.ticker import LogLocator

    series = {}
    for line in lines:
        seeds = series.setdefault((line["recipe"], line["variant"]), {})
        seeds.setdefault(line["budget"] or 0, []).append(line)
    for (recipe, variant), budgets in sorted(series.items()):
        points = [
            (
                statistics.mean(line["pflop"] for line in seeds),
                statistics.mean(line["seconds"] / 60 for line in seeds),
                100 * statistics.mean(line["correct"] / line["questions"] for line in seeds),
            )
            for _, seeds in sorted(budgets.items())
        ]
        work, minutes, accuracy = zip(*points, strict=True)
        for panel, x in zip(both, (work, minutes), strict=True):
            panel.plot(x, accuracy, "o-", label=f"{recipe}, {variant}")
    both[0].plot(2.3, 28.0, "k*", label="handout, the best public solution")
    labels = ("work, PFLOP of real tokens", "minutes of training")
    for panel, label in zip(both, labels, strict=True):
        panel.axhline(5.0, color="gray", linestyle=":")
        panel.axhline(92.4, color="gray", linestyle="--")
        panel.set(xscale="log", xlabel=label, ylim=(0, 100))
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
    both[0].set_ylabel("dev accuracy, %")
    for height, text in ((5.0, "London"), (92.4, "said in the first 112 characters")):
        both[1].annotate(
            text, (1, height), xycoords=("axes fraction", "data"), ha="right", va="bottom"
        )
    both[0].legend(loc="center right")
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
    """Time and memory against the size of the corpus: speed.py's section growth."""
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
