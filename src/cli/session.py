"""One training run: prepares or resumes it, trains, saves what a stop leaves, writes the record."""

import sys
import time
from contextlib import nullcontext, suppress

import recipes
from cli.record import note_overwritten, read_record, record_path, write_record
from support import torchrun
from support.errors import InputError, NonFiniteLoss
from support.files import locked, remove_leftovers
from support.machine import peak_mb, pick_precision
from support.paths import real_path
from support.signals import stop_on_signals
from training.checkpoint import SUFFIX, Checkpoint, identity_in, versions
from training.curve import curve_path


def precision_of(config, device):
    """The precision of training: the one asked for. With auto, a resumed run keeps its own."""
    if config.resume and config.precision == "auto":
        path = config.writing_params_path
        known = identity_in(f"{real_path(path)}{SUFFIX}") or read_record(path)
        if known.get("precision") in ("fp32", "bf16"):
            return known["precision"]
    return pick_precision(config.precision, device)


def checkpoint_of(config, settings, corpus):
    """The Checkpoint of the run that `config` describes; `settings` are the Trainer's."""
    return Checkpoint(
        f"{real_path(config.writing_params_path)}{SUFFIX}",
        config.identity(settings, corpus),
        config.command(resume=False),
        recipes.CHECKPOINT_SECONDS,
        recipes.CHECKPOINT_SHARE,
        config.checkpoint_every,
    )


def train(config, trainer, facts):
    """Train to the end or until a signal. Write parameters and record, or a checkpoint.

    `facts` are added to the record of a complete run.
    """
    path, saved, first = config.writing_params_path, trainer.checkpoint, trainer.ranks.first
    trainer.ranks.check_same(saved.identity)
    with locked(path) if first else nullcontext():
        if first:
            files = (path, saved.path, record_path(path), curve_path(path), curve_path(saved.path))
            for written in files:
                remove_leftovers(written)
        if not prepare(config, trainer):
            return
        note_overwritten(path, trainer.checkpoint.identity)
        with stop_on_signals(trainer) as stop:
            try:
                trainer.train()
                if not trainer.complete:
                    trainer.write_checkpoint()
                elif first:
                    write_record(path, run_record(config, trainer) | facts)
                    if not config.keep_checkpoint:
                        saved.remove()
            except NonFiniteLoss as error:
                print(f"run.py: stopped: {error}{save_what_is_left(trainer)}", file=sys.stderr)
                raise SystemExit(1) from None
            except KeyboardInterrupt:
                exit_with_resume_command(config, trainer, 130, "left at once")
            except InputError:
                raise
            except OSError as error:
                save_what_is_left(trainer)
                resume = "; --resume continues the run" if trainer.written else ""
                if torchrun.take_last_word():
                    print(f"run.py: stopped: {error}{resume}", file=sys.stderr)
                raise SystemExit(1) from None
            except Exception:  # no memory, a lost device, a bug of ours
                save_what_is_left(trainer)
                raise
            if not trainer.complete:
                exit_with_resume_command(config, trainer, stop.code, "stopped")
    print(f"Parameters written to {path}")


def prepare(config, trainer):
    """Load the checkpoint if the run resumes. Return False if the run is complete already.

    The first rank alone reads it.
    """
    start = trainer.ranks.from_first(find_start, config, trainer)
    if start is None:
        return False
    state, note = start
    if state is not None:
        trainer.restore(state, trainer.checkpoint.path)
        print(f"resumed at {position(trainer)}{f'; {note}' if note else ''}", flush=True)
    return True


def find_start(config, trainer):
    """The state to continue from, and a note or None; (None, None) at the beginning.

    None if the run is complete already.
    """
    path, saved = config.writing_params_path, trainer.checkpoint
    if not config.resume:
        if saved.exists():
            raise InputError(
                f"{saved.path}: expected no checkpoint where a run begins, got one; add --resume to"
                " continue its run, or delete it to start over"
            )
        return None, None
    found = None
    if saved.exists():  # read first, because another run's checkpoint is refused in any case
        found = saved.read(trainer.model, trainer.total_steps, trainer.device)
    record = read_record(path)
    if record and all(record.get(name) == value for name, value in saved.identity.items()):
        print(f"{path} is complete, all {trainer.total_steps} steps: nothing to resume")
        if not config.keep_checkpoint:
            saved.remove()  # the run was killed before it could
        return None
    if found is None:
        print(f"no checkpoint {saved.path}: starting from the beginning", flush=True)
        return None, None
    return found


def position(trainer):
    """The next step, as epoch, iteration and number."""
    done = len(trainer.losses)
    epoch, step = divmod(done, trainer.steps_per_epoch)
    return f"epoch {epoch + 1} iter {step} (step {done} of {trainer.total_steps})"


def save_what_is_left(trainer):
    """Write a checkpoint of a run that broke off, if possible. Return the end of its message."""
    with suppress(Exception):
        trainer.write_checkpoint()
    if not trainer.written:
        return ""
    return f"; {trainer.checkpoint.path} is of step {trainer.written}: delete it to begin again"


def exit_with_resume_command(config, trainer, code, how):
    """Exit after a signal, with the command that continues the run."""
    saved = trainer.checkpoint
    print(f"{how} before {position(trainer)}; ", end="")
    if trainer.written:
        print(f"{saved.path} holds {trainer.written} steps. Continue with")
    else:
        print("no checkpoint was written. Begin again with")
    print(config.command(resume=True), flush=True)
    sys.exit(code)


def run_record(config, trainer):
    """The record of a complete run."""
    peak = peak_mb(trainer.device)
    return {
        "command": config.command(),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **versions(trainer.device),
        **trainer.checkpoint.identity,
        "compiled": trainer.compiled,
        "processes": trainer.ranks.world,
        "steps": len(trainer.losses),
        "seconds": round(trainer.elapsed(), 1),
        "peak_mb": peak and round(peak),
        "final_loss": trainer.losses[-1] if trainer.losses else None,
    }
