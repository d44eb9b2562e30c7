"""mingpt-demo/play_char.ipynb runs from where Jupyter may start it, learns, and writes.

It runs at small sizes on a small text, in a copy of the tree, in a kernel of this interpreter.
"""

import ast
import io
import json
import re
import shlex
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest
from conftest import CORPUS, ROOT, biography

from cli import arguments
from model import GPTConfig
from notebooks import checksum, code_cells

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NOTEBOOK = ROOT / "mingpt-demo" / "play_char.ipynb"
SMALL = """
seed = 3
variant = "vanilla"
n_layer = 1
n_head = 2
n_embd = 32
block_size = 16
n_windows = 160
max_epochs = 3
batch_size = 8
learning_rate = 1e-2
"""
REPORT = """
import json
print(json.dumps({
    "losses": trainer.losses, "smallest id": min(ids_of[char] for char in text),
    "people": people, "device": str(device), "trained on": train_dataset[0][0].tolist(),
    "parameters": model.num_parameters(),
}))
"""


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture
def execute(notebook, tmp_path, monkeypatch):
    """Run the notebook in a folder of a copied tree; return what REPORT says, and all streams.

    In a kernel of its own, or here, where all modules are imported already.
    """
    for name in ("mingpt-demo", "kernels/python3"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    people = "".join(biography(f"{a} {b}", b) + "\n" for a in CORPUS.split() for b in "ABCDEF")
    (tmp_path / "wiki.txt").write_text(CORPUS + people, encoding="utf-8")
    # Jupyter looks here first, so no kernel of another interpreter can take the name.
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (tmp_path / "kernels/python3/kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # no start-up files of the user's
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def here(folder):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [*sys.path])
        streams, names = {"stdout": io.StringIO(), "stderr": io.StringIO()}, {}
        with redirect_stdout(streams["stdout"]), redirect_stderr(streams["stderr"]):
            for cell in code_cells(notebook):
                exec(cell.source, names)
        return {name: stream.getvalue() for name, stream in streams.items()}

    def in_kernel(folder):
        client = nbclient.NotebookClient(
            notebook,
            timeout=60,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute()
        streams = {"stdout": "", "stderr": ""}
        for output in (o for cell in code_cells(notebook) for o in cell.outputs):
            if output.output_type == "stream":  # and not a picture
                streams[output.name] += output.text
        return streams

    def call(folder, kernel, **changes):
        sizes = SMALL + "".join(f"{name} = {value!r}\n" for name, value in changes.items())
        (cell,) = sizes_cells(notebook)
        cell.source = sizes
        notebook.cells.append(nbformat.v4.new_code_cell(REPORT))
        streams = (in_kernel if kernel else here)(tmp_path / folder)
        return json.loads(streams["stdout"].splitlines()[-1]), streams

    return call


def sizes_cells(notebook):
    return [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]


def assigned(source):
    """The names that a cell assigns to."""
    return [node.targets[0].id for node in ast.parse(source).body]


@pytest.mark.parametrize(
    ("folder", "kernel", "variant"),
    [("mingpt-demo", True, "vanilla"), (".", False, "synthesizer")],
)
def test_it_learns_and_writes(execute, folder, kernel, variant):
    report, streams = execute(folder, kernel, variant=variant)
    losses = report["losses"]
    assert len(losses) == 3 * 160 / 8
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    context = {"vanilla": 16, "synthesizer": 15}[variant]
    assert len(report["trained on"]) == context  # every position that sampling uses is trained
    assert f"looks back on {context} characters" in streams["stdout"]
    assert report["smallest id"] == 1  # id 0 is PAD: the loss ignores it
    assert [len(person) for person in report["people"]] == [151] * 5
    assert len(set(report["people"])) > 1
    progress = streams["stderr"].splitlines()
    assert [line.split(":")[0] for line in progress] == [f"epoch {n} iter 19" for n in (1, 2, 3)]


def test_one_cell_holds_the_sizes(notebook):
    (cell,) = sizes_cells(notebook)
    assert assigned(cell.source) == assigned(SMALL)


def test_the_outputs_are_those_of_its_code(notebook):
    """bench/notebooks.py ran these cells, from top to bottom, and kept what they gave."""
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert NOTEBOOK.read_text(encoding="utf-8").endswith("}\n")
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert sum(bool(cell.outputs) for cell in cells) > len(cells) / 2
    data = [output.get("data", {}) for cell in cells for output in cell.outputs]
    assert sum("image/png" in shown for shown in data) == 2  # the curve and the attention map
    assert notebook.metadata.executed_sha256 == checksum(notebook)


def test_what_it_says_of_the_experiment(notebook):
    """The sizes and the commands in its text are those of src/."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    config = GPTConfig(vocab_size=1, block_size=128)
    assert f"{config.n_layer} layers, {config.n_head} heads, `n_embd` {config.n_embd}" in text
    for name in ("n_embd", "n_layer", "n_head", "block_size"):
        assert f"`{name} = {getattr(config, name)}`" in text
    (command,) = re.findall(r"`python src/run\.py (.*?)`", text)
    assert arguments.build_parser().parse_args(shlex.split(command)).writing_params_path
