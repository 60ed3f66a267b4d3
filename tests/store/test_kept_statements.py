"""What was compiled for one file serves all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from matcher.store.database import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were compiled."""
    found: list[str] = []
    make = SQLiteCompiler.__init__

    def noted(compiler: SQLiteCompiler, *given: object, **named: object) -> None:
        make(compiler, *given, **named)
        found.append(str(compiler))

    monkeypatch.setattr(SQLiteCompiler, "__init__", noted)
    return found


def test_a_file_that_is_opened_compiles_what_no_other_one_had(tmp_path: Path, compiled: list[str]) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other")]
    for url in urls:
        Store.open(url).close()
    found = []
    for url in urls:
        compiled.clear()
        with Store.open(url, read_only=True) as store:
            store.runs.last(3)
        found.append(list(compiled))
    assert found[1] == []
