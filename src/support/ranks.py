"""The processes of one run, as torchrun starts them: what they add up, compare and tell each other.

Each process (rank) has the whole model and makes the whole batch. It computes its share of the
micro-batches, and then all of them make the same update. Imports torch inside functions, and
torch.distributed only where torchrun started this process.
"""

from contextlib import contextmanager
from datetime import timedelta

from support import machine, torchrun
from support.errors import InputError, first_line, shorten_repr

TIMEOUT = timedelta(minutes=5)  # a dead rank is noticed at once, a frozen one after this


class LostRank(ConnectionError):
    """Another process of the run is gone, or does not answer."""


class Ranks:
    """This process among all of the run's. Alone, without torchrun, it waits for nobody.

    `device` is where torch.distributed's messages lie; None, if there are none.
    """

    def __init__(self, rank=0, world=1, device=None):
        self.rank, self.world, self.device = rank, world, device

    @property
    def alone(self):
        return self.device is None

    @property
    def first(self):
        """Whether this is the process that reads checkpoints, writes files and prints."""
        return self.rank == 0

    def own(self, things):
        """This rank's share of a sequence: every world-th."""
        return things[self.rank :: self.world]

    def sum(self, results, n, like):
        """[Σ first tensor, Σ second …] of n lists of tensors, which `own` has dealt out.

        `results` iterates over this rank's lists. `like` has the tensors' shapes, and one type.
        None counts as zero. The sum is None where all lists have None. The lists are added up in
        their order, as one process does. So the sums are equal to the bit for any number of ranks.
        In a round each rank has one list, and adds up its own part of all of them.
        """
        import torch.distributed as dist

        total = None
        sizes = [tensor.numel() for tensor in like]
        part = -(-(sum(sizes) + len(like)) // self.world)  # numbers that one rank adds up
        for done in range(0, n, self.world):
            have = min(self.world, n - done)  # ranks with a list in this round
            mine = self.rank < have
            own = flatten(next(results), like, part * self.world) if mine else like[0].new_empty(0)
            parts = own.new_empty(have * part)
            sent = [part * mine] * self.world
            received = [part] * have + [0] * (self.world - have)
            with others_needed():
                dist.all_to_all_single(parts, own, received, sent)
            for other in parts.split(part):
                total = other if total is None else total.add_(other)
        flat = self.gather(total)[: sum(sizes) + len(like)]
        *sums, had = flat.split([*sizes, len(like)])
        return [
            total.view_as(tensor) if any_had else None
            for total, tensor, any_had in zip(sums, like, had.tolist(), strict=True)
        ]

    def mean(self, loss, parameters, weight):
        """The weighted mean of all ranks' losses (). Their gradients become theirs, in place."""
        import torch
        import torch.distributed as dist

        gradients = [p.grad for p in parameters if p.grad is not None]
        numbers = [*gradients, loss, torch.ones_like(loss)]
        flat = torch.cat([tensor.flatten() for tensor in numbers]) * weight
        with others_needed():
            dist.all_reduce(flat)
        *means, loss, _ = (flat / flat[-1]).split([tensor.numel() for tensor in numbers])
        for gradient, mean in zip(gradients, means, strict=True):
            gradient.copy_(mean.view_as(gradient))
        return loss[0]

    def gather(self, own):
        """The ranks' tensors (k, …), one behind the other: (world · k, …)."""
        import torch
        import torch.distributed as dist

        parts = [torch.empty_like(own) for _ in range(self.world)]
        with others_needed():
            dist.all_gather(parts, own)
        return torch.cat(parts)

    def most(self, *numbers):
        """For each of the numbers the largest that a rank has; a list."""
        if self.alone:
            return list(numbers)
        import torch

        own = torch.tensor([numbers], dtype=torch.float64, device=self.device)
        return self.gather(own).amax(0).tolist()

    def everyones(self, value):
        """[the first rank's value, the second's …]; a value is any Python object."""
        if self.alone:
            return [value]
        import torch.distributed as dist

        values = [None] * self.world
        with others_needed():
            dist.all_gather_object(values, value)
        return values

    def from_first(self, function, *args):
        """What function(*args) returns on the first rank; the others do not call it."""
        if self.alone:
            return function(*args)
        import torch.distributed as dist

        values = [function(*args) if self.first else None]
        with others_needed():
            dist.broadcast_object_list(values)
        return values[0]

    def check_same(self, facts):
        """Refuse to go on if these facts, by name, are not the same on all ranks."""
        first, *others = self.everyones(facts)
        for rank, theirs in enumerate(others, 1):
            for name, value in first.items():
                if theirs.get(name) != value:
                    raise InputError(
                        f"{name}: expected that of rank 0 on all ranks, {shorten_repr(value)}, got"
                        f" {shorten_repr(theirs.get(name))} on rank {rank}; give all of them"
                        " the same files, arguments and kind of processor"
                    )


ALONE = Ranks()


def flatten(tensors, like, size):
    """All numbers of the tensors, and for each whether it is there; zeros behind: (size,)."""
    import torch

    pairs = list(zip(tensors, like, strict=True))
    flat = [torch.zeros_like(other) if t is None else t for t, other in pairs]
    flat.append(like[0].new_tensor([t is not None for t in tensors]))
    flat.append(like[0].new_zeros(size - sum(tensor.numel() for tensor in flat)))
    return torch.cat([tensor.flatten() for tensor in flat])  # (size,)


@contextmanager
def others_needed():
    """Within it, torch.distributed's errors are a LostRank."""
    try:
        yield
    except RuntimeError as error:
        why = first_line(error).rpartition(".cc:")[2].partition("] ")[2] or first_line(error)
        why = why.partition(". ")[0]  # gloo names a line of its source, and ends with advice
        raise LostRank(f"expected all processes of the run, lost one ({why})") from error


def join(device):
    """The Ranks of the run that torchrun started this process for. ALONE without torchrun.

    `device` is as on the command line.
    """
    if not torchrun.started():
        return ALONE
    machine.prepare_cpu()
    import torch.distributed as dist

    device = machine.pick_device(device)
    backends = {"cpu": "gloo", "cuda": "nccl"}
    if device.type not in backends:
        raise InputError(
            f"--device: expected cpu or cuda under torchrun, got {device.type}; add --device cpu"
        )
    rank, world = torchrun.number("RANK"), torchrun.number("WORLD_SIZE")
    with others_needed():
        dist.init_process_group(
            backends[device.type],
            store=torchrun.meeting_place(TIMEOUT),
            rank=rank,
            world_size=world,
            timeout=TIMEOUT,
        )
    return Ranks(rank, world, device)


def leave(ranks):
    """End what `join` began."""
    if not ranks.alone:
        import torch.distributed as dist

        dist.destroy_process_group()
