"""Runs the notebooks from top to bottom, and keeps their outputs in their files.

    make notebook                                     # both; a minute or two
    python bench/notebooks.py attention_exploration   # one of them

docs/attention_exploration.ipynb is made from the .py file beside it. The same source and versions
give the same file. mingpt-demo/play_char.ipynb is its own source. Its metadata keep the checksum of
the code that was run, which a test compares with the code that stands there. Needs
requirements-dev.txt.
"""

import argparse
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from support.errors import Parser, one_line_errors

EXPLORATION = ROOT / "docs" / "attention_exploration.py"
PLAY_CHAR = ROOT / "mingpt-demo" / "play_char.ipynb"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def of_percent(source=EXPLORATION):
    """The notebook of a file in percent format, without outputs. Its cells are numbered."""
    import jupytext

    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", {}
    return notebook


def explore():
    """Make and run docs/attention_exploration.ipynb."""
    notebook = of_percent()
    run(notebook, EXPLORATION.parent, coalesce_streams=True)
    write(notebook, EXPLORATION.with_suffix(".ipynb"), kernelspec=KERNEL)


def play():
    """Run mingpt-demo/play_char.ipynb."""
    import nbformat

    notebook = nbformat.read(PLAY_CHAR, as_version=4)
    run(notebook, PLAY_CHAR.parent)
    about = {"language_info": {"name": "python"}, "executed_sha256": checksum(notebook)}
    write(notebook, PLAY_CHAR, kernelspec=KERNEL, **about)


NOTEBOOKS = {"attention_exploration": explore, "play_char": play}


def run(notebook, folder, **options):
    """Run all cells in a folder. An error in one of them is raised, and nothing is written."""
    import nbclient

    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(
        notebook,
        timeout=3600,
        kernel_name=KERNEL["name"],
        record_timing=False,
        resources=resources,
        **options,
    ).execute()


def write(notebook, path, **metadata):
    """Write the notebook with these metadata alone: no times, no versions."""
    import nbformat

    notebook.metadata = nbformat.from_dict(metadata)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def checksum(notebook):
    """sha256 of all code, cell by cell."""
    code = "\0".join(cell.source for cell in code_cells(notebook))
    return hashlib.sha256(code.encode()).hexdigest()


def main(argv=None):
    parser = Parser(
        prog="notebooks.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ", ".join(NOTEBOOKS)
    parser.add_argument("notebooks", nargs="*", metavar="NAME", help=f"{names} (default: all)")
    args = parser.parse_args(argv)
    if unknown := set(args.notebooks) - set(NOTEBOOKS):
        parser.error(f"expected notebooks of {names}, got {', '.join(unknown)}")
    with one_line_errors(parser):
        for name in args.notebooks or NOTEBOOKS:
            NOTEBOOKS[name]()


if __name__ == "__main__":
    main()
