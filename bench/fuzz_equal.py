"""Fault injection: files that say the same in another way, for fuzz.py.

Questions in other forms of Unicode, byte order marks inside files, and parameter files as other
programs write them. A kind is a strategy and a function, as in fuzz_outside.py. What is accepted
must give the result of the plain files, to the bit.
"""

import collections
import functools
import io
import json
import pickle
import re
import sys
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import torch
from hypothesis import strategies as st

import ask
from data.text import encode
from fuzz_outside import judge, timed

ASK = ("vanilla", "wiki.txt", "--reading_params_path", "in.params", "--places_path", "pairs.tsv")
WRITTEN = {"finetune": "out.params", "evaluate": "out.predictions"}


def outcome(bench, command):
    """What a command on the folder's files makes of them: its exit code, result and last line.

    ask.py gets the questions from standard input, and its result is what it prints.
    """
    if command == "ask":
        code, result, said = timed(asked)
    else:
        code, said = timed(lambda: bench.call(command))
        result = Path(WRITTEN[command]).read_bytes() if code == 0 else None
    assert code in (0, 2) and "Traceback" not in said, f"{command}: {code}: {said[-2000:]}"
    if command == "evaluate" and code == 0:
        result = result, json.loads(Path("out.predictions.json").read_text())["correct"]
    return code, result, said.strip().splitlines()[-1] if code else ""


def asked():
    """(exit code, standard output, standard error) of ask.py, with the pairs behind a pipe."""
    out, errors, stdin = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(Path("pairs.tsv").read_bytes()))
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            ask.main([*ASK, "--json"])
            code = 0
        except SystemExit as stop:
            code = stop.code
        finally:
            sys.stdin = stdin
    return code, out.getvalue() if code == 0 else None, errors.getvalue()


# --------------------------------------------------------------------------------- Unicode forms

LETTERS = (*"aeou Zk", "é", "ü", "ñ", "ș", "ở", "ạ̈", "q̃", "한", "Å", "ﬁ", "½", "\u0301")
SIGNS = ("\u212b", "\u2126", "\u0958", "\ufb2a", "\ufa19")  # which no form keeps as they are
FORMS = ("NFC", "NFD", "mixed", "as it is")


def in_form(parts, form):
    """A text of some parts; "mixed" is each in the other form than the one before."""
    if form == "as it is":
        return "".join(parts)
    if form == "mixed":
        forms = (("NFC", "NFD")[number % 2] for number in range(len(parts)))
        return "".join(unicodedata.normalize(f, p) for f, p in zip(forms, parts, strict=True))
    return unicodedata.normalize(form, "".join(parts))


CORPORA = {  # beside the letters of "Where was born? Graz"
    "composed": in_form((*LETTERS, *SIGNS), "NFC"),
    "decomposed": in_form((*LETTERS, *SIGNS), "NFD"),
    "as it is": "".join((*LETTERS, *SIGNS)),
    "in both forms": in_form((*LETTERS, *SIGNS), "NFC") + in_form(LETTERS, "NFD"),
    "without letters below marks": "éüñșởÅ",
    "without marks": "aeousnqkAZ",
}
NAMES = st.lists(st.sampled_from((*LETTERS, *SIGNS)), min_size=1, max_size=6)
UNICODE = st.tuples(
    st.sampled_from(("evaluate", "finetune", "ask")),
    st.sampled_from(tuple(CORPORA)),
    st.sampled_from(FORMS[1:]),
    st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=3),
)


@functools.cache
def trained_on(bench, corpus):
    """{name: bytes} of a corpus of CORPORA, and of a model of its letters."""
    text = f"Where was born? Graz\n{CORPORA[corpus]}\n"
    bench.lay({"wiki.txt": text.encode()})
    code, said = bench.call("pretrain", out="in.params")
    assert code == 0, said
    return bench.contents()


