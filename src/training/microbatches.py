"""The chunks of a batch side by side on a CPU's cores.

The operations on a chunk are small: when all threads share each, they wait for one another at its
end, and for Python between two. Here a thread has a chunk for itself.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import torch

from layers.dropout import seeded


class Lanes:
    """Adds up what a function gives for each of several chunks, on so many threads.

    The sum is taken in the chunks' order, and what a chunk's Dropout draws depends on torch's
    generator and the chunk alone: so a result can be repeated to the bit, and with other numbers of
    threads to rounding. Each lane has the memory that a chunk takes, and a result waits for those
    of earlier chunks.
    """

    def __init__(self, threads):
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def sum(self, function, chunks):
        """[Σ first tensor, Σ second …] of the lists of tensors that function(chunk) gives.

        The sums share memory with nothing. None, in place of a tensor, counts as zero. An error,
        seen once the chunks before its own are through, or Ctrl-C ends the other lanes after the
        chunks that they are at.
        """
        sums = None
        with closing(self._results(function, chunks)) as results:
            for result in results:
                sums = sums or [None] * len(result)
                for i, (total, tensor) in enumerate(zip(sums, result, strict=True)):
                    if total is None:
                        sums[i] = None if tensor is None else tensor.clone()
                    elif tensor is not None:
                        total += tensor
                del result, tensor  # while the next are computed
        return sums

    def _results(self, function, chunks):
        """function(chunk) of each chunk, in order; a lane that is through takes the next chunk."""
        seeds = torch.randint(2**32, (len(chunks),)).tolist()
        lanes = min(self.threads, len(chunks))

        def work(chunk, seed):
            with seeded(seed):
                return function(chunk)

        def work_in_lane(chunk, seed):
            if torch.get_num_threads() != self.threads // lanes:
                torch.set_num_threads(self.threads // lanes)  # in each operation of this thread
            return work(chunk, seed)

        if lanes == 1:
            yield from map(work, chunks, seeds)
            return
        futures = []
        try:
            for chunk, seed in zip(chunks, seeds, strict=True):
                futures.append(self.pool.submit(work_in_lane, chunk, seed))
            while futures:
                yield futures.pop(0).result()
        finally:
            for future in futures:
                future.cancel()
