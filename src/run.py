"""The command line: pretrain, finetune, evaluate.

    python src/run.py pretrain vanilla wiki.txt --writing_params_path vanilla.pretrain.params

torch is imported inside the functions, after the arguments have been checked.
"""

import argparse
import os
import sys
import time
from dataclasses import replace

import machine
import recipes
from errors import InputError

REQUIRED = {  # flags that each function cannot do without
    "pretrain": ("writing_params_path",),
    "finetune": ("writing_params_path", "finetune_corpus_path"),
    "evaluate": ("reading_params_path", "eval_corpus_path", "outputs_path"),
}

USED = {  # and those that it may have
    "pretrain": ("reading_params_path", "writing_params_path"),
    "finetune": ("reading_params_path", "writing_params_path", "finetune_corpus_path"),
    "evaluate": REQUIRED["evaluate"],
}
PATHS = {flag for flags in USED.values() for flag in flags}

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

Add --recipe short to the first two for minutes instead of hours on a CPU. Finetuning without
--reading_params_path starts from scratch: the assignment's comparison without pretraining.
"""


def main(argv=None):
    """Run one function.

    Bad input ends in SystemExit(2), a loss that is not finite, too little memory or an error of the
    system in 1, a signal in 128 + its number.
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    args.argv = sys.argv[1:] if argv is None else argv
    for flag in REQUIRED[args.function]:
        if getattr(args, flag) is None:
            parser.error(f"{args.function} needs --{flag} PATH")
    if args.resume and args.function == "evaluate":
        parser.error("--resume continues pretrain and finetune; evaluate has nothing to continue")
    for flag in PATHS:
        if flag not in USED[args.function] and getattr(args, flag) is not None:
            print(f"note: {args.function} does not use --{flag}", file=sys.stderr)
    try:
        check_paths(args)
        run(args)
    except InputError as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    except ModuleNotFoundError as error:
        parser.exit(
            2,
            f"{parser.prog}: error: expected {error.name}, got none in {sys.executable}; run the"
            " Python that has requirements.txt installed, such as .venv/bin/python\n",
        )
    except KeyboardInterrupt:
        parser.exit(130, f"\n{parser.prog}: interrupted; nothing was written\n")
    except OSError as error:  # what no path of the user's explains: a log on a full disk, a pipe
        resume = "" if args.function == "evaluate" else "; --resume continues the run"
        parser.exit(1, f"{parser.prog}: stopped: {error}{resume}\n")
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        remedy = "a smaller --batch_size" + (", or --device cpu" if args.device != "cpu" else "")
        parser.exit(1, f"{parser.prog}: stopped: out of memory; try {remedy}\n")


def is_out_of_memory(error):
    """Whether an exception says so: Python, CUDA, and torch's CPU and MPS each in their own way."""
    words = ("out of memory", "can't allocate memory")
    return isinstance(error, MemoryError) or any(word in str(error) for word in words)


# ------------------------------------------------------------------------ arguments, without torch


