"""Loss and rate of a run as TensorBoard reads them: what --tb_expt_name asks for.

Needs the package tensorboard (requirements-dev.txt), which nothing else imports.
"""

import os
import sys

from support.errors import InputError


def check_tensorboard():
    """Refuse to go on without the package."""
    try:
        import tensorboard  # noqa: F401
    except ModuleNotFoundError:
        raise InputError(
            f"--tb_expt_name: expected tensorboard, got none in {sys.executable}; install it with:"
            " python -m pip install tensorboard"
        ) from None


class Scalars:
    """A TrainerConfig's writer, which keeps a folder for TensorBoard.

    The folder is made when the first value comes. Values in it from that step on, of an earlier run
    or of steps that are repeated, are no longer shown. A folder that cannot be written ends the
    log, with a note, and not the run.
    """

    def __init__(self, folder):
        self.folder, self.writer, self.works = folder, None, True

    def add_scalar(self, name, value, step):
        """Add the value of a step, counted from 0."""
        if self.works:
            self._try(lambda: self._writer(step).add_scalar(name, value, step))

    def close(self):
        """Write what is still in memory."""
        if self.works and self.writer is not None:
            self._try(self.writer.close)

    def _writer(self, step):
        if self.writer is None:
            from torch.utils.tensorboard import SummaryWriter

            self.writer = SummaryWriter(self.folder, purge_step=step)
        return self.writer

    def _try(self, call):
        try:
            call()
        except OSError as error:
            self.works = False
            why = error.strerror or error
            print(f"note: TensorBoard's log {self.folder} ends here: {why}", file=sys.stderr)


def scalars_of(config, rate):
    """The Scalars of a RunConfig that trains with this peak rate; None if it names no log."""
    if config.tb_expt_name is None:
        return None
    name = f"{config.tb_expt_name}_{config.source.variant}_lr_{rate:g}"
    folder = os.path.join("expt", config.function, name)
    print(f"for TensorBoard: {folder}", flush=True)
    return Scalars(folder)
