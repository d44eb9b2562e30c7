"""The command line: the assignment's commands to the end, and everything that it refuses."""

import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import torch
from conftest import CORPUS, ROOT

import recipes
import run
from attention import VARIANTS
from cli.record import read_record
from data.examples import mean_tokens
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig
from support import machine

VOCABULARY = len(set(CORPUS)) + 2


def call(capsys, *argv):
    """Run a command that succeeds; return what it printed."""
    run.main([str(argument) for argument in argv])
    return capsys.readouterr().out


def train_args(world, function="pretrain", variant="vanilla", **flags):
    """A short training command; a flag of None is left out."""
    flags = {"writing_params_path": world.folder / "out.params", "max_steps": 2} | flags
    if function == "finetune":
        flags = {"finetune_corpus_path": world.train} | flags
    argv = [function, variant, world.wiki]
    for name, value in flags.items():
        argv += [] if value is None else [f"--{name}", value]
    return argv


def evaluate_args(world, params, variant="vanilla", corpus="dev"):
    return [
        *("evaluate", variant, world.wiki, "--reading_params_path", params),
        *("--eval_corpus_path", getattr(world, corpus)),
        *("--outputs_path", world.folder / f"{corpus}.predictions"),
    ]


# ----------------------------------------------------------------------------------- it works


def test_the_whole_experiment(world, variant, capsys):
    pretrained, finetuned = world.folder / "pre.params", world.folder / "fine.params"
    model = GPT(config(variant=variant))
    corpus = CharCorruptionDataset(CORPUS, 128)
    work = 2 * len(corpus) * mean_tokens(corpus, 224) * 20.8e6 / 1e15
    device = machine.pick_device("auto")
    where = f"device {device}, {machine.pick_precision('auto', device)}, recipe handout, seed 224,"
    shown = call(capsys, *train_args(world, variant=variant, writing_params_path=pretrained))
    assert shown.splitlines() == [
        f"data has {len(CORPUS)} characters, {VOCABULARY} unique.",
        f"number of parameters: {model.num_parameters()}",
        f"pretrain {variant}: {where}"
        f" 10 examples, 650 epochs, 2 steps of 128 examples, {work:.2g} PFLOP",
        f"Parameters written to {pretrained}",
    ]
    model.load_state_dict(torch.load(pretrained), strict=True)
    assert type(model.blocks[0].attn) is VARIANTS[variant]
    shown = call(
        capsys,
        *train_args(
            world,
            "finetune",
            variant,
            writing_params_path=finetuned,
            reading_params_path=pretrained,
        ),
    )
    assert "5 examples, 10 epochs, 2 steps of 256 examples" in shown
    shown = call(capsys, *evaluate_args(world, finetuned, variant))
    assert re.search(r"\nCorrect: \d\.0 out of 4\.0: \d+\.0%\n$", shown)
    assert len((world.folder / "dev.predictions").read_text(encoding="utf-8").split("\n")) == 5
    shown = call(capsys, *evaluate_args(world, finetuned, variant, "test"))
    path = world.folder / "test.predictions"
    assert shown.endswith(
        "No gold birth places provided; returning (0,0)\n"
        f"Predictions written to {path}; no targets provided\n"
    )
    assert len(path.read_text(encoding="utf-8").split("\n")) == 3


@pytest.mark.parametrize(("name", "count"), [("vanilla", 3323392), ("synthesizer", 3076988)])
def test_parameter_counts_on_the_bundled_data(name, count, capsys, tmp_path):
    argv = (
        "pretrain",
        name,
        ROOT / "wiki.txt",
        "--epochs",
        0,
        "--writing_params_path",
        tmp_path / "p",
    )
    shown = call(capsys, *argv)
    assert f"number of parameters: {count}\n" in shown and ", 256 unique." in shown


