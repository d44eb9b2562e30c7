"""Paths, checked before the work: inputs that can be read again, outputs that can be written."""

import errno
import os
import tempfile
from contextlib import suppress

from support.errors import InputError


def real_path(path):
    """The path of the file that writing to `path` changes: of a link, what it leads to."""
    return os.path.realpath(path) if os.path.islink(path) else path


def check_input(path, name):
    """Refuse a path that is no file. A pipe is none, because inputs are read more than once."""
    if os.path.isfile(path):
        return
    got, mend = "no such file", "check the path"
    if os.path.isdir(path):
        got = "a folder"
    elif os.path.exists(path):
        got, mend = "a pipe or a device", "write it to a file first"
    elif os.path.islink(path):
        got = "a link to no file"
    raise InputError(f"{name}: expected a file, got {got}: {path}; {mend}")


def check_output(path, name, suffixes=()):
    """Refuse a path where no file can be written, or none at `path` + each of the suffixes.

    If the path is a link, the files are those beside what it leads to. A temporary file of the
    longest name is made, as atomic_write does, and removed.
    """
    path = os.fspath(path)
    if not can_name(path):
        raise InputError(f"{name}: expected a file's path, got {path!a}; name another")
    if not os.path.basename(path):
        raise InputError(f"{name}: expected a file's path, got {path!r}; add a name")
    real = real_path(path)
    for file in (real, *(f"{real}{suffix}" for suffix in suffixes)):
        got = None
        if os.path.isdir(file):
            got = "a folder", "name another"
        elif os.path.exists(file) and not os.path.isfile(file):
            got = "a pipe or a device", "name a file"
        elif os.path.islink(file):  # or two outputs could be one file
            got = "a link" if file != real else "a link to itself", "remove it"
        if got:
            raise InputError(f"{name}: expected a file's path, got {got[0]}, {file!r}; {got[1]}")
    folder, last = os.path.split(os.path.realpath(real))
    if not os.path.isdir(folder):
        raise InputError(f"{name}: expected an existing folder, got {folder}; create it")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{name}: expected a folder to write in, got {folder}; name another")
    longest = max(suffixes, key=len, default="")
    try:
        handle, trial = tempfile.mkstemp(dir=folder, prefix=f".{last}{longest}.", suffix=".tmp")
    except OSError as error:
        mend = "name another folder"
        if error.errno == errno.ENAMETOOLONG:
            more = len(f"{longest}..12345678.tmp")
            mend = f"shorten it: names of up to {more} characters more are made from it"
        raise InputError(
            f"{name}: expected to write {path}, got: {error.strerror}; {mend}"
        ) from None
    os.close(handle)
    with suppress(OSError):
        os.unlink(trial)


def can_name(path):
    """Whether the system can have a file of this name."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:  # half a character
        return False
