"""Fault injection: values given to the functions and configurations of the library, for fuzz.py.

Each is refused in one sentence, a ValueError that says what was expected, or it is accepted, and
then the result is the one that the function promises. A kind is as in fuzz_outside.py.
"""

import io
import math
import os
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from hypothesis import strategies as st

import recipes
import utils
from data.examples import mean_tokens
from dataset import CharCorruptionDataset, NameDataset
from fuzz_outside import timed
from model import GPT, GPTConfig
from support.errors import NonFiniteLoss
from trainer import Trainer, TrainerConfig

SIZES = dict(n_layer=1, n_head=2, n_embd=8)
IDS = torch.tensor([[3, 4, 5], [6, 2, 2]])
TEXT = "Where was Bo born?\nOslo"
QUESTIONS = ["Where was Bo born?", "Bo"]

NUMBERS = (
    *(-1, 0, 1, 2, 3, 7, 8, 16, 24, 31, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 1e-30, 1e30),
    *(math.nan, math.inf, -math.inf, Fraction(1, 2), 1j, np.int64(3)),
    *(np.float32(0.25), np.array(3), np.array([3]), torch.tensor(3), torch.tensor(0.5)),
)
THINGS = (
    *(
        None,
        True,
        False,
        "",
        "3",
        "vanilla",
        "bf16",
        "Bo",
        "a\ud800",
        "a\nb",
        "a\0",
        b"Bo",
        [],
        [3],
    ),
    *((), (0.9, 0.95), [0.9, 2], {}, {"a": 1}, {1}, [None], ["Bo"], ["Bo\n"], object(), len, int),
    *(torch.tensor([[3]]), torch.tensor([2, 3]), torch.empty(0), torch.tensor([[1.5]])),
)


LIKELY = (0, 1, 2, 3, 8, 16, 0.0, 0.25, 0.5, 1.0, None, np.int64(3), np.float32(0.25), True)


def odd(*more):
    """A strategy of values, one in two from `more`, or a number that is often right."""
    return st.sampled_from(more or LIKELY) | st.sampled_from((*NUMBERS, *THINGS))


def fields(names, **kinds):
    """A strategy of {field: value} for one to three of the names."""
    return st.dictionaries(st.sampled_from(names), st.none(), min_size=1, max_size=3).flatmap(
        lambda chosen: st.fixed_dictionaries({name: kinds.get(name, odd()) for name in chosen})
    )


# ----------------------------------------------------------- each calls a function, and checks it


def a_model(values):
    model = GPT(GPTConfig(**{**SIZES, "vocab_size": 31, "block_size": 24, **values}))
    x = torch.zeros(1, min(model.context, 3), dtype=torch.int64)
    logits, _ = model.eval()(x)
    assert logits.shape == (1, x.size(1), model.config.vocab_size) and logits.isfinite().all()


def a_training(values):
    corpus = CharCorruptionDataset(TEXT, 24)
    model = GPT(GPTConfig(corpus.vocab_size, 24, **SIZES))
    settings = TrainerConfig(**{"max_steps": 2, "batch_size": 2, **values})
    trainer = Trainer(model, corpus, None, settings)
    try:
        trainer.train()
    except ValueError:
        assert not trainer.losses, "refused after the work"
        raise
    assert len(trainer.losses) == trainer.total_steps
    assert all(math.isfinite(loss) for loss in trainer.losses)
    if settings.ckpt_path is not None:
        assert os.path.getsize(settings.ckpt_path) > 0


def a_sample(values):
    model = GPT(GPTConfig(31, 24, **SIZES))
    given = {"steps": 2, "temperature": 1.0, "sample": False, "x": IDS, **values}
    found = utils.sample(model, **given)
    steps, x = int(given["steps"]), given["x"]
    lengths = given.get("lengths")
    ends = [x.size(1)] * len(x) if lengths is None else [int(length) for length in lengths]
    assert found.shape == (len(x), x.size(1) + steps)
    for row, before, end in zip(found.tolist(), x.tolist(), ends, strict=True):
        assert row[:end] == before[:end] and all(0 <= id < 31 for id in row)
        if not given["sample"] or given["temperature"] == 0 or given.get("top_k") == 1:
            for at in range(end, end + steps):
                logits = model.eval()(torch.tensor([row[max(0, at - 24) : at]]))[0][0, -1]
                assert logits[row[at]] >= logits.max() - 1e-5, "not the likeliest"


def a_seed(values):
    utils.set_seed(**values)
    drawn = torch.rand(3).tolist(), np.random.rand()
    utils.set_seed(int(values["seed"]))
    assert drawn == (torch.rand(3).tolist(), np.random.rand())


def answers(values):
    corpus = CharCorruptionDataset(TEXT, 24)
    model = GPT(GPTConfig(corpus.vocab_size, 24, **SIZES))
    given = {"questions": QUESTIONS, **values}
    found = utils.predict_places(model, corpus, **given)
    assert len(found) == len(given["questions"])
    assert all(isinstance(text, str) and "\n" not in text for text in found)


