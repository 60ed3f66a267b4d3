"""The work of a day, step by step: read the listing, keep it, fill gaps, read the archive.

Each function takes what it works on (store, portal, clock); what is decided stays in the layers below.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matcher.errors import MatcherError, PortalError
from matcher.model import Call, FetchReport, ParsedRow, SetAside, Source
from matcher.portal import Listing, Portal, Query, parse_rows
from matcher.store import ListingScope, Saved, Store

if TYPE_CHECKING:
    from matcher.sample import Sample

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

MAX_DESCRIPTIONS = 50
"""Descriptions asked from the static files in one run, so that a gap in the listing never makes a run long."""

_BULK_ETAG = "bulk.etag "
_NO_DESCRIPTION = "description.none "


def fetch_listing(
    store: Store, portal: Portal, query: Query, *, now: datetime, today: date, progress: Progress | None = None
) -> FetchReport:
    """Read the listing from the search API and keep it; one run is recorded whatever happens.

    Raises:
        PortalUnreachable: when no page came; the calls in the store are as before.
        StoreBusy: when another process is writing.
    """
    started = time.monotonic()
    with _recorded_run(store, "fetch", now) as (run_id, detail):
        listing = portal.listing(query, progress)
        scope = ListingScope(frozenset(query.kinds), frozenset(p.upper() for p in query.programmes))
        found = _look_up_absent(store, portal, listing, scope, today)
        rows = [*listing.rows, *found]
        saved = store.save_listing(rows, run_id=run_id, now=now, complete=listing.complete, scope=scope)
        store.save_set_aside(listing.set_aside, run_id=run_id, now=now)
        if rows:
            store.purge_sample()
        detail["descriptions"] = _fill_descriptions(store, portal, listing.rows, run_id, now, today)
        detail |= {"passes": listing.passes, "stale_copies": listing.stale_copies}
        detail["language_copies"] = listing.language_copies
        report = _report(listing, saved, time.monotonic() - started)
        detail |= {"report": asdict(report), "problems": list(report.problems)}
    return report


def fetch_bulk(
    store: Store, portal: Portal, source: str, *, now: datetime, progress: Progress | None = None
) -> FetchReport:
    """Stream grantsTenders.json (a path or a URL) into the store as an archive that never overwrites richer rows."""
    started = time.monotonic()
    with _recorded_run(store, "bulk", now) as (run_id, detail):
        saved = Saved()
        seen: list[int] = [0]
        file = portal.open_bulk(source, store.get_value(_BULK_ETAG + source))
        detail["unchanged"] = file is None
        if file is not None:
            with file:
                saved = store.save_archive(_counted(file, seen, progress), run_id=run_id, now=now)
            store.purge_sample()
            store.set_value(_BULK_ETAG + source, file.etag)
        report = FetchReport(
            seen=seen[0],
            distinct=seen[0] - saved.set_aside,
            counted=seen[0],
            new=saved.new,
            changed=saved.changed,
            closed=saved.closed,
            set_aside=saved.set_aside,
            requests=portal.requests,
            retries=portal.retries,
            seconds=round(time.monotonic() - started, 3),
        )
        detail["report"] = asdict(report)
    return report


def keep_sample(store: Store, sample: Sample, *, now: datetime) -> None:
    """Put the packaged sample listing into a store that holds nothing else."""
    rows, _ = parse_rows(sample.rows)
    with _recorded_run(store, "sample", now) as (run_id, _detail):
        marked = (replace(row, call=replace(row.call, source=Source.SAMPLE)) for row in rows)
        store.save_archive(marked, run_id=run_id, now=now)


@contextmanager
def _recorded_run(store: Store, kind: str, now: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
    """A run in the store around some work: `ok`, `partial` with problems, or `failed` when the work raises."""
    run_id = store.begin_run(kind, now)
    detail: dict[str, Any] = {}
    try:
        yield run_id, detail
    except BaseException as error:
        sentence = str(error) if isinstance(error, MatcherError) else f"{type(error).__name__}: {error}"
        store.finish_run(run_id, "failed", {"problems": [sentence]}, now)
        raise
    store.finish_run(run_id, "partial" if detail.get("problems") else "ok", detail, now)


def _look_up_absent(
    store: Store, portal: Portal, listing: Listing, scope: ListingScope, today: date
) -> Sequence[ParsedRow]:
    """Rows of live calls that left the listing, asked for by identifier: was it closed ahead of time, or is it gone?"""
    if not listing.complete:
        return ()
    absent = store.absent(listing.rows, scope, today)
    try:
        return portal.lookup(absent) if absent else ()
    except PortalError as error:
        logger.warning("calls that left the listing could not be looked up: %s", error)
        return ()


def _fill_descriptions(
    store: Store, portal: Portal, rows: Sequence[ParsedRow], run_id: int, now: datetime, today: date
) -> dict[str, int]:
    """Ask the static files for live calls that came without a text; stops when they cannot be reached."""
    asked = filled = 0
    for call in _undescribed(store, rows, today):
        if asked == MAX_DESCRIPTIONS:
            break
        asked += 1
        try:
            sections = portal.details(call.identifier)
        except PortalError as error:
            logger.warning("descriptions could not be completed: %s", error)
            break
        if sections:
            store.fill_sections(call.identifier, sections, run_id=run_id, now=now)
            filled += 1
        else:
            store.set_value(_NO_DESCRIPTION + call.identifier, today.isoformat())
    return {"asked": asked, "filled": filled}


def _undescribed(store: Store, rows: Sequence[ParsedRow], today: date) -> Iterator[Call]:
    """Live calls without sections, those asked for this month left out."""
    for row in rows:
        if row.call.sections or not row.call.is_live(today):
            continue
        kept = store.call(row.call.identifier)
        asked_on = store.get_value(_NO_DESCRIPTION + row.call.identifier)
        lately = asked_on is not None and (today - date.fromisoformat(asked_on)).days < 30
        if kept is not None and not kept.sections and not lately:
            yield kept


def _counted(
    file: Iterable[ParsedRow | SetAside], seen: list[int], progress: Progress | None
) -> Iterator[ParsedRow | SetAside]:
    """The items of a file, counted on their way into the store."""
    for item in file:
        seen[0] += 1
        yield item
        if progress is not None and seen[0] % 100 == 0:
            progress(seen[0], 0)


def _report(listing: Listing, saved: Saved, seconds: float) -> FetchReport:
    return FetchReport(
        seen=listing.seen,
        distinct=listing.distinct,
        counted=listing.counted,
        new=saved.new,
        changed=saved.changed,
        closed=saved.closed + saved.withdrawn,
        set_aside=len(listing.set_aside),
        requests=listing.requests,
        retries=listing.retries,
        seconds=round(seconds, 3),
        complete=listing.complete,
        problems=listing.problems,
    )
