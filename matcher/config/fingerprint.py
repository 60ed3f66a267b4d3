"""Which files an index is built of, and whether they changed: light, because every question asks it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def institutes_folder(config_dir: Path) -> Path:
    """Where the institutes' files are."""
    return config_dir / "institutes"


def institute_files(config_dir: Path) -> list[Path]:
    """The files of institutes by name; hidden ones are an editor's."""
    return sorted(
        p
        for p in institutes_folder(config_dir).glob("*.y*ml")
        if p.suffix in {".yaml", ".yml"} and p.is_file() and p.name[0] != "."
    )


def parts_file(config_dir: Path) -> Path:
    """Where a configuration names parts of programmes."""
    return config_dir / "parts.yaml"


def fingerprint(config_dir: Path) -> str:
    """Changes when a file of the institutes or of the parts is edited, added or removed; reads no file."""
    parts = parts_file(config_dir)
    files = [*institute_files(config_dir), *([parts] if parts.is_file() else [])]
    facts = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in files]
    return hashlib.sha256(repr((str(institutes_folder(config_dir)), facts)).encode()).hexdigest()
