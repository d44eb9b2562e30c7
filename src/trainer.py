"""The training loop. Nothing in it is about GPTs or birth places: it needs a module with
forward(x, y) -> (anything, loss), and a dataset.
"""

import hashlib
import math
import sys
import time
from dataclasses import dataclass

import torch
from tqdm import tqdm

from support.errors import InputError, NonFiniteLoss
from support.parameters import save_parameters
from support.ranks import ALONE
from support.values import settle
from training import checkpoint as checkpoints
from training.checks import TRAINER_CONFIG, check_parts
from training.cpu import Compiled, CpuSteps, load_batches
from training.curve import check_place_of_curve, curve_path, write_curve
from training.gpu import GpuSteps
from training.muon import Muon
from training.progress import Progress
from training.protocols import GpuDataset, LossModel, StepListener


@dataclass(frozen=True)
class TrainerConfig:
    """Optimization settings.

    A misspelt field is a TypeError, and a value that cannot be meant an InputError.
    """

    max_epochs: int = 10
    batch_size: int = 64  # examples an optimizer step
    learning_rate: float = 3e-4  # AdamW's, at the schedule's peak
    betas: tuple[float, float] = (0.9, 0.95)
    grad_norm_clip: float = 1.0
    weight_decay: float = 0.1  # on everything but biases
    lr_decay: bool = False  # whether the rate follows `schedule`, or `warmup_stable_decay`
    warmup_tokens: float = 375e6  # of `schedule`
    final_tokens: float = 260e9
    warmup_share: float = 0.0  # of the steps, of `warmup_stable_decay`
    decay_share: float | None = None  # of the steps; None: `schedule`
    muon_rate: float | None = None  # peak of Muon on the hidden matrices; None: AdamW on everything
    ckpt_path: str | None = None  # of the parameters that train() writes, and the curve beside them
    num_workers: int = 0  # processes that prepare batches; a BatchDataset's do not depend on it
    seed: int = 0  # of the examples' randomness; parameters and dropout follow torch's generator
    max_steps: int | None = None  # optimizer steps after which to stop early
    precision: str = "fp32"  # of forward and backward; "bf16": autocast, the parameters stay fp32
    compile: bool = False  # whether the model goes through torch.compile
    writer: object = None  # its add_scalar(name, value, step) gets loss and rate: TensorBoard's

    def __post_init__(self):
        settle(self, TRAINER_CONFIG)


def schedule(tokens, warmup_tokens, final_tokens):
    """Share of the peak rate after `tokens` tokens: linear warm-up, then a cosine, floor 0.1.

        tokens / warmup_tokens,  then  max(0.1, (1 + cos(π p)) / 2)
        with p = (tokens - warmup_tokens) / (final_tokens - warmup_tokens)

    As in the assignment p is not clamped at 1: after `final_tokens` the cosine rises again, and is
    back at 1 at p = 2.
    """
    if tokens < warmup_tokens:
        return tokens / warmup_tokens
    progress = (tokens - warmup_tokens) / max(1, final_tokens - warmup_tokens)
    return max(0.1, 0.5 * (1.0 + math.cos(math.pi * progress)))


def warmup_stable_decay(step, steps, warmup, decay):
    """Share of the peak rate in step 1 … steps: up on a line, flat, and down to nothing on a line.

    `warmup` and `decay` are the lines' shares of the steps. (Zhai et al. 2022, "Scaling vision
    transformers", section 3.5, with a linear cooldown; since called warmup-stable-decay.)
    """
    rising = step / (warmup * steps) if warmup and steps else 1.0
    falling = (steps + 1 - step) / (decay * steps) if decay and steps else 1.0
    return min(1.0, rising, falling)


