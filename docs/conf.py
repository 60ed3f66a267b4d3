"""The documentation site: `make docs`. Warnings are errors; nothing is loaded from another host."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "_ext"), str(ROOT)]

import matcher  # noqa: E402  (found through the path above)

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
"""What checks addresses in notebooks, which have none: two seconds of grammars where a notebook is read."""

project = "matcher"
author = "Carnot Europe"
project_copyright = "the authors; MIT licence"
version = release = matcher.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "offline",
    "present",
    "reference",
]
exclude_patterns = ["_ext", "images", "**/.ipynb_checkpoints"]
default_role = "code"  # docstrings mark code as Markdown does

myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 3
myst_update_mathjax = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"

nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build" / "notebooks")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_ipywidgets_js = {}  # by default scripts of a remote host

html_theme = "furo"
html_title = "matcher"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
html_theme_options = {
    "navigation_with_keys": False,
    "top_of_page_buttons": [],
    "light_css_variables": {"color-brand-primary": "#14395f", "color-brand-content": "#0b5c8a"},  # those of the mails
    "dark_css_variables": {"color-brand-primary": "#8fc1ea", "color-brand-content": "#8fc1ea"},
}


def bring_notebooks(*_: object) -> None:
    """The notebooks live beside the docs; Sphinx reads only what is below them. Copied when they differ."""
    target = HERE / "notebooks"
    originals = {path.name: path for path in (ROOT / "notebooks").glob("*.ipynb")}
    for stale in target.glob("*.ipynb"):
        if stale.name not in originals:
            stale.unlink()
    for name, path in originals.items():
        copy = target / name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


def speak_french(_app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """A page called `….fr` is in French: screen readers and hyphenation go by it."""
    if page.endswith(".fr"):
        context["language"] = "fr"


def restore_first_line(_app: Sphinx, what: str, _name: str, _thing: object, _options: object, lines: list[str]) -> None:
    """Napoleon takes what stands before a colon in a property's first line for its type; ours are sentences."""
    taken = next((line for line in lines if what == "property" and line.startswith(":type: ")), None)
    if taken is not None:
        lines.remove(taken)
        first = next(number for number, line in enumerate(lines) if line.strip())
        lines[first] = f"{taken.removeprefix(':type: ')}: {lines[first]}"


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", restore_first_line, priority=900)  # after Napoleon
    app.connect("config-inited", bring_notebooks)
    app.connect("html-page-context", speak_french)
