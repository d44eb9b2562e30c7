"""The command line's arguments: which there are, and what they mean. Imports no torch.

`parse` makes a RunConfig of run.py's arguments. `trained_source` makes a ModelSource, for the
commands that read a trained model.
"""

import argparse
import os
import sys
from dataclasses import fields
from functools import partial

import recipes
from cli.checks import check_paths, check_rates, check_recipe, sizes_of
from cli.config import ModelSource, RunConfig
from cli.scalars import check_tensorboard
from support.errors import Parser

MOST = 10**9  # of any number that is a size or a count

REQUIRED = {  # the path flags that each function needs
    "pretrain": ("writing_params_path",),
    "finetune": ("writing_params_path", "finetune_corpus_path"),
    "evaluate": ("reading_params_path", "eval_corpus_path", "outputs_path"),
}

USED = {  # the path flags that each function reads
    "pretrain": ("reading_params_path", "writing_params_path", "finetune_corpus_path"),
    "finetune": ("reading_params_path", "writing_params_path", "finetune_corpus_path"),
    "evaluate": REQUIRED["evaluate"],
}
PATHS = dict.fromkeys(flag for flags in USED.values() for flag in flags)  # each once, in order
NOT_USED = {  # of the other flags, those that a function does not read
    "pretrain": ("finetune_lr",),
    "finetune": ("pretrain_lr",),
    "evaluate": (
        *("recipe", "epochs", "budget", "max_steps", "learning_rate", "pretrain_lr", "finetune_lr"),
        *("tb_expt_name", "num_workers", "precision", "compile"),
        *("checkpoint_every", "keep_checkpoint"),
    ),
}

EXAMPLES = """\
the experiment, from pretraining to accuracy:
  python src/run.py pretrain vanilla wiki.txt \\
      --writing_params_path vanilla.pretrain.params
  python src/run.py finetune vanilla wiki.txt \\
      --reading_params_path vanilla.pretrain.params \\
      --writing_params_path vanilla.finetune.params \\
      --finetune_corpus_path birth_places_train.tsv
  python src/run.py evaluate vanilla wiki.txt \\
      --reading_params_path vanilla.finetune.params \\
      --eval_corpus_path birth_dev.tsv \\
      --outputs_path vanilla.pretrain.dev.predictions

That takes hours on a CPU; with --recipe fast in the first two, under an hour. Finetuning without
--reading_params_path starts from scratch: the assignment's comparison without pretraining.

the most for the least work: pretraining learns from the training questions too, rotary positions:
  python src/run.py pretrain rope wiki.txt --recipe distant --budget 0.06 \\
      --writing_params_path rope.params \\
      --finetune_corpus_path birth_places_train.tsv
  python src/run.py evaluate rope wiki.txt \\
      --reading_params_path rope.params \\
      --eval_corpus_path birth_dev.tsv \\
      --outputs_path rope.dev.predictions
"""


def parse(argv=None, parser=None):
    """The RunConfig of these arguments, by default the process's own. Prints notes on stderr.

    Bad arguments are refused with SystemExit(2) or InputError.
    """
    parser = parser or build_parser()
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    for flag in REQUIRED[args.function]:
        if getattr(args, flag) is None:
            parser.error(f"{args.function} needs --{flag} PATH")
    if args.resume and args.function == "evaluate":
        parser.error("--resume continues pretrain and finetune; evaluate has nothing to continue")
    not_used = [flag for flag in PATHS if flag not in USED[args.function]]
    for flag in (*not_used, *NOT_USED[args.function]):
        unused = parser.get_default(flag)
        if getattr(args, flag) != unused:
            print(f"note: {args.function} does not use --{flag}", file=sys.stderr)
            setattr(args, flag, unused)
    check_recipe(args)
    check_rates(args)
    check_paths(args)
    if args.tb_expt_name is not None:
        check_tensorboard()
    recipe = recipes.RECIPES[args.recipe]
    source = ModelSource(
        args.variant,
        args.pretrain_corpus_path,
        args.reading_params_path,
        sizes_of(args),
        recipe.dropout,
        args.seed,
        args.device,
    )
    same = {
        field.name: getattr(args, field.name) for field in fields(RunConfig) if field.name in args
    }
    own = {
        "source": source,
        "recipe_name": args.recipe,
        "recipe": recipe,
        "learning_rate": args.learning_rate or args.pretrain_lr or args.finetune_lr,  # one at most
        "argv": tuple(argv),
    }
    return RunConfig(**same | own)


