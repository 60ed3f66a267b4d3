"""Notebooks as they are kept, without what an editor adds: `python -m tests.helpers.notebooks.strip`.

`nbformat` takes seconds to load, and is loaded by what uses it only.
"""

from __future__ import annotations

from tests.helpers.paths import NOTEBOOKS

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

FOLDED = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
"""The code of a plot is folded in JupyterLab and on the site: readers come for the plot."""


def stripped(text: str) -> str:
    """The text of a notebook with nothing in it but its cells, the code of plots folded."""
    import nbformat

    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, 1):
        parameters = "parameters" in cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": ["parameters"]} if parameters else {})
        cell.id = "parameters" if parameters else f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if "plt.subplots" in cell.source:
                cell.metadata = nbformat.from_dict(FOLDED)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def main() -> None:
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        path.write_text(stripped(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
