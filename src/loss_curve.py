"""A picture of how training went: loss and learning rate of one run, or of several to compare.

    python src/loss_curve.py vanilla.pretrain.params rope.pretrain.params --outputs_path curves.png

A run is named by its parameters. Training writes the table PATH.csv beside them; before its end,
the table stands beside its checkpoint. Needs matplotlib (requirements-report.txt).
"""

import argparse
import os
from collections import Counter

from cli.arguments import png_path
from support.errors import InputError, Parser, one_line_errors
from support.paths import real_path
from training.curve import curve_path, read_curve

SMOOTH = 50  # a point of the thick line is the mean of a 50th of the run


def main(argv=None):
    """Draw one picture. Bad input, or no matplotlib, ends in SystemExit(2)."""
    parser = Parser(
        prog="loss_curve.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("runs", nargs="+", metavar="PATH", help="parameters of a run, or a table")
    how = dict(type=png_path, required=True)
    add("--outputs_path", metavar="PNG", help="where the picture goes", **how)
    help = "what the horizontal axis counts (default: step)"
    add("--against", choices=("step", "seconds"), default="step", help=help)
    with one_line_errors(parser):
        args = parser.parse_args(argv)
        curves = list(zip(labels(args.runs), map(curve_of, args.runs), strict=True))
        draw(curves, args.against, args.outputs_path)


def curve_of(path):
    """The columns of the table of a run, which is named by itself or by the parameters.

    Of parameters and an unfinished run that will replace them, the table that was written last.
    """
    tables = [path]
    if not path.lower().endswith(".csv"):
        tables = [curve_path(path), curve_path(f"{real_path(path)}.checkpoint")]
    found = [table for table in tables if os.path.isfile(table)]
    if not found:
        raise InputError(
            f"{path}: expected the parameters of a run with the table {tables[0]} beside them, got"
            " no table; training writes one with the first checkpoint, and at the end"
        )
    return read_curve(max(found, key=os.path.getmtime))


def labels(paths):
    """What each of the paths is called: its name, or all of it if another has the same name."""
    names = [os.path.basename(path) for path in paths]
    count = Counter(names)
    return [name if count[name] == 1 else path for name, path in zip(names, paths, strict=True)]


def draw(curves, against, path):
    """Write the picture of [(label, columns)], and print a line for each."""
    from support.files import atomic_write

    figure = picture(curves, against)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
    width = max(len(label) for label, _ in curves)
    for label, of in curves:
        print(
            f"{label:{width}}  {len(of['step'])} steps, {of['seconds'][-1]:.0f} seconds, loss"
            f" {of['loss'][0]:.2f} at first, {smoothed(of['loss'])[-1]:.3f} at the end"
        )
    print(f"Picture written to {path}")


def picture(curves, against):
    """A matplotlib Figure: above the losses, each step's pale and their running mean, below the
    learning rates.
    """
    from matplotlib.figure import Figure

    figure = Figure((8, 5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for number, (label, of) in enumerate(curves):
        color = f"C{number % 10}"
        x, mean = of[against], smoothed(of["loss"])
        above.plot(x, of["loss"], color=color, alpha=0.25, linewidth=0.8)
        above.plot(x, mean, color=color, label=f"{label}, {mean[-1]:.3f} at the end")
        below.plot(x, of["rate"], color=color)
    above.set(ylabel="loss (nats a character)", ylim=(0, None))
    below.set(xlabel=against, ylabel="learning rate", ylim=(0, None))
    above.legend(frameon=False)
    for panel in (above, below):
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.3)
    return figure


def smoothed(values):
    """The mean of each value and those before it, as many as a SMOOTHth of all."""
    width, total, found = max(1, len(values) // SMOOTH), 0.0, []
    for at, value in enumerate(values):
        total += value - (values[at - width] if at >= width else 0.0)
        found.append(total / min(at + 1, width))
    return found


if __name__ == "__main__":
    main()
