"""The state of an unfinished run on disk: when to write it, how to read it, whose it is.

A checkpoint is one torch.save file beside the parameter file that the run will write. It holds
tensors and plain values only, so that it is read with nothing in it executed.
"""

import json
import math
import os
import platform
import random
import time
from contextlib import suppress

import numpy as np
import torch

from support.errors import InputError, shorten_repr
from support.parameters import are_named_tensors, check_tensors, read_tensors, save_tensors, size_of
from training.curve import curve_path
from training.muon import Muon

SUFFIX = ".checkpoint"  # after the path of the parameters
FORMAT = 3  # of the file; another number is refused
MOMENTS = {  # what each optimizer keeps for a parameter
    torch.optim.AdamW: ("step", "exp_avg", "exp_avg_sq"),
    Muon: ("momentum",),
}
CURVE = ("losses", "rates", "times")  # a number of each step
PARTS = ("model", "moments", *CURVE, "tokens", "seconds", "random")  # of a trainer's state


class Checkpoint:
    """The checkpoint of one run, in one file.

    Arguments: path; identity, everything that the run's result depends on, by name, in values that
    JSON has; command, which began the run; seconds between writes, and the share of the run's time
    that writing may take, which prolongs them on a slow disk; epochs, after each so many of which
    there is a write too.
    """

    def __init__(self, path, identity, command="", seconds=300.0, share=0.01, epochs=None):
        self.path = path
        self.identity = json.loads(json.dumps(identity))  # tuples become lists, as they will there
        self.command = command
        self.seconds, self.share, self.epochs = seconds, share, epochs
        self.next = time.monotonic() + seconds

    def due(self, epochs_done=None):
        """Whether to write now; epochs_done is given at an epoch's end."""
        if self.epochs is not None and epochs_done is not None and epochs_done % self.epochs == 0:
            return True
        return time.monotonic() >= self.next

    def write(self, state, device):
        """Write the Trainer's state; a full disk is an InputError, and the old file stands."""
        started = time.monotonic()
        about = {
            "identity": self.identity,
            "versions": versions(device),
            "command": self.command,
        }
        save_tensors(self.path, {"checkpoint": FORMAT, "about": json.dumps(about), "state": state})
        ended = time.monotonic()
        self.next = ended + max(self.seconds, (ended - started) / self.share)

    def read(self, model, total_steps, device):
        """The Trainer's state in the file, and a line on what may make its future differ, or None.

        A file that is no checkpoint, or one of another run, is an InputError.
        """
        most = 4 * size_of(model.state_dict()) + 24 * total_steps + 2**24
        content = read_tensors(self.path, most, "a checkpoint")
        about = content.get("about") if isinstance(content, dict) else None
        number = content.get("checkpoint") if isinstance(about, str) else None
        check(self.path, type(number) is int and number == FORMAT, f"a format {FORMAT} checkpoint")
        with suppress(ValueError, RecursionError):
            about = json.loads(about)
        check(self.path, isinstance(about, dict), "a description of the run")
        for part in ("identity", "versions"):
            check(self.path, isinstance(about.get(part), dict), f"the run's {part}")
        self._check_identity(about["identity"], about.get("command"))
        was, now = about["versions"], versions(device)
        changed = [
            f"{name} {shorten_repr(was.get(name))} then, {shorten_repr(now[name])} now"
            for name in now
            if was.get(name) != now[name]
        ]
        note = "; ".join(changed) + ": last digits may differ from an uninterrupted run's"
        return content.get("state"), note if changed else None

    def _check_identity(self, found, command):
        for field in [*self.identity, *found]:
            if found.get(field) != self.identity.get(field):
                began = ""
                if isinstance(command, str) and command.isprintable() and len(command) < 2000:
                    began = f" (the run began with: {command})"
                mend = f"continue with what the run began with{began}"
                if field == "precision":  # which follows from the device unless it is given
                    mend = f"add --precision {shorten_repr(found.get(field))}"
                raise InputError(
                    f"{self.path}: {field}: expected {shorten_repr(found.get(field))}, got"
                    f" {shorten_repr(self.identity.get(field))}; {mend}, or delete the checkpoint"
                    " to start over"
                )

    def exists(self):
        return os.path.exists(self.path)

    def remove(self):
        """Remove the file and its curve, where there are any."""
        for path in (self.path, curve_path(self.path)):
            with suppress(FileNotFoundError):
                os.unlink(path)


def identity_in(path):
    """What the run of a checkpoint depends on, by name; {} if there is no such file."""
    try:
        about = json.loads(read_tensors(path, os.path.getsize(path), "a checkpoint")["about"])
        identity = about["identity"]
    except (InputError, OSError, ValueError, RecursionError, LookupError, TypeError):
        return {}
    return identity if isinstance(identity, dict) else {}


def check(path, holds, what):
    """An InputError that a checkpoint is not what it should be, unless `holds`."""
    if not holds:
        raise InputError(
            f"{path}: expected {what}, got something else; delete the checkpoint to start over"
        )


def versions(device):
    """What a run's last digits may depend on besides its identity."""
    gpu = {"gpu": torch.cuda.get_device_name(device)} if device.type == "cuda" else {}
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": str(device),
        "threads": torch.get_num_threads(),
        **gpu,
    }


