"""Something that is spoilt for one of many, as nobody foresaw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.ranking.index import Index

if TYPE_CHECKING:
    import pytest

    from matcher.ranking.needs.need import Need


def spoil_index(monkeypatch: pytest.MonkeyPatch, institute: str) -> None:
    """The saved index has nothing whole of one institute."""
    whole = Index.need

    def need(index: Index, profile: str) -> Need:
        if profile == institute:
            raise IndexError("index 7 is out of bounds for axis 0 with size 7")
        return whole(index, profile)

    monkeypatch.setattr(Index, "need", need)
