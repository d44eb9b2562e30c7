"""Runs the micro-batches of a batch side by side on a CPU's cores, each in a thread of its own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import torch

from layers.dropout import seeded
from support.ranks import ALONE
from support.threads import in_order


class MicroBatchPool:
    """Runs a function on each micro-batch, in several threads, and returns the sum of the results.

    The sum is taken in the order of the micro-batches. What a micro-batch's Dropout draws depends
    on torch's generator and its number alone. A result can therefore be repeated to the bit, and
    with another number of threads to rounding. Each thread needs the memory of one micro-batch, and
    a result waits for those of earlier micro-batches.
    """

    def __init__(self, threads):
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def sum(self, function, micro_batches):
        """[Σ first tensor, Σ second …] of the lists of tensors that function(micro_batch) returns.

        The sums share memory with nothing. None, where a tensor is expected, counts as zero. An
        error is raised once all earlier micro-batches are done. An error or Ctrl-C ends the other
        threads after the micro-batches that they are computing.
        """
        sums = None
        with closing(self.results(function, micro_batches)) as results:
            for result in results:
                sums = sums or [None] * len(result)
                for i, (total, tensor) in enumerate(zip(sums, result, strict=True)):
                    if total is None:
                        sums[i] = None if tensor is None else tensor.clone()
                    elif tensor is not None:
                        total += tensor
                del result, tensor  # while the next are computed
        return sums

    def results(self, function, micro_batches, ranks=ALONE):
        """A generator of function(micro_batch) for this rank's share of them, in order.

        Each micro-batch has the same seed on any number of ranks.
        """
        seeds = torch.randint(2**32, (len(micro_batches),)).tolist()
        return self._run(function, ranks.own(micro_batches), ranks.own(seeds))

    def _run(self, function, micro_batches, seeds):
        """Yield function(micro_batch) in order. A thread that is done takes the next one."""
        workers = min(self.threads, len(micro_batches))

        def work(micro_batch, seed):
            with seeded(seed):
                return function(micro_batch)

        def work_in_thread(micro_batch, seed):
            if torch.get_num_threads() != self.threads // workers:
                torch.set_num_threads(self.threads // workers)  # in each operation of this thread
            return work(micro_batch, seed)

        if workers <= 1:
            yield from map(work, micro_batches, seeds)
        else:
            yield from in_order(self.pool, work_in_thread, micro_batches, seeds)
