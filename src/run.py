"""The command line: pretrain, finetune, evaluate.

    python src/run.py pretrain vanilla wiki.txt --writing_params_path vanilla.pretrain.params

torch is imported inside the functions, after the arguments have been checked.
"""

import math
import sys
import time
from dataclasses import replace

import recipes
from cli.arguments import (
    PATHS,
    REQUIRED,
    USED,
    build_parser,
    check_paths,
    check_recipe,
    sizes_of,
)
from support import machine
from support.errors import errors_as_lines


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
            setattr(args, flag, None)
    for flag in recipes.OPTIONS:
        if flag not in recipes.VARIANTS[args.variant] and getattr(args, flag) is not None:
            print(f"note: {args.variant} does not use --{flag}", file=sys.stderr)
    with errors_as_lines(parser):
        try:
            check_recipe(args)
            check_paths(args)
            run(args)
        except OSError as error:
            resume = "" if args.function == "evaluate" else "; --resume continues the run"
            parser.exit(1, f"{parser.prog}: stopped: {error}{resume}\n")
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            remedy = "a smaller --batch_size" + (
                ", or --device cpu" if args.device != "cpu" else ""
            )
            parser.exit(1, f"{parser.prog}: stopped: out of memory; try {remedy}\n")


def is_out_of_memory(error):
    """Whether an exception says so: Python, CUDA, and torch's CPU and MPS each in their own way."""
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(word in str(error) for word in words)


def run(args):
    """Build what all functions share, then do the one that was asked for."""
    sizes = sizes_of(args)
    model, corpus = build(args, sizes)
    if args.function == "evaluate":
        evaluate(args, sizes, model, corpus)
    else:
        train(args, sizes, recipes.RECIPES[args.recipe], model, corpus)


def build(args, sizes):
    """The model, with the parameters to be read where there are any, and the corpus."""
    machine.prepare_cpu()

    import utils
    from cli.record import check_record
    from dataset import CharCorruptionDataset
    from model import GPT, GPTConfig
    from support.files import load_parameters, read_text

    machine.prepare_products()
    device = utils.pick_device(args.device)
    utils.set_seed(args.seed)
    recipe = recipes.RECIPES[args.recipe]
    corpus = CharCorruptionDataset(read_text(args.pretrain_corpus_path), sizes["block_size"])
    print(corpus)
    config = GPTConfig(
        corpus.vocab_size,
        **sizes,
        variant=args.variant,
        embd_pdrop=recipe.dropout,
        resid_pdrop=recipe.dropout,
        attn_pdrop=recipe.dropout,
    )
    model = GPT(config).to(device)
    print(f"number of parameters: {model.num_parameters()}")
    if args.reading_params_path is not None:
        about = {"variant": args.variant, **sizes, "vocabulary": "".join(corpus.itos.values())}
        check_record(args.reading_params_path, about)
        load_parameters(model, args.reading_params_path)
    return model, corpus


def train(args, sizes, recipe, model, corpus):
    """Pretrain, or finetune: from scratch where no parameters were read."""
    import utils
    from cli import session
    from data.examples import mean_tokens
    from trainer import Trainer, TrainerConfig

    phase, dataset = task(args, recipe, corpus)
    work = mean_tokens(dataset, args.seed) * recipes.FLOP_PER_TOKEN / 1e15  # PFLOP an example
    phase, steps = length(args, phase, len(dataset), work)
    config = TrainerConfig(
        max_epochs=phase.max_epochs,
        batch_size=phase.batch_size,
        learning_rate=phase.learning_rate,
        betas=recipe.betas,
        grad_norm_clip=recipe.grad_norm_clip,
        weight_decay=recipe.weight_decay,
        lr_decay=True,
        warmup_tokens=recipe.warmup_tokens,
        final_tokens=recipe.final_tokens(len(corpus), corpus.block_size),
        warmup_share=recipe.warmup_share,
        decay_share=recipe.decay_share,
        muon_rate=phase.muon_rate,
        ckpt_path=args.writing_params_path,
        num_workers=args.num_workers,
        seed=args.seed,
        max_steps=steps,
        precision=utils.pick_precision(args.precision, next(model.parameters()).device),
        compile=args.compile,
    )
    checkpoint = session.checkpoint_of(args, sizes, recipe, corpus, config)
    trainer = Trainer(model, dataset, None, config, checkpoint)
    pflop = trainer.total_steps / trainer.steps_per_epoch * len(dataset) * work
    print(
        f"{args.function} {args.variant}: device {trainer.device}, {config.precision},"
        f" recipe {args.recipe}, seed {args.seed}, {len(dataset)} examples,"
        f" {phase.max_epochs} epochs, {trainer.total_steps} steps of {phase.batch_size} examples,"
        f" {pflop:.2g} PFLOP",
        flush=True,
    )
    session.train(args, trainer, {"pflop": pflop, "parameters": model.num_parameters()})


def task(args, recipe, corpus):
    """What the function trains on: the recipe's phase, and the dataset."""
    from data.windows import FactWindows
    from dataset import NameDataset
    from support.files import read_text

    questions, path = None, args.finetune_corpus_path
    if path is not None:
        questions = NameDataset(corpus, read_text(path), path)
    if args.function == "finetune":
        return recipe.finetune if args.reading_params_path else recipe.scratch, questions
    if recipe.objective is None:
        return recipe.pretrain, corpus
    return recipe.pretrain, FactWindows(corpus, recipe.objective, questions)


def length(args, phase, n_examples, work):
    """The phase with the user's own numbers, and the optimizer steps after which it stops, or None.

    `work` is an example's, in the budget's unit.
    """
    own = {
        "max_epochs": args.epochs,
        "batch_size": args.batch_size,
        "learning_rate": args.learning_rate,
        "budget": args.budget,
    }
    if args.learning_rate is not None and phase.muon_rate is not None:
        own["muon_rate"] = phase.muon_rate * args.learning_rate / phase.learning_rate
    phase = replace(phase, **{name: value for name, value in own.items() if value is not None})
    if phase.max_epochs is not None and args.budget is None:
        return phase, args.max_steps
    epochs = phase.budget / (work * n_examples)
    steps_per_epoch = math.ceil(n_examples / phase.batch_size)
    steps, epochs = max(1, round(epochs * steps_per_epoch)), max(1, math.ceil(epochs))
    return replace(phase, max_epochs=epochs), min(steps, args.max_steps or steps)


def evaluate(args, sizes, model, corpus):
    """Write the model's answers to the questions of a file, and score them if it has places."""
    import utils
    from cli.record import say_replaced, sha256, write_record
    from cli.session import command
    from data.text import parse_questions
    from support.files import read_text, write_text
    from training.checkpoint import versions

    path, started = args.eval_corpus_path, time.monotonic()
    rows = parse_questions(read_text(path), path)
    batch_size = args.batch_size or recipes.BATCH_QUESTIONS
    asked = [question for question, _ in rows]
    answers = utils.predict_places(model, corpus, asked, path, batch_size)
    facts = {
        "command": command(args.argv),
        **versions(next(model.parameters()).device),
        "variant": args.variant,
        **sizes,
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
        beyond = sum(not corpus.stoi.keys() >= set(place) for _, place in rows)
        if beyond:
            print(
                "note: no answer is right where a place has characters that the corpus lacks:"
                f" {beyond} of {len(rows)}",
                file=sys.stderr,
            )
        facts |= {"correct": correct, "accuracy": correct / total}
    else:
        print(f"Predictions written to {args.outputs_path}; no targets provided")
    write_record(args.outputs_path, facts)


if __name__ == "__main__":
    main()
