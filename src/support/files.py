"""Files, read with clear errors, and written whole or not at all. Imports no torch."""

import codecs
import hashlib
import os
import re
import tempfile
import time
from contextlib import contextmanager, suppress

from support.errors import InputError
from support.paths import real_path

BLOCK = 2**21  # bytes of a text that are decoded at once
POLL_SECONDS = 0.1  # between looks at a lock that another process has


def read_text(path):
    """The text of a UTF-8 file, every line ending as one '\n', without byte order marks.

    Files that were joined have such marks in the middle too.
    """
    return "".join(read_blocks(path))


def read_blocks(path):
    """Yield the text that `read_text` returns, in blocks."""
    utf8, empty, n_bytes, end = codecs.getincrementaldecoder("utf-8-sig")(), True, 0, ""
    try:
        with open(path, "rb") as file:
            while raw := file.read(BLOCK):
                n_bytes += len(raw)
                block = end + utf8.decode(raw)
                end = "\r" * block.endswith("\r")  # of half a line end, perhaps
                block = block.removesuffix(end).replace("\r\n", "\n").replace("\r", "\n")
                block = block.replace("\ufeff", "")
                empty = empty and not block.strip()
                yield block
        yield utf8.decode(b"", final=True) + end.replace("\r", "\n")
    except UnicodeDecodeError as error:
        offset = n_bytes - len(error.object) + error.start
        raise InputError(
            f"{path}: expected UTF-8 text, got the byte 0x{error.object[error.start]:02x} at offset"
            f" {offset}; save the file as UTF-8"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: no file can have this name
        shown = path if str(path).isprintable() else ascii(path)
        got = getattr(error, "strerror", "no name of a file")
        raise InputError(
            f"{shown}: expected a readable text file, got: {got}; check the path"
        ) from None
    if empty:
        raise InputError(f"{path}: expected text, got an empty file; check the path")


def sha256(path):
    """The file's SHA-256 in hex; None for no path."""
    if path is None:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ------------------------------------------------------------------------------------ whole files


@contextmanager
def atomic_write(path):
    """A path to write to that becomes `path` when the block ends, and vanishes if it fails.

    The content is on the disk before it takes the name, so that a crash or a power cut leaves the
    old file or the new one. A full disk or a folder that takes no files is an InputError.
    """
    folder, name = os.path.split(os.path.realpath(path))  # a link stays, its target changes
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".tmp")
        os.close(handle)
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp's own mode lets nobody else read
        _to_disk(temporary, os.O_RDWR)
        os.replace(temporary, os.path.join(folder, name))
        temporary = None
        if os.name != "nt":  # where a folder cannot be opened
            with suppress(OSError):  # some network file systems cannot do it; the file is whole
                _to_disk(folder, os.O_RDONLY)
    except OSError as error:
        raise not_written(path, error) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)


def not_written(path, error):
    """The InputError of an OSError that kept a file from being written."""
    return InputError(
        f"{path}: expected to write this file, got: {error.strerror or error}; what was there"
        " is unchanged: make room, or name another folder"
    )


def _to_disk(path, flags):
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(path):
    """Remove the temporary files that killed writers of `path` left; no writer may be at work."""
    folder, name = os.path.split(os.path.realpath(path))
    for other in os.listdir(folder):
        if re.fullmatch(re.escape(f".{name}.") + r"[a-z0-9_]{8}\.tmp", other):
            with suppress(OSError):
                os.unlink(os.path.join(folder, other))


def write_text(path, text):
    """Write UTF-8 text, with '\\n' at line ends on every platform."""
    with (
        atomic_write(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(text)


@contextmanager
def locked(path, wait=False):
    """Refuse to run while another process has `path` locked, by this name or through a link.

    With `wait`, run when that process has let go of it. The system holds the lock, on PATH.lock,
    and lets go of it however the process ends: a lock file that a killed run left is taken over.
    Where the file system has no locks, nothing is refused.
    """
    lock = f"{real_path(path)}.lock"
    other = f"{lock}: expected no file, or one that a run left, got another; name another path"
    if os.path.islink(lock):
        raise InputError(other)
    file, free = _open_lock(lock)
    while wait and not free:
        file.close()
        time.sleep(POLL_SECONDS)
        file, free = _open_lock(lock)
    with file:
        file.seek(0)
        holder = file.read(20).strip()
        if not free:
            raise InputError(
                f"{path}: expected no other run to write it, got one at work (process"
                f" {holder or 'unknown'}); wait for it, or name another path"
            )
        if holder and not holder.isdecimal():
            raise InputError(other)
        try:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file; left there it does no harm
                os.unlink(lock)


def _open_lock(lock):
    """The open lock file, and whether this process has its lock."""
    while True:
        try:
            file = open(lock, "a+", encoding="utf-8", errors="replace")  # noqa: SIM115
        except OSError as error:
            raise InputError(
                f"{lock}: expected to write this file, got: {error.strerror}; name another folder"
            ) from None
        if not _try_lock(file):
            return file, False
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(lock)):
                return file, True
        file.close()  # its owner has just removed it: make a new one


def _try_lock(file):
    """Whether this process has the lock now; True also where there are none to have."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(2**20)  # beyond the text: Windows forbids reading what is locked
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True