def trained_source(args):
    """The ModelSource of what parser_for_trained has parsed. Bad input is an InputError."""
    check_paths(args)
    return ModelSource(
        args.variant,
        args.pretrain_corpus_path,
        args.reading_params_path,
        sizes_of(args),
        device="cpu",
    )


def build_parser():
    """The parser of run.py."""
    names = ", ".join(f"{name} ({recipe.summary})" for name, recipe in recipes.RECIPES.items())
    parser = Parser(
        prog="run.py",
        description="Pretrain a character-level GPT on biographies, finetune it on questions about"
        " birth places, and evaluate it on people whose question it has not seen.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # the command that resumes is made by adding and removing whole flags
    )
    add = parser.add_argument
    add("function", choices=tuple(REQUIRED), help="what to do")
    add("variant", choices=recipes.VARIANTS, help="the attention that the model is built with")
    add(
        "pretrain_corpus_path",
        metavar="PRETRAIN_CORPUS",
        help="the biographies, one a line; needed always, because the vocabulary comes from them",
    )
    paths = parser.add_argument_group("files").add_argument
    paths("--reading_params_path", metavar="PATH", help="parameters to start from, or to evaluate")
    paths("--writing_params_path", metavar="PATH", help="where trained parameters go")
    paths("--finetune_corpus_path", metavar="PATH", help="question TAB place, one pair a line")
    paths("--eval_corpus_path", metavar="PATH", help="questions, with or without places")
    paths("--outputs_path", metavar="PATH", help="where predictions go, one a line")
    add_model(parser)
    ours = parser.add_argument_group("training").add_argument
    ours(
        "--recipe",
        choices=tuple(recipes.RECIPES),
        default="handout",
        help=f"the hyperparameters of all phases: {names} (default: %(default)s)",
    )
    ours(
        "--epochs",
        type=int_in_range(0),
        metavar="N",
        help="passes over the data; 0 writes the initial parameters (default: the recipe's)",
    )
    ours(
        "--budget",
        type=partial(positive, below=1e9),  # so that the steps can be counted
        metavar="PFLOP",
        help="length of training as work, instead of --epochs, in PFLOP: 10^15 operations. A real"
        f" token takes {recipes.FLOP_PER_TOKEN / 1e6:g} million operations in the"
        " assignment's model. 10 minutes to an hour on two CPU cores are about 0.2 (default: the"
        " recipe's)",
    )
    ours(
        "--max_steps",
        type=int_in_range(1),
        metavar="N",
        help="stop after N optimizer steps; except with handout the rate then falls to 0 at step N",
    )
    ours(
        "--batch_size",
        type=int_in_range(1),
        metavar="N",
        help="examples a step (default: the recipe's), or"
        f" questions decoded together (default: {recipes.BATCH_QUESTIONS})",
    )
    ours(
        "--learning_rate",
        type=positive,
        metavar="X",
        help="AdamW's rate at the schedule's peak, for example 6e-3 (default: the recipe's);"
        " Muon's, where a recipe has one, is scaled with it",
    )
    for flag in ("--pretrain_lr", "--finetune_lr"):
        ours(
            flag,
            type=positive,
            metavar="X",
            help=f"--learning_rate of {flag[2:-3]} alone, as the assignment's later years have it",
        )
    ours(
        "--tb_expt_name",
        type=file_name,
        metavar="NAME",
        help="write loss and rate for TensorBoard to expt/FUNCTION/NAME_VARIANT_lr_X; needs the"
        " package tensorboard",
    )
    ours(
        "--seed",
        type=int_in_range(0, 2**32 - 1),
        default=recipes.SEED,
        metavar="N",
        help="of initial parameters, spans and dropout (default: %(default)s)",
    )
    ours(
        "--num_workers",
        type=int_in_range(0),
        default=0,
        metavar="N",
        help="processes that prepare batches; changes no result (default: %(default)s)",
    )
    ours(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="where to compute; auto takes cuda, else mps, else cpu (default: %(default)s)",
    )
    ours(
        "--precision",
        choices=("auto", "fp32", "bf16"),
        default="auto",
        help="precision of training: fp32; or bf16, autocast with float32 parameters; auto is bf16"
        " on GPUs and CPUs with instructions for it (AVX512-BF16, AMX), else fp32. A run that is"
        " resumed keeps its own (default: %(default)s)",
    )
    ours(
        "--compile",
        action="store_true",
        help="train through torch.compile: slower than without on two CPU cores, untried on a GPU;"
        " without a C++ compiler there is a note, and training goes on",
    )
    saving = parser.add_argument_group("unfinished runs").add_argument
    saving(
        "--resume",
        action="store_true",
        help="continue from the checkpoint, PARAMS.checkpoint beside --writing_params_path, which"
        f" is written every {recipes.CHECKPOINT_SECONDS / 60:g} minutes and when a signal stops the"
        " run; the result is that of an uninterrupted run",
    )
    saving(
        "--checkpoint_every",
        type=int_in_range(1),
        metavar="N",
        help="write a checkpoint at the end of every Nth epoch too",
    )
    saving(
        "--keep_checkpoint",
        action="store_true",
        help="keep the checkpoint when the run is complete",
    )
    return parser


