"""How several processes share the tests out."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tests.helpers.paths import ROOT
from tests.helpers.processes import made_once
from tests.helpers.workers import import_by_turns

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def imported(monkeypatch: pytest.MonkeyPatch, asked: list[object], **worker: object) -> list[str]:
    """What a process of these tests imports, in order."""
    found: list[str] = []
    monkeypatch.setattr(importlib, "import_module", found.append)
    given = {"workerinput": worker} if worker else {}
    import_by_turns(SimpleNamespace(args=asked, getoption=lambda _: [str(ROOT / "tests" / "browser")], **given))
    return found


def test_each_process_compiles_other_modules_first(monkeypatch):
    all_tests = [str(ROOT / "tests")]
    one, other = (imported(monkeypatch, all_tests, workerid=f"gw{n}", workercount=2) for n in range(2))
    assert one[0] != other[0]
    assert one[len(one) // 2 :] == other[: -(len(one) // 2)]
    assert sorted(one) == sorted(other)
    assert __name__ in one
    assert not [name for name in one if name.startswith("tests.browser")]


def test_who_asks_for_some_tests_waits_for_no_others(monkeypatch):
    assert imported(monkeypatch, [str(ROOT / "tests" / "store")], workerid="gw0", workercount=2) == []
    assert imported(monkeypatch, [str(ROOT / "tests")]) == []


def test_what_all_share_is_made_by_who_asks_first(tmp_path):
    made: list[Path] = []
    folder = tmp_path / "shared"
    for _ in range(2):
        made_once(folder, lambda: made.append(folder))
    assert made == [folder]
