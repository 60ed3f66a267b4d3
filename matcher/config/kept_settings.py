"""Settings that were found right, kept in the home folder until a file, a variable or a rule changes.

So a question checks nothing that was checked before. Where a setting holds a secret, nothing is kept.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher.disk import write_file
from matcher.model.frozen import dataclass
from matcher.text.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

_RULES = ("setting_sections.py", "setting_types.py", "setting_checks.py", "kept_settings.py")
"""The modules beside this one that say what is right."""


def mark_of(text: bytes, variables: Mapping[str, str]) -> str:
    """Changes with the text of `matcher.toml`, with what variables set, and with the rules.

    Two checksums tell one edit from the next, as nobody gains by texts that share both; a hash against forgery would
    load OpenSSL at each command.
    """
    stats = [Path(__file__).with_name(name).stat() for name in _RULES]
    rules = [(stat.st_size, stat.st_mtime_ns) for stat in stats]
    said = repr((text, sorted(variables.items()), rules)).encode()
    return f"{len(said)} {zlib.crc32(said):08x} {zlib.adler32(said):08x}"


@dataclass(frozen=True, slots=True)
class Kept:
    """Checked values, section by section, and the dotted keys that `matcher.toml` sets."""

    values: Mapping[str, Any]
    in_file: tuple[str, ...]


def kept_settings(home: Path, mark: str) -> Kept | None:
    """What was checked under this mark; None where it is not there."""
    try:
        found = json.loads(_file(home).read_bytes())
        if found["mark"] == mark:
            return Kept(_with_tuples(found["values"]), tuple(found["in_file"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def keep(home: Path, mark: str, found: Kept) -> None:
    """Keep checked values for the next command, where the home folder is in use and takes them."""
    if home.is_dir() and any(home.iterdir()) and not _hold_a_secret(found.values):
        text = json.dumps({"mark": mark, "in_file": found.in_file, "values": found.values}, ensure_ascii=False)
        with suppress(OSError):
            write_file(_file(home), text.encode())


def _file(home: Path) -> Path:
    return home / "settings.json"


def _hold_a_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_hold_a_secret, value.values()))
    if isinstance(value, tuple):
        return any(map(_hold_a_secret, value))
    return isinstance(value, str) and masked(value) != value


def _with_tuples(value: Any) -> Any:
    """The same with lists as the settings have them."""
    if isinstance(value, dict):
        return {key: _with_tuples(one) for key, one in value.items()}
    return tuple(value) if isinstance(value, list) else value
