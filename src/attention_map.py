"""A picture of what each head reads: for a question and a parameter file, the weights of all heads.

    python src/attention_map.py vanilla wiki.txt --reading_params_path vanilla.finetune.params \\
        --question "Where was Clifford Swindlehurst born?" --outputs_path vanilla.map.png

Needs matplotlib (requirements-report.txt). Legend: h heads, t characters.
"""

import functools
import warnings

from cli import loading
from cli.arguments import parser_for_trained, png_path, trained_source
from support.errors import one_line_errors

SHOWN = {" ": "␣", "\n": "⏎"}  # characters that leave no ink
INCHES = 0.11  # a character of a label


def main(argv=None):
    """Draw one picture. Bad input, or no matplotlib, ends in SystemExit(2)."""
    parser = parser_for_trained("attention_map.py", __doc__)
    add = functools.partial(parser.add_argument, required=True)
    add("--outputs_path", metavar="PNG", type=png_path, help="where the picture goes")
    add("--question", metavar="TEXT", help="as in the question files")
    with one_line_errors(parser):
        args = parser.parse_args(argv)
        draw_question(trained_source(args), args.question, args.outputs_path)


def draw_question(source, question, picture_path):
    """Answer a question with the model of a ModelSource, and draw the weights of both texts."""
    model, corpus = loading.build(source)
    import torch  # later than machine.prepare_cpu

    import utils
    from analysis.inside import weights_of
    from support.files import atomic_write

    prompts = utils.prompts_of(model, corpus, [question], "--question")
    (answer,) = utils.complete(model, corpus, prompts)
    ids = [*prompts[0], *(corpus.stoi[char] for char in answer)][: model.context]
    text = "".join(corpus.itos[i] for i in ids)
    weights = [layer[0] for layer in weights_of(model, torch.tensor([ids]))]  # (h, t, t) each
    figure = picture(weights, text)
    figure.suptitle(f"{source.variant}: {text}", fontsize=14)
    with atomic_write(picture_path) as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font lacks
        figure.savefig(path, format="png", dpi=110)
    print(f"{text}\nPicture written to {picture_path}")


def picture(weights, text):
    """A matplotlib Figure with a panel for each layer (row) and head (column).

    A panel's rows are the characters that read, its columns those that are read; the colour is the
    root of the weight, from 0 to 1. A negative weight, which linformer may have, is drawn as 0.
    """
    from matplotlib.figure import Figure

    labels = [SHOWN.get(char, char) for char in text]
    layers, heads, t = len(weights), weights[0].size(0), len(text)
    side = max(t * INCHES, 1.0) + 0.4  # of a panel with its labels
    size = heads * side + 0.2, layers * side + 0.7
    figure = Figure(figsize=size)
    figure.subplots_adjust(
        left=0.5 / size[0],
        right=1 - 0.1 / size[0],
        bottom=0.5 / size[1],
        top=1 - 0.8 / size[1],
        wspace=0.4 / (side - 0.4),
        hspace=0.4 / (side - 0.4),
    )
    panels = figure.subplots(layers, heads, squeeze=False)
    for layer, row in enumerate(panels):
        for head, panel in enumerate(row):
            image = weights[layer][head].clamp(min=0).sqrt().numpy()  # (t, t)
            panel.imshow(image, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
            panel.set_title(f"layer {layer + 1}, head {head + 1}", fontsize=9)
            panel.set_xticks(range(t), labels, fontsize=6.5)
            panel.set_yticks(range(t), labels, fontsize=6.5)
            panel.tick_params(length=0, pad=1)
    figure.supylabel("row: the character that reads", fontsize=9, x=0.005)
    figure.supxlabel(
        "column: the character that is read; the darker, the more", fontsize=9, y=0.005
    )
    return figure


if __name__ == "__main__":
    main()
