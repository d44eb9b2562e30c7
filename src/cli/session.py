"""One training run on the command line: begun or resumed, stopped or completed, with its record."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict

import recipes
from cli.record import read_record, record_path, say_replaced, sha256, write_record
from support.errors import InputError, NonFiniteLoss
from support.files import locked, remove_leftovers
from support.machine import peak_mb
from support.signals import stopping
from training.checkpoint import SUFFIX, Checkpoint, versions

# settings that the parameters do not depend on, but by rounding, and by the masks of dropout, which
# torch.compile draws in its own way
CHANGES_NOTHING = ("ckpt_path", "num_workers", "compile")


def checkpoint_of(args, sizes, recipe, corpus, config):
    """The Checkpoint of the run that the arguments describe; `sizes` are the model's.

    Its identity is everything that the parameters depend on, most telling first: a checkpoint of
    another run is refused by the first field that differs.
    """
    settings = asdict(config)
    identity = {
        "function": args.function,
        "variant": args.variant,
        **sizes,
        "recipe": args.recipe,
        "seed": settings.pop("seed"),
        "corpus_sha256": sha256(args.pretrain_corpus_path),
        "finetune_corpus_sha256": sha256(args.finetune_corpus_path),
        "reading_params_sha256": sha256(args.reading_params_path),
        **{name: value for name, value in settings.items() if name not in CHANGES_NOTHING},
        "dropout": recipe.dropout,
        "objective": recipe.objective and asdict(recipe.objective),
        "vocabulary": "".join(corpus.itos.values()),
    }
    return Checkpoint(
        f"{args.writing_params_path}{SUFFIX}",
        identity,
        command([word for word in args.argv if word != "--resume"]),
        recipes.CHECKPOINT_SECONDS,
        recipes.CHECKPOINT_SHARE,
        args.checkpoint_every,
    )


def command(argv):
    """The command line with these arguments, as one pastes it into a shell."""
    python = "python" if shutil.which("python") == sys.executable else sys.executable
    script = sys.argv[0] if sys.argv[0].endswith("run.py") else os.path.join("src", "run.py")
    words = [python, script, *argv]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def train(args, trainer, facts):
    """Train to the end, or until a signal; write parameters and record, or a checkpoint.

    `facts` go into the record of a complete run, beside those that the trainer knows.
    """
    path, saved = args.writing_params_path, trainer.checkpoint
    with locked(path):
        for written in (path, saved.path, record_path(path)):
            remove_leftovers(written)
        if not begin(args, trainer):
            return
        say_replaced(path, trainer.checkpoint.identity)
        with stopping(trainer) as stop:
            try:
                trainer.train()
                if trainer.complete:
                    write_record(path, facts_of(args, trainer) | facts)
                    if not args.keep_checkpoint:
                        saved.remove()
                else:
                    trainer.write_checkpoint()
            except NonFiniteLoss as error:
                print(f"run.py: stopped: {error}{keep(trainer)}", file=sys.stderr)
                raise SystemExit(1) from None
            except KeyboardInterrupt:
                leave(args, trainer, 130, "left at once")
            except InputError:
                raise
            except Exception:  # no memory, a lost device, a bug of ours
                keep(trainer)
                raise
            if not trainer.complete:
                leave(args, trainer, stop.code, "stopped")
    print(f"Parameters written to {path}")


def begin(args, trainer):
    """Make the trainer ready, from the checkpoint if asked to; return whether a step is left."""
    path, saved = args.writing_params_path, trainer.checkpoint
    if not args.resume:
        if saved.exists():
            raise InputError(
                f"{saved.path}: expected no checkpoint where a run begins, got one; add --resume to"
                " continue its run, or delete it to start over"
            )
        return True
    found = None
    if saved.exists():  # read first: another run's is refused, whatever else is there
        found = saved.read(trainer.model, trainer.total_steps, trainer.device)
    record = read_record(path)
    if record and all(record.get(name) == value for name, value in saved.identity.items()):
        print(f"{path} is complete, all {trainer.total_steps} steps: nothing to resume")
        if not args.keep_checkpoint:
            saved.remove()  # the run was killed before it could
        return False
    if found is None:
        print(f"no checkpoint {saved.path}: starting from the beginning", flush=True)
        return True
    state, note = found
    trainer.restore(state, saved.path)
    print(f"resumed at {place(trainer)}{f'; {note}' if note else ''}", flush=True)
    return True


def place(trainer):
    """Where the next step stands."""
    done = len(trainer.losses)
    epoch, step = divmod(done, trainer.steps_per_epoch)
    return f"epoch {epoch + 1} iter {step} (step {done} of {trainer.total_steps})"


def keep(trainer):
    """Save what can be saved of a run that broke off, without hiding why; return what to say."""
    with suppress(Exception):
        if trainer.write_checkpoint():
            path, steps = trainer.checkpoint.path, len(trainer.losses)
            return f"; {path} holds the {steps} steps before it: delete it to begin again"
    return ""


def leave(args, trainer, code, how):
    """Exit after a signal, with the command that continues the run."""
    saved = trainer.checkpoint
    print(f"{how} before {place(trainer)}; ", end="")
    if trainer.written:
        print(f"{saved.path} holds {trainer.written} steps. Continue with")
    else:
        print("no checkpoint was written. Begin again with")
    resume = [] if "--resume" in args.argv else ["--resume"]
    print(command([*args.argv, *resume]), flush=True)
    sys.exit(code)


def facts_of(args, trainer):
    """The record of a complete run."""
    peak = peak_mb(trainer.device)
    return {
        "command": command(args.argv),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **versions(trainer.device),
        **trainer.checkpoint.identity,
        "compiled": trainer.compiled,
        "steps": len(trainer.losses),
        "seconds": round(trainer.elapsed(), 1),
        "peak_mb": peak and round(peak),
        "final_loss": trainer.losses[-1] if trainer.losses else None,
    }