def test_training_learns_by_heart_and_evaluation_finds_it(world, capsys):
    path = world.folder / "learnt.params"
    argv = train_args(world, "finetune", writing_params_path=path, max_steps=60, learning_rate=1e-2)
    argv += ["--n_layer", 2, "--n_embd", 64]
    call(capsys, *argv, "--epochs", 60, "--batch_size", 5, "--precision", "fp32")
    world.dev.write_bytes(world.train.read_bytes())
    assert "Correct: 5.0 out of 5.0: 100.0%" in call(capsys, *evaluate_args(world, path))
    predictions = (world.folder / "dev.predictions").read_text(encoding="utf-8")
    assert predictions == "Graz\nOslo\nLondon\nHaifa\nLagos\n"
    accent = "\u0301"  # a character of its own, which the corpus lacks
    world.dev.write_text(f"Where was Ann born?\tO{accent}slo\n", encoding="utf-8")
    run.main([str(argument) for argument in evaluate_args(world, path)])
    shown = capsys.readouterr()
    assert "Correct: 0.0 out of 1.0" in shown.out
    assert "characters that the corpus lacks: 1 of 1\n" in shown.err


def test_the_seed_decides_and_no_epochs_write_the_start(world, capsys):
    states = []
    for seed, flags in ((1, {}), (1, {"num_workers": 2}), (2, {})):
        call(capsys, *train_args(world, seed=seed, epochs=0, max_steps=None))
        start = torch.load(world.folder / "out.params")
        call(capsys, *train_args(world, seed=seed, batch_size=4, **flags))
        states.append((start, torch.load(world.folder / "out.params")))
    for same, other in zip(states[0], states[1], strict=True):
        assert all(torch.equal(same[name], other[name]) for name in same)
    assert all(
        not torch.equal(states[0][i]["head.weight"], states[2][i]["head.weight"]) for i in (0, 1)
    )
    assert not torch.equal(states[0][0]["head.weight"], states[0][1]["head.weight"])


def test_files_with_carriage_returns_and_a_byte_order_mark(world, capsys):
    before = call(capsys, *train_args(world, "finetune", max_steps=1))
    for path in (world.wiki, world.train):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    (world.folder / "out.params").unlink()
    assert call(capsys, *train_args(world, "finetune", max_steps=1)) == before


