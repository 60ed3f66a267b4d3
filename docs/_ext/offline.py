"""Fails the build when a built page would load anything from another host: fonts, scripts, styles, pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

REMOTE = r"(?:https?:)?//[^\s\"'()<>]+"
LOADED = (
    re.compile(rf"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc\s*=\s*[\"']?({REMOTE})", re.IGNORECASE),
    re.compile(rf"<link\b(?![^>]*\brel=[\"']?canonical)[^>]*?\bhref\s*=\s*[\"']?({REMOTE})", re.IGNORECASE),
    re.compile(rf"@import\s+(?:url\()?[\"']?({REMOTE})", re.IGNORECASE),
    re.compile(rf"\burl\(\s*[\"']?({REMOTE})", re.IGNORECASE),
)


def remote_resources(folder: Path) -> list[str]:
    """`file: address` of each thing that the HTML and CSS files in a folder would load from elsewhere."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".html", ".css"}):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(folder)}: {address}" for pattern in LOADED for address in pattern.findall(text)]
    return found


def check(app: Sphinx, error: Exception | None) -> None:
    """Warn of each remote resource; `-W` makes it an error."""
    if error is None and app.builder.format == "html":
        for found in remote_resources(Path(app.outdir)):
            logging.getLogger(__name__).warning("loaded from another host: %s", found)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
