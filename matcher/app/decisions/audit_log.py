"""Who did what and when: decisions on calls and edits of profiles, the newest first. Nothing of it can be changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.errors import StoreMissing
from matcher.model.day import brussels_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

    from matcher.app.home import Home
    from matcher.model.decision import Entry
    from matcher.store.database import Store


@dataclass(frozen=True, slots=True)
class Deed:
    """One act on a call (`entry`), or one edit of a profile (`summary` says what it did)."""

    at: datetime
    owner: str  # an institute, or a subscriber who decided for himself
    by: str | None  # None: forgotten, or not told
    number: int
    entry: Entry | None = None
    summary: str | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Unlike every other's."""
        return ("decision" if self.entry else "edit", str(self.number))


def audit_log(home: Home, institutes: Collection[str] | None, *, since: date | None = None) -> tuple[Deed, ...]:
    """What was done for these institutes; for None everything, what readers decided for themselves too."""
    found: list[Deed] = []
    with suppress(StoreMissing), home.open_store(read_only=True) as store:
        found = [one for one in _deeds(store, institutes) if since is None or brussels_day(one.at) >= since]
    return tuple(sorted(found, key=lambda one: (one.at, one.name), reverse=True))


def _deeds(store: Store, institutes: Collection[str] | None) -> Iterator[Deed]:
    for entry in store.decisions.history():
        own = institutes is None or (not entry.owner.is_reader and entry.owner.name in institutes)
        if own and entry.number is not None:
            yield Deed(entry.at, entry.owner.name, entry.by, entry.number, entry=entry)
    for name, edit in store.profile_revisions.all():
        if institutes is None or name in institutes:
            yield Deed(edit.at, name, edit.by, edit.number, summary=edit.summary)