@pytest.mark.parametrize("recipe", ["mixed", "distant"])
def test_recipes_that_look_for_answers_in_the_text_find_them_in_any_form(world, capsys, recipe):
    """Names and places of the questions are compared with the corpus's."""
    world.wiki.write_text(world.wiki.read_text(encoding="utf-8").replace("Graz", "Gräz"), "utf-8")
    pairs = world.train.read_text(encoding="utf-8").replace("Graz", "Gräz")
    written = []
    for form in ("NFC", "NFD"):
        world.train.write_text(unicodedata.normalize(form, pairs), encoding="utf-8")
        path = world.folder / form
        call(
            capsys,
            *train_args(world, recipe=recipe, writing_params_path=path, n_layer=1, n_embd=32),
            *("--finetune_corpus_path", world.train),
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_a_loss_that_is_not_finite_keeps_the_last_good_step(world, refused):
    line = refused(*train_args(world, learning_rate=1e30, max_steps=9), code=1)
    path = world.folder / "out.params"
    says = (
        r"run.py: stopped: expected a finite loss and gradient, got (nan|inf).* at epoch 2 iter 0"
    )
    assert re.match(says + r" \(step 2, learning rate 1\.\d+e\+29\)", line), line
    assert "a lower learning rate, for example 3e+29" in line
    says = "is of step 1: delete it to begin again"
    assert line.endswith(f"; {path}.checkpoint {says}")
    state = torch.load(f"{path}.checkpoint", weights_only=True)["state"]
    assert not path.exists() and all(t.isfinite().all() for t in state["model"].values())


# ------------------------------------------------------------------------------ it refuses


def test_missing_required_flags(world, refused):
    line = refused("pretrain", "vanilla", world.wiki)
    assert line == "run.py: error: pretrain needs --writing_params_path PATH; see --help"
    assert "needs --finetune_corpus_path" in refused(
        *train_args(world, "finetune", finetune_corpus_path=None)
    )
    for flag in ("reading_params_path", "eval_corpus_path", "outputs_path"):
        argv = evaluate_args(world, world.wiki)
        at = argv.index(f"--{flag}")
        assert f"needs --{flag} PATH" in refused(*argv[:at], *argv[at + 2 :])


@pytest.mark.parametrize(
    ("flag", "values", "says"),
    [
        ("epochs", ("-1", "two", "1.5"), "expected a whole number from 0 up"),
        ("max_steps", ("0", "-3", "x"), "expected a whole number from 1 up"),
        ("batch_size", ("0", "-3", ""), "expected a whole number from 1 up"),
        ("num_workers", ("-1", "many"), "expected a whole number from 0 up"),
        ("learning_rate", ("0", "-1e-3", "nan", "inf", "fast"), "expected a number above 0"),
        ("budget", ("0", "1e308"), "expected a number above 0, below 1e+09"),
        ("batch_size", (str(10**20),), "expected a whole number from 1 to 1000000000, got '1000"),
        ("seed", ("-1", "4294967296"), "expected a whole number from 0 to 4294967295"),
        ("recipe", ("hand-out",), "choose from"),
        ("device", ("gpu",), "choose from"),
    ],
)
def test_settings_that_make_no_sense(world, refused, flag, values, says):
    for value in values:
        line = refused(*train_args(world), f"--{flag}={value}")
        assert line.startswith(f"run.py: error: argument --{flag}: ") and says in line


def test_a_mistyped_flag_gets_a_hint(world, refused):
    line = refused(*train_args(world), "--max_step", 3)
    assert line.endswith("unrecognized arguments: --max_step 3; did you mean --max_steps?")
    assert refused(*train_args(world), "--n-layer", 3).endswith("3; did you mean --n_layer?")
    assert refused(*train_args(world), "--xyz").endswith("--xyz; see --help")


def test_unknown_names(world, refused):
    assert "invalid choice: 'vanila'" in refused(*train_args(world, variant="vanila"))
    assert "invalid choice: 'train'" in refused("train", "vanilla", world.wiki)
    if not torch.cuda.is_available():
        assert "--device cuda: expected such a device" in refused(*train_args(world, device="cuda"))


def write(path, raw):
    path.write_bytes(raw)
    return path


def link(path, target):
    path.symlink_to(target)
    return path


def pipe(path):
    os.mkfifo(path)
    return path


def save(path, thing):
    torch.save(thing, path)
    return path


BAD_INPUT = {
    "no such corpus": (
        lambda w: ("pretrain", {}, {"wiki": w.folder / "no.txt"}),
        "got no such file",
    ),
    "corpus is a folder": (lambda w: ("pretrain", {}, {"wiki": w.folder}), "Is a directory"),
    "empty corpus": (
        lambda w: ("pretrain", {}, {"wiki": write(w.folder / "e", b"")}),
        "empty file",
    ),
    "reserved mask": (
        lambda w: ("pretrain", {}, {"wiki": write(w.folder / "m", "a\nb⁇\n".encode())}),
        "line 2: expected text without the reserved",
    ),
    "reserved pad": (
        lambda w: ("pretrain", {}, {"wiki": write(w.folder / "m", "□".encode())}),
        "line 1: expected text without the reserved",
    ),
    "corpus in latin-1": (
        lambda w: ("pretrain", {}, {"wiki": write(w.folder / "l", "é".encode("latin-1"))}),
        "expected UTF-8",
    ),
    "no such tsv": (
        lambda w: ("finetune", {"finetune_corpus_path": w.folder / "no.tsv"}, {}),
        "--finetune_corpus_path: expected a file, got no such file",
    ),
    "tsv is a folder": (
        lambda w: ("finetune", {"finetune_corpus_path": w.folder}, {}),
        "--finetune_corpus_path: expected a file, got a folder",
    ),
    "empty tsv": (lambda w: ("finetune", {}, {"train": write(w.train, b"\n")}), "empty file"),
    "tsv without answers": (
        lambda w: ("finetune", {"finetune_corpus_path": w.test}, {}),
        "test.tsv, line 1: expected question TAB place",
    ),
    "row without a tab": (
        lambda w: ("finetune", {}, {"train": write(w.train, b"a\tb\nc\n")}),
        "train.tsv, line 2: expected question TAB place, got 0 tabs",
    ),
    "row with two tabs": (
        lambda w: ("finetune", {}, {"train": write(w.train, b"a\tb\tc\n")}),
        "train.tsv, line 1: expected question TAB place, got 2 tabs",
    ),
    "empty place": (
        lambda w: ("finetune", {}, {"train": write(w.train, b"a\tb\nc\t\n")}),
        "train.tsv, line 2: expected a question and a place",
    ),
    "long question": (
        lambda w: ("finetune", {}, {"train": write(w.train, b"a" * 126 + b"\tb\n")}),
        "train.tsv, line 1: expected a question and a place of at most 126",
    ),
    "unknown character": (
        lambda w: ("finetune", {}, {"train": write(w.train, "a\tÆ\n".encode())}),
        "train.tsv, line 1: expected characters of the pretraining corpus, got 'Æ'",
    ),
    "params that are a folder": (
        lambda w: ("pretrain", {"reading_params_path": w.folder}, {}),
        "--reading_params_path: expected a file, got a folder",
    ),
    "params that are text": (
        lambda w: ("pretrain", {"reading_params_path": w.wiki}, {}),
        "wiki.txt: expected a parameter file",
    ),
    "params of another variant": (
        lambda w: (
            "pretrain",
            {
                "reading_params_path": save(
                    w.folder / "p", GPT(config(variant="synthesizer")).state_dict()
                )
            },
            {},
        ),
        "blocks.0.attn.key.weight: expected (256, 256), got no such tensor; the file is of another",
    ),
    "params of another vocabulary": (
        lambda w: (
            "pretrain",
            {"reading_params_path": save(w.folder / "p", GPT(config(vocab_size=33)).state_dict())},
            {},
        ),
        f"tok_emb.weight: expected ({VOCABULARY}, 256), got (33, 256)",
    ),
    "output in no folder": (
        lambda w: ("pretrain", {"writing_params_path": w.folder / "no" / "p"}, {}),
        "--writing_params_path: expected an existing folder",
    ),
    "output that is a folder": (
        lambda w: ("pretrain", {"writing_params_path": w.folder}, {}),
        "--writing_params_path: expected a file's path",
    ),
    "output that is an input": (
        lambda w: ("pretrain", {"writing_params_path": w.wiki}, {}),
        "--writing_params_path: expected a file of its own, got an input",
    ),
    "output whose record is an input": (
        lambda w: (
            "pretrain",
            {"writing_params_path": w.folder / "x"},
            {"wiki": write(w.folder / "x.json", CORPUS.encode())},
        ),
        "--writing_params_path: expected a file of its own, got an input",
    ),
    "output whose lock is an input": (
        lambda w: (
            "pretrain",
            {"writing_params_path": w.folder / "x"},
            {"wiki": write(w.folder / "x.lock", CORPUS.encode())},
        ),
        "--writing_params_path: expected a file of its own, got an input",
    ),
    "output that is an input's record": (
        lambda w: (
            "pretrain",
            {"writing_params_path": f"{w.wiki}.json"},
            {},
        ),
        "--writing_params_path: expected a file of its own, got an input",
    ),
    "corpus that can be read once": (
        lambda w: ("pretrain", {}, {"wiki": os.devnull}),
        f"{os.devnull}: expected a file, got a pipe or a device",
    ),
    "output that is a device": (
        lambda w: ("pretrain", {"writing_params_path": os.devnull}, {}),
        "--writing_params_path: expected a file's path",
    ),
    "output that leads nowhere": (
        lambda w: ("pretrain", {"writing_params_path": link(w.folder / "x", "no/p")}, {}),
        "--writing_params_path: expected an existing folder, got",
    ),
    "output that is its own record": (
        lambda w: (
            "pretrain",
            {"writing_params_path": link(w.folder / "x.json", "x").with_suffix("")},
            {},
        ),
        "--writing_params_path: expected a file's path, got a link",
    ),
    "output whose record would replace another file": (
        lambda w: (
            "pretrain",
            {"writing_params_path": w.folder / "package"},
            {"x": write(w.folder / "package.json", b'{"name": "precious"}')},
        ),
        "package.json, got another file; move it, or name another output",
    ),
    "parameters whose curve would replace another file": (
        lambda w: (
            "pretrain",
            {"writing_params_path": w.folder / "sales"},
            {"x": write(w.folder / "sales.csv", b"year,tons\n1999,3\n")},
        ),
        "sales.csv, got another file; move it, or name another output",
    ),
    "output that leads to an input": (
        lambda w: ("pretrain", {"writing_params_path": link(w.folder / "x", w.wiki)}, {}),
        "--writing_params_path: expected a file of its own, got an input",
    ),
    "output that has no room for the checkpoint's name": (
        lambda w: ("pretrain", {"writing_params_path": w.folder / ("p" * 235)}, {}),
        "File name too long; shorten it: names of up to 29 characters more are made from it",
    ),
    "questions that can be read once": (
        lambda w: ("finetune", {"finetune_corpus_path": pipe(w.folder / "x")}, {}),
        "--finetune_corpus_path: expected a file, got a pipe or a device",
    ),
    "no output": (
        lambda w: ("pretrain", {"writing_params_path": ""}, {}),
        "--writing_params_path: expected a file's path",
    ),
}


def config(**changes):
    return GPTConfig(**{"vocab_size": VOCABULARY, "block_size": 128} | changes)


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_line_and_changes_no_file(world, refused, case):
    make, says = BAD_INPUT[case]
    function, flags, paths = make(world)
    vars(world).update(paths)
    (world.folder / "out.params").write_text("precious")
    before = snapshot(world.folder)
    line = refused(*train_args(world, function, **flags))
    assert line.startswith("run.py: error: ") and says in line
    assert snapshot(world.folder) == before


def test_bad_evaluation_changes_no_file(world, refused):
    params = world.folder / "p.params"
    run.main(
        [str(a) for a in train_args(world, writing_params_path=params, epochs=0, max_steps=None)]
    )
    (world.folder / "dev.predictions").write_text("precious")
    for raw, says in (
        (b"a?\tb\nc?\n", "dev.tsv, line 2: expected question TAB place, got 0 tabs"),
        (b"a?\nc?\tb\n", "dev.tsv, line 1: expected question TAB place, got 0 tabs"),
        (b"a" * 128, "dev.tsv, line 1: expected a question of at most 127 characters, got 128"),
        ("\u6f22?\n".encode(), "dev.tsv, line 1: expected characters of the pretraining corpus"),
        (b"", "got an empty file"),
    ):
        world.dev.write_bytes(raw)
        before = snapshot(world.folder)
        line = refused(*evaluate_args(world, params))
        assert line.startswith("run.py: error: ") and says in line
        assert snapshot(world.folder) == before


def test_evaluation_knows_before_it_decodes(world, refused, monkeypatch):
    params = world.folder / "p.params"
    run.main([str(a) for a in train_args(world, writing_params_path=params, epochs=0)])
    monkeypatch.setattr(run, "evaluate", None)
    output = world.folder / "dev.predictions"
    (world.folder / "dev.predictions.json").mkdir()
    assert "--outputs_path: expected a file's path, got a folder" in refused(
        *evaluate_args(world, params)
    )
    link(output, "nowhere/file")
    assert "--outputs_path: expected an existing folder" in refused(*evaluate_args(world, params))
    output.unlink()
    world.dev.unlink()
    pipe(world.dev)
    assert "--eval_corpus_path: expected a file, got a pipe" in refused(
        *evaluate_args(world, params)
    )


# ------------------------------------------------------------------------- as a process


def test_help_and_argument_errors_need_no_torch():
    code = "import sys; sys.argv[1:] = {}; sys.path.insert(0, 'src'); import run\n"
    code += "try: run.main()\nfinally: print('torch' in sys.modules)"
    for argv in (["--help"], ["pretrain", "vanilla", "x"], ["evaluate", "vanila"]):
        result = subprocess.run(
            [sys.executable, "-c", code.format(argv)], cwd=ROOT, capture_output=True, text=True
        )
        assert result.stdout.splitlines()[-1] == "False"
        assert result.returncode == (0 if argv == ["--help"] else 2)


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run.main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for flag in ("--recipe", "--epochs", "--max_steps", "--batch_size", "--seed", "--device"):
        assert flag in shown
    assert "python src/run.py pretrain vanilla wiki.txt" in shown and "default: 224" in shown
    assert "handout (the assignment's hyperparameters" in shown


def test_ctrl_c_is_one_line(world, monkeypatch, refused):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "train", interrupt)
    assert refused(*train_args(world), code=130) == "run.py: interrupted"


