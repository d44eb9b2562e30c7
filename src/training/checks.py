"""What a TrainerConfig may hold, and what a Trainer is made of."""

import math
import os
from functools import partial

from torch import nn

from support.errors import InputError
from support.paths import check_output
from support.values import real, refused, whole
from training.protocols import MuonModel


def one_of(*values):
    """A check that a field has one of these values."""

    def check(name, value):
        if value not in values:
            raise refused(name, f"one of {', '.join(map(repr, values))}", value)
        return value

    return check


def or_none(check):
    """A check that lets None pass."""
    return lambda name, value: None if value is None else check(name, value)


def betas(name, value):
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise refused(name, "two numbers from 0 to below 1", value)
    return tuple(real(name, beta, 0, 1) for beta in value)


def above_zero(name, value):
    if isinstance(value, float) and value == math.inf:  # no clipping
        return value
    return real(name, value, math.nextafter(0, 1), expected="a number above 0, or math.inf")


def path(name, value):
    if not isinstance(value, str | os.PathLike):
        raise refused(name, "a path", value)
    return value


def scalar_writer(name, value):
    if not hasattr(value, "add_scalar"):
        raise refused(name, "an object with add_scalar, such as a SummaryWriter", value)
    return value


share = partial(real, low=0, high=math.nextafter(1, 2), expected="a share from 0 to 1")

TRAINER_CONFIG = {  # of each field: a function of (name, value) that returns the value
    **dict.fromkeys(("max_epochs", "num_workers"), partial(whole, low=0)),
    "batch_size": partial(whole, low=1),
    "seed": partial(whole, low=0, high=2**32 - 1),
    "max_steps": or_none(partial(whole, low=0)),
    **dict.fromkeys(
        ("learning_rate", "weight_decay", "warmup_tokens", "final_tokens"), partial(real, low=0)
    ),
    "muon_rate": or_none(partial(real, low=0)),
    "betas": betas,
    "grad_norm_clip": above_zero,
    "warmup_share": share,
    "decay_share": or_none(share),
    "ckpt_path": or_none(path),
    **dict.fromkeys(("lr_decay", "compile"), one_of(True, False)),
    "precision": one_of("fp32", "bf16"),
    "writer": or_none(scalar_writer),
}


def check_parts(model, train_dataset, test_dataset, config):
    """Refuse what a Trainer cannot be made of."""
    if not isinstance(model, nn.Module):
        raise refused("model", "a torch.nn.Module", model)
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise InputError(
            "model: expected parameters to train, got none that requires a gradient; call"
            " requires_grad_()"
        )
    for name, dataset in (("train_dataset", train_dataset), ("test_dataset", test_dataset)):
        if dataset is None and name == "test_dataset":
            continue
        if not hasattr(dataset, "__len__") or len(dataset) == 0:
            raise refused(name, "a dataset with one example or more", dataset)
    if not hasattr(config, "max_epochs"):
        raise refused("config", "a TrainerConfig", config)
    if config.ckpt_path is not None:  # better refused now than after the training
        check_output(config.ckpt_path, "ckpt_path")
    if config.muon_rate is not None and not isinstance(model, MuonModel):
        raise InputError(
            "muon_rate: expected a model with hidden_matrices(), got"
            f" {type(model).__name__}; give no muon_rate"
        )
