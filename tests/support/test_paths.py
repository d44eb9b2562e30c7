"""Paths that are no plain files: what can be known about them is known before the work."""

import os
import re

import pytest

from support import paths
from support.errors import InputError

SUFFIXES = (".json", ".checkpoint")


def refused(act, *args):
    with pytest.raises(InputError) as error:
        act(*args)
    return str(error.value)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_inputs(folder):
    (folder / "file").write_text("text")
    (folder / "link").symlink_to("file")
    for path in ("file", folder / "link"):
        paths.check_input(path, "--x")
    os.mkfifo("pipe")
    (folder / "dangling").symlink_to("nowhere")
    for path, got in {
        ".": "a folder: .; check the path",
        "no": "no such file: no; check the path",
        "pipe": "a pipe or a device: pipe; write it to a file first",
        os.devnull: f"a pipe or a device: {os.devnull}; write it to a file first",
        "dangling": "a link to no file: dangling; check the path",
    }.items():
        assert refused(paths.check_input, path, "--x") == f"--x: expected a file, got {got}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_outputs(folder):
    for name, target in {"ok": "new", "dangling": "no/x", "loop": "loop", "to_folder": "."}.items():
        (folder / name).symlink_to(target)
    os.mkfifo("pipe")
    (folder / "out.json").mkdir()
    (folder / "far.checkpoint").symlink_to("new")
    before = sorted(os.listdir())
    for path in ("new", folder / "new", "ok"):
        paths.check_output(path, "--x", SUFFIXES)
    for path, says in {
        "": "expected a file's path, got ''; add a name",
        "name/": "expected a file's path, got 'name/'; add a name",
        "to_folder": "expected a file's path, got a folder, .*; name another",
        "pipe": "expected a file's path, got a pipe or a device, 'pipe'; name a file",
        "loop": "expected a file's path, got a link to itself, .*loop'; remove it",
        "dangling": f"expected an existing folder, got {re.escape(str(folder))}/no; create it",
        "no/x": f"expected an existing folder, got {re.escape(str(folder))}/no; create it",
        "out": "expected a file's path, got a folder, 'out.json'; name another",
        "far": "expected a file's path, got a link, 'far.checkpoint'; remove it",
    }.items():
        assert re.fullmatch(f"--x: {says}", refused(paths.check_output, path, "--x", SUFFIXES))
    assert sorted(os.listdir()) == before


def test_names_that_leave_no_room(folder):
    """Every name that passes can be written, and so can those that are made from it."""
    passed = []
    for size in range(200, 260):
        name = "n" * size
        try:
            paths.check_output(name, "--x", SUFFIXES)
        except InputError as error:
            assert "File name too long; shorten it: names of up to 25 characters" in str(error)
        else:
            passed.append(size)
            for suffix in ("", *SUFFIXES):  # as tempfile makes them
                (folder / f".{name}{suffix}.12345678.tmp").write_text("x")
    assert passed == list(range(200, passed[-1] + 1)) and len(passed) < 60


def test_the_real_path_of_a_link(folder):
    (folder / "link").symlink_to("far")
    (folder / "chain").symlink_to("link")
    assert paths.real_path("chain") == str(folder.resolve() / "far")
    assert paths.real_path("far") == "far"
