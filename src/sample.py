"""Text from a trained model: continues a text, or fills the gap that \u2047 marks in it.

    python src/sample.py vanilla wiki.txt --reading_params_path vanilla.pretrain.params \\
        "Basil Charnock. "
    python src/sample.py ... "Basil Charnock. Born in \u2047 in 1903." --samples 5 --temperature 0.7

Each sample is one line: the text with what the model has written. A continuation ends at a line
break, and holds no \u2047. A filling ends at the model's next \u2047. Only span corruption, the
pretraining of handout, teaches a model to continue a text. The other recipes teach it places.

The characters are drawn. ask.py gives the likeliest filling, and its probability.
"""

import argparse
import math
import sys

import recipes
from cli import loading
from cli.arguments import int_in_range, parser_for_trained, trained_source
from cli.record import read_record
from data.text import ANSWER_CHARS, MASK, MASK_CHAR, PAD, encode, encode_prompt
from support.errors import InputError, one_line_errors, shorten_repr

LENGTHS = {"continue": 100, "fill": ANSWER_CHARS}  # characters, unless --length says otherwise
LOWEST, HIGHEST = 0.01, 100.0  # temperature: beyond them the logits overflow, or say nothing


def main(argv=None):
    """Print the samples. Bad input ends in SystemExit(2)."""
    parser = build_parser()
    with one_line_errors(parser, only_prints=True):
        args = parser.parse_args(argv)
        if args.temperature == 0 and (args.samples > 1 or args.top_k is not None):
            parser.error(
                "--temperature 0: expected neither --samples nor --top_k, since every sample is"
                " then the likeliest text; leave them out"
            )
        for text in texts(trained_source(args), args):
            print(text, flush=True)


def build_parser():
    """The parser of sample.py."""
    parser = parser_for_trained("sample.py", __doc__)
    add = parser.add_argument
    add("text", metavar="TEXT", help=f"what to continue, or a text with one {MASK_CHAR} to fill")
    add(
        "--temperature",
        type=temperature,
        default=1.0,
        metavar="X",
        help="below 1 likely characters become likelier, above 1 less likely; 0 takes the likeliest"
        " (default: %(default)g)",
    )
    add("--top_k", type=int_in_range(1), metavar="K", help="draw from the K likeliest characters")
    add(
        "--seed",
        type=int_in_range(0, 2**32 - 1),
        default=recipes.SEED,
        metavar="N",
        help="the same seed draws the same samples (default: %(default)s)",
    )
    add("--samples", type=int_in_range(1), default=1, metavar="N", help="how many (%(default)s)")
    add(
        "--length",
        type=int_in_range(1),
        metavar="N",
        help="characters to write at most (default: {continue}; {fill} for a gap)".format(
            **LENGTHS
        ),
    )
    return parser


def temperature(text):
    """An argparse type: 0, or a number from LOWEST to HIGHEST."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if number != 0 and not LOWEST <= number <= HIGHEST:
        raise argparse.ArgumentTypeError(
            f"expected 0 or a number from {LOWEST:g} to {HIGHEST:g}, got {text!r}"
        )
    return number


def texts(source, args):
    """The samples (strings), drawn in batches from the model of a ModelSource."""
    fills = MASK_CHAR in args.text
    if args.text.count(MASK_CHAR) > 1:
        raise InputError(
            f"the text: expected one {MASK_CHAR} at most, got {args.text.count(MASK_CHAR)} in"
            f" {shorten_repr(args.text)}; fill one gap after another"
        )
    recipe = read_record(source.parameters_path).get("recipe", "handout")
    if not fills and recipe != "handout":
        print(
            f"note: these parameters were trained with {recipe}, which teaches no sentences; mark a"
            f" gap with {MASK_CHAR}, in the order of a fact window (docs/assignment.md)",
            file=sys.stderr,
        )
    # standard output is for the samples
    model, corpus = loading.build(source, say=lambda line: None)
    import torch  # later than machine.prepare_cpu

    import utils

    torch.set_num_threads(1)  # the operations are small: waking threads takes longer
    utils.set_seed(args.seed)
    if fills:
        ids = encode_prompt(args.text, corpus.stoi, model.context, "the text")
        stop, never = MASK_CHAR, (PAD,)
    else:
        ids = encode(args.text, corpus.stoi, "the text")
        stop, never = "\n", (PAD, MASK)
    steps = args.length or LENGTHS["fill" if fills else "continue"]
    for at in range(0, args.samples, recipes.BATCH_QUESTIONS):
        n = min(args.samples - at, recipes.BATCH_QUESTIONS)
        drawn = utils.sample(
            model,
            torch.tensor([ids] * n),  # (n, t)
            steps,
            temperature=args.temperature or 1.0,
            sample=args.temperature > 0,
            top_k=args.top_k,
            stop=corpus.stoi.get(stop),
            never=never,
        )  # (n, t + steps) at most
        for row in drawn[:, len(ids) :].tolist():
            new = "".join(corpus.itos[id] for id in row).split(stop)[0].replace("\n", " ")
            yield args.text.replace(MASK_CHAR, new) if fills else args.text + new


if __name__ == "__main__":
    main()
