"""The weekly work: the archive is read again, and what is old enough is forgotten, in the database and on the disk."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from matcher.app.reader_looks import DAYS, LOOKED
from matcher.app.run_context import Observer, begun
from matcher.app.sources.fetching import fetch_bulk
from matcher.app.sources.topic_texts import NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.config.settings import Settings
    from matcher.model.outcomes import Cleaned
    from matcher.model.rows import FetchReport

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_NOTES = {NOTE: timedelta(days=360), LOOKED: timedelta(days=DAYS)}
"""Small facts that are days, or begin with one, and how long each is of use."""


_DOWNLOADING = timedelta(days=1)
"""A download that has not ended by then has died."""


def archive_source(settings: Settings) -> str | None:
    """What the refresh reads: a URL or a path; None when nothing is configured."""
    if settings.schedule.archive == "portal":
        return f"{settings.portal.data_url.rstrip('/')}/referenceData/grantsTenders.json"
    return settings.schedule.archive or None


def refresh_archive(home: Home, progress: Callable[[int, int], None] | None = None) -> FetchReport | None:
    """Read the archive, unless it is as it was, and some of its calls' texts; None when none is configured.

    Raises like `fetch_bulk`.
    """
    source = archive_source(home.settings)
    if source is None:
        return None
    return fetch_bulk(home, source, observer=Observer(progress), texts=home.settings.schedule.archive_texts)


def clean_up(home: Home, clock: Callable[[], datetime], *, unless: tuple[datetime, datetime] | None = None) -> Cleaned:
    """Forget what is older than `schedule.keep_days`, as a run of its own; `unless` is as in `Runs.begin`.

    Raises StoreBusy when another run works.
    """
    from matcher.store.missed_bids import MISSED

    now = clock()
    before = now - timedelta(days=home.settings.schedule.keep_days)
    with home.open_store() as store:
        with begun(store, "clean", clock, unless=unless) as run:
            cleaned = store.maintenance.clean(run_id=run.number, before=before)
            for prefix, kept in _NOTES.items():
                store.facts.forget(prefix, (now - kept).date())
            store.facts.forget(MISSED, before.date())
            run.detail["cleaned"] = asdict(cleaned)
        store.maintenance.compact()
    for left in home.settings.home.glob("projects.*.zip"):  # of a download that was killed
        if left.stat().st_mtime < (now - _DOWNLOADING).timestamp():
            left.unlink(missing_ok=True)
    for folder in old_day_folders((home.settings.home / "lists", home.settings.home / "outbox"), before.date()):
        shutil.rmtree(folder, ignore_errors=True)
    return cleaned


def old_day_folders(roots: Iterable[Path], before: date) -> Iterator[Path]:
    """The folders that are named after an earlier day."""
    for root in roots:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if folder.is_dir() and _DAY.fullmatch(folder.name) and folder.name < before.isoformat():
                yield folder