class Trainer:
    """AdamW on a dataset's examples in file order, with clipping and a schedule of the rate.

    With `muon_rate`, Muon trains the matrices that the model's hidden_matrices() gives, and AdamW
    the rest.

    The dataset is any map-style dataset of (x, y), or one that makes its own batches, on a GPU too:
    see training/protocols.py, which also says what a model may offer beside forward.

    The model is trained on the device that its parameters are on, by one of two siblings: GpuSteps
    on CUDA, if the dataset can draw its examples there, else CpuSteps. On a CPU the micro-batches
    of a batch run in threads: forward must change nothing in the model, and draw random numbers in
    layers.dropout.Dropout alone.

    `test_dataset` may be None. If there is one, its loss is printed after each epoch. `losses`,
    `rates` and `times` have a number for every step: its loss, AdamW's rate in it, and the seconds
    of training when the loss was read. The parameters' curve (training/curve.py) is made of them.

    `state` gives the state between two steps and `restore` puts it back. Training then goes on as
    if nothing had happened: on one CPU the parameters are bit-equal in the end. `checkpoint`, a
    training.checkpoint.Checkpoint, says when to write it. `stop`, set from outside, ends train()
    after a step, or on a GPU when losses are next read. `ranks` are the processes that share the
    work: each needs a Trainer with an equal model. One `stop` ends them all; the first one writes.
    """

    def __init__(self, model, train_dataset, test_dataset, config, checkpoint=None, ranks=ALONE):
        check_parts(model, train_dataset, test_dataset, config)
        if config.ckpt_path is not None:
            check_place_of_curve(config.ckpt_path, "ckpt_path")
        self.ranks = ranks
        self.model = model
        self.train_dataset = train_dataset
        self.test_dataset = test_dataset
        self.config = config
        self.checkpoint = checkpoint
        self.device = next(model.parameters()).device
        self.on_gpu = self.device.type == "cuda" and isinstance(train_dataset, GpuDataset)
        self.optimizers = self.make_optimizers()
        self.step_listeners = [m for m in model.modules() if isinstance(m, StepListener)]
        self.losses, self.rates, self.times = [], [], []
        self.tokens = 0
        self.seconds = 0.0  # of training, before the present call of train()
        self.started = time.monotonic()
        self.written = 0  # steps in the checkpoint file
        self.stop = False
        self.update_random()
        self.forward = Compiled(model) if config.compile else model
        compiles = config.compile or hasattr(model, "_orig_mod")  # or the caller has compiled it
        eager = self.device.type == "cpu" and not compiles
        self.threads = torch.get_num_threads() if eager else 1  # that compute micro-batches
        self.loss_alone = eager and isinstance(model, LossModel)
        self.steps_per_epoch = math.ceil(len(train_dataset) / config.batch_size)
        self.total_steps = config.max_epochs * self.steps_per_epoch
        if config.max_steps is not None:
            self.total_steps = min(self.total_steps, config.max_steps)
        self.set_rate(0, 0)

    def train(self):
        """Run the steps that are left, and write the parameters when none is.

        Raise NonFiniteLoss, before the update, if a loss or its gradient is not finite.
        """
        self.update_random()
        self.seconds = max([self.seconds, *self.times[-1:]])
        self.started = time.monotonic()
        progress = Progress(
            self.config.max_epochs, self.steps_per_epoch, self.total_steps, len(self.losses)
        )
        steps = GpuSteps(self) if self.on_gpu else CpuSteps(self)
        try:
            with steps.stream():
                self.run_steps(steps, progress)
        finally:
            progress.close()
        if self.complete:
            self.check_ranks()
            self.save_checkpoint()

    def run_steps(self, steps, progress):
        """Run the steps, show them and write checkpoints, until none is left or `stop` is set."""
        written = len(self.losses)  # to the configuration's writer
        for epoch, step in steps:
            written = self.write_scalars(written)
            progress.step(epoch, step, len(self.losses), self.losses[-1], self.rate())
            ends = step == self.steps_per_epoch - 1
            if ends and self.test_dataset is not None:
                tqdm.write(f"epoch {epoch + 1}: test loss {self.test_loss():.5f}")
                self.update_random()
            due = self.checkpoint is not None and self.checkpoint.due(epoch + 1 if ends else None)
            wrote = due and self.write_checkpoint()
            stop, wrote = self.ranks.most(self.stop, wrote)
            if wrote:
                self.check_ranks()
            if stop:
                break

    def write_scalars(self, first):
        """Give the writer the losses from step `first` on, and the rate of the step to come, as the
        assignment logs it. Return the number of that step.
        """
        done = len(self.losses)
        if self.config.writer is not None:
            for step in range(first, done):
                self.config.writer.add_scalar("train/loss", self.losses[step], step)
            self.config.writer.add_scalar("train/lr", self.rate(), done - 1)
        return done

    @property
    def complete(self):
        """Whether no step is left."""
        return len(self.losses) == self.total_steps

    @property
    def compiled(self):
        """Whether the steps so far went through torch.compile."""
        return isinstance(self.forward, Compiled) and bool(self.forward.works)

    def begin_step(self, number):
        """Prepare the model for a step, counted from 0."""
        self.model.train()
        for module in self.step_listeners:
            module.begin_step(number)

    def update_random(self):
        """Note the generators' state, which a checkpoint of this moment has."""
        self.random = checkpoints.random_state(self.device)

    def set_rate(self, done, tokens):
        """Set the rate of the next step, after `done` steps with `tokens` tokens.

        The assignment sets the rate after the step, so with its schedule the first runs at the
        peak, before any warm-up.
        """
        config, share = self.config, 1.0
        if config.lr_decay and config.decay_share is not None:
            share = warmup_stable_decay(
                done + 1, self.total_steps, config.warmup_share, config.decay_share
            )
        elif config.lr_decay and done:
            share = schedule(tokens, config.warmup_tokens, config.final_tokens)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                if torch.is_tensor(group["lr"]):
                    group["lr"].fill_(group["peak"] * share)
                else:
                    group["lr"] = group["peak"] * share
        self.share = share

    def add_losses(self, losses, rates):
        """Note the losses of the next steps, and the rates that they had."""
        self.losses += losses
        self.rates += rates
        self.times += [self.elapsed()] * len(losses)

    def rate(self):
        """AdamW's rate for the next step."""
        return self.config.learning_rate * self.share

    def raise_non_finite(self, loss, norm):
        """NonFiniteLoss, for the step after those that have losses."""
        epoch, step = divmod(len(self.losses), self.steps_per_epoch)
        raise NonFiniteLoss(
            f"expected a finite loss and gradient, got {loss} and a norm of {norm} at epoch"
            f" {epoch + 1} iter {step} (step {len(self.losses) + 1}, learning rate"
            f" {self.rate():e}); this step changed nothing; begin again with a lower"
            f" learning rate, for example {self.config.learning_rate / 3:.1g}"
        )

    def loss(self, x, y):
        """The model's loss, in the configuration's precision."""
        bf16 = self.config.precision == "bf16"
        with torch.autocast(self.device.type, torch.bfloat16, bf16, cache_enabled=False):
            return self.model.loss(x, y) if self.loss_alone else self.forward(x, y)[1]

    def clip(self):
        """Scale the gradient to a norm of at most grad_norm_clip; return the norm it had."""
        return torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_norm_clip)

    @torch.no_grad()
    def test_loss(self):
        """Mean loss over the batches of the test dataset, without dropout."""
        self.model.eval()
        losses = []
        for _, _, (micro_batches, _) in load_batches(self.test_dataset, self.config, 1):
            losses.append(0.0)
            for x, y, weight in micro_batches:
                loss = self.loss(x.to(self.device), y.to(self.device))
                losses[-1] += weight * loss.item()
        return sum(losses) / len(losses)

    def make_optimizers(self):
        """AdamW in the assignment's two groups, and Muon if the configuration has a rate for it.

        The assignment spares `bias` and `LayerNorm.weight` from weight decay. No parameter has the
        second name: LayerNorm's weights, the embeddings and the synthesizer's w2 and b2 are
        decayed. We keep that, because the results that we compare with had it.
        """
        config, peak = self.config, self.config.learning_rate
        hidden = []
        if config.muon_rate is not None:
            hidden = list(self.model.hidden_matrices())
        taken = set(hidden)  # by identity
        rest = [(name, p) for name, p in self.model.named_parameters() if p not in taken]
        spared = [p for name, p in rest if name.endswith("bias")]
        decayed = [p for name, p in rest if not name.endswith("bias")]
        groups = [
            {"params": decayed, "weight_decay": config.weight_decay, "peak": peak},
            {"params": spared, "weight_decay": 0.0, "peak": peak},
        ]
        how = dict(betas=config.betas, fused=True, capturable=self.on_gpu)
        optimizers = [torch.optim.AdamW(groups, lr=peak, **how)]
        if hidden:
            dtype = torch.bfloat16 if config.precision == "bf16" else None
            group = {"params": hidden, "peak": config.muon_rate}
            optimizers.append(Muon([group], dtype=dtype, ranks=self.ranks))
        return optimizers

    def check_ranks(self):
        """Refuse to go on if the ranks' parameters differ: processors of several kinds may round
        differently."""
        if not self.ranks.alone:
            digest = hashlib.sha256()
            for value in self.model.state_dict().values():
                value = value.detach().cpu().contiguous().flatten()
                digest.update(value.view(torch.uint8).numpy())
            self.ranks.check_same({"the model's sha256": digest.hexdigest()})

    def save_checkpoint(self):
        """Write the parameters to ckpt_path, if there is one, and their curve. minGPT's name."""
        if self.config.ckpt_path is not None and self.ranks.first:
            save_parameters(self.model, self.config.ckpt_path)
            self.write_curve(self.config.ckpt_path)

    def write_curve(self, path):
        """Write the curve so far beside the file at `path`. A note says if it fails."""
        try:
            steps = (self.losses, self.rates, self.times)
            write_curve(curve_path(path), self.steps_per_epoch, *steps)
        except InputError as error:  # a full disk: no reason to end a run whose state is safe
            tqdm.write(f"note: {error}", file=sys.stderr)

    def write_checkpoint(self):
        """Write a checkpoint of the last complete step, and its curve; return whether it is there.

        Nothing is written if the file has that step already, or if an update was interrupted.
        """
        if self.checkpoint is None or not self.ranks.first:
            return False
        if self.random is None or not self.losses:
            return False
        if self.written != len(self.losses):
            self.checkpoint.write(self.state(), self.device)
            self.written = len(self.losses)
            self.write_curve(self.checkpoint.path)
        return True

    def state(self):
        """All that training depends on, between two steps: see checkpoint.gather."""
        return checkpoints.gather(self)

    def restore(self, state, path="the checkpoint"):
        """Continue from a `state`; one that does not fit is an InputError and changes nothing."""
        checkpoints.put_back(self, state, path)
        self.written = len(self.losses)
        self.set_rate(len(self.losses), self.tokens)

    def elapsed(self):
        """Seconds of training, over all processes that took part."""
        return self.seconds + time.monotonic() - self.started
