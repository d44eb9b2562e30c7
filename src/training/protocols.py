"""What the Trainer expects of datasets and models. Nothing has to inherit from these classes.

Legend: B examples of a batch, L tokens of a padded row.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from torch import Tensor, device

MicroBatch = tuple[Tensor, Tensor, float]  # x, y, and the share of the batch's loss


@runtime_checkable
class BatchDataset(Protocol):
    """A dataset that makes its own batches. Any other map-style dataset of (x, y) will do too."""

    def __len__(self) -> int: ...

    def batch(self, indices, seed: int, epoch: int) -> tuple[list[MicroBatch], int]:
        """The examples `indices` of an epoch in micro-batches, and the tokens that they count for.

        The weighted losses of the micro-batches add up to the batch's loss. The result should
        depend on the arguments alone: a run can then be repeated.
        """


@runtime_checkable
class GpuDataset(BatchDataset, Protocol):
    """A dataset that can also draw its examples on a GPU. Others are drawn on the CPU."""

    longest_row: int  # tokens up to an example's last target, at most; no y behind is one

    def to(self, device: device) -> "GpuDataset":
        """A copy of the dataset whose tensors are on the device."""

    def padded_batch(self, indices: Tensor, seed: int, epoch: Tensor) -> tuple[Tensor, Tensor]:
        """x and y (B, L) of the examples `indices` (B,) of the epoch (); y is 0 where no target is.

        No shape and no branch depends on a value: the host never waits for the GPU.
        """


@runtime_checkable
class LossModel(Protocol):
    """A model that can give its loss alone for less work. The CPU's steps use it."""

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """The loss () of forward(x, y). Its shapes may depend on values."""


@runtime_checkable
class MuonModel(Protocol):
    """A model that Muon can train; a TrainerConfig with a muon_rate needs one."""

    def hidden_matrices(self) -> Iterable[Tensor]:
        """The weights (rows, columns) that Muon trains. AdamW trains all other parameters."""


@runtime_checkable
class StepListener(Protocol):
    """A module of the model that wants to know when a training step begins."""

    def begin_step(self, step: int) -> None:
        """Prepare for step `step`, counted from 0.

        A change should follow from torch's generator and the state_dict: a resumed run then makes
        the same change.
        """