def feed_unicode(bench, counts, given):
    """Questions and places in one form of Unicode or another: the results are the same."""
    command, corpus, form, names = given
    good = trained_on(bench, corpus)
    found = []
    for each in ("NFC", form):
        rows = [(in_form([*"Where was ", *q, *" born?"], each), in_form(p, each)) for q, p in names]
        pairs = "".join(f"{question}\t{place}\n" for question, place in rows)
        bench.lay(good | {"pairs.tsv": pairs.encode()})
        found.append(outcome(bench, command))
        check_spelling(good["wiki.txt"].decode(), rows, found[-1], given)
    assert found[0][:2] == found[1][:2], f"{given}: {found}"
    counts["accepted" if found[0][0] == 0 else "refused"] += 1


def check_spelling(corpus, rows, result, given):
    """Every mark that the corpus has is read, and a refusal names a letter of the text."""
    stoi = {char: number for number, char in enumerate(sorted(set(corpus)))}
    itos = dict(enumerate(stoi))
    compose = functools.partial(unicodedata.normalize, "NFC")
    for text in (text.strip() for row in rows for text in row):
        forms = [text, compose(text), unicodedata.normalize("NFD", text)]
        if text and any(set(form) <= stoi.keys() for form in forms):
            spelt = "".join(itos[i] for i in encode(text, stoi, "here"))
            assert compose(spelt) == compose(text), f"{given}: {text!r} is read as {spelt!r}"
    code, _, line = result
    if code and (named := re.search(r"got '.*?' \(U\+([0-9A-F]+)\)", line)):
        char = chr(int(named[1], 16))
        assert any(char in compose(t) for row in rows for t in row), f"{given}: {line}"


# ------------------------------------------------------------------------------- byte order marks

