"""Training steps entirely on a GPU: the corpus, the random draws and the losses all stay there."""

import sys
import time
import warnings
from collections import Counter
from contextlib import nullcontext, suppress

import torch
from tqdm import tqdm

from support.errors import first_line

FETCH_SECONDS = 0.5  # how often the host reads the losses, in seconds
IN_FLIGHT = 64  # steps that the GPU may be behind the host; Ctrl-C waits for them
DRAWN = 64  # steps whose examples are drawn at once
WARM_UP = 3  # steps of a batch size before its graph is captured: they make the optimizers' state


class GpuSteps:
    """The Trainer's steps with everything that they need in tensors on the device.

    The dataset is a protocols.GpuDataset. Examples are drawn on the device, an epoch at a time, or
    DRAWN steps of a larger one. A batch runs whole, in rows as long as the dataset's longest: its
    shape is known beforehand. On CUDA a step is therefore captured as a graph and replayed, one
    graph for a full batch and one for an epoch's last. Where capturing fails, a note says so, and
    steps run operation by operation. A batch too large for the memory runs in parts, whose
    gradients add up.

    A loss or gradient that is not finite stops all updates from that step on, on the device. The
    host learns of it when it next reads the losses.
    """

    def __init__(self, trainer):
        self.trainer, self.device = trainer, trainer.device
        self.dataset = trainer.train_dataset.to(self.device)
        self.longest_row = trainer.train_dataset.longest_row  # known on the host
        size = trainer.config.batch_size
        self.together = min(DRAWN * size, len(self.dataset))  # examples that are drawn at once
        self.block = None  # (epoch, first example) of those that are drawn
        self.x = self.y = None  # (together, longest row)
        self.row_tokens = None  # with padding, as the schedule counts them
        self.epoch = torch.zeros((), dtype=torch.int64, device=self.device)
        self.first = self.epoch.clone()  # row of x and y where a batch begins
        self.slot = self.epoch.clone()  # of `results`, for the next step
        # loss and norm of the steps since the losses were read
        self.results = torch.zeros(IN_FLIGHT, 2, dtype=torch.float64, device=self.device)
        self.failed = torch.zeros((), device=self.device)  # 1 once a step was not finite
        for optimizer in trainer.optimizers:
            optimizer.found_inf = self.failed
            for group in optimizer.param_groups:  # a graph reads its rate from one place
                group["lr"] = torch.as_tensor(group["lr"], dtype=torch.float32).to(self.device)
        self.ranks = trainer.ranks
        self.steps_per_fetch = 1  # with other ranks, which must read the losses after the same step
        self.captures = self.device.type == "cuda"
        if self.captures:  # in some releases of torch cuDNN's dropout rounds 0.1 to 1/16 or 2/16
            torch.backends.cuda.enable_cudnn_sdp(False)
            self.draw_own_masks()
        self.parts = 1  # of a batch, computed one after the other
        self.warm = Counter()  # steps of each batch size that no graph has run
        self.graphs = {}  # by batch size
        self.pool = None  # of memory, which the graphs share

    def __iter__(self):
        """Yield (epoch, step) of the last step that has run, each time that losses are read."""
        trainer, size = self.trainer, self.trainer.config.batch_size
        done, tokens, in_flight = len(trainer.losses), trainer.tokens, []
        fetched = time.monotonic()
        while done < trainer.total_steps:
            epoch, step = divmod(done, trainer.steps_per_epoch)
            count = min(size, len(self.dataset) - step * size)
            self.begin_step(done, epoch, step)
            in_flight.append((count * self.run_step(count), trainer.rate()))
            done, tokens = done + 1, tokens + in_flight[-1][0]
            trainer.set_rate(done, tokens)
            ends = step == trainer.steps_per_epoch - 1 or done == trainer.total_steps
            late = time.monotonic() - fetched > FETCH_SECONDS
            if not self.ranks.alone:
                late = len(in_flight) >= self.steps_per_fetch
            if ends or late or len(in_flight) == IN_FLIGHT:
                self.fetch_losses(in_flight)
                (seconds,) = self.ranks.most(time.monotonic() - fetched)
                self.steps_per_fetch = len(in_flight) * FETCH_SECONDS / max(seconds, 1e-6)
                in_flight, fetched = [], time.monotonic()
                yield epoch, step

    def stream(self):
        """The stream to iterate on: capturing needs another than CUDA's default."""
        if self.device.type != "cuda":
            return nullcontext()
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream(self.device))
        return torch.cuda.stream(stream)

    @property
    def generator(self):
        """The GPU's, which draws dropout's masks."""
        return torch.cuda.default_generators[self.device.index or 0]

    def draw_own_masks(self):
        """Let dropout's masks differ from those of the other ranks, which have other rows."""
        generator = self.generator
        offset = generator.get_offset()
        generator.manual_seed(generator.initial_seed() + self.ranks.rank)
        generator.set_offset(offset)

    def begin_step(self, number, epoch, step):
        """Prepare model and examples for step `number`, the epoch's `step`."""
        self.trainer.begin_step(number)
        self.trainer.random = None  # the generators run on until the losses are read
        first = step * self.trainer.config.batch_size
        block = first // self.together * self.together
        if self.block != (epoch, block):
            self.draw(epoch, block)
        self.first.fill_(first - block)

    def draw(self, epoch, block):
        """Put the examples from number `block` on into x and y."""
        self.epoch.fill_(epoch)
        end = min(block + self.together, len(self.dataset))
        indices = torch.arange(block, end, device=self.device)  # (n,)
        x, y = self.dataset.padded_batch(indices, self.trainer.config.seed, self.epoch)
        self.row_tokens = x.size(1)
        x, y = (rows[:, : self.longest_row] for rows in (x, y))  # (n, longest row)
        if self.x is None:  # from now on at one place, where graphs read them
            self.x, self.y = (rows.new_zeros(self.together, rows.size(1)) for rows in (x, y))
        self.x[: len(x)].copy_(x)
        self.y[: len(y)].copy_(y)
        self.block = epoch, block

    def run_step(self, count):
        """Run one step with `count` examples; return the tokens of a row, padding included."""
        if self.captures and count not in self.graphs and self.warm[count] >= WARM_UP:
            try:
                self.graphs[count] = self.capture(count)
            except RuntimeError as error:
                self.captures = False
                why = first_line(error.__context__ or error)  # ending what failed raises again
                tqdm.write(f"note: steps run uncaptured, slower: {why}", file=sys.stderr)
                self.forget_graphs()
        if count in self.graphs:
            self.graphs[count].replay()
        else:
            self.warm[count] += 1
            self.step(count, self.gradient_that_fits)
        return self.row_tokens

    def capture(self, count):
        """The graph of a step with `count` examples; nothing is computed."""
        graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream(self.device)  # torch leaves its own if capturing fails
        with torch.cuda.graph(graph, pool=self.pool, stream=stream):
            self.step(count, self.gradient)
        self.pool = graph.pool()
        return graph

    def forget_graphs(self):
        """Make dropout work again after a capture that failed.

        Before torch 2.13 the generator then still counts for a graph, and the next random number
        is an error: it gets a state of its own. Graphs that were captured before have the old one.
        """
        self.graphs.clear()
        if self.device.type == "cuda":
            self.generator.graphsafe_set_state(self.generator.clone_state())

    def step(self, count, gradient):
        """Compute the gradient of `count` drawn examples by a method, and update the parameters."""
        trainer = self.trainer
        rows = self.first + torch.arange(count, device=self.device)  # (count,)
        own = self.ranks.own(rows)
        own = own if len(own) else rows[:1]  # every rank computes a gradient, and may not count
        loss = gradient(own)
        if not self.ranks.alone:
            targets = (self.y[own] != 0).sum() * (self.ranks.rank < count)
            loss = self.ranks.mean(loss, trainer.model.parameters(), targets)
        result = torch.stack((loss, trainer.clip())).double()  # (2,)
        self.failed.logical_or_(~result.isfinite().all())
        with warnings.catch_warnings():  # that a step runs uncaptured
            warnings.filterwarnings("ignore", "This instance was constructed with capturable")
            for optimizer in trainer.optimizers:
                optimizer.step()
        self.results.index_copy_(0, self.slot[None], result[None])
        self.slot += 1

    def gradient_that_fits(self, rows):
        """As `gradient`, in twice as many parts from now on whenever the memory is too small."""
        while self.parts < len(rows):
            with suppress(torch.OutOfMemoryError):
                return self.gradient(rows)
            self.parts *= 2
            torch.cuda.empty_cache()
            message = f"note: a batch is too large for the memory: it runs in {self.parts} parts"
            tqdm.write(message, file=sys.stderr)
        return self.gradient(rows)

    def gradient(self, rows):
        """Compute the gradient of the drawn examples `rows` (n,); return their mean loss ()."""
        trainer, total = self.trainer, 0.0
        trainer.model.zero_grad(set_to_none=True)
        if self.parts == 1:
            loss = trainer.loss(self.x[rows], self.y[rows])
            loss.backward()
            return loss.detach()
        targets = (self.y[rows] != 0).sum()
        for part in rows.chunk(self.parts):
            y = self.y[part]
            loss = trainer.loss(self.x[part], y) * (y != 0).sum() / targets
            loss.backward()
            total = total + loss.detach()
        return total

    def fetch_losses(self, in_flight):
        """Wait for the last steps, and give the Trainer their losses.

        `in_flight` has (tokens, rate) of each of them.

        Raise NonFiniteLoss for the first that is not finite. The generators have run on since, and
        their state is then not noted.
        """
        trainer = self.trainer
        results = self.results[: len(in_flight)].cpu()  # (steps, 2)
        self.slot.zero_()
        good = int(results.isfinite().all(1).long().cumprod(0).sum())
        trainer.add_losses(results[:good, 0].tolist(), [rate for _, rate in in_flight[:good]])
        trainer.tokens += sum(tokens for tokens, _ in in_flight[:good])
        if good < len(in_flight):
            trainer.set_rate(len(trainer.losses), trainer.tokens)
            trainer.raise_non_finite(*results[good].tolist())
        trainer.update_random()
