"""Fault injection: thousands of damaged and hostile inputs, through run.main(argv).

    python bench/fuzz.py                   # 5,145 inputs
    python bench/fuzz.py --inputs 300      # fewer; always the same ones for a number
    python bench/fuzz.py --inputs 300 --kinds links,names  # of some kinds

Hypothesis makes them, derandomized: parameter files, checkpoints, records, question files and
corpora, damaged byte by byte or rebuilt with other contents. The model is a tiny one, so that an
input takes milliseconds. Each must be accepted, or refused in one line with exit code 2; without a
traceback, within SECONDS, with the inputs unchanged and, if refused, no file changed or added.
fuzz_outside.py adds standard streams, links and names, fuzz_equal.py files that say the same in
another way, and fuzz_values.py values given to the library's functions.
Prints a table, then a line of JSON; exit code 1 at the first fault, with hypothesis's smallest one.
"""

import collections
import contextlib
import functools
import io
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import torch

import model
import recipes
import run
from broken_runs import some_of
from cli.arguments import int_in_range
from fuzz_equal import EQUAL
from fuzz_outside import OUTSIDE, timed
from fuzz_values import VALUES
from support.errors import Parser
from support.machine import peak_mb

TINY = dict(n_layer=1, n_head=1, n_embd=8)
CORPUS = "Ada Byron. Ada was born in Graz .\nBo Lind? Where was he? In Oslo .\nwalking, home\n"
PAIRS = "Where was Ada born?\tGraz\nWhere was Bo?\tOslo\n"
FILES = {  # the file that is damaged, and the command that reads it
    "parameters": ("in.params", "evaluate"),
    "parameters to finetune": ("in.params", "finetune"),
    "checkpoint": ("out.params.checkpoint", "resume"),
    "record": ("in.params.json", "evaluate"),
    "questions to finetune": ("pairs.tsv", "finetune"),
    "questions to evaluate": ("pairs.tsv", "evaluate"),
    "corpus": ("wiki.txt", "pretrain"),
}
MORE = {**OUTSIDE, **EQUAL, **VALUES}
CURVES = ("out.params.csv", "out.params.checkpoint.csv")


class Evil:
    """Pickles as a call that makes a folder where it is read."""

    def __reduce__(self):
        return os.mkdir, ("executed",)


# ------------------------------------------------------------------------------------ one input


