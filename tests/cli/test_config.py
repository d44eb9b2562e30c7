"""The description of a run: made of the arguments, frozen, and the source of its command."""

import dataclasses
import json
import shlex

import pytest
from conftest import CORPUS

import recipes
from cli import arguments
from cli.config import CHANGES_NOTHING, ModelSource
from cli.record import write_record
from dataset import CharCorruptionDataset
from support.errors import InputError
from support.files import sha256
from trainer import TrainerConfig


def parse(world, *more, function="pretrain", variant="vanilla"):
    argv = [function, variant, world.wiki, "--writing_params_path", world.folder / "p", *more]
    return arguments.parse([str(word) for word in argv])


def test_every_argument_has_its_field(world):
    """Each flag's value is found under the flag's name, or under the name that the table gives."""
    renamed = {
        "variant": "source.variant",
        "pretrain_corpus_path": "source.corpus_path",
        "reading_params_path": "source.parameters_path",
        "seed": "source.seed",
        "device": "source.device",
        "recipe": "recipe_name",
        **{name: f"source.sizes.{name}" for name in ("block_size", "window", "slots")},
        **{name: f"source.sizes.{name}" for name in recipes.MODEL},
    }
    values = {
        **{"reading_params_path": world.dev, "finetune_corpus_path": world.train},
        **{"block_size": 30, "window": 9, "slots": 3, "recipe": "mixed", "epochs": 5},
        **{"max_steps": 11, "batch_size": 13, "learning_rate": 0.5, "seed": 17},
        **{"tb_expt_name": "first", "n_layer": 3, "n_embd": 20, "n_head": 5},
        **{"num_workers": 19, "device": "cpu", "precision": "bf16", "checkpoint_every": 23},
    }
    flags = [word for name, value in values.items() for word in (f"--{name}", value)]
    flags += ["--compile", "--resume", "--keep_checkpoint"]
    config = parse(world, *flags, variant="linformer")
    found = dataclasses.asdict(config)
    argv = [str(word) for word in flags]
    given = vars(arguments.build_parser().parse_args(["pretrain", "linformer", "w", *argv]))
    given |= {"pretrain_corpus_path": str(world.wiki), "writing_params_path": config.argv[4]}
    for name, value in given.items():
        if name in recipes.OPTIONS and name not in recipes.VARIANTS["linformer"]:
            continue
        if name in ("pretrain_lr", "finetune_lr"):  # other words for learning_rate
            continue
        field = found
        for part in renamed.get(name, name).split("."):
            field = field[part]
        assert field == value, name
    assert parse(world, "--pretrain_lr", "0.25").learning_rate == 0.25
    assert config.recipe is recipes.RECIPES["mixed"]
    assert config.source.dropout == config.recipe.dropout


def sizes(world, *flags):
    return parse(world, *flags).source.sizes


def test_the_models_sizes_are_as_given_else_as_recorded_else_usual(world):
    given = {"n_layer": 4, "n_head": 8}  # stay, for a file of other sizes to be refused
    assert sizes(world, "--n_layer", 4, "--n_head", 8) == {"block_size": 128, **given}
    assert sizes(world, "--n_embd", 96) == {"block_size": 128, "n_embd": 96, "n_head": 3}
    found = sizes(world, "--n_layer", 2, "--n_embd", 96, "--n_head", 6)
    assert found == {"block_size": 128, "n_layer": 2, "n_embd": 96, "n_head": 6}
    path = world.folder / "old.params"
    path.write_bytes(b"parameters")
    write_record(path, {"n_layer": 3, "n_head": 4, "n_embd": 64})
    read = ("--reading_params_path", path)
    assert sizes(world, *read) == {"block_size": 128, "n_layer": 3, "n_embd": 64, "n_head": 4}
    with pytest.raises(InputError, match="--n_embd: expected a multiple of --n_head, 5, got 256"):
        sizes(world, "--n_head", 5)
    with pytest.raises(
        InputError, match="expected a multiple of 3, its heads without --n_head, got 100"
    ):
        sizes(world, "--n_embd", 100)