# ------------------------------------------------------------------------------ a trainer's state


def gather(trainer):
    """All that training depends on between two steps, in tensors and plain values.

    The rate and the place in the data follow from the tokens and the number of losses. On a CPU
    the tensors are those in use: to be written, or copied, before the next step.
    """
    return {
        "model": {name: t.detach().cpu() for name, t in trainer.model.state_dict().items()},
        "moments": {
            f"{name}.{kind}": value.cpu()
            for name, parameter, optimizer in trained(trainer)
            for kind, value in moments_of(parameter, optimizer).items()
        },
        **{part: torch.tensor(getattr(trainer, part), dtype=torch.float64) for part in CURVE},
        "tokens": trainer.tokens,
        "seconds": trainer.elapsed(),
        "random": pack_random(trainer.random),
    }


def trained(trainer):
    """(name, parameter, its optimizer), in the order in which the optimizers number them."""
    names = {parameter: name for name, parameter in trainer.model.named_parameters()}
    for optimizer in trainer.optimizers:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                yield names[parameter], parameter, optimizer


def moments_of(parameter, optimizer):
    """What the optimizer keeps for a parameter; zeros, as at its start, before any gradient."""
    return optimizer.state.get(parameter) or {
        kind: torch.tensor(0.0) if kind == "step" else torch.zeros_like(parameter)
        for kind in MOMENTS[type(optimizer)]
    }


def put_back(trainer, state, path):
    """Put what `gather` gave, or a file that says so, into the trainer, once it is known to fit."""
    check_state(trainer, state, path)
    restore_random(path, state["random"], trainer.device)
    trainer.model.load_state_dict(state["model"])
    for optimizer in trainer.optimizers:
        moments = {
            number: {kind: state["moments"][f"{name}.{kind}"] for kind in MOMENTS[type(optimizer)]}
            for number, name in enumerate(n for n, _, by in trained(trainer) if by is optimizer)
        }
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": moments, "param_groups": groups})
    for part in CURVE:
        setattr(trainer, part, state[part].tolist())
    trainer.tokens, trainer.seconds = state["tokens"], state["seconds"]


def check_state(trainer, state, path):
    """Refuse a state that is not one of this trainer between two steps."""
    check(path, isinstance(state, dict) and state.keys() == set(PARTS), "a trainer's state")
    model, moments, curve = state["model"], state["moments"], {part: state[part] for part in CURVE}
    for tensors in (model, moments, curve):
        fits = isinstance(tensors, dict) and are_named_tensors(tensors)
        check(path, fits, "a trainer's tensors by name")
    for part, kind in (("tokens", int), ("seconds", float)):
        fits = type(state[part]) is kind and 0 <= state[part] < math.inf
        check(path, fits, f"a number of {part}")
    steps, total = state["losses"].numel(), trainer.total_steps
    check(path, 0 < steps <= total, f"the losses of 1 to {total} steps")
    expected = {
        f"{name}.{kind}": torch.tensor(0.0) if kind == "step" else parameter
        for name, parameter, optimizer in trained(trainer)
        for kind in MOMENTS[type(optimizer)]
    }
    mend = "the checkpoint is of another model: delete it to start over"
    check_tensors(path, trainer.model.state_dict(), model, mend)
    check_tensors(path, expected, moments, mend)
    numbers = torch.zeros(steps, dtype=torch.float64)
    check_tensors(path, dict.fromkeys(CURVE, numbers), curve, mend)


# -------------------------------------------------------------------------------- random states


def random_state(device):
    """The states of torch's generators, from which a step draws: taken before each, so quick."""
    state = {"torch": torch.get_rng_state()}
    if device.type in ("cuda", "mps"):
        module = getattr(torch, device.type)
        state["device"] = module.get_rng_state(*[device][: device.type == "cuda"])
    return state


def pack_random(state):
    """random_state with the states of Python's and numpy's generators, in tensors and plain values.

    Only a dataset draws from those two, when it makes the next batch.
    """
    version, numbers, gauss = random.getstate()
    kind, keys, *rest = np.random.get_state()
    return state | {
        "python": [version, torch.tensor(numbers), gauss],
        "numpy": [kind, torch.from_numpy(keys.astype(np.int64)), *rest],
    }


def restore_random(path, packed, device):
    """Put packed states back into the generators, all or none; another device's is left out."""
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        version, numbers, gauss = packed["python"]
        kind, keys, position, has_gauss, cached = packed["numpy"]
        if not (0 <= position <= 624 and (gauss is None or math.isfinite(gauss))):
            raise ValueError("a position outside the state")
        random.setstate((version, tuple(numbers.tolist()), gauss))
        keys = keys.numpy().astype(np.uint32)
        np.random.set_state((kind, keys, position, has_gauss, cached))
        torch.set_rng_state(packed["torch"])
        if "device" in packed and device.type in ("cuda", "mps"):
            module = getattr(torch, device.type)
            module.set_rng_state(packed["device"], *[device][: device.type == "cuda"])
    except Exception as error:  # each generator raises its own kinds
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_rng_state(before[2])
        raise InputError(
            f"{path}: expected the states of random generators, got something else"
            f" ({type(error).__name__}); delete the checkpoint to start over"
        ) from None
