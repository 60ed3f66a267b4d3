"""Every module, class and function that the architecture page names is there."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"`(matcher(?:\.\w+)+)`")
_NO_MODULES = {"matcher.toml", "matcher.db", "matcher.rankers", "matcher.po"}
"""Files, and a group of entry points."""


def _named(*paths: Path) -> set[str]:
    return {name for path in paths for name in _NAME.findall(path.read_text(encoding="utf-8"))} - _NO_MODULES


def _there(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        return all(hasattr(found, part) and (found := getattr(found, part)) is not None for part in parts[cut:])
    return False


@pytest.mark.parametrize("name", sorted(_named(ROOT / "docs" / "architecture.md")))
def test_what_the_page_names_is_there(name: str) -> None:
    assert _there(name)


def test_what_the_code_names_is_there() -> None:
    named = _named(*(ROOT / "matcher").rglob("*.py"))
    assert len(named) > 20
    assert sorted(name for name in named if not _there(name)) == []


def test_contributing_names_only_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:matcher|tests|docs|config)/[\w./]*)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
