"""The chunks of a batch side by side on a CPU's cores.

The operations on a chunk are small: when all threads share each, they wait for one another at its
end, and for Python between two. Here a thread has a chunk for itself.
"""

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial, reduce

import torch

from dropout import seeded


class Lanes:
    """Adds up what a function gives for each of several chunks, on so many threads.

    The sum is taken in the same order each time, and what a chunk's Dropout draws depends on
    torch's generator and the chunk alone: so a result can be repeated to the bit with as many
    threads, and with others to rounding. Each lane has the memory that a chunk takes.
    """

    def __init__(self, threads):
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def sum(self, function, chunks):
        """[Σ first tensor, Σ second …] of the lists of tensors that function(chunk) gives.

        None, in place of a tensor, counts as zero. An error, seen once the lanes before its own are
        through, or Ctrl-C ends the other lanes after the chunks that they are at.
        """
        seeds = torch.randint(2**32, (len(chunks),)).tolist()
        n = min(self.threads, len(chunks))
        lanes = [[] for _ in range(n)]
        for i, chunk in enumerate(zip(chunks, seeds, strict=True)):
            back = i % (2 * n)  # to and fro, since the first chunks take a little longer
            lanes[min(back, 2 * n - 1 - back)].append(chunk)
        if n == 1:
            return _added(_results(function, lanes[0]))
        leave = threading.Event()
        work = partial(_lane, function, self.threads // n, leave)
        try:
            return _added(self.pool.map(work, lanes))
        except BaseException:
            leave.set()
            raise


def _lane(function, threads, leave, chunks):
    """The sum over these chunks, on a thread of its own, with `threads` in each operation."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)  # of this thread

    def still_wanted(chunk):
        if leave.is_set():
            raise CancelledError
        return function(chunk)

    return _added(_results(still_wanted, chunks))


def _results(function, chunks):
    for chunk, seed in chunks:
        with seeded(seed):
            result = function(chunk)
        yield result


def _added(lists):
    """The lists of tensors added up, one list after another."""

    def plus(a, b):
        return b if a is None else a if b is None else a + b

    return reduce(
        lambda total, more: [plus(*pair) for pair in zip(total, more, strict=True)], lists
    )
