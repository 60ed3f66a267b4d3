"""Pictures of two notebooks on the packaged sample: `python -m tests.helpers.notebooks.notebook_pictures FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.helpers.mail.mail_pictures import IMAGES, shoot
from tests.helpers.notebooks.strip import NOTEBOOKS

SHOTS = (
    ("notebook-calls", "1-todays-calls", ("# Today's", "## When?", "## And if we"), 1040, 1590),
    ("notebook-network", "2-the-networks-map", ("# The network's", "## Institutes and", "## Groups"), 1080, 1845),
)
"""Picture, notebook, the sections that are shown, and the size of the window."""


def executed(name: str, home: str) -> Any:
    """The notebook after it ran on a home in which nothing was fetched."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    first.source = first.source.replace("home = None", f"home = {home!r}")
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    return notebook


def page(notebook: Any, sections: tuple[str, ...]) -> str:
    """The chosen sections as HTML, without code."""
    shown, kept = False, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            shown = cell.source.startswith(sections)
        if shown:
            kept.append(cell)
    notebook.cells = kept
    plain = {"exclude_input": True, "exclude_input_prompt": True, "exclude_output_prompt": True}
    html: str = HTMLExporter(**plain, mathjax_url="", require_js_url="").from_notebook_node(notebook)[0]
    return html


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory() as home:
        for picture, name, sections, width, height in SHOTS:
            html = page(executed(name, home), sections)
            shoot(html, folder / f"{picture}.png", width, height, dark=False)


if __name__ == "__main__":
    main()
