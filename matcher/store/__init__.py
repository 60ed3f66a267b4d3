"""Keeps calls with versions and changes, runs, and the outbox: SQLite embedded, PostgreSQL by URL.

Each name is loaded on first use, so that `matcher.store.codec` can be imported without SQLAlchemy, and quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.model.answers import Cleaned
    from matcher.model.rows import ListingScope, Saved, SetAsideRecord
    from matcher.model.subscription import AddressRecord, Delivered, QueuedMail, Told
    from matcher.store.database import Store

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
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("matcher.store.database" if name == "Store" else "matcher.store.records"), name)