class Bench:
    """A folder with one good file of each kind; `feed` runs a command on a changed one."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.counts = collections.defaultdict(collections.Counter)
        (self.folder / "wiki.txt").write_text(CORPUS, encoding="utf-8")
        (self.folder / "pairs.tsv").write_text(PAIRS, encoding="utf-8")
        self.call("pretrain", out="in.params")
        with contextlib.suppress(FileNotFoundError):
            os.unlink("out.params.checkpoint")
        self.call("pretrain", "--keep_checkpoint", "--checkpoint_every", "1")
        os.unlink("out.params.json")  # or the run would count as complete
        self.good = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        params = self.good.pop("out.params")
        # what a run finds that begins anew
        self.fresh = {n: raw for n, raw in self.good.items() if "checkpoint" not in n}
        self.call("evaluate")
        predictions = (self.folder / "out.predictions").read_bytes()
        self.expected = {"pretrain": params, "evaluate": predictions}

    def call(self, command, *more, out=None):
        """(exit code, standard error) of a command."""
        argv = ["pretrain" if command == "resume" else command, "vanilla", "wiki.txt"]
        if command == "evaluate":
            argv += ["--reading_params_path", "in.params", "--eval_corpus_path", "pairs.tsv"]
            argv += ["--outputs_path", out or "out.predictions"]
        else:
            argv += ["--writing_params_path", out or "out.params"]
            argv += ["--max_steps", "2", "--batch_size", "2"]
        if command == "finetune":
            argv += ["--finetune_corpus_path", "pairs.tsv", "--reading_params_path", "in.params"]
        more = [*more, "--resume"] if command == "resume" else more
        errors = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
            try:
                run.main([*argv, "--device", "cpu", *more])
                code = 0
            except SystemExit as stop:
                code = stop.code
        return code, errors.getvalue()

    def lay(self, contents):
        """Make the folder hold these files and nothing else."""
        for path in self.folder.iterdir():
            real = path.is_dir() and not path.is_symlink()
            shutil.rmtree(path) if real else path.unlink()
        for name, content in contents.items():
            (self.folder / name).write_bytes(content)

    def contents(self):
        """{path in the folder: bytes of a file, where a link leads, or what else it is}."""
        found = {}
        for path in Path().rglob("*"):  # relative: some are long
            kind = "a folder" if path.is_dir() else "a pipe"
            content = path.readlink() if path.is_symlink() else kind
            found[str(path)] = (
                path.read_bytes() if path.is_file() and not path.is_symlink() else content
            )
        return found

    def feed(self, kind, raw):
        """Run the command on the damaged file and check what it did."""
        name, command = FILES[kind]
        given = self.good | {name: raw, "out.predictions": b"old\n"}
        if command != "resume":
            given["out.params"] = b"old"
            if name != "out.params.checkpoint":
                del given["out.params.checkpoint"]
        self.lay(given)
        code, said = timed(lambda: self.call(command))
        after = self.contents()
        written = {key for key in given | after if given.get(key) != after.get(key)}
        self.counts[kind]["accepted" if code == 0 else "refused"] += 1
        if code == 0:
            own = {"out.predictions", "out.params", "out.params.checkpoint"}
            own |= {"out.predictions.json", "out.params.json", *CURVES}
            assert written <= own, f"{kind}: accepted, and changed {written - own}"
            return
        *notes, last = said.strip().splitlines()
        assert all(line.startswith(("note: ", "epoch ")) for line in notes), f"{kind}: {said}"
        assert code in (1, 2), f"{kind}: exit code {code}: {said[-500:]}"
        expected = "run.py: error: " if code == 2 else "run.py: stopped: "
        assert last.startswith(expected) and "Traceback" not in said, f"{kind}: {said[-2000:]}"
        assert len(last) < 4000 and last.isprintable(), f"{kind}: {last!r}"
        kept = {"out.params.checkpoint", *CURVES} if code == 1 else set()
        assert written <= kept, f"{kind}: refused, but changed {written}"


# --------------------------------------------------------------------------------- many inputs

EDITS = st.lists(
    st.tuples(
        st.sampled_from(("set", "cut", "insert", "double")),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=4,
)


def edited(raw, edits):
    """The bytes after each edit (what, where as a share of the length, bytes)."""
    for what, where, new in edits:
        at = int(where * len(raw))
        if what == "set":
            raw = raw[:at] + new + raw[at + len(new) :]
        elif what == "cut":
            raw = raw[:at] if new[0] % 2 else raw[:at] + raw[at + new[0] :]
        elif what == "insert":
            raw = raw[:at] + new * (1 + new[0] // 8) + raw[at:]
        else:
            raw = raw[:at] + raw[max(0, at - 200) :]
    return raw


def resealed(raw, edits):
    """A file of torch's whose pickle is edited, with the checksums of a good one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("data.pkl"):
                content = edited(content, edits)
            new.writestr(entry.filename, content)
    return out.getvalue()


TENSORS = st.builds(
    lambda shape, dtype, fill: torch.full(shape, fill).to(dtype),
    st.lists(st.integers(0, 9), max_size=3),
    st.sampled_from((torch.float32, torch.float64, torch.float16, torch.int64, torch.bool)),
    st.sampled_from((0.0, 1.5, 1e30, float("nan"), float("inf"))),
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
ODD = (
    PLAIN
    | TENSORS
    | st.builds(Evil)
    | st.just(torch.empty(10**6, 10**6, device="meta"))
    | st.just(torch.zeros(1).expand(10**6, 10**6))
    | st.just(torch.eye(8).to_sparse())
    | st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("drop", "put", "rename", "nan", "cast", "view")),
        st.integers(0, 10**6),
        ODD,
        st.sampled_from(("module.", "_orig_mod.", "x", "")),
    ),
    min_size=1,
    max_size=3,
)


