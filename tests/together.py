"""Runs a function in several processes at once, as torchrun would, but forked from this one."""

import os
import pickle
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import torch.distributed as dist

import run
from broken_runs import end_with
from support.ranks import Ranks, join, leave

SECONDS = 100


@contextmanager
def agent(world):
    """What torchrun itself does: a store, and for each process an environment.

    The store's server has a process of its own: were it a thread here, a fork could copy its locks.
    """
    reading, writing = os.pipe()
    server = os.fork()
    if not server:
        signal.alarm(SECONDS)
        store = dist.TCPStore("localhost", 0, is_master=True, wait_for_workers=False)
        os.write(writing, str(store.port).encode())
        signal.pause()
    port = os.read(reading, 9).decode()
    os.close(reading), os.close(writing)
    common = {
        "MASTER_ADDR": "localhost",
        "MASTER_PORT": port,
        "WORLD_SIZE": str(world),
        "LOCAL_WORLD_SIZE": str(world),
        "TORCHELASTIC_RUN_ID": "none",
        "TORCHELASTIC_RESTART_COUNT": "0",
        "TORCHELASTIC_MAX_RESTARTS": "0",
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "GLOO_SOCKET_IFNAME": "lo",
    }
    try:
        yield [common | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(world)]
    finally:
        end(server)


def fork(function, environment, out):
    """Fork a process that runs function(); its output, and what it returns, go to a folder."""
    pid = os.fork()
    if pid:
        return pid

    def act():
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(out / name, os.O_CREAT | os.O_WRONLY | os.O_APPEND), number)
        sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = sys.__stderr__ = open(2, "w", closefd=False)  # noqa: SIM115
        os.environ.update(environment)
        signal.alarm(SECONDS)
        (out / "result").write_bytes(pickle.dumps(function()))

    end_with(act)


def together(world, function):
    """(exit codes, what function(rank) returned or None, stdout and stderr of all) of processes.

    A process that hangs is ended by SIGALRM.
    """
    with tempfile.TemporaryDirectory() as folder, agent(world) as environments:
        out = Path(folder)
        folders = [out / str(rank) for rank in range(world)]
        pids = []
        for rank, environment in enumerate(environments):
            folders[rank].mkdir()
            pids.append(fork(lambda rank=rank: function(rank), environment, folders[rank]))
        try:
            codes = [wait(pid) for pid in pids]
        finally:
            for pid in pids:
                end(pid)
        results = [
            pickle.loads((f / "result").read_bytes()) if (f / "result").exists() else None
            for f in folders
        ]
        shown = {
            name: "".join((f / name).read_text(encoding="utf-8") for f in folders)
            for name in ("stdout", "stderr")
        }
    return codes, results, shown


def wait(pid):
    """The process's exit code; minus the signal's number, if one ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def end(pid):
    """Kill the process, if it has not been waited for."""
    try:
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def of_ranks(world, function):
    """[function(ranks) of each rank]: all must succeed."""

    def joined(rank):
        ranks = join("cpu")
        assert isinstance(ranks, Ranks) and (ranks.rank, ranks.world) == (rank, world)
        result = function(ranks)
        leave(ranks)
        return result

    codes, results, shown = together(world, joined)
    assert codes == [0] * world, shown["stderr"]
    return results


def commands(world, argv, before=None):
    """(exit codes, stdout, stderr) of `run.py argv` in each process, after before(rank)."""

    def command(rank):
        if before is not None:
            before(rank)
        run.main([str(word) for word in argv])

    codes, _, shown = together(world, command)
    return codes, shown["stdout"], shown["stderr"]
