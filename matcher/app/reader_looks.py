"""When a reader last looked at an institute's list: kept in the store, so that each of his devices knows it.

A sitting lasts while no four hours lie between two looks: what is news is told through all of it, and is counted from
the end of the sitting before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from matcher.errors import StoreMissing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from matcher.app.home import Home
    from matcher.store.database import Store

LOOKED = "looked:"
"""Small facts of the store: `looked:READER/INSTITUTE`, its moments, the last one first."""

SITTING = timedelta(hours=4)

DAYS = 365
"""How long a look is kept."""

_OFTEN = timedelta(minutes=30)
"""A look this soon after another one is not kept: each change of the store has pages made anew."""


@dataclass(frozen=True, slots=True)
class Look:
    """Until when an institute's list was looked at: in the sitting before (None: there was none), and in this one."""

    former: datetime | None
    last: datetime

    def again(self, now: datetime) -> Look:
        """The look of now: one more of the same sitting, or the first of another."""
        if now - self.last >= SITTING:
            return Look(self.last, now)
        return self if now - self.last < _OFTEN else Look(self.former, now)


def looks_of(home: Home, reader: str) -> Mapping[str, Look]:
    """The looks of a reader, by institute. Raises StoreError."""
    try:
        with home.open_store(read_only=True) as store:
            kept = store.facts.named(f"{LOOKED}{reader}/")
    except StoreMissing:
        return {}
    return {institute: _read(value) for institute, value in kept.items()}


def keep_reader_look(home: Home, reader: str, institute: str, look: Look) -> None:
    """Keep a look of a reader. Raises StoreError, DiskError."""
    moments = [look.last, *([look.former] if look.former else [])]
    with home.open_store() as store:
        store.facts.set(f"{LOOKED}{reader}/{institute}", " ".join(one.isoformat() for one in moments))


def forget_looks(store: Store, readers: Collection[str]) -> None:
    """Forget when these readers looked at anything."""
    for reader in readers:
        store.facts.drop(f"{LOOKED}{reader}/")


def _read(value: str) -> Look:
    last, *former = map(datetime.fromisoformat, value.split(" "))
    return Look(former[0] if former else None, last)