def test_the_script_runs_from_anywhere(world):
    argv = [sys.executable, ROOT / "src" / "run.py", *train_args(world, epochs=0, max_steps=None)]
    result = subprocess.run(
        [str(argument) for argument in argv], cwd=world.folder, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert (world.folder / "out.params").exists()


def test_without_torch_one_line_says_which_python(world, monkeypatch, refused):
    def missing(_):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(run, "run", missing)
    line = refused(*train_args(world))
    assert line.startswith(f"run.py: error: expected torch, got none in {sys.executable}; run the")


def test_every_recipe_runs_to_an_answer(world, variant, capsys):
    for recipe in recipes.RECIPES:
        paths = [world.folder / f"{recipe}.{phase}.params" for phase in ("pre", "fine")]
        mixed = world.train if recipe in ("mixed", "distant") else None
        flags = {"variant": variant, "recipe": recipe, "batch_size": 4}
        flags |= {"n_layer": 1, "n_embd": 64}
        shown = call(
            capsys,
            *train_args(world, writing_params_path=paths[0], finetune_corpus_path=mixed, **flags),
        )
        assert f"recipe {recipe}" in shown
        argv = train_args(
            world, "finetune", writing_params_path=paths[1], reading_params_path=paths[0], **flags
        )
        call(capsys, *argv)
        assert "Correct: " in call(capsys, *evaluate_args(world, paths[1], variant))
        record = json.loads(Path(f"{paths[0]}.json").read_text(encoding="utf-8"))
        assert (record["objective"] is None) == (recipe == "handout")


def test_the_rules_of_the_game(world, refused):
    line = refused(*train_args(world, recipe="mixed"))
    assert "mixes into pretraining, got none; add --finetune_corpus_path PATH" in line
    for recipe in ("handout", "fast"):
        line = refused(*train_args(world, recipe=recipe, finetune_corpus_path=world.train))
        assert f"expected no questions in pretraining with --recipe {recipe}, got" in line
    line = refused(*train_args(world, epochs=1, budget=0.1))
    assert "--epochs and --budget: expected one of them, got both" in line
    assert not list(world.folder.glob("out.*"))


def test_a_budget_is_a_number_of_real_tokens(world, capsys):
    tokens = mean_tokens(CharCorruptionDataset(CORPUS, 128), 224)
    pflop = 30 * tokens * 20.8e6 / 1e15  # 30 examples
    shown = call(capsys, *train_args(world, budget=pflop, batch_size=5, max_steps=None))
    assert f" 3 epochs, 6 steps of 5 examples, {pflop:.2g} PFLOP" in shown


def test_the_precision_of_training_is_in_the_record(world, capsys):
    path = world.folder / "p"
    pretrain = ["pretrain", "vanilla", world.wiki, "--writing_params_path", path, "--device", "cpu"]
    auto = machine.pick_precision("auto", torch.device("cpu"))
    for given, used in (([], auto), (["--precision", "bf16"], "bf16")):
        run.main([str(word) for word in (*pretrain, "--max_steps", 1, *given)])
        assert f"device cpu, {used}, recipe handout" in capsys.readouterr().out
        assert json.loads((world.folder / "p.json").read_text())["precision"] == used


def test_flags_without_effect_are_noted(world, capsys):
    run.main([str(a) for a in train_args(world, eval_corpus_path="no such file", epochs=0)])
    assert "note: pretrain does not use --eval_corpus_path" in capsys.readouterr().err


@pytest.mark.parametrize("variant", ["vanilla", "synthesizer", "rope"])
def test_another_size_is_read_back_and_fits_a_plain_gpt(world, capsys, variant):
    """From the record, and from names and shapes where the record is gone."""
    sizes = {"n_layer": 2, "n_embd": 64, "n_head": 2}
    path, tuned = world.folder / "small.params", world.folder / "tuned.params"
    common = [variant, str(world.wiki), "--device", "cpu", "--epochs", "1"]
    flags = [f"--{name}={size}" for name, size in sizes.items()]
    run.main(["pretrain", *common, *flags, "--writing_params_path", str(path)])
    assert read_record(path).items() >= sizes.items()
    state = torch.load(path, weights_only=True)
    corpus = CharCorruptionDataset(CORPUS, 128)
    plain = GPT(GPTConfig(corpus.vocab_size, 128, variant=variant, **sizes))
    plain.load_state_dict(state, strict=True)
    read = ["--reading_params_path", str(path), "--finetune_corpus_path", str(world.train)]
    for _ in range(2):
        capsys.readouterr()
        run.main(["finetune", *common, *read, "--writing_params_path", str(tuned)])
        assert f"number of parameters: {plain.num_parameters()}" in capsys.readouterr().out
        assert read_record(tuned).items() >= sizes.items()
        (world.folder / "small.params.json").unlink(missing_ok=True)  # as from elsewhere


def test_sizes_that_an_attention_cannot_have_are_one_line(world, refused):
    line = refused(*train_args(world, variant="rope", n_embd=24, n_head=8))
    assert (
        "expected heads of an even width, got 24 / 8; change one of them (--n_embd, --n_h" in line
    )
    plain = GPT(GPTConfig(VOCABULARY, 128, n_layer=1, n_embd=100, n_head=4))
    path = world.folder / "foreign.params"  # whose shapes do not tell its heads
    torch.save(plain.state_dict(), path)
    line = refused(*evaluate_args(world, path))
    assert "expected a multiple of n_head, got 100 and 3; change one of them (--n_embd, --n" in line
    run.main([str(word) for word in [*evaluate_args(world, path), "--n_head", 4]])


def test_questions_in_the_place_of_the_corpus_are_noted(world, capsys):
    run.main([str(a) for a in train_args(world, epochs=0)])
    assert "have tabs" not in capsys.readouterr().err
    world.wiki = world.train
    run.main([str(a) for a in train_args(world, epochs=0)])
    assert f"note: {world.train}: its lines have tabs" in capsys.readouterr().err


def test_sizes_that_disagree_are_refused_by_name(world, refused):
    path, out = world.folder / "small.params", world.folder / "out.params"
    run.main([str(word) for word in train_args(world, writing_params_path=path, n_layer=1)])
    for flag, says in (
        (["--n_layer", 2], "n_layer: expected that of its record, 1, got 2"),
        (["--n_layer", 4], "n_layer: expected that of its record, 1, got 4"),
        (["--n_embd", 48], "n_embd: expected that of its record, 256, got 48; leave --n_embd out"),
    ):
        argv = ["finetune", "vanilla", world.wiki, "--reading_params_path", path, *flag]
        argv += ["--finetune_corpus_path", world.train, "--writing_params_path", out]
        assert says in refused(*argv, "--device", "cpu")
    path.with_name("small.params.json").unlink()  # as from elsewhere: its shapes tell
    argv = ["finetune", "vanilla", world.wiki, "--reading_params_path", path, "--n_layer", 4]
    argv += ["--finetune_corpus_path", world.train, "--writing_params_path", out]
    assert "small.params" in refused(*argv, "--device", "cpu")
