"""Something that is spoilt for one of many, as nobody foresaw."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from matcher.ranking.index import Index

if TYPE_CHECKING:
    import pytest

    from matcher.ranking.needs.need import Need
    from tests.helpers.flow import Flow


def tamper(flow: Flow, statement: str, *values: object) -> None:
    """As a bad disk, or a hand, leaves a row of the database."""
    with closing(sqlite3.connect(flow.place.home / "matcher.db")) as connection:
        changed = connection.execute(statement, values).rowcount
        connection.commit()
    assert changed > 0


def spoil_index(monkeypatch: pytest.MonkeyPatch, institute: str) -> None:
    """The saved index has nothing whole of one institute."""
    whole = Index.need

    def need(index: Index, profile: str) -> Need:
        if profile == institute:
            raise IndexError("index 7 is out of bounds for axis 0 with size 7")
        return whole(index, profile)

    monkeypatch.setattr(Index, "need", need)
