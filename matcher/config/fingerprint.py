"""Which files describe institutes, and whether they changed: light, because every question asks it."""

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


def institutes_fingerprint(config_dir: Path) -> str:
    """Changes when a file of the institutes is edited, added or removed; reads no file."""
    facts = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in institute_files(config_dir)]
    return hashlib.sha256(repr((str(institutes_folder(config_dir)), facts)).encode()).hexdigest()
