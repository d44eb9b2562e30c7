"""Values that cannot be meant are refused in one sentence, by every public function, -O or not."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

import dataset
import recipes
import utils
from data.windows import FactWindows
from dataset import CharCorruptionDataset, NameDataset
from layers.dropout import Dropout
from model import GPT, GPTConfig
from support.errors import InputError
from support.values import real
from trainer import Trainer, TrainerConfig

TSV = Path(dataset.__file__).parent.parent / "birth_dev.tsv"
IDS = torch.tensor([[3, 4]])
CORPUS = CharCorruptionDataset("Where was Bo born?\nOslo", 24)


def model(**changes):
    return GPT(
        GPTConfig(**dict(vocab_size=31, block_size=24, n_layer=1, n_head=2, n_embd=8) | changes)
    )


def trained(dataset=CORPUS, test=None, config=None, by=None, **changes):
    return Trainer(by or model(), dataset, test, config or TrainerConfig(**changes)).train()


def assigned(name, value=True):
    setattr(GPTConfig(11, 14), name, value)


CONFIG = {
    "vocab_size": (0, 11.0, True, "11"),
    "block_size": (0, -1, None),
    "n_layer": (0, 1.5),
    "n_head": (0, 3),
    "n_embd": (0, -8),
    "variant": ("vanila", None, ["rope"]),
    **dict.fromkeys(("embd_pdrop", "resid_pdrop", "attn_pdrop"), (1, -0.1, float("nan"), "0.1")),
    **{"window": (0, 2.5), "slots": (0,), "features": (0,), "bottleneck_dim": (0, "32")},
}
TRAINING = {
    **{"max_epochs": (-1, 1.5, None), "batch_size": (0, -1, 2.0), "num_workers": (-1, None)},
    **{"seed": (-1, 2**32, 1.0), "max_steps": (-1, 1.5), "precision": ("fp16", None)},
    **dict.fromkeys(("learning_rate", "weight_decay"), (-1, float("nan"), float("inf"), "1", None)),
    **dict.fromkeys(("warmup_tokens", "final_tokens"), (-1, "0")),
    **{"betas": (0.9, (0.9,), (0.9, 1.0), (0.9, None)), "grad_norm_clip": (0, -1, None)},
    **{"warmup_share": (-0.1, 1.1), "decay_share": (-0.1, 2), "muon_rate": (-1, "1")},
    **{
        "ckpt_path": (3, "nowhere/p", ".", "p\0", "\ud800"),
        "compile": ("no",),
        "lr_decay": (None,),
        "writer": ("log",),
    },
}
CASES = {
    **{
        f"GPTConfig({name}={value!r})": lambda name=name, value=value: model(**{name: value})
        for name, values in CONFIG.items()
        for value in values
    },
    "synthesizer of one position": lambda: model(variant="synthesizer", block_size=1),
    "odd heads": lambda: model(variant="rope", n_embd=6),
    "more slots than positions": lambda: model(variant="linformer", window=2, slots=3),
    "config.additive = True": lambda: assigned("additive"),
    "config.bottleneck_dim = 0": lambda: assigned("bottleneck_dim", 0),
    "Dropout(1)": lambda: Dropout(1),
    "a long idx": lambda: model()(torch.zeros(1, 25, dtype=torch.int64)),
    "an empty idx": lambda: model()(IDS[:, :0]),
    "a flat idx": lambda: model()(IDS[0]),
    "an id of another vocabulary": lambda: model()(IDS + 30),
    "a negative id": lambda: model().loss(IDS - 9, IDS),
    "a long row": lambda: trained(by=model(block_size=9)),
    **{
        f"TrainerConfig({name}={value!r})": lambda name=name, value=value: trained(**{name: value})
        for name, values in TRAINING.items()
        for value in values
    },
    "Trainer(None)": lambda: trained(by="a model"),
    "no parameters": lambda: trained(by=torch.nn.Identity()),
    "frozen parameters": lambda: trained(by=model().requires_grad_(False)),
    "no dataset": lambda: trained(None),
    "an empty dataset": lambda: trained([]),
    "an empty test dataset": lambda: trained(test=[]),
    "a dict as configuration": lambda: trained(config={"max_epochs": 1}),
    "Muon for any model": lambda: trained(by=torch.nn.Linear(1, 1), muon_rate=0.1),
    **{
        f"corpus {value!r}": lambda value=value: CharCorruptionDataset(value, 24)
        for value in ("", None, b"abc", ["abc"], "a\ud800")
    },
    **{
        f"block_size {value!r}": lambda value=value: CharCorruptionDataset("abc", value)
        for value in (7, 24.0, "24", None)
    },
    **{
        f"pairs {value!r}": lambda value=value: NameDataset(CORPUS, value)
        for value in ("", None, ["Where was Bo born?\tOslo"])
    },
    "pairs without a corpus": lambda: NameDataset("wiki.txt", "Where was Bo born?\tOslo"),
    "an unknown rule of phrases": lambda: FactWindows(CORPUS, recipes.FactWindowConfig("all", 0.0)),
    "answers without questions": lambda: FactWindows(
        CORPUS, recipes.FactWindowConfig("answers", 0.25)
    ),
    "two schedules": lambda: recipes.replace(recipes.RECIPES["fast"], decay_epochs=3),
    **{
        f"set_seed({value!r})": lambda value=value: utils.set_seed(value)
        for value in (-1, 2**32, 1.0, None, "1", True)
    },
    **{
        f"temperature {value!r}": lambda value=value: utils.sample(
            model(), IDS, 1, temperature=value, sample=True
        )
        for value in (-1, float("nan"), float("inf"), "1", None)
    },
    **{
        f"top_k {value!r}": lambda value=value: utils.sample(model(), IDS, 1, top_k=value)
        for value in (0, -1, 1.5)
    },
    **{
        f"steps {value!r}": lambda value=value: utils.sample(model(), IDS, value)
        for value in (-1, 1.5, None)
    },
    **{
        f"prompt {value!r}": lambda value=value: utils.sample(model(), value, 1)
        for value in (IDS[:, :0], IDS[:0], IDS[0], IDS.float(), IDS > 3, [[3, 4]], "Ada", IDS + 30)
    },
    **{
        f"lengths {value!r}": lambda value=value: utils.sample(model(), IDS, 1, lengths=value)
        for value in (
            [3],
            torch.tensor([0]),
            torch.tensor([1, 1]),
            [1.0],
            "2",
            torch.tensor(2),
            [True],
        )
    },
    "a model that says nothing of its context": lambda: utils.sample(torch.nn.Linear(1, 1), IDS, 1),
    **{
        f"questions {value!r}": lambda value=value: utils.predict_places(model(), CORPUS, value)
        for value in (None, "Where", [None], ["Where was Bo born?\n"], np.array("Bo"))
    },
    "no question at once": lambda: utils.predict_places(model(), CORPUS, ["Bo"], batch_size=0),
    **{
        f"predictions {str(value)[:20]}": lambda value=value: utils.evaluate_places(TSV, value)
        for value in (None, "x" * 500, dict.fromkeys(range(500)), set("ab"), [None] * 500)
    },
    **{
        f"predictions like {value!r}": lambda value=value: utils.evaluate_places(TSV, [value] * 500)
        for value in (None, 3, b"Oslo", "Oslo\n", "Oslo\r", torch.tensor(3))
    },
    "predictions for a number": lambda: utils.evaluate_places(3, ["Oslo"]),
    "predictions for half a letter": lambda: utils.evaluate_places("\ud800", ["Oslo"]),
    "predictions for two lines": lambda: utils.evaluate_places("a\nb", ["Oslo"]),
    "predictions for no path": lambda: utils.evaluate_places(None, ["Oslo"]),
}


def unsaid():
    """The names of the cases that end in anything but a ValueError that says what was expected."""
    found = []
    for name, case in CASES.items():
        try:
            case()
            found.append(f"{name}: passes")
        except ValueError as error:
            if "expected " not in str(error) or "; " not in str(error) or "\n" in str(error):
                found.append(f"{name}: {error}")
        except Exception as error:
            found.append(f"{name}: {error!r}")
    return found


def test_values_that_cannot_be_meant_are_refused_in_one_sentence():
    assert unsaid() == []


def test_also_where_assertions_are_switched_off():
    """python -O drops every assert, so a check must not be one."""
    code = "import test_values; print(__debug__, *test_values.unsaid(), sep='\\n')"
    argv = [sys.executable, "-O", "-c", code]
    folders = [Path(__file__).parent, Path(dataset.__file__).parent]
    env = {"PYTHONPATH": os.pathsep.join(map(str, folders)), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, cwd=folders[1].parent)
    assert done.stdout.splitlines() == ["False"], done.stdout + done.stderr


def test_a_path_is_refused_before_the_training(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "p")
    for name in ("folder", "link", "n" * 256):
        with pytest.raises(InputError, match="^ckpt_path: expected "):
            Trainer(model(), CORPUS, None, TrainerConfig(ckpt_path=tmp_path / name))


def test_numbers_of_numpy_are_numbers():
    """They are kept as plain ones, which a record can hold as JSON."""
    config = TrainerConfig(batch_size=np.int64(3), learning_rate=np.float32(0.5), betas=[0.5, 0.9])
    assert type(config.batch_size) is int and type(config.learning_rate) is float
    assert config.betas == (0.5, 0.9)
    assert type(GPTConfig(np.int64(11), 14).vocab_size) is int
    assert CharCorruptionDataset("abc", np.int64(16))[np.int64(0)][0].shape == (15,)
    utils.set_seed(np.int64(8))
    drawn = np.random.rand(), torch.rand(1).item()
    utils.set_seed(8)
    assert drawn == (np.random.rand(), torch.rand(1).item())


def test_the_ends_of_an_interval():
    assert real("p", 0, 0, 1) == 0 and real("p", Fraction(1, 2), 0, 1) == 0.5
    with pytest.raises(InputError, match="^p: expected a number from 0 to below 1, got 1; change"):
        real("p", 1, 0, 1)
    assert (
        TrainerConfig(warmup_share=1, decay_share=1, grad_norm_clip=float("inf")).decay_share == 1
    )