def add_model(parser):
    """Add the flags of the model's sizes."""
    model = parser.add_argument_group("model (default: as the parameters read were trained)")
    model.add_argument(
        "--block_size",
        type=int_in_range(8),
        metavar="N",
        help=f"characters of context (else {recipes.BLOCK_SIZE})",
    )
    sizes = {
        "n_layer": "layers",
        "n_embd": "width of the states",
        "n_head": f"heads of a layer; without it, one for {recipes.HEAD_WIDTH} of --n_embd",
    }
    for name, summary in sizes.items():
        model.add_argument(
            f"--{name}",
            type=int_in_range(1),
            metavar="N",
            help=f"{summary} (else {recipes.MODEL[name]})",
        )
    for name, option in recipes.OPTIONS.items():
        model.add_argument(
            f"--{name}",
            type=int_in_range(option.least),
            metavar="N",
            help=f"{option.summary} (else {option.default})",
        )


def parser_for_trained(prog, description):
    """A parser of the arguments that name a trained model."""
    parser = Parser(
        prog=prog,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("variant", choices=tuple(recipes.VARIANTS), help="the attention that the parameters have")
    corpus = "the text that they were trained on, such as wiki.txt"
    add("pretrain_corpus_path", metavar="PRETRAIN_CORPUS", help=corpus)
    add("--reading_params_path", metavar="PATH", required=True, help="the parameters")
    add_model(parser)
    return parser


def png_path(text):
    """An argparse type: a path where a picture can be written. Needs matplotlib."""
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(f"expected a name that ends in .png, got {text}")
    if not os.path.isdir(os.path.dirname(os.path.abspath(text))):
        raise argparse.ArgumentTypeError(f"expected an existing folder, got {text}; create it")
    try:
        import matplotlib.figure  # noqa: F401
    except ModuleNotFoundError:
        raise argparse.ArgumentTypeError(
            f"expected matplotlib, got none in {sys.executable}; install it with: python -m pip"
            " install -r requirements-report.txt"
        ) from None
    return text


def file_name(text):
    """An argparse type: a name without a path."""
    if not text.strip(". ") or os.path.basename(text) != text:
        raise argparse.ArgumentTypeError(f"expected a name without a folder, got {text!r}")
    return text


def int_in_range(low, high=MOST):
    """An argparse type: a whole number from `low` to `high`."""

    def parse(text):
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            most = "up" if high == MOST and number < low else f"to {high}"
            raise argparse.ArgumentTypeError(
                f"expected a whole number from {low} {most}, got {text!r}"
            )
        return number

    return parse


def positive(text, below=float("inf")):
    """An argparse type: a number above 0, and below another."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < below:
        limit = "" if below == float("inf") else f", below {below:g}"
        raise argparse.ArgumentTypeError(f"expected a number above 0{limit}, got {text!r}")
    return number
