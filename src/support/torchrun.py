"""What torchrun tells the processes that it starts: who they are, where they meet, who prints.

torch is imported only where torchrun has started this process, and only inside functions.
"""

import os
import shutil
import sys
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta


def started():
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def number(name):
    """A whole number that torchrun has put into the environment."""
    return int(os.environ[name])


def command(python):
    """The first words of a command line that starts this program again, with as many processes.

    `python` is the interpreter's name. With several machines, it starts only this machine's
    processes. Any number of processes can continue a run.
    """
    if not started():
        return [python]
    found = shutil.which("torchrun")
    ours = found and os.path.dirname(found) == os.path.dirname(sys.executable)
    words = ["torchrun"] if ours else [python, "-m", "torch.distributed.run"]
    words += ["--nproc_per_node", os.environ["LOCAL_WORLD_SIZE"]]
    if number("TORCHELASTIC_MAX_RESTARTS"):
        words += ["--max-restarts", os.environ["TORCHELASTIC_MAX_RESTARTS"]]
    return words


# ----------------------------------------------------------------------------------- who prints


@contextmanager
def first_prints():
    """Within it, the first process alone prints. An exception on any other is seen."""
    if not started() or number("RANK") == 0:
        yield
        return
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def take_last_word():
    """Whether this process may print how the run ended: the first one to ask may.

    From then on it prints, as the first process does.
    """
    if not started():
        return True
    sys.stderr = sys.__stderr__
    try:
        attempt = os.environ["TORCHELASTIC_RESTART_COUNT"]
        return _connect(timedelta(seconds=5)).add(f"last word {attempt}", 1) == 1
    except RuntimeError:  # what torchrun itself runs on is gone
        return True


# ---------------------------------------------------------------------------------- where they meet


def meeting_place(timeout):
    """A torch.distributed.Store for this attempt alone.

    torchrun's own outlives a restart, and gloo would read the dead processes' addresses there. It
    does not number the attempts alike on all machines either. So each process leaves a name, and
    the first one answers it with the attempt's.
    """
    from torch.distributed import PrefixStore

    store, rank, world = _connect(timeout), number("RANK"), number("WORLD_SIZE")
    name, ends = uuid.uuid4().hex, time.monotonic() + timeout.total_seconds()
    if rank:
        store.set(f"name of {rank}", name)
        attempt = store.get(f"attempt of {name}").decode()
        store.add(f"{attempt}: arrived", 1)
        return PrefixStore(attempt, store)
    while store.add(f"{name}: arrived", 0) < world - 1:
        for other in range(1, world):
            store.set(f"attempt of {store.get(f'name of {other}').decode()}", name)
        if time.monotonic() > ends:
            raise RuntimeError(f"fewer than {world} processes have arrived")
        time.sleep(0.01)
    return PrefixStore(name, store)


def _connect(timeout):
    """torchrun's TCPStore. Where torchrun serves none, the first process does."""
    from torch.distributed import TCPStore

    served = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    return TCPStore(
        os.environ["MASTER_ADDR"],
        number("MASTER_PORT"),
        is_master=not served and number("RANK") == 0,
        wait_for_workers=False,
        multi_tenant=not served,
        timeout=timeout,
    )
