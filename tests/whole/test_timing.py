"""Commands that are timed run as they do where they are installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.timing import whole_processes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_timed_command_loads_what_was_compiled_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what is measured is mostly the compiling of every module anew."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tmp_path / "command.py").write_text("import loaded\n", encoding="utf-8")
    (tmp_path / "loaded.py").write_text("", encoding="utf-8")
    taken = whole_processes({"command": [sys.executable, "command.py"]}, rounds=1, folder=tmp_path)
    assert taken["command"].seconds > 0
    assert list(tmp_path.glob("__pycache__/loaded.*.pyc"))
