"""Rows of the database that nobody can read: they are set aside, and whoever looks after the database is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.store.database import Store

_NAMED = 10


def unread_rows(store: Store) -> Saying | None:
    """What to know of the decisions and changes that cannot be read; None where all can."""
    decisions, changes = store.decisions.unread(), store.calls.unread_changes()
    if not decisions and not changes:
        return None
    return Saying(
        "Rows of the database that cannot be read count for nothing: {decisions} of the table decisions{those}, "
        "{changes} of the table changes{these}. Put back a backup, or correct these rows.",
        decisions=len(decisions),
        those=_numbers(decisions),
        changes=len(changes),
        these=_numbers(changes),
    )


def _numbers(rows: Sequence[int]) -> str:
    """` (id 3, 7 …)` of rows, for whoever looks for them."""
    shown = ", ".join(map(str, rows[:_NAMED])) + (" …" if len(rows) > _NAMED else "")
    return f" (id {shown})" if rows else ""
