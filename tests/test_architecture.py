"""The imports of src/: which room may use which, and that no chain of imports is a circle."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest
from conftest import ROOT

SRC = ROOT / "src"
COMMANDS = {"run", "ask", "sample", "knowledge", "attention_map", "loss_curve"}
COMMANDS |= {"london_baseline", "make_corpus"}
ALLOWED = {  # what each package, and each module at the top of src/, may import of ours
    "support": set(),
    "recipes": {"layers"},
    "layers": set(),
    "data": {"support"},
    "analysis": {"data", "layers", "recipes", "support", "utils"},
    "training": {"layers", "support"},
    "cli": {"data", "dataset", "model", "recipes", "support", "training", "utils"},
    "attention": {"layers"},
    "dataset": {"data", "recipes", "support"},
    "model": {"attention", "data", "layers", "support"},
    "trainer": {"support", "training"},
    "utils": {"data", "recipes", "support"},
}


def modules():
    """{name with dots: path} of all modules."""
    found = {}
    for path in SRC.rglob("*.py"):
        parts = path.relative_to(SRC).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


OURS = modules()


def imports(path):
    """The modules of ours that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & OURS.keys()) or {node.module}
    return found & OURS.keys()


def test_every_room_imports_what_it_may():
    for name, path in OURS.items():
        room = name.split(".")[0]
        others = {other.split(".")[0] for other in imports(path)} - {room}
        if room not in COMMANDS:
            assert others <= ALLOWED[room], f"{name} imports {others - ALLOWED[room]}"


def test_there_is_no_circle():
    TopologicalSorter({name: imports(path) for name, path in OURS.items()}).prepare()


def test_the_house_is_small_at_the_top():
    top = [path for path in SRC.iterdir() if not path.name.startswith("__")]
    assert sum(path.is_file() for path in top) <= 14
    assert sum(path.is_dir() for path in top) <= 6


@pytest.mark.parametrize("command", ["run", "ask", "sample", "knowledge", "attention_map"])
def test_the_cpu_is_prepared_before_torch_is_imported(world, command):
    """torch's OpenMP reads its settings when it is loaded."""
    (world.folder / "p").write_bytes(b"")
    read = ["vanilla", world.wiki, "--reading_params_path", world.folder / "p"]
    wanted = {
        "run": ["pretrain", *read, "--writing_params_path", world.folder / "o"],
        "ask": [*read, "Bo Lind"],
        "sample": [*read, "Bo Lind. "],
        "knowledge": [*read, "--eval_corpus_path", world.dev],
        "attention_map": [*read, "--question", "Q?", "--outputs_path", world.folder / "o.png"],
    }[command]
    if command == "attention_map":
        pytest.importorskip("matplotlib")
    code = (
        "import sys; from support import machine\n"
        "def spy(): sys.exit('torch' in sys.modules)\n"
        f"machine.prepare_cpu = spy; import {command}; {command}.main({list(map(str, wanted))})"
    )
    subprocess.run([sys.executable, "-c", code], cwd=SRC, check=True, timeout=60)


def test_every_package_says_what_it_is_and_what_it_imports():
    for path in SRC.rglob("__init__.py"):
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        used, imports_what = re.search(r"\bUsed by\b(.+?)\bImports\b(.+)", says, re.S).groups()
        room = path.parent.name
        if room in ALLOWED:
            found = set(re.findall(r"`(\w+)[`.]|\b(\w+)\.py", imports_what.split(".\n")[0]))
            assert {a or b for a, b in found} == ALLOWED[room], path
            for user in users(room) - COMMANDS:
                assert re.search(rf"`{user}`|\b{user}\.py", used) or used == " all. ", (path, user)


def users(room):
    """The rooms that import a package."""
    found = {name.split(".")[0]: set() for name in OURS}
    for name, path in OURS.items():
        found[name.split(".")[0]] |= {other.split(".")[0] for other in imports(path)}
    return {name for name, others in found.items() if room in others and name != room}