MARKS = st.tuples(
    st.sampled_from(("pretrain", "evaluate", "finetune", "ask")),
    st.lists(
        st.tuples(st.sampled_from(("wiki.txt", "pairs.tsv")), st.floats(0, 1)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16")),
)


def feed_marks(bench, counts, given):
    """Byte order marks anywhere in the files, as joining files leaves them: as without them."""
    command, marks, encoding = given
    good = bench.fresh
    files = dict(good)
    for name, where in marks:
        text = files[name].decode()
        at = round(where * len(text))
        files[name] = f"{text[:at]}\ufeff{text[at:]}".encode()
    for name in {name for name, _ in marks}:
        files[name] = files[name].decode().encode(encoding)
    read = {"wiki.txt"} | ({"pairs.tsv"} if command != "pretrain" else set())
    bench.lay(files)
    if command == "pretrain":
        code, said = timed(lambda: bench.call("pretrain"))
        result = Path("out.params").read_bytes() if code == 0 else said
        expected = bench.expected["pretrain"]
    else:
        code, result, said = outcome(bench, command)
        expected = plain_outcome(bench, command)[1]
    if encoding == "utf-8" or not read & {name for name, _ in marks}:
        assert code == 0 and result == expected, f"{given}: {code}: {said[-2000:]}"
        counts["accepted"] += 1
    else:
        line = said.strip().splitlines()[-1]
        assert code == 2 and "expected UTF-8 text" in line, f"{given}: {code}: {line}"
        counts["refused"] += 1


@functools.cache
def plain_outcome(bench, command):
    """The outcome of a command on the good files."""
    bench.lay(bench.fresh)
    return outcome(bench, command)


# ----------------------------------------------------------------------- parameter files of others

PREFIXES = ("", "", "module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "blocks")
MASKS = ("kept", "missing", "boolean", "inverted", "bias", "flat", "renamed", "all ones", "nan")
DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64)
SHELLS = ("dict", "OrderedDict", "reversed", "parameters", "views", "one storage", "model")
EXTRAS = (
    {},
    {},
    {"step": torch.tensor(3)},
    {"lr": 0.1},
    {"blocks.0.attn.alibi": torch.ones(2)},
    {"optimizer": {"state": {}}},
)
OTHERS = st.fixed_dictionaries(
    {
        "command": st.sampled_from(tuple(WRITTEN)),
        "mask": st.sampled_from(MASKS),
        "prefix": st.sampled_from(PREFIXES),
        "dtype": st.sampled_from((DTYPES[0],) * 8 + DTYPES),
        "shell": st.sampled_from(SHELLS),
        "extra": st.sampled_from(EXTRAS[:1] * 8 + EXTRAS),
        "protocol": st.sampled_from((2,) * 6 + (3, 4, 5)),
        "zipped": st.booleans(),
    }
)


def feed_others(bench, counts, given):
    """A parameter file as another program writes it: as the plain one, or refused in one line."""
    good = bench.fresh
    files = good | {"in.params": as_others(good["in.params"], given)}
    del files["in.params.json"]
    command = given["command"]
    bench.expected[command] = plain_outcome(bench, command)[1]
    if command == "evaluate":
        bench.expected[command] = bench.expected[command][0]
    bench.lay(files)
    before = counts["accepted"]
    judge(bench, counts, command, WRITTEN[command], str(given))
    same = given["shell"] != "model" and not given["extra"] and given["protocol"] < 4
    same = same and given["dtype"] == DTYPES[0] and given["mask"] not in MASKS[-2:]
    assert (counts["accepted"] > before) == same, f"{given}: accepted, or refused, wrongly"


def as_others(raw, given):
    """The bytes of a parameter file like the good one, `raw`, with the given differences."""
    state = dict(torch.load(io.BytesIO(raw), weights_only=True))
    for name in [name for name in state if name.endswith(".mask")]:
        state |= other_mask(name, state.pop(name), given["mask"])
    state = {name: t.to(given["dtype"]) if t.dtype == DTYPES[0] else t for name, t in state.items()}
    if given["prefix"] == "blocks":  # compiled one by one
        state = {re.sub(r"^(blocks\.\d+\.)", r"\1_orig_mod.", name): t for name, t in state.items()}
    else:
        state = {given["prefix"] + name: tensor for name, tensor in state.items()}
    state |= given["extra"]
    out = io.BytesIO()
    torch.save(
        in_shell(state, given["shell"]),
        out,
        pickle_module=pickle,
        pickle_protocol=given["protocol"],
        _use_new_zipfile_serialization=given["zipped"],
    )
    return out.getvalue()


def other_mask(name, mask, kind):
    """{name: tensor} in the place of a causal mask (1, 1, T, T)."""
    forms = {
        "kept": mask,
        "boolean": mask.bool(),
        "inverted": ~mask.bool(),
        "bias": torch.zeros_like(mask).masked_fill(mask == 0, -float("inf")),
        "flat": mask[0, 0],
        "renamed": mask,
        "all ones": torch.ones_like(mask),
        "nan": torch.full_like(mask, float("nan")),
    }
    if kind == "renamed":
        name = name.removesuffix("mask") + "tril"
    return {} if kind == "missing" else {name: forms[kind]}


def in_shell(state, shell):
    """The state in the kind of container, or made of the kind of tensors, that others keep."""
    tensors = {name: t for name, t in state.items() if isinstance(t, torch.Tensor)}
    if shell == "OrderedDict":
        return collections.OrderedDict(state)
    if shell == "reversed":
        return dict(reversed(state.items()))
    if shell == "parameters":
        floats = {n: t for n, t in tensors.items() if t.is_floating_point()}
        return state | {n: torch.nn.Parameter(t) for n, t in floats.items()}
    if shell == "views":
        return state | {n: t.t().contiguous().t() for n, t in tensors.items() if t.dim() == 2}
    if shell == "one storage":
        floats = {n: t for n, t in tensors.items() if t.dtype == torch.float32}
        sizes = [t.numel() for t in floats.values()]
        parts = torch.cat([torch.ones(1), *(t.flatten() for t in floats.values())])[1:].split(sizes)
        return state | {n: p.view(t.shape) for (n, t), p in zip(floats.items(), parts, strict=True)}
    return {"model": state} if shell == "model" else state


EQUAL = {
    "Unicode forms": (UNICODE, feed_unicode),
    "byte order marks": (MARKS, feed_marks),
    "parameters of others": (OTHERS, feed_others),
}
