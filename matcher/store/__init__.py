"""Keeps calls with versions and changes, runs, and the outbox: SQLite embedded, PostgreSQL by URL.

`Store` is loaded on first use, so that `matcher.store.codec` can be imported without SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.store.records import (
    AddressRecord,
    Cleaned,
    Delivered,
    ListingScope,
    QueuedMail,
    Saved,
    SetAsideRecord,
    Told,
)

if TYPE_CHECKING:
    from matcher.store.store import Store

__all__ = [
    "AddressRecord",
    "Cleaned",
    "Delivered",
    "ListingScope",
    "QueuedMail",
    "Saved",
    "SetAsideRecord",
    "Store",
    "Told",
]


def __getattr__(name: str) -> object:
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from matcher.store.store import Store

    return Store
