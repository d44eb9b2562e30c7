"""The record of a run, PATH.json beside the output at PATH: how the file was made.

A record holds the sha256 of its file. It is ignored if the file has another content. If PATH is a
link, the record is written beside the file that the link leads to.
"""

import json
import os

from support.errors import InputError, shorten_repr
from support.files import sha256, write_text
from support.paths import real_path

MOST = 2**22  # bytes; a longer file is no record


def record_path(path):
    return f"{real_path(path)}.json"


def write_record(path, facts):
    """Write the record of the output at `path`: the facts, in order, and the output's sha256."""
    facts = {**facts, "bytes": os.path.getsize(path), "sha256": sha256(path)}
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    # Python reads a path's bytes that are no UTF-8 as lone surrogates. JSON has escapes for them.
    write_text(record_path(path), text.encode("utf-8", "backslashreplace").decode("utf-8"))


def read_record(path):
    """The facts about the file at `path`. {} if it has no record of its own.

    The record of a link's file may also stand beside the link.
    """
    return _facts(record_path(path), path) or _facts(f"{path}.json", path)


def _facts(record, path):
    facts = _load(record)
    try:
        known = facts.get("bytes") == os.path.getsize(path) and facts["sha256"] == sha256(path)
    except OSError:
        return {}
    return facts if known else {}


def _load(record):
    """What a record says, of whichever file; {} if it is none."""
    try:
        if not os.path.isfile(record) or os.path.getsize(record) > MOST:
            return {}
        with open(record, encoding="utf-8") as file:
            facts = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) and "sha256" in facts else {}


def check_place_of_record(path, name):
    """Refuse an output whose record would replace a file that is none, such as package.json."""
    record = record_path(path)
    if os.path.exists(record) and not _load(record):
        raise InputError(
            f"{name}: expected no file or a record at {record}, got another file; move it, or name"
            " another output"
        )


def check_record(path, about, usual=None):
    """Refuse a file whose record contradicts these facts.

    A file without a record passes, because files from elsewhere have none. What a record leaves
    out is as in `usual`.
    """
    record = read_record(path)
    record = record and {**(usual or {}), **record}
    for name, value in about.items():
        if name in record and record[name] != value:
            want, have = record[name], value
            mend = "give the variant, its options and the pretraining corpus of its training"
            if name == "vocabulary" and isinstance(want, str):  # show the difference alone
                ways = {"lacks": set(want) - set(have), "also has": set(have) - set(want)}
                got = " and ".join(
                    f"{how} {shorten_repr(''.join(sorted(chars)))}"
                    for how, chars in ways.items()
                    if chars
                )
                raise InputError(
                    f"{path}: expected the corpus of its training, got one that {got or 'differs'};"
                    " pass the wiki.txt that it was trained with"
                )
            raise InputError(
                f"{path}: {name}: expected that of its record, {shorten_repr(want)}, got"
                f" {shorten_repr(have)}; {mend}"
            )


def note_overwritten(path, facts):
    """Print what a new file at `path` will replace, unless the old record has all these facts."""
    if not os.path.exists(path):
        return
    old = read_record(path)
    if not old:
        print(f"replacing {path}, of unknown origin (it has no record of its own)", flush=True)
    elif any(old.get(name) != value for name, value in facts.items()):
        print(
            f"replacing {path}, which came from: {shorten_repr(old.get('command'), 300)}",
            flush=True,
        )
