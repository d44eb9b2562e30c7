"""Training steps that a GPU takes by itself: the corpus lies there, examples are drawn there, and
the host sends no data and waits only to read losses, twice a second and at epochs' ends.
"""

import sys
import time
import warnings
from collections import Counter
from contextlib import nullcontext

import torch
from tqdm import tqdm

from support.errors import first_line

SECONDS = 0.5  # between the moments at which the host waits for the losses
EAGER = 3  # steps of a batch size before it is captured: optimizer state and workspaces exist then


class DeviceSteps:
    """The Trainer's steps, with everything that a step needs in tensors on the device.

    The dataset has, besides `batch`, `to(device)` and `padded(indices, seed, epoch) -> (x, y)`,
    where indices (B,) and epoch () are tensors, and no shape and no branch depends on their values.
    A batch is run whole, with its padding: its shape is then known beforehand, so on CUDA a step is
    captured as a graph and launched at once (one graph for a full batch, one for an epoch's last).
    Where capturing fails a note says so, and steps are launched operation by operation.

    A loss or gradient that is not finite stops all updates from that step on, on the device; the
    host finds out when it next reads the losses.
    """

    def __init__(self, trainer):
        self.trainer, self.device = trainer, trainer.device
        self.dataset = trainer.train_dataset.to(self.device)
        self.epoch = torch.zeros((), dtype=torch.int64, device=self.device)
        self.first = self.epoch.clone()  # index of a batch's first example
        self.row = self.epoch.clone()  # of `results`: steps since these were read
        self.results = torch.zeros(
            trainer.steps_per_epoch, 2, dtype=torch.float64, device=self.device
        )  # loss, norm
        self.failed = torch.zeros((), device=self.device)  # 1 once a step was not finite
        for optimizer in trainer.optimizers:
            optimizer.found_inf = self.failed
            for group in optimizer.param_groups:  # a graph reads its rate from one place
                group["lr"] = torch.as_tensor(group["lr"], dtype=torch.float32).to(self.device)
        self.captures = self.device.type == "cuda"
        self.eager = Counter()  # steps of each batch size that no graph has taken
        self.graphs = {}  # by batch size: (graph, tokens of a row)
        self.pool = None  # of memory, which the graphs share

    def __iter__(self):
        """(epoch, step) of the last of the steps taken, each time that losses have been read."""
        trainer, size = self.trainer, self.trainer.config.batch_size
        done, tokens, taken = len(trainer.losses), trainer.tokens, []
        read = time.monotonic()
        while done < trainer.total_steps:
            epoch, step = divmod(done, trainer.steps_per_epoch)
            trainer.begin_step(done)
            self.epoch.fill_(epoch)
            self.first.fill_(step * size)
            trainer.random = None
            count = min(size, len(self.dataset) - step * size)
            taken.append(count * self.take(count))
            done, tokens = done + 1, tokens + taken[-1]
            trainer.set_rate(done, tokens)
            ends = step == trainer.steps_per_epoch - 1 or done == trainer.total_steps
            if ends or time.monotonic() - read > SECONDS:
                self.read(taken)
                taken, read = [], time.monotonic()
                yield epoch, step

    def stream(self):
        """The stream to iterate on: capturing needs another than CUDA's default."""
        if self.device.type != "cuda":
            return nullcontext()
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream(self.device))
        return torch.cuda.stream(stream)

    def take(self, count):
        """One step with `count` examples; return the tokens of a row, padding included."""
        if self.captures and count not in self.graphs and self.eager[count] >= EAGER:
            try:
                self.graphs[count] = self.capture(count)
            except RuntimeError as error:
                self.captures = False
                why = first_line(error.__context__ or error)  # ending what failed raises again
                tqdm.write(f"note: steps run uncaptured, slower: {why}", file=sys.stderr)
        if count in self.graphs:
            graph, width = self.graphs[count]
            graph.replay()
            return width
        self.eager[count] += 1
        return self.step(count)

    def capture(self, count):
        """(graph, tokens of a row) of a step with `count` examples; nothing is computed."""
        graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream(self.device)  # torch leaves its own if capturing fails
        with torch.cuda.graph(graph, pool=self.pool, stream=stream):
            width = self.step(count)
        self.pool = graph.pool()
        return graph, width

    def step(self, count):
        """Draw the examples, and update the parameters; return the tokens of a row."""
        trainer = self.trainer
        indices = self.first + torch.arange(count, device=self.device)  # (count,)
        x, y = self.dataset.padded(indices, trainer.config.seed, self.epoch)
        trainer.model.zero_grad(set_to_none=True)
        loss = trainer.loss(x, y)
        loss.backward()
        result = torch.stack((loss.detach(), trainer.clip())).double()  # (2,)
        self.failed.logical_or_(~result.isfinite().all())
        with warnings.catch_warnings():  # that a step runs uncaptured
            warnings.filterwarnings("ignore", "This instance was constructed with capturable")
            for optimizer in trainer.optimizers:
                optimizer.step()
        self.results.index_copy_(0, self.row[None], result[None])
        self.row += 1
        return x.size(1)

    def read(self, taken):
        """Give the Trainer the losses of the last steps, of `taken` tokens each; wait for them.

        Raise NonFiniteLoss for the first that is not finite. The generators have run on since, so
        their state is then not noted.
        """
        trainer = self.trainer
        results = self.results[: len(taken)].cpu()  # (steps, 2)
        self.row.zero_()
        good = int(results.isfinite().all(1).long().cumprod(0).sum())
        trainer.losses += results[:good, 0].tolist()
        trainer.tokens += sum(taken[:good])
        if good < len(taken):
            trainer.set_rate(len(trainer.losses), trainer.tokens)
            trainer.raise_astray(*results[good].tolist())
        trainer.update_random()
