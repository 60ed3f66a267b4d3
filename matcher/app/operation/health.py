"""How the last runs went, and how fresh what is kept is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.kept_index import is_current, opened_index
from matcher.app.sources.project_sources import health_of
from matcher.app.sources.topic_texts import text_health
from matcher.errors import StoreMissing
from matcher.model.outcomes import Health

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home


def status(home: Home, last: int = 10, *, as_of: date | None = None) -> Health:
    """The last runs, and how fresh the listing and the index are; `as_of` fixes the day that calls are live on."""
    try:
        with home.open_store(read_only=True) as store:
            runs = tuple(store.runs.last(last))
            good = next((r for r in store.runs.last(1000, kind="fetch") if r.outcome in {"ok", "partial"}), None)
            counted = sum(store.calls.counts().values())
            unconfirmed = {what: count for what, (count, _) in store.doubts.counts().items()}
            index = opened_index(home)
            current = index is not None and is_current(home, index, store)
            projects = health_of(store)
            texts = text_health(store)
            live = store.calls.live(home.day(as_of, index).date)  # of the store: another machine may keep the index
    except StoreMissing:
        return Health((), 0, 0, None, None, False, None)
    return Health(
        runs=runs,
        calls=counted,
        live=live,
        last_good_fetch=good.finished if good else None,
        indexed=str(index.meta["created"]) if index else None,
        index_current=current,
        sample=index.meta["sample"] if index else None,
        unconfirmed=unconfirmed,
        projects=projects,
        texts=texts,
    )
