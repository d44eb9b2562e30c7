"""The chunks of a batch side by side on a CPU's cores.

The operations on a chunk are small: when all threads share each, they wait for one another at its
end, and for Python between two. Here a thread has a chunk for itself.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import torch

from dropout import seeded


class Lanes:
    """Adds up what a function gives for each of several chunks, on so many threads.

    The sum is taken in the chunks' order, and what a chunk's Dropout draws depends on torch's
    generator and the chunk alone: so a result can be repeated to the bit, and with other numbers of
    threads to rounding. Each lane has the memory that a chunk takes.
    """

    def __init__(self, threads):
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def sum(self, function, chunks):
        """[Σ first tensor, Σ second …] of the lists of tensors that function(chunk) gives.

        The sums are contiguous and share no memory. None, in place of a tensor, counts as zero. An
        error, seen once the chunks before its own are through, or Ctrl-C ends the other lanes after
        the chunks that they are at.
        """
        sums = None
        with closing(self._results(function, chunks)) as results:
            for result in results:
                sums = sums or [None] * len(result)
                for i, tensor in enumerate(result):
                    if sums[i] is not None and tensor is not None:
                        sums[i] += tensor
                    elif tensor is not None:
                        sums[i] = tensor.clone(memory_format=torch.contiguous_format)
        return sums

    def _results(self, function, chunks):
        """function(chunk) of each chunk, in order; a lane that is through takes the next chunk."""
        seeds = torch.randint(2**32, (len(chunks),)).tolist()
        lanes = min(self.threads, len(chunks))

        def work(chunk, seed):
            if lanes > 1 and torch.get_num_threads() != self.threads // lanes:
                torch.set_num_threads(self.threads // lanes)  # in each operation of this thread
            with seeded(seed):
                return function(chunk)

        yield from (map if lanes == 1 else self.pool.map)(work, chunks, seeds)