def changed(thing, changes):
    """A copy of nested dicts and tensors after each change, somewhere in it."""
    copy = thing if not isinstance(thing, dict) else {k: changed(v, ()) for k, v in thing.items()}
    for what, number, value, prefix in changes:
        place = copy
        while isinstance(place, dict) and place:
            key = list(place)[number % len(place)]
            if not isinstance(place[key], dict) or not place[key] or number % 7 == 0:
                break
            place, number = place[key], number // 7
        if not isinstance(place, dict) or not place:
            continue
        held = place[key]
        is_tensor = isinstance(held, torch.Tensor)
        if what == "drop":
            del place[key]
        elif what == "rename":
            for name in list(place):
                place[f"{prefix}{name}"] = place.pop(name)
        elif is_tensor and what == "nan" and held.is_floating_point():
            place[key] = torch.full_like(held, float("nan"))
        elif is_tensor and what == "cast":
            place[key] = held.to(torch.float16 if number % 2 else torch.int32)
        elif is_tensor and what == "view" and held.dim():
            place[key] = held.transpose(0, -1)
        else:
            place[key] = value
    return copy


def rebuilt(raw, changes, legacy):
    """A file of torch's with changed contents, in the format of today or of before 2020."""
    content = torch.load(io.BytesIO(raw), weights_only=True)
    out = io.BytesIO()
    with contextlib.suppress(RuntimeError, TypeError, NotImplementedError):  # not storable
        torch.save(changed(content, changes), out, _use_new_zipfile_serialization=not legacy)
    return out.getvalue()


TEXTS = st.lists(
    st.sampled_from(("Where was Ada born?", "Graz", "\t", "\n", "\r\n", "\ufeff", "⁇", "□", "é"))
    | st.text(max_size=30)
    | st.builds(lambda char, n: char * n, st.sampled_from("aW ?\t\n"), st.integers(1, 600)),
    max_size=8,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


def damaged(kind, raw):
    """A strategy of files of one kind, from a good one."""
    bytewise = EDITS.map(lambda edits: edited(raw, edits))
    if raw[:2] == b"PK":
        inside = EDITS.map(lambda edits: resealed(raw, edits))
        return bytewise | inside | st.builds(rebuilt, st.just(raw), CHANGES, st.booleans())
    if kind == "record":
        facts = json.loads(raw)
        values = st.recursive(
            PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        )
        other = st.dictionaries(st.sampled_from(sorted(facts)), values)
        return bytewise | other.map(lambda new: json.dumps(facts | new).encode())
    return bytewise | TEXTS


def main(argv=None):
    parser = Parser(prog="fuzz.py", description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int_in_range(1), default=5145)
    how = dict(type=some_of((*FILES, *MORE)), default=",".join((*FILES, *MORE)))
    parser.add_argument("--kinds", **how, help="default: %(default)s")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    model.GPTConfig = functools.partial(model.GPTConfig, **TINY)
    recipes.CHECKPOINT_SECONDS = 0.0
    each = -(-args.inputs // len(args.kinds))
    how = settings(
        max_examples=each,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        bench = Bench(folder)
        kinds = {
            kind: (damaged(kind, bench.good[name]), functools.partial(bench.feed, kind))
            for kind, (name, _) in FILES.items()
        }
        for kind, (inputs, act) in MORE.items():
            kinds[kind] = (inputs, functools.partial(act, bench, bench.counts[kind]))
        for kind in args.kinds:
            inputs, act = kinds[kind]
            started = time.monotonic()

            @how
            @given(inputs)
            def feed(raw):
                act(raw)  # noqa: B023

            feed()
            count = bench.counts[kind]
            print(
                f"{kind:24} {count['refused']:5} refused in one line, {count['accepted']:4}"
                f" accepted, {time.monotonic() - started:6.1f} s",
                flush=True,
            )
    total = sum(sum(count.values()) for count in bench.counts.values())
    print(json.dumps({"inputs": total, "peak_mib": round(peak_mb()), "kinds": bench.counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