def build_parser():
    names = ", ".join(f"{name} ({recipe.summary})" for name, recipe in recipes.RECIPES.items())
    parser = argparse.ArgumentParser(
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
    ours = parser.add_argument_group("training").add_argument
    ours(
        "--recipe",
        choices=tuple(recipes.RECIPES),
        default="handout",
        help=f"the hyperparameters of all phases: {names} (default: %(default)s)",
    )
    ours(
        "--epochs",
        type=whole(0),
        metavar="N",
        help="passes over the data; 0 writes the initial parameters (default: the recipe's)",
    )
    ours("--max_steps", type=whole(1), metavar="N", help="stop after N optimizer steps")
    ours(
        "--batch_size",
        type=whole(1),
        metavar="N",
        help="examples a step (default: the recipe's), or"
        " questions decoded together (default: 128)",
    )
    ours(
        "--learning_rate",
        type=positive,
        metavar="X",
        help="the schedule's peak, for example 6e-3 (default: the recipe's)",
    )
    ours(
        "--seed",
        type=whole(0, 2**32 - 1),
        default=recipes.SEED,
        metavar="N",
        help="of initial parameters, spans and dropout (default: %(default)s)",
    )
    ours(
        "--num_workers",
        type=whole(0),
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
        type=whole(1),
        metavar="N",
        help="write a checkpoint at the end of every Nth epoch too",
    )
    saving(
        "--keep_checkpoint",
        action="store_true",
        help="keep the checkpoint when the run is complete",
    )
    return parser


def whole(low, high=None):
    """An argparse type: a whole number from `low` up, to `high` if given."""
    expected = f"a whole number from {low}" + (f" to {high}" if high is not None else " up")

    def parse(text):
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < low or (high is not None and number > high):
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
        return number

    return parse


def positive(text):
    """An argparse type: a finite number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return number


def check_paths(args):
    """Find what would fail at the end of a long run before its start."""
    for flag in ("reading_params_path", "finetune_corpus_path", "eval_corpus_path"):
        path = getattr(args, flag)
        if path is not None and not os.path.isfile(path):
            got = "a folder" if os.path.isdir(path) else "no such file"
            raise InputError(f"--{flag}: expected a file, got {got}: {path}; check the path")
    inputs = ("pretrain_corpus_path", "reading_params_path", "finetune_corpus_path")
    inputs = [getattr(args, flag) for flag in (*inputs, "eval_corpus_path")]
    read = {os.path.realpath(path) for path in inputs if path is not None}
    for flag in ("writing_params_path", "outputs_path"):
        path = getattr(args, flag)
        if path is None:
            continue
        if {os.path.realpath(path), os.path.realpath(f"{path}.json")} & read:
            raise InputError(
                f"--{flag}: expected a file of its own, got an input: {path}; name another"
            )
        folder = os.path.dirname(os.path.abspath(path))
        if not path or os.path.exists(path) and not os.path.isfile(path):
            raise InputError(f"--{flag}: expected a file's path, got {path!r}; add a name")
        if not os.path.isdir(folder):
            raise InputError(f"--{flag}: expected an existing folder, got {folder}; create it")
        if not os.access(folder, os.W_OK):
            raise InputError(f"--{flag}: expected a folder to write in, got {folder}; name another")


# ------------------------------------------------------------------------------ the three functions


def run(args):
    """Build what all functions share, then do the one that was asked for."""
    machine.prepare_cpu()

    import utils
    from dataset import CharCorruptionDataset
    from files import load_parameters, read_text
    from model import GPT, GPTConfig
    from record import check_record

    device = utils.pick_device(args.device)
    utils.set_seed(args.seed)
    recipe = recipes.RECIPES[args.recipe]
    corpus = CharCorruptionDataset(read_text(args.pretrain_corpus_path), recipes.BLOCK_SIZE)
    print(corpus)
    config = GPTConfig(
        corpus.vocab_size,
        corpus.block_size,
        variant=args.variant,
        embd_pdrop=recipe.dropout,
        resid_pdrop=recipe.dropout,
        attn_pdrop=recipe.dropout,
    )
    model = GPT(config).to(device)
    print(f"number of parameters: {model.num_parameters()}")
    if args.reading_params_path is not None:
        about = {"variant": args.variant, "vocabulary": "".join(corpus.itos.values())}
        check_record(args.reading_params_path, about)
        load_parameters(model, args.reading_params_path)
    if args.function == "evaluate":
        evaluate(args, model, corpus)
    else:
        train(args, recipe, model, corpus)


def train(args, recipe, model, corpus):
    """Pretrain, or finetune: from scratch where no parameters were read."""
    import session
    from dataset import NameDataset
    from files import read_text
    from trainer import Trainer, TrainerConfig

    phase, dataset = recipe.pretrain, corpus
    if args.function == "finetune":
        phase = recipe.finetune if args.reading_params_path else recipe.scratch
        path = args.finetune_corpus_path
        dataset = NameDataset(corpus, read_text(path), path)
    own = {
        "max_epochs": args.epochs,
        "batch_size": args.batch_size,
        "learning_rate": args.learning_rate,
    }
    phase = replace(phase, **{name: value for name, value in own.items() if value is not None})
    config = TrainerConfig(
        max_epochs=phase.max_epochs,
        batch_size=phase.batch_size,
        learning_rate=phase.learning_rate,
        betas=recipe.betas,
        grad_norm_clip=recipe.grad_norm_clip,
        weight_decay=recipe.weight_decay,
        lr_decay=True,
        warmup_tokens=recipe.warmup_tokens,
        final_tokens=recipe.final_tokens(phase, len(corpus), len(dataset)),
        ckpt_path=args.writing_params_path,
        num_workers=args.num_workers,
        seed=args.seed,
        max_steps=args.max_steps,
    )
    checkpoint = session.checkpoint_of(args, recipe, corpus, config)
    trainer = Trainer(model, dataset, None, config, checkpoint)
    print(
        f"{args.function} {args.variant}: device {trainer.device}, recipe {args.recipe},"
        f" seed {args.seed}, {len(dataset)} examples, {phase.max_epochs} epochs,"
        f" {trainer.total_steps} steps of {phase.batch_size} examples",
        flush=True,
    )
    session.train(args, trainer)


def evaluate(args, model, corpus):
    """Write the model's answers to the questions of a file, and score them if it has places."""
    import utils
    from checkpoint import versions
    from dataset import parse_questions
    from files import read_text, write_text
    from record import say_replaced, sha256, write_record
    from session import command

    path, started = args.eval_corpus_path, time.monotonic()
    rows = parse_questions(read_text(path), path)
    batch_size = args.batch_size or recipes.BATCH_QUESTIONS
    asked = [question for question, _ in rows]
    answers = utils.predict_places(model, corpus, asked, path, batch_size)
    facts = {
        "command": command(args.argv),
        **versions(next(model.parameters()).device),
        "variant": args.variant,
        "corpus_sha256": sha256(args.pretrain_corpus_path),
        "eval_corpus": path,
        "eval_corpus_sha256": sha256(path),
        "parameters": args.reading_params_path,
        "parameters_sha256": sha256(args.reading_params_path),
        "questions": len(answers),
        "seconds": round(time.monotonic() - started, 1),
    }
    say_replaced(
        args.outputs_path,
        {name: facts[name] for name in ("eval_corpus_sha256", "parameters_sha256")},
    )
    write_text(args.outputs_path, "".join(f"{answer}\n" for answer in answers))
    total, correct = utils.evaluate_places(path, answers)
    if total:
        print(utils.score_line(total, correct))
        facts |= {"correct": correct, "accuracy": correct / total}
    else:
        print(f"Predictions written to {args.outputs_path}; no targets provided")
    write_record(args.outputs_path, facts)


if __name__ == "__main__":
    main()
