"""Fault injection: streams, links and names that a command meets outside its files, for fuzz.py.

A kind is a strategy, and a function that prepares the folder of fuzz.py's Bench, runs one command
and counts what it did. Streams need a process of their own, forked so that torch is imported once.
"""

import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st

import ask
import run

SECONDS = 20  # for one input; longer is a hang
MODES = ("open", "closed", "broken", "full")  # of a standard stream
ARGV = {
    "pretrain": ("vanilla", "wiki.txt", "--writing_params_path", "out.params"),
    "evaluate": ("vanilla", "wiki.txt", "--reading_params_path", "in.params")
    + ("--eval_corpus_path", "pairs.tsv", "--outputs_path", "out.predictions"),
    "ask": ("vanilla", "wiki.txt", "--reading_params_path", "in.params", "Where was Ada born?"),
}
SHORT = ("--max_steps", "2", "--batch_size", "2")
WRITES = {"pretrain": "out.params", "evaluate": "out.predictions"}


# --------------------------------------------------------------------------------------- streams

STREAMS = st.tuples(
    st.sampled_from(tuple(ARGV)),
    st.tuples(st.sampled_from(MODES[:2]), st.sampled_from(MODES), st.sampled_from(MODES)),
    st.booleans(),  # whether Python writes at once, as with PYTHONUNBUFFERED
)


def feed_streams(bench, counts, given):
    """A command whose standard streams are closed or broken: what it writes is as without that."""
    command, modes, unbuffered = given
    good = bench.fresh
    bench.lay(good)
    argv = [*ARGV[command], *(SHORT if command == "pretrain" else ())]
    child = os.fork()
    if child == 0:
        run_with_streams(command, argv, modes, unbuffered)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    expected = {"open": 0, "closed": 0, "broken": 141, "full": 1}[modes[1]]
    assert code == expected, f"{given}: exit code {code}"
    written = {} if command == "ask" else {WRITES[command]: bench.expected[command]}
    found = {
        name: raw for name, raw in bench.contents().items() if not name.endswith((".json", ".csv"))
    }
    unchanged = {name: raw for name, raw in good.items() if not name.endswith((".json", ".csv"))}
    assert found == unchanged | written, f"{given}: wrote {found.keys() - unchanged.keys()}"
    counts["accepted"] += 1


def run_with_streams(command, argv, modes, unbuffered):
    """In a child process: run a command as Python would with such streams, and exit."""
    code = 99
    report = os.dup(2)
    try:
        streams = [open_stream(fd, mode, unbuffered) for fd, mode in enumerate(modes)]
        sys.stdin, sys.stdout, sys.stderr = streams
        main, first = (ask.main, []) if command == "ask" else (run.main, [command])
        try:
            main([*first, *argv, *([] if command == "ask" else ["--device", "cpu"])])
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        for stream in streams[1:]:
            if stream is not None:
                stream.flush()
    except BaseException:
        os.write(report, traceback.format_exc().encode())
        code = 99
    finally:
        os._exit(code)


def open_stream(fd, mode, unbuffered):
    """Descriptor `fd` in a mode, and Python's file of it; None if it is closed."""
    if mode == "closed":
        os.close(fd)
        return None
    if mode == "broken":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open("/dev/full" if mode == "full" else os.devnull, os.O_RDWR)
    os.dup2(writing, fd)
    os.close(writing)
    if fd == 0:
        return open(fd, encoding="utf-8", closefd=False)
    return open(fd, "w", encoding="utf-8", closefd=False, buffering=1 if unbuffered else -1)


# ----------------------------------------------------------------------------------------- links

PLACES = ("out.params", "out.params.json", "out.params.lock", "out.params.checkpoint")
PLACES += ("out.params.csv", "out.params.checkpoint.csv", "out.predictions", "out.predictions.json")
PLACES += ("in.params", "in.params.json", "pairs.tsv")
READ = ("wiki.txt", "in.params", "pairs.tsv")
SUFFIXES = (".json", ".csv", ".checkpoint.csv")  # of what is written beside an output
THINGS = ("file", "folder", "pipe", "link")
TARGETS = (*PLACES, "far", "sub/far", "nowhere/far", "sub", "wiki.txt", "/dev/null")
LINKS = st.tuples(
    st.sampled_from(("pretrain", "evaluate")),
    st.dictionaries(
        st.sampled_from(PLACES),
        st.tuples(st.sampled_from(THINGS), st.sampled_from(TARGETS)),
        min_size=1,
        max_size=3,
    ),
)


def feed_links(bench, counts, given):
    """Links, folders and pipes in the place of files: all is written, or nothing."""
    command, changes = given
    bench.lay(bench.fresh)
    os.mkdir("sub")
    for name, (thing, target) in changes.items():
        Path(name).unlink(missing_ok=True)
        if thing == "link":
            os.symlink(target, name)
        elif thing == "folder":
            os.mkdir(name)
        elif thing == "pipe":
            os.mkfifo(name)
        else:
            Path(name).write_bytes(b"old")
    same = all(
        Path(name).is_file() and Path(name).read_bytes() == bench.good[name] for name in READ
    )
    judge(bench, counts, command, WRITES[command], str(given), same)


# ----------------------------------------------------------------------------------------- names

NAMES = st.tuples(
    st.sampled_from(("pretrain", "evaluate")),
    st.integers(0, 16),  # folders of 250 letters above: some paths are longer than the system's
    st.text(
        st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=9
    ),
    st.integers(1, 300),  # bytes of the name, about
)


def feed_names(bench, counts, given):
    """Outputs of long and odd names."""
    command, depth, text, size = given
    bench.lay(bench.fresh)
    name = (text * size).encode()[:size].decode("utf-8", "ignore") or "x"
    folder = Path(*["d" * 250] * depth)
    with suppress(OSError):  # too long for the system: no such folder
        folder.mkdir(parents=True, exist_ok=True)
    judge(bench, counts, command, os.path.join(folder, name), f"{command} {depth} {name!r}")


# ------------------------------------------------------------------------- what all have in common


def timed(act):
    """What act() returns. If it takes longer than SECONDS, this process ends."""
    signal.alarm(SECONDS)  # its default action ends this process
    try:
        return act()
    finally:
        signal.alarm(0)


def judge(bench, counts, command, out, what, same=True):
    """Run a command that writes `out`: all is written, or it is refused and nothing is.

    `same` says whether its inputs are those that made bench.expected.
    """
    before = bench.contents()
    code, said = timed(lambda: bench.call(command, out=out))
    after = bench.contents()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    if code == 0:
        real = os.path.realpath(out)
        assert not same or Path(real).read_bytes() == bench.expected[command], f"{what}: content"
        files = (real, *(os.path.realpath(f"{real}{suffix}") for suffix in SUFFIXES))
        own = {os.path.relpath(name, bench.folder) for name in files}
        assert changed <= own, f"{what}: accepted, and changed {changed - own}"
        counts["accepted"] += 1
        return
    *notes, last = said.strip().splitlines()
    assert code == 2 and last.startswith("run.py: error: "), f"{what}: {code}: {said[-2000:]}"
    assert all(line.startswith("note: ") for line in notes), f"{what}: {said}"
    assert "Traceback" not in said and last.isprintable(), f"{what}: {last!r}"
    assert not any(text in said for text in ("train loss", "questions:")), f"{what}: {said}"
    assert not changed, f"{what}: refused, but changed {changed}"
    counts["refused"] += 1


OUTSIDE = {
    "streams": (STREAMS, feed_streams),
    "links": (LINKS, feed_links),
    "names": (NAMES, feed_names),
}
