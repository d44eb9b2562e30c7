"""Parts of a computation side by side on a CPU's cores, each in a thread of its own.

The operations of a small model are short. If all threads share one operation, they wait for one
another at its end, and for Python between two operations.
"""

from concurrent.futures import ThreadPoolExecutor

import torch

MOST = 8  # items at once


def side_by_side(function, items):
    """Yield function(item) for each item of a sequence, in order.

    As many items are computed at once as torch has threads, MOST at most, since each takes memory
    of its own. torch's modes, such as no_grad, are those of one thread: the function sets what it
    needs. A caller that ends early closes the generator.
    """
    threads = torch.get_num_threads()
    workers = min(threads, len(items), MOST)
    if workers <= 1:
        yield from map(function, items)
        return
    how = dict(initializer=torch.set_num_threads, initargs=(threads // workers,))
    try:
        with ThreadPoolExecutor(workers, **how) as pool:
            yield from in_order(pool, function, items)
    finally:
        torch.set_num_threads(threads)  # torch gives the number that was set last to new threads


def in_order(pool, function, *columns):
    """Yield the function of the columns' items, row by row and in order, from a pool's threads.

    If the caller ends early, by an error or Ctrl-C, the pool leaves out what it has not begun. The
    caller's own operations run in one thread meanwhile: others would spin on the pool's cores.
    """
    threads, futures = torch.get_num_threads(), []
    torch.set_num_threads(1)
    try:
        for row in zip(*columns, strict=True):
            futures.append(pool.submit(function, *row))
        while futures:
            yield futures.pop(0).result()
    finally:
        torch.set_num_threads(threads)
        for future in futures:
            future.cancel()
