"""All variants on the command line: they train, decode and are evaluated, with their options."""

import json
import re

import pytest
import torch

import model
import recipes
import run
from attention import VARIANTS


@pytest.fixture
def built(monkeypatch):
    """The command line with a small model; the models that it builds, in order."""
    config, gpt, models = model.GPTConfig, model.GPT, []
    sizes = dict(n_layer=2, n_head=2, n_embd=16)

    def build(config):
        models.append(gpt(config))
        return models[-1]

    monkeypatch.setattr(model, "GPTConfig", lambda *a, **k: config(*a, **{**k, **sizes}))
    monkeypatch.setattr(model, "GPT", build)
    return models


def command(world, function, name, *more, reads=None):
    argv = [function, name, world.wiki, "--device", "cpu", *more]
    if function == "evaluate":
        argv += ["--eval_corpus_path", world.dev, "--outputs_path", world.folder / f"{name}.out"]
    else:
        argv += ["--writing_params_path", world.folder / f"{name}.{function}", "--max_steps", 3]
    if function == "finetune":
        argv += ["--finetune_corpus_path", world.train]
    if reads is not None:
        argv += ["--reading_params_path", world.folder / reads]
    return [str(word) for word in argv]


@pytest.mark.parametrize("name", recipes.VARIANTS)
def test_all_values_have_the_default_type(name):
    torch.set_default_dtype(torch.float64)
    try:
        built = model.GPT(model.GPTConfig(11, 40, variant=name, n_layer=1, n_head=2, n_embd=8))
        logits, _ = built(torch.randint(11, (2, 39)))
    finally:
        torch.set_default_dtype(torch.float32)
    values = [*built.state_dict().values(), logits]
    assert {t.dtype for t in values if t.is_floating_point()} == {torch.float64}


def test_all_train_decode_and_differ(world, built, capsys):
    losses, answers = {}, {}
    for name in recipes.VARIANTS:
        run.main(command(world, "pretrain", name))
        run.main(command(world, "finetune", name, reads=f"{name}.pretrain"))
        run.main(command(world, "evaluate", name, reads=f"{name}.finetune"))
        last = built[-1]
        layers = [type(block.attn) for block in last.blocks]
        assert len(built) == 3 and layers == [VARIANTS[name]] * 2
        shown = capsys.readouterr().out
        assert f"number of parameters: {last.num_parameters()}\n" in shown and "Correct: " in shown
        text = (world.folder / f"{name}.out").read_text(encoding="utf-8")
        assert len(text.split("\n")) == 5
        for part in ("pretrain", "finetune"):
            record = (world.folder / f"{name}.{part}.json").read_text(encoding="utf-8")
            losses[name, part] = json.loads(record)["final_loss"]
        idx = torch.arange(40)[None] % last.config.vocab_size
        answers[name] = last(idx)[0].detach()
        built.clear()
    assert len(set(losses.values())) == len(losses) == 2 * len(VARIANTS) >= 14
    for name in VARIANTS:
        for other in VARIANTS:
            assert name == other or not torch.equal(answers[name], answers[other])


def test_options_come_from_the_record_of_the_parameters(world, built, capsys, refused):
    own = ("--window", 8, "--slots", 2, "--block_size", 150)
    run.main(command(world, "pretrain", "linformer", *own))
    record = json.loads((world.folder / "linformer.pretrain.json").read_text(encoding="utf-8"))
    assert [record[name] for name in ("window", "slots", "block_size")] == [8, 2, 150]
    assert "features" not in record
    run.main(command(world, "finetune", "linformer", reads="linformer.pretrain"))
    evaluate = command(world, "evaluate", "linformer", reads="linformer.finetune")
    run.main(evaluate)
    shown = capsys.readouterr().out
    assert shown.count("options: block_size 150, window 8, slots 2\n") == 3
    assert all(m.config.window == 8 and m.get_block_size() == 150 for m in built)
    says = "window: expected that of its record, 8, got 9; give the variant, its options"
    assert says in refused(*evaluate, "--window", 9)
    assert "block_size: expected that of its record, 150" in refused(*evaluate, "--block_size", 128)
    assert "--slots: expected at most --window, 8, got 9; " in refused(*evaluate, "--slots", 9)
    (world.folder / "linformer.finetune.json").unlink()
    assert "expected (1, 128, 16), got (1, 150, 16)" in refused(*evaluate)
    run.main([*evaluate, *map(str, own)])


@pytest.mark.parametrize(
    ("name", "flag", "expected"),
    [
        ("linformer", "window", r"compress: expected \(4, 15\), got \(4, 16\)"),
        ("bigbird", "window", r"blocks: expected \(9, 4\), got \(8, 4\)"),
        ("bigbird", "random_blocks", r"blocks: expected \(8, 3\), got \(8, 4\)"),
        ("performer", "features", r"features: expected \(109, 8\), got \(110, 8\)"),
        ("perceiver", "bottleneck_dim", r"latents: expected \(26, 16\), got \(32, 16\)"),
    ],
)
def test_without_a_record_the_shapes_tell(world, built, refused, name, flag, expected):
    run.main(command(world, "pretrain", name, "--epochs", 0))
    (world.folder / f"{name}.pretrain.json").unlink()
    evaluate = command(world, "evaluate", name, reads=f"{name}.pretrain")
    run.main(evaluate)
    other = recipes.OPTIONS[flag].default - 1
    line = refused(*evaluate, f"--{flag}", other)
    assert re.search(expected, line) and "its variant's options are others" in line


def test_a_checkpoint_of_other_options_is_refused(world, built, refused):
    keep = ("--keep_checkpoint", "--checkpoint_every", 1)
    run.main(command(world, "pretrain", "bigbird", *keep, "--window", 8))
    (world.folder / "bigbird.pretrain").unlink()
    resume = command(world, "pretrain", "bigbird", "--resume", *keep)
    assert "window: expected 8, got 16; continue with" in refused(*resume)


def test_options_of_other_variants_are_noted(world, built, capsys):
    run.main(command(world, "pretrain", "vanilla", "--features", 9))
    shown = capsys.readouterr()
    assert "note: vanilla does not use --features\n" in shown.err and "options:" not in shown.out


def test_a_longer_block_counts_in_the_schedule(world, built):
    run.main(command(world, "pretrain", "rope", "--block_size", 200))
    record = json.loads((world.folder / "rope.pretrain.json").read_text(encoding="utf-8"))
    assert record["final_tokens"] == 200 * 10 * 200 and record["block_size"] == 200


def test_options_that_make_no_sense(world, refused):
    for flag, value, least in (("window", 0, 1), ("random_blocks", -1, 0), ("block_size", 7, 8)):
        line = refused(*command(world, "pretrain", "bigbird", f"--{flag}={value}"))
        assert f"argument --{flag}: expected a whole number from {least} up" in line
