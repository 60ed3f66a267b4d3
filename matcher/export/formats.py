"""The formats: which there are, which one a file's name asks for, and how each is made."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from matcher.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.export.content import Content


@dataclass(frozen=True, slots=True)
class Format:
    """One format; `encode` in its module makes the bytes of a content."""

    name: str
    module: str
    binary: bool = False
    history: bool = False  # it tells when calls changed, so the content needs its history
    single: bool = False  # one file holds one institute

    def encode(self, content: Content) -> bytes:
        """The file's bytes. Raises UsageError for what this format cannot hold."""
        made: bytes = import_module(self.module).encode(content)
        return made


FORMATS = {
    f.name: f
    for f in (
        Format("csv", "matcher.export.comma"),
        Format("xlsx", "matcher.export.workbook", binary=True),
        Format("json", "matcher.export.record"),
        Format("parquet", "matcher.export.columns", binary=True),
        Format("ics", "matcher.export.deadlines", history=True),
        Format("atom", "matcher.export.feed", history=True, single=True),
    )
}
"""Name, which is also the suffix of its files → format."""


def chosen(name: str | None, path: Path | None) -> Format:
    """The format that was named, else the one of the file's suffix. Raises UsageError when neither tells."""
    asked = name or (path.suffix.lower().removeprefix(".") if path else "")
    if asked in FORMATS:
        return FORMATS[asked]
    known = ", ".join(FORMATS)
    if path is None or not asked:
        raise UsageError(f"Say which format: --format {known.replace(', ', '|')}, or --output with such a suffix.")
    raise UsageError(f"{path.name} ends in none of {known}: say which format with --format.")
