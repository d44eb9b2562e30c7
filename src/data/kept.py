"""Keeps what is made of a large text in a file beside it, and maps it into memory.

    wiki.txt.tokens, wiki.txt.windows-1a2b3c4d

Small texts have no such files. A file is a header of HEADER bytes, and arrays, end to end:

    a sentence for people who look into it
    sha256 of all that follows
    JSON: what the arrays were made from, and the type and shape of each
"""

import hashlib
import json
import os
import sys
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch

from support.errors import InputError
from support.files import atomic_write, locked, read_blocks, read_text, remove_leftovers, sha256
from support.paths import check_output, real_path

LARGE = 32 * 2**20  # bytes: from this size on a text stays on the disk
HEADER = 4096
FORMAT = 1
SENTENCE = b"This file was made from the text whose name it has, and may be deleted.\n"


@dataclass(frozen=True)
class LargeText:
    """A text file that is not read as a whole. A dataset takes it in place of its text."""

    path: str
    sha256: str


def text_at(path):
    """The text of the file, as `read_text` reads it; a LargeText if it has LARGE bytes or more."""
    with suppress(OSError):  # read_text says what is wrong
        if os.path.getsize(path) >= LARGE:
            return LargeText(os.fspath(path), sha256(path))
    return read_text(path)


def blocks_of(text):
    """Iterate over a text, or over a LargeText's blocks."""
    return read_blocks(text.path) if isinstance(text, LargeText) else [text]


def sha256_of(text):
    """The SHA-256, in hex, of a text or of a LargeText's file."""
    if isinstance(text, LargeText):
        return text.sha256
    return hashlib.sha256(text.encode()).hexdigest()


def arrays_of(text, name, facts, make):
    """{name: tensor} of the (name, array) pairs that make() yields; equal names are joined.

    make() describes a text. For a LargeText it is called once, and the arrays are kept in a file
    beside it. They are made anew if the file is damaged, or was made from another text or other
    `facts`, which JSON can hold. make() must yield wider types first.
    """
    if isinstance(text, LargeText):
        return _kept(text, name, {"format": FORMAT, "text_sha256": text.sha256, **facts}, make)
    parts = {}
    for array_name, part in make():
        parts.setdefault(array_name, []).append(part)
    return {name: torch.from_numpy(np.concatenate(of)) for name, of in parts.items()}


def key_of(facts):
    """A name for the facts."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]


def _kept(text, name, facts, make):
    """The arrays from the file. Of several processes one makes it, and the others wait."""
    beside = f"{real_path(text.path)}.{name}"
    user = os.getuid() if hasattr(os, "getuid") else None
    own = key_of([os.path.realpath(beside), user])
    elsewhere = os.path.join(tempfile.gettempdir(), f"{os.path.basename(beside)}.{own}")
    if found := _mapped(beside, facts) or _mapped(elsewhere, facts, user):
        return found
    path, owner, why = beside, None, "once for this text"
    try:
        check_output(beside, text.path, (".lock",))
        if not _is_ours(beside):
            raise InputError(f"{beside}: expected no file, or one of ours, got another")
    except InputError as error:
        path, owner, why = elsewhere, user, f"because it cannot be beside the text: {error}"
        if os.path.islink(path) or not _is_ours(path):  # anybody may write there
            raise InputError(
                f"{path}: expected no file, or one of ours, got another; remove it"
            ) from None
    with locked(path, wait=True):
        if found := _mapped(path, facts, owner):
            return found
        print(f"note: {path} is made, {why}", file=sys.stderr, flush=True)
        remove_leftovers(path)
        _write(path, facts, make())
        return _mapped(path, facts, owner)


def _is_ours(path):
    """Whether there is no file, an empty one, or one that `_write` has begun."""
    try:
        with open(path, "rb") as file:
            return file.read(len(SENTENCE)) in (b"", SENTENCE)
    except FileNotFoundError:
        return True
    except OSError:  # somebody else's, perhaps
        return False


def _write(path, facts, parts):
    """Write the parts (name, array) as they come, and the header behind them."""
    shapes, digest, offset = {}, hashlib.sha256(), HEADER
    with atomic_write(path) as temporary, open(temporary, "wb") as file:
        file.seek(HEADER)
        for name, part in parts:
            assert offset % part.itemsize == 0, f"expected {name} before narrower types"
            _, rows, *width = shapes.get(name, (None, 0))
            shapes[name] = (part.dtype.str, rows + len(part), *part.shape[1:])
            digest.update(part.tobytes())
            offset += file.write(part.tobytes())
        head = json.dumps({"facts": facts, "arrays": shapes}).encode()
        digest.update(head)
        head = SENTENCE + digest.hexdigest().encode() + b"\n" + head + b"\n"
        assert len(head) <= HEADER, f"expected a header of at most {HEADER} bytes, got {len(head)}"
        file.seek(0)
        file.write(head)


def _mapped(path, facts, owner=None):
    """{name: tensor} of a file's arrays, mapped; None if no whole file with these facts is there.

    They must not be written to. If an owner is given, another user's file is not believed.
    """
    try:
        with open(path, "rb") as file:
            if owner not in (None, os.fstat(file.fileno()).st_uid):
                return None
            sentence, want, head, *_ = file.read(HEADER).split(b"\n")
            about = json.loads(head)
            if sentence + b"\n" != SENTENCE or about["facts"] != facts:
                return None
            digest = hashlib.sha256()
            hashlib.file_digest(file, lambda: digest)
            digest.update(head)
            if digest.hexdigest().encode() != want:
                return None
            content = np.memmap(file, np.uint8, "r")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    found, offset = {}, HEADER
    for name, (kind, *shape) in about["arrays"].items():
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        array = content[offset : offset + size].view(kind).reshape(shape)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writable")
            found[name] = torch.from_numpy(array)
        offset += size
    return found
