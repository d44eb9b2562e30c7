"""Makes docs/attention_exploration.ipynb, with its outputs, from the .py file beside it.

    make notebook

The same source and versions give the same file: cells are numbered, and no times are stored.
"""

from pathlib import Path

import jupytext
import nbclient
import nbformat

SOURCE = Path(__file__).resolve().parent.parent / "docs" / "attention_exploration.py"


def read(source=SOURCE):
    """The notebook of a file in percent format, without outputs."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", {}
    return notebook


def main():
    notebook = read()
    kernelspec = notebook.metadata.kernelspec
    nbclient.NotebookClient(
        notebook, kernel_name="python3", record_timing=False, coalesce_streams=True
    ).execute()
    notebook.metadata = nbformat.from_dict({"kernelspec": kernelspec})
    nbformat.validate(notebook)
    nbformat.write(notebook, SOURCE.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
