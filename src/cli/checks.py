"""Refuses recipes, paths and sizes that cannot work, before a run begins. Imports no torch.

Every `args` here has the flags of arguments.py as attributes.
"""

import os
import sys

import recipes
from cli.record import check_place_of_record, read_record, record_path
from support.errors import InputError
from support.paths import check_input, check_output, real_path
from training.curve import check_place_of_curve, curve_path

INPUTS = ("reading_params_path", "finetune_corpus_path", "eval_corpus_path", "places_path")
OUTPUTS = {  # what is written at the path and this behind it
    "writing_params_path": (".json", ".lock", ".checkpoint", ".csv", ".checkpoint.csv"),
    "outputs_path": (".json",),
    "report_path": (),
}


def check_recipe(args):
    """Refuse a length given twice, and questions in pretraining that the recipe does not mix in."""
    if args.epochs is not None and args.budget is not None:
        raise InputError("--epochs and --budget: expected one of them, got both; leave one out")
    if args.function != "pretrain":
        return
    objective = recipes.RECIPES[args.recipe].objective
    mixes = objective is not None and objective.questions > 0
    if mixes and args.finetune_corpus_path is None:
        raise InputError(
            f"--recipe {args.recipe}: expected the training questions, which it mixes into"
            " pretraining, got none; add --finetune_corpus_path PATH"
        )
    if not mixes and args.finetune_corpus_path is not None:
        raise InputError(
            f"--finetune_corpus_path: expected no questions in pretraining with --recipe"
            f" {args.recipe}, got {args.finetune_corpus_path}; leave it out, or take --recipe"
            " distant"
        )


def check_rates(args):
    """Refuse a rate given twice."""
    if args.function != "evaluate" and args.learning_rate is not None:
        own = f"{args.function}_lr"
        if getattr(args, own) is not None:
            raise InputError(
                f"--learning_rate and --{own}: expected one of them, got both; leave one out"
            )


def check_paths(args):
    """Refuse paths that cannot be read or written, before a long run begins.

    A flag that the command does not have counts as not given.
    """
    inputs, outputs = (
        {flag: vars(args)[flag] for flag in flags if vars(args).get(flag) is not None}
        for flags in (INPUTS, OUTPUTS)
    )
    for flag, path in inputs.items():
        if flag == "reading_params_path" and not os.path.exists(path):
            check_is_finished(path)
        check_input(path, f"--{flag}")
    path = args.pretrain_corpus_path
    if not os.path.exists(path):
        raise InputError(
            f"PRETRAIN_CORPUS: expected a text behind the variant, such as wiki.txt, got no such"
            f" file: {path}; check the path"
        )
    if not os.path.isfile(path) and not os.path.isdir(path):
        raise InputError(f"{path}: expected a file, got a pipe or a device; write it to a file")
    read = {
        os.path.realpath(name)
        for path in (args.pretrain_corpus_path, *inputs.values())
        for name in (path, record_path(path), f"{path}.json", curve_path(path))
    }
    for flag, path in outputs.items():
        for suffix in ("", *OUTPUTS[flag]):
            name = f"{real_path(path)}{suffix}"
            if os.path.realpath(name) in read:
                raise InputError(
                    f"--{flag}: expected a file of its own, got an input: {name}; name another"
                )
        check_output(path, f"--{flag}", OUTPUTS[flag])
        if ".json" in OUTPUTS[flag]:
            check_place_of_record(path, f"--{flag}")
        if ".csv" in OUTPUTS[flag]:
            check_place_of_curve(path, f"--{flag}")


def check_is_finished(path):
    """Refuse parameters that are not there because their training has not ended."""
    checkpoint = f"{real_path(path)}.checkpoint"
    if os.path.exists(checkpoint):
        raise InputError(
            f"{path}: expected parameters, got those of an unfinished run, {checkpoint}; run its"
            " command again with --resume"
        )


def sizes_of(args):
    """block_size and the variant's options, by name, and the model's sizes that are given or not
    usual.

    A size is as given, else as in the record of the parameters to read, else the default. There is
    a note on the options of other variants.
    """
    for flag in recipes.OPTIONS:
        if flag not in recipes.VARIANTS[args.variant] and getattr(args, flag) is not None:
            print(f"note: {args.variant} does not use --{flag}", file=sys.stderr)
    known = read_record(args.reading_params_path) if args.reading_params_path else {}
    sizes = {"block_size": (recipes.BLOCK_SIZE, 8)} | {
        name: (option.default, option.least)
        for name, option in recipes.OPTIONS.items()
        if name in recipes.VARIANTS[args.variant]
    }
    for name, (default, least) in sizes.items():
        size = getattr(args, name)
        if size is None and type(known.get(name)) is int and known[name] >= least:
            size = known[name]
        sizes[name] = default if size is None else size
    if sizes.get("slots", 0) > sizes.get("window", 0):
        raise InputError(
            f"--slots: expected at most --window, {sizes['window']}, got {sizes['slots']};"
            " lower it, or widen the window"
        )
    return sizes | model_sizes(args, known)


def model_sizes(args, known):
    """n_layer, n_embd and n_head, if given, or if the record `known` says that they are unusual."""
    given = {name: size for name in recipes.MODEL if (size := getattr(args, name)) is not None}
    told = {name: known[name] for name in recipes.MODEL if type(known.get(name)) is int}
    told = {name: size for name, size in told.items() if size >= 1}
    told = {**recipes.MODEL, **told} if known else {}
    for name, size in given.items():
        if told.get(name, size) != size:
            raise InputError(
                f"{args.reading_params_path}: {name}: expected that of its record, {told[name]},"
                f" got {size}; leave --{name} out"
            )
    sizes = {**recipes.MODEL, **told, **given}
    if "n_embd" in given and "n_head" not in given and not known:
        sizes["n_head"] = max(1, sizes["n_embd"] // recipes.HEAD_WIDTH)
        if sizes["n_embd"] % sizes["n_head"]:
            raise InputError(
                f"--n_embd: expected a multiple of {sizes['n_head']}, its heads without --n_head,"
                f" got {sizes['n_embd']}; change it, or give --n_head"
            )
    if sizes["n_embd"] % sizes["n_head"]:
        raise InputError(
            f"--n_embd: expected a multiple of --n_head, {sizes['n_head']}, got"
            f" {sizes['n_embd']}; change one of them"
        )
    return recipes.unusual(sizes) | given
