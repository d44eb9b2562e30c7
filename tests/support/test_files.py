"""Texts as people's editors save them, files that are written whole, locks."""

import os
import stat
import subprocess
import sys

import pytest
from conftest import ROOT

from support import files
from support.errors import InputError


@pytest.mark.parametrize(
    "raw", [b"one\ntwo\n", b"one\r\ntwo\r\n", b"\xef\xbb\xbfone\ntwo\n", b"one\rtwo\n"]
)
def test_line_ends_and_byte_order_marks(tmp_path, raw):
    path = tmp_path / "text"
    path.write_bytes(raw)
    assert files.read_text(path) == "one\ntwo\n"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "got an empty file"),
        (b"\n\n", "got an empty file"),
        (b"caf\xe9\n", "expected UTF-8 text, got the byte 0xe9 at offset 3"),
    ],
)
def test_texts_that_are_none(tmp_path, raw, says):
    path = tmp_path / "text"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=says):
        files.read_text(path)
    with pytest.raises(InputError, match="Is a directory"):
        files.read_text(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.atomic_write(path) as temporary:
        with open(temporary, "w") as file:
            file.write("half of the ne")
        raise RuntimeError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["kept"]
    files.write_text(path, "new é\n")
    assert path.read_bytes() == "new é\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600


def test_a_link_stays_and_its_target_changes(tmp_path):
    target, link = tmp_path / "far" / "target", tmp_path / "link"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    files.write_text(link, "new")
    assert link.is_symlink() and target.read_text() == "new"


def test_no_room_is_one_line_and_the_old_file_stands(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    path = tmp_path / "kept"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="kept: expected to write this file, got: No space left"):
        files.write_text(path, "new")
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["kept"]
    with pytest.raises(InputError, match="No such file or directory; what was there is unchanged"):
        files.write_text(tmp_path / "nowhere" / "file", "new")


def test_leftovers_of_killed_writers(tmp_path):
    for name in (".p.abcd1234.tmp", ".p.other.abcd1234.tmp", ".p.abcd1234", "p.abcd1234.tmp"):
        (tmp_path / name).write_text("half")
    files.remove_leftovers(tmp_path / "p")
    assert not (tmp_path / ".p.abcd1234.tmp").exists() and len(os.listdir(tmp_path)) == 3


def test_a_lock_is_held_by_one_process(tmp_path):
    path = tmp_path / "p"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from support import files\n"
        "with files.locked(sys.argv[2]): print('held', flush=True); input()"
    )
    argv = [sys.executable, "-c", code, str(ROOT / "src"), path]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "held\n"
        says = rf"expected no other run to write it, got one at work \(process {other.pid}\)"
        (tmp_path / "link").symlink_to("p")
        for name in (path, tmp_path / "link"):
            with pytest.raises(InputError, match=says), files.locked(name):
                pass
        (tmp_path / "link").unlink()
        other.kill()
    assert os.listdir(tmp_path) == ["p.lock"]
    with files.locked(path):  # a dead process holds nothing
        assert (tmp_path / "p.lock").read_text() == f"{os.getpid()}\n"
    assert os.listdir(tmp_path) == []
    precious = tmp_path / "uv.lock"
    for link in (False, True):
        precious.write_text("[[package]]\n")
        if link:
            precious.rename(tmp_path / "far")
            precious.symlink_to("far")
        says = "uv.lock: expected no file, or one that a run left, got another"
        with pytest.raises(InputError, match=says), files.locked(tmp_path / "uv"):
            pass
        assert precious.read_text() == "[[package]]\n"
    says = "lock: expected to write this file, got: No such file"
    with pytest.raises(InputError, match=says), files.locked(tmp_path / "nowhere" / "p"):
        pass


def test_byte_order_marks_are_no_text_wherever_they_stand(tmp_path):
    path = tmp_path / "joined"
    path.write_bytes("\ufeffone\r\n\ufefftwo\ufeff\n".encode())
    assert files.read_text(path) == "one\ntwo\n"