def test_flags_that_the_function_does_not_use_are_none(world, capsys):
    config = parse(world, "--outputs_path", world.folder / "o", "--window", 4)
    assert config.outputs_path is None and config.source.sizes == {"block_size": 128}
    assert capsys.readouterr().err.splitlines() == [
        "note: pretrain does not use --outputs_path",
        "note: vanilla does not use --window",
    ]


def test_evaluation_says_which_flags_it_does_not_use(world, capsys):
    argv = ["evaluate", "vanilla", world.wiki, "--reading_params_path", world.dev]
    argv += ["--eval_corpus_path", world.dev, "--outputs_path", world.folder / "o"]
    given = ["--epochs", 3, "--recipe", "fast", "--precision", "bf16", "--compile", "--seed", 1]
    plain = arguments.parse(list(map(str, argv)))
    assert capsys.readouterr().err == ""
    config = arguments.parse(list(map(str, [*argv, *given])))
    assert capsys.readouterr().err.splitlines() == [
        f"note: evaluate does not use --{flag}"
        for flag in ("recipe", "epochs", "precision", "compile")
    ]
    assert (config.epochs, config.precision, config.compile) == (None, plain.precision, False)


def test_a_record_whose_sizes_cannot_be_meant_is_ignored(world):
    path = world.folder / "old.params"
    path.write_bytes(b"parameters")
    write_record(path, {"n_head": 0, "n_layer": -1})
    assert sizes(world, "--reading_params_path", path) == {"block_size": 128}


def test_sizes_are_given_else_recorded_else_default(world):
    path = world.folder / "old.params"
    path.write_bytes(b"parameters")
    write_record(path, {"block_size": 64, "window": 8})
    reading = ("--reading_params_path", path)
    config = parse(world, *reading, "--window", 10, variant="linformer")
    assert list(config.source.sizes.items()) == [("block_size", 64), ("window", 10), ("slots", 4)]


def test_a_trained_model_is_read_on_the_cpu(world):
    parser = arguments.parser_for_trained("tool.py", "")
    argv = ["vanilla", str(world.wiki), "--reading_params_path", str(world.dev)]
    source = arguments.trained_source(parser.parse_args(argv))
    assert source == ModelSource(
        *("vanilla", str(world.wiki), str(world.dev), {"block_size": 128}),
        **{"dropout": 0.0, "seed": recipes.SEED, "device": "cpu"},
    )


def test_its_fields_cannot_be_set(world):
    config = parse(world)
    for thing, name in ((config, "epochs"), (config.source, "seed")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, 1)


def test_the_command_with_and_without_resume(world):
    for given in ((), ("--resume",), ("--resume", "--epochs", "2")):
        config = parse(world, *given)
        argv = shlex.split(config.command())[2:]
        assert argv == list(config.argv) and argv[5:] == list(given)
        without = [word for word in argv if word != "--resume"]
        assert shlex.split(config.command(resume=False))[2:] == without
        resumed = shlex.split(config.command(resume=True))[2:]
        assert resumed == (argv if given else [*argv, "--resume"])


def test_the_identity_is_what_the_parameters_depend_on(world):
    corpus = CharCorruptionDataset(CORPUS, 128)
    settings = TrainerConfig(seed=7, ckpt_path="p", num_workers=3, compile=True, batch_size=5)
    identity = parse(world, "--seed", "7").identity(settings, corpus)
    fields = [field.name for field in dataclasses.fields(settings)]
    nothing = ("num_workers", "ckpt_path", "compile", "writer")  # changes the parameters
    assert set(nothing) == set(CHANGES_NOTHING)
    fields = [name for name in fields if name not in (*nothing, "seed")]
    hashes = ("corpus_sha256", "finetune_corpus_sha256", "reading_params_sha256")
    assert list(identity) == [
        *("function", "variant", "block_size", "recipe", "seed", *hashes, *fields),
        *("dropout", "objective", "vocabulary"),
    ]
    assert identity == parse(world, "--seed", "7", "--n_layer", "4").identity(settings, corpus)
    assert identity["corpus_sha256"] == sha256(world.wiki) and identity["seed"] == 7
    assert identity["batch_size"] == 5 and identity["dropout"] == 0.1
    assert json.dumps(identity)
