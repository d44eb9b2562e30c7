"""The plots of the report, as SVG texts that take the page's colours and fonts.

Needs matplotlib. The same figures give the same bytes.
"""

import base64
import io

import matplotlib.image
import numpy as np
from matplotlib.figure import Figure

# Okabe and Ito's colours, which the colour-blind can tell apart; each also has a mark or a line
BLUE, ORANGE, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
INK = "#123456"  # stands for the page's text colour until the SVG is written
MARKS = dict(right=(BLUE, "o", "-"), wrong=(ORANGE, "s", "--"), strangers=(GREEN, "^", ":"))
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "knowledge",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def svg(title, draw, size=(6.4, 3.0)):
    """The SVG of what draw(axes) draws, with a title for those who cannot see it."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(size, layout="tight")
        draw(figure.subplots())
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None})
    text = text.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    end = text.index(">")
    return f'{text[:end]} role="img" aria-label="{title}">{text[end + 1 :]}'


def shares(title, lines, label):
    """Bars of shares with their intervals: lines are (name, a scores.share_of)."""
    lines = [(name, line) for name, line in lines if line["share"] is not None]

    def draw(axes):
        names = [name for name, _ in lines]
        values = np.array([line["share"] for _, line in lines])
        low, high = (np.array([line[end] for _, line in lines]) for end in ("low", "high"))
        at = np.arange(len(lines))[::-1]
        axes.barh(at, values, 0.62, color=BLUE, alpha=0.75)
        axes.errorbar(values, at, xerr=[values - low, high - values], fmt="none", ecolor=INK)
        axes.set(xlim=(0, 1), xlabel=label, yticks=at, yticklabels=names)
        for y, (_, line) in zip(at, lines, strict=True):
            axes.text(1.02, y, f"{line['count']} of {line['n']}", va="center", fontsize=9)

    return svg(title, draw, (6.4, 0.8 + 0.36 * len(lines)))


def coverage(title, curve, wanted):
    """The share of right answers as more and more are given."""

    def draw(axes):
        given, right = zip(*curve, strict=True)
        axes.plot(given, right, color=BLUE)
        axes.axhline(wanted, color=INK, linestyle=":", linewidth=1)
        axes.annotate(f"{wanted:.0%} right", (0.01, wanted - 0.01), va="top", fontsize=9)
        axes.set(
            xlim=(0, 1),
            ylim=(0, 1.03),
            xlabel="share of the questions that are answered, the surest first",
            ylabel="share right of them",
        )

    return svg(title, draw)


def reliability(title, bins):
    """The share of right answers against the mean probability, bin by bin."""

    def draw(axes):
        axes.plot((0, 1), (0, 1), color=INK, linestyle=":", linewidth=1, label="as sure as right")
        _, _, counts, means, right = zip(*bins, strict=True)
        axes.plot(means, right, "o-", color=BLUE, label="this model, of so many answers")
        for n, x, y in zip(counts, means, right, strict=True):
            axes.annotate(str(n), (x, y), (6, -10), textcoords="offset points", fontsize=9)
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.05), xlabel="probability", ylabel="share right")
        axes.legend(loc="upper left")

    return svg(title, draw, (6.4, 3.4))


def probabilities(title, groups):
    """How probable the answers of each group are: {name of MARKS: probabilities}."""

    def draw(axes):
        edges = np.linspace(0, 1, 21)
        for name, values in groups.items():
            colour, _, line = MARKS[name]
            heights = np.histogram(values, edges)[0] / max(1, len(values))
            axes.stairs(heights, edges, color=colour, linestyle=line, linewidth=1.8, label=name)
        axes.set(xlim=(0, 1), xlabel="probability of the answer", ylabel="share of the group")
        axes.legend(loc="upper center")

    return svg(title, draw)


def layers(title, lens):
    """The probability of the answer's first letter after each layer, by group."""

    def draw(axes):
        for name, group in lens.items():
            if group["p"]:
                colour, mark, line = MARKS[name]
                axes.plot(group["p"], color=colour, marker=mark, linestyle=line, label=name)
        n = max(len(group["p"]) for group in lens.values())
        axes.set(
            ylim=(0, 1),
            xticks=range(n),
            xlabel="after layer (0: before the first)",
            ylabel="p of the first letter",
        )
        axes.legend(loc="upper left")

    return svg(title, draw)


def heat(title, table):
    """Shares by place (rows) and layer (columns), written into the fields."""

    def draw(axes):
        values = np.array([line["layers"] for line in table])
        axes.imshow(values.clip(0, 1), cmap="Blues", vmin=0, vmax=1.4, aspect="auto", alpha=0.9)
        for (y, x), value in np.ndenumerate(values):
            text = f"{value:.2f}".replace("-0.00", "0.00")
            axes.text(x, y, text, ha="center", va="center", fontsize=9, color="#000000")
        axes.set_xticks(range(values.shape[1]), [f"layer {x + 1}" for x in range(values.shape[1])])
        axes.set_yticks(range(len(table)), [line["states of"] for line in table])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

    return svg(title, draw, (6.4, 0.7 + 0.32 * len(table)))


def heads(weights):
    """The weights (L, h, t, t) of all heads as one picture: (a PNG's data URI, height, width).

    A row a layer, a column a head. Black is 0, white is 1; the brightness is the root.
    """
    n_layer, n_head, t, _ = weights.shape
    board = np.ones((n_layer * (t + 2) - 2, n_head * (t + 2) - 2)) * 0.5
    for layer in range(n_layer):
        for head in range(n_head):
            y, x = layer * (t + 2), head * (t + 2)
            board[y : y + t, x : x + t] = np.sqrt(weights[layer, head].clip(0, 1))
    data = io.BytesIO()
    matplotlib.image.imsave(
        data, board, cmap="gray", vmin=0, vmax=1, format="png", metadata={"Software": None}
    )
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode(), *board.shape
