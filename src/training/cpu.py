"""Training steps on a CPU: the loader prepares batches, threads compute their micro-batches."""

import math
import sys
from contextlib import closing, nullcontext

import torch
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from support.errors import first_line
from support.signals import ignore_signals
from training.microbatches import MicroBatchPool
from training.muon import Muon
from training.protocols import BatchDataset


class CpuSteps:
    """The Trainer's steps on a CPU, and on other devices unless GpuSteps can take them.

    Iterating runs the steps that are left. Each yields (epoch, step) after its update.
    """

    def __init__(self, trainer):
        self.trainer = trainer
        self.pool = MicroBatchPool(trainer.threads)

    def __iter__(self):
        trainer = self.trainer
        left = slice(len(trainer.losses), trainer.total_steps)
        batches = load_batches(
            trainer.train_dataset, trainer.config, trainer.config.max_epochs, left
        )
        for epoch, step, (micro_batches, n_tokens) in batches:
            trainer.begin_step(len(trainer.losses))
            loss = self.gradient(micro_batches)
            norm = trainer.clip().item()
            if not math.isfinite(loss) or not math.isfinite(norm):
                trainer.raise_non_finite(loss, norm)
            for optimizer in trainer.optimizers:
                if isinstance(optimizer, Muon):
                    optimizer.prepare()  # asks other ranks, so it may fail, and changes nothing
            trainer.random = None  # until the step is complete, no state is worth saving
            for optimizer in trainer.optimizers:
                optimizer.step()
            trainer.add_losses([loss], [trainer.rate()])
            trainer.tokens += n_tokens
            trainer.set_rate(len(trainer.losses), trainer.tokens)
            trainer.update_random()
            yield epoch, step

    def stream(self):
        """Where to iterate: nothing is needed on a CPU."""
        return nullcontext()

    def gradient(self, micro_batches):
        """Put the gradient of Σ weight · loss into the parameters; return Σ weight · loss."""
        trainer = self.trainer
        trainer.model.zero_grad(set_to_none=True)
        trained = [p for p in trainer.model.parameters() if p.requires_grad]

        def gradient(micro_batch):
            x, y, weight = micro_batch
            loss = trainer.loss(x.to(trainer.device), y.to(trainer.device)) * weight
            return [loss.detach(), *torch.autograd.grad(loss, trained, allow_unused=True)]

        if trainer.ranks.alone:
            loss, *gradients = self.pool.sum(gradient, micro_batches)
        else:
            like = [trained[0].new_empty(()), *trained]
            with closing(self.pool.results(gradient, micro_batches, trainer.ranks)) as results:
                loss, *gradients = trainer.ranks.sum(results, len(micro_batches), like)
        for parameter, total in zip(trained, gradients, strict=True):
            if total is not None:  # in the parameter's memory layout, as the optimizers want it
                parameter.grad = torch.empty_like(parameter).copy_(total)
        return loss.item()


def load_batches(dataset, config, epochs, steps=slice(None)):
    """Yield (epoch, step in the epoch, batch) for all steps of the epochs, or a slice of them.

    One set of worker processes serves all epochs. `config` is a TrainerConfig.
    """
    batches = NumberedBatches(dataset, config.batch_size, config.seed)
    numbers = range(epochs * batches.per_epoch)[steps]
    loader = DataLoader(
        batches,
        batch_size=None,
        sampler=numbers,
        num_workers=config.num_workers,
        worker_init_fn=ignore_signals,
        # for the workers' seeds; torch's own generator is left to the model's dropout
        generator=torch.Generator().manual_seed(config.seed),
    )
    for number, batch in zip(numbers, loader, strict=True):
        yield *divmod(number, batches.per_epoch), batch


class NumberedBatches(Dataset):
    """The batches of a dataset, numbered over all epochs."""

    def __init__(self, dataset, size, seed):
        self.dataset, self.size, self.seed = dataset, size, seed
        self.per_epoch = math.ceil(len(dataset) / size)

    def __getitem__(self, number):
        epoch, step = divmod(number, self.per_epoch)
        first = step * self.size
        indices = range(first, min(first + self.size, len(self.dataset)))
        if isinstance(self.dataset, BatchDataset):
            return self.dataset.batch(indices, self.seed, epoch)
        pairs = [self.dataset[i] for i in indices]
        x, y = (torch.stack(column) for column in zip(*pairs, strict=True))
        return [(x, y, 1.0)], x.numel()


class Compiled:
    """The model through torch.compile; the model itself, with a note, if its first call fails."""

    def __init__(self, model):
        self.model = model
        self.call = torch.compile(model, dynamic=True)
        self.works = None  # whether compiling works; None before the first call

    def __call__(self, *args):
        if self.works is not None:
            return self.call(*args)
        try:
            result = self.call(*args)
            self.works = True
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            note = f"note: without --compile, which failed: {first_line(error)}"
            tqdm.write(note, file=sys.stderr)
            self.call, self.works = self.model, False
            result = self.model(*args)
        return result
