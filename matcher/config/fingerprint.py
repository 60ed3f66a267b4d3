"""Which files an index is built of, and whether they changed: light, because every question asks it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def institutes_folder(config_dir: Path) -> Path:
    """Where the institutes' files are."""
    return config_dir / "institutes"


def institute_files(config_dir: Path) -> list[Path]:
    """The files of institutes by name; hidden ones are an editor's."""
    folder = institutes_folder(config_dir)
    return [folder / entry.name for entry in _entries(folder)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Of the institutes' files: read in one go, as each request for a page asks whether one was edited."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        found = [one for one in entries if one.name.endswith((".yaml", ".yml")) and one.name[0] != "."]
    return sorted((one for one in found if one.is_file()), key=lambda one: one.name)


def parts_file(config_dir: Path) -> Path:
    """Where a configuration names parts of programmes."""
    return config_dir / "parts.yaml"


def fingerprint(config_dir: Path, standing: Mapping[str, str] | None = None) -> str:
    """Changes when a file of the institutes or of the parts is edited, added or removed; reads no file.

    So it does with what stands above files.
    """
    folder, parts = institutes_folder(config_dir), parts_file(config_dir)
    looks = [(entry.name, entry.stat()) for entry in _entries(folder)]
    if parts.is_file():
        looks.append((parts.name, parts.stat()))
    facts = [(name, look.st_size, look.st_mtime_ns) for name, look in looks]
    return json.dumps([str(folder), *facts, *_marks(standing)])


def _marks(standing: Mapping[str, str] | None) -> list[tuple[str, str]]:
    if not standing:
        return []
    import hashlib  # seldom needed

    return [(name, hashlib.sha256(text.encode()).hexdigest()) for name, text in sorted(standing.items())]
