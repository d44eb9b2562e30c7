"""The command line: pretrain, finetune, evaluate.

    python src/run.py pretrain vanilla wiki.txt --writing_params_path vanilla.pretrain.params

torch is imported inside the functions, after the arguments have been checked.
"""

import math
import sys
import time
from dataclasses import replace

import recipes
from cli import loading
from cli.arguments import build_parser, parse
from support import machine, ranks, torchrun
from support.errors import one_line_errors


def main(argv=None):
    """Run one function.

    The exit code is 2 for bad input. It is 1 for a loss that is not finite, too little memory or an
    error of the system, and 128 + its number for a signal.
    """
    parser = build_parser()
    with one_line_errors(parser), torchrun.first_prints():
        run(parse(argv, parser))


def run(config):
    """Build the model and the corpus, then do what the RunConfig asks for.

    Under torchrun several processes do it together.
    """
    machine.prepare_cpu()
    config = replace(config, source=loading.sized(config.source))
    ours = ranks.join(config.source.device)
    model, corpus = loading.build(config.source)
    if config.function == "evaluate":
        evaluate(config, model, corpus, ours)
    else:
        train(config, model, corpus, ours)
    ranks.leave(ours)


def train(config, model, corpus, ours):
    """Pretrain or finetune. Finetuning is from scratch if no parameters were read."""
    from cli import session
    from cli.scalars import scalars_of
    from data.examples import mean_tokens
    from trainer import Trainer, TrainerConfig

    seed = config.source.seed
    plan, dataset = task(config, corpus)
    flop = recipes.flop_per_token(model.config.n_layer, model.config.n_embd)
    work = mean_tokens(dataset, seed) * flop / 1e15  # PFLOP an example
    plan, steps = length(config, plan, len(dataset), work)
    device = next(model.parameters()).device
    settings = TrainerConfig(
        **config.recipe.trainer_settings(plan, len(corpus), corpus.block_size),
        ckpt_path=config.writing_params_path,
        num_workers=config.num_workers,
        seed=seed,
        max_steps=steps,
        precision=ours.from_first(session.precision_of, config, device),
        compile=config.compile,
        writer=scalars_of(config, plan.learning_rate) if ours.first else None,
    )
    checkpoint = session.checkpoint_of(config, settings, corpus)
    trainer = Trainer(model, dataset, None, settings, checkpoint, ours)
    pflop = trainer.total_steps / trainer.steps_per_epoch * len(dataset) * work
    print(
        f"{config.function} {config.source.variant}: device {trainer.device},"
        f"{'' if ours.alone else f' {ours.world} processes,'} {settings.precision},"
        f" recipe {config.recipe_name}, seed {seed}, {len(dataset)} examples,"
        f" {plan.max_epochs} epochs, {trainer.total_steps} steps of {plan.batch_size} examples,"
        f" {pflop:.2g} PFLOP",
        flush=True,
    )
    facts = {"pflop": pflop, "parameters": model.num_parameters()}
    try:
        session.train(config, trainer, facts | {"finetune_corpus": config.finetune_corpus_path})
    finally:
        if settings.writer is not None:
            settings.writer.close()


def task(config, corpus):
    """The recipe's plan for the function, and the dataset that it trains on."""
    from data.kept import text_at
    from data.windows import FactWindows
    from dataset import NameDataset

    recipe, questions, path = config.recipe, None, config.finetune_corpus_path
    if path is not None:
        questions = NameDataset(corpus, text_at(path), path)
        for note in questions.notes:
            print(f"note: {path}: {note}", file=sys.stderr)
    if config.function == "finetune":
        return recipe.finetune if config.source.parameters_path else recipe.scratch, questions
    if recipe.objective is None:
        return recipe.pretrain, corpus
    return recipe.pretrain, FactWindows(corpus, recipe.objective, questions)


def length(config, plan, n_examples, work):
    """The plan with the user's own numbers, and the number of steps after which it stops, or None.

    `work` is the PFLOP of one example.
    """
    own = {
        "max_epochs": config.epochs,
        "batch_size": config.batch_size,
        "learning_rate": config.learning_rate,
        "budget": config.budget,
    }
    if config.learning_rate is not None and plan.muon_rate is not None:
        own["muon_rate"] = plan.muon_rate * config.learning_rate / plan.learning_rate
    plan = replace(plan, **{name: value for name, value in own.items() if value is not None})
    if plan.max_epochs is not None and config.budget is None:
        return plan, config.max_steps
    epochs = plan.budget / (work * n_examples)
    steps_per_epoch = math.ceil(n_examples / plan.batch_size)
    steps, epochs = max(1, round(epochs * steps_per_epoch)), max(1, math.ceil(epochs))
    return replace(plan, max_epochs=epochs), min(steps, config.max_steps or steps)


def evaluate(config, model, corpus, ours):
    """Write the model's answers to the questions of a file. Score them if the file has places.

    The ranks answer shares of the questions. The first one writes.
    """
    import utils
    from cli.record import note_overwritten, write_record
    from data.text import can_spell, parse_questions
    from support.files import read_text, sha256, write_text
    from training.checkpoint import versions

    source, path, started = config.source, config.eval_corpus_path, time.monotonic()
    rows = parse_questions(read_text(path), path)
    batch_size = config.batch_size or recipes.BATCH_QUESTIONS
    loading.print_notes(rows, path, corpus, source.parameters_path)
    asked = [question for question, _ in rows]
    hashes = {
        "corpus_sha256": sha256(source.corpus_path),
        "eval_corpus_sha256": sha256(path),
        "parameters_sha256": sha256(source.parameters_path),
    }
    ours.check_same(hashes)
    answers = utils.predict_places(model, corpus, asked, path, batch_size, ours)
    if not ours.first:
        return
    facts = {
        "command": config.command(),
        **versions(next(model.parameters()).device),
        "variant": source.variant,
        **source.sizes,
        "eval_corpus": path,
        "parameters": source.parameters_path,
        **hashes,
        "processes": ours.world,
        "questions": len(answers),
        "seconds": round(time.monotonic() - started, 1),
    }
    note_overwritten(
        config.outputs_path,
        {name: facts[name] for name in ("eval_corpus_sha256", "parameters_sha256")},
    )
    write_text(config.outputs_path, "".join(f"{answer}\n" for answer in answers))
    total, correct = utils.evaluate_places(path, answers)
    if total:
        print(utils.score_line(total, correct))
        beyond = sum(not can_spell(place, corpus.stoi) for _, place in rows)
        if beyond:
            print(
                "note: no answer is right where a place has characters that the corpus lacks:"
                f" {beyond} of {len(rows)}",
                file=sys.stderr,
            )
        facts |= {"correct": correct, "accuracy": correct / total}
    else:
        print(f"Predictions written to {config.outputs_path}; no targets provided")
    write_record(config.outputs_path, facts)


if __name__ == "__main__":
    main()