def a_score(values):
    Path("places.tsv").write_text("Where?\tOslo\nWho?\tBo\n", encoding="utf-8")
    given = {"filepath": "places.tsv", "predicted_places": ["Oslo", "Rome"], **values}
    total, correct = utils.evaluate_places(**given)
    known = zip(("Oslo", "Bo"), given["predicted_places"], strict=True)
    assert (total, correct) == (2.0, sum(place == found for place, found in known))


def a_corpus(values):
    corpus = CharCorruptionDataset(**{"data": TEXT, "block_size": 24, **values})
    assert corpus.vocab_size == 2 + len(set("".join(corpus.data) + "\n" * (len(corpus) > 1)))
    for x, y in (corpus[0], corpus.example(0, 1, 2)):
        assert x.shape == y.shape == (corpus.block_size - 1,) and torch.equal(x[1:], y[:-1])
    assert mean_tokens(corpus, 1) > 0


def some_pairs(values):
    corpus = CharCorruptionDataset(TEXT, 40)
    pairs = NameDataset(**{"pretraining_dataset": corpus, "data": "Bo?\tOslo", **values})
    x, y = pairs[0]
    assert x.shape == y.shape == (pairs.block_size - 1,) and len(pairs) == len(pairs.pairs)


TRAINING = ("max_epochs", "batch_size", "learning_rate", "betas", "grad_norm_clip", "weight_decay")
TRAINING += ("lr_decay", "warmup_tokens", "final_tokens", "warmup_share", "decay_share")
TRAINING += ("muon_rate", "ckpt_path", "seed", "max_steps", "precision", "writer")
MODEL = (*SIZES, "vocab_size", "block_size", "variant", "embd_pdrop", "resid_pdrop", "attn_pdrop")
MODEL += ("window", "slots", "features", "bottleneck_dim")
CORPUS = CharCorruptionDataset(TEXT, 24)
FUNCTIONS = {  # what is called, and the arguments that are given
    a_model: fields(MODEL, variant=odd(*recipes.VARIANTS)),
    a_training: fields(
        TRAINING,
        ckpt_path=odd("p", "nowhere/p", "sub", "sub/p", ".", Path("q"), "a\0", "a\ud800"),
    ),
    a_sample: fields(
        ("steps", "temperature", "sample", "top_k", "x", "lengths"),
        sample=st.booleans(),
        x=odd(IDS, IDS[:1], IDS.int(), IDS[:, :0], IDS + 30, IDS.float(), IDS.repeat(1, 9)),
        lengths=odd(torch.tensor([1, 3]), torch.tensor([3.0, 2.0]), [2, 2], torch.tensor([0, 1])),
    ),
    a_seed: fields(("seed",), seed=odd(2**32 - 1, 2**32, 2**64)),
    answers: fields(("questions", "batch_size"), questions=odd(QUESTIONS, tuple(QUESTIONS), ["a"])),
    a_score: fields(
        ("filepath", "predicted_places"),
        filepath=odd("places.tsv", Path("places.tsv"), "sub", "nowhere"),
        predicted_places=odd(["Oslo", "Bo"], ("Oslo", "x"), ["Oslo"], "ab", [1, 2]),
    ),
    a_corpus: fields(("data", "block_size"), data=odd("abc", "\n", "a\nb\n", "a⁇", "a□")),
    some_pairs: fields(
        ("pretraining_dataset", "data"),
        data=odd("Bo?\tOslo\n", "Bo?", "\t", "Bo?\tOslo\n\n", "Bo?\ta\tb", "Bo?\t" + "o" * 60),
        pretraining_dataset=odd(CORPUS, CharCorruptionDataset("Bo", 8)),
    ),
}


def values_of(*functions):
    """A strategy of (function, {argument: value})."""
    return st.sampled_from(functions).flatmap(lambda act: st.tuples(st.just(act), FUNCTIONS[act]))


def feed_values(bench, counts, given):
    """A function of the library with odd values: the right result, or one sentence and no file."""
    act, values = given
    what = f"{act.__name__}, {values!r}"
    bench.lay({})
    os.mkdir("sub")
    utils.set_seed(1)
    silent = io.StringIO()
    try:
        with redirect_stdout(silent), redirect_stderr(silent):
            timed(lambda: act(values))
    except ValueError as error:  # an InputError, or one of layers/, which imports none
        said = str(error)
        assert "expected " in said and "; " in said and "\n" not in said, f"{what}: {said}"
        assert len(said) < 1000, f"{what}: {said}"
        left = bench.contents().keys() - {"sub", "places.tsv"}
        assert not left, f"{what}: refused, but wrote {left}"
        counts["refused"] += 1
    except NonFiniteLoss:  # promised of a rate that is too high
        assert act is a_training, what
        counts["refused"] += 1
    except Exception as error:
        raise AssertionError(f"{what}: {error!r}") from error
    else:
        counts["accepted"] += 1


CONFIGURATIONS = (a_model, a_training)
VALUES = {
    "configurations": (values_of(*CONFIGURATIONS), feed_values),
    "functions": (values_of(*(f for f in FUNCTIONS if f not in CONFIGURATIONS)), feed_values),
}
