"""Runs mingpt-demo/play_char.ipynb from top to bottom, and keeps its outputs in the file.

    python bench/notebook.py    # after a change of its cells, or of what they import; 1-2 minutes

The checksum of the code that was run is kept in the notebook's metadata: a test compares it with
the code that stands there. Needs nbclient and ipykernel (requirements-dev.txt).
"""

import hashlib
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[1] / "mingpt-demo" / "play_char.ipynb"


def main():
    import nbclient
    import nbformat

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}
    nbclient.NotebookClient(notebook, timeout=3600, record_timing=False, resources=where).execute()
    for cell in code_cells(notebook):
        if any(output.output_type == "error" for output in cell.outputs):
            sys.exit(f"{cell.id}: an error; nothing was written")
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "executed_sha256": checksum(notebook),
    }
    nbformat.write(notebook, NOTEBOOK)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def checksum(notebook):
    """sha256 of all code, cell by cell."""
    code = "\0".join(cell.source for cell in code_cells(notebook))
    return hashlib.sha256(code.encode()).hexdigest()


if __name__ == "__main__":
    main()
