"""Reading the listing, the archive or the packaged sample into the store.

Each function takes what it works on (store, portal, clock); what is decided stays in the layers below.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from matcher.app.kept_index import index_out_of_date, refresh_index
from matcher.app.run_context import begun
from matcher.app.sample import load_sample
from matcher.app.sources.topic_texts import complete_archive, complete_live
from matcher.config.part_file import packaged_parts
from matcher.errors import ClockWrong, PortalError
from matcher.model.call import Kind, Source
from matcher.model.caution import USUAL, Caution
from matcher.model.rows import FetchReport, ListingScope, ParsedRow, Saved, SetAside
from matcher.portal.parsing import names_in, parse_rows
from matcher.portal.values import one_line
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.app.home import Home
    from matcher.app.run_context import Observer, Run
    from matcher.model.day import Day
    from matcher.model.part_table import PartTable
    from matcher.portal.client import Portal
    from matcher.portal.listing import Listing
    from matcher.portal.search import Query
    from matcher.store.database import Store

CLOCK_ODD = timedelta(hours=1)
"""A clock that differs from the portal's by more is told to the operator; deadlines and days can be off."""

CLOCK_WRONG = timedelta(hours=12)
"""By more, and nothing is kept: calls would be closed, and mails sent, on the wrong day."""

_BULK_ETAG = "bulk.etag "

_UNNAMED = "programme.unnamed "


def fetch(
    home: Home, query: Query, *, as_of: date | None = None, observer: Observer | None = None, within: Run | None = None
) -> FetchReport:
    """Read the listing from the portal, keep it, and refresh the index; `within` is the run that it is a part of.

    Raises:
        PortalUnreachable: when no page came; the calls in the store are as before.
        ClockWrong: when the portal's clock says that it is another day; nothing was kept.
        StoreBusy: when another process is writing.

    """
    with _writing(home, within) as store, home.portal() as portal, index_out_of_date(home, store):
        with within.part("fetch") if within else begun(store, "fetch", home.clock, observer) as run:
            report = fetch_listing(run, portal, query, home.day(as_of), home.settings.caution.bounds, home.parts)
        refresh_index(home, store)
    return report


def query_of(home: Home, programmes: Sequence[str] = (), kinds: Sequence[str] = (), *, full: bool = False) -> Query:
    """What is asked of the portal, by default what is configured; for a part the programme that it is in is read.

    Raises UsageError for an unknown programme.
    """
    from matcher.portal.search import Query

    configured = home.settings.portal
    asked = home.parts.codes(programmes or configured.programmes)
    return Query(tuple(asked), tuple(map(Kind, kinds or configured.kinds)), full)


def fetch_bulk(
    home: Home, source: str, *, as_of: date | None = None, observer: Observer | None = None, texts: int = 0
) -> FetchReport:
    """Stream grantsTenders.json (a path or a URL) into the store as an archive that never overwrites richer rows.

    The file has no texts: so many of closed calls are asked for one by one.
    """
    with home.open_store() as store, home.portal() as portal, index_out_of_date(home, store):
        with begun(store, "bulk", home.clock, observer) as run:
            report = _read_archive(run, portal, source, home.day(as_of).moment)
            if texts:
                done = complete_archive(run, portal, texts, home.day(as_of))
                report = replace(report, requests=portal.requests, problems=tuple(done.problems))
                run.detail |= {"report": asdict(report), "texts": done.counts, "problems": done.problems}
        refresh_index(home, store)
    return report


def use_sample(home: Home, within: Run | None = None) -> None:
    """Keep the packaged sample listing in a store that holds nothing else, and index it."""
    with _writing(home, within) as store, index_out_of_date(home, store):
        with within.part("sample") if within else begun(store, "sample", home.clock) as run:
            rows, _ = parse_rows(load_sample().rows)
            marked = (replace(row, call=replace(row.call, source=Source.SAMPLE)) for row in rows)
            store.saving.archive(marked, run_id=run.number, now=home.clock())
        refresh_index(home, store)


@contextmanager
def _writing(home: Home, within: Run | None) -> Iterator[Store]:
    """The store of the run that is going on, else one of its own."""
    if within is not None:
        yield within.store
        return
    with home.open_store() as store:
        yield store


def fetch_listing(
    run: Run, portal: Portal, query: Query, day: Day, caution: Caution = USUAL, parts: PartTable | None = None
) -> FetchReport:
    """Calls are judged as on `day`, which may be replayed; the run is timed by its clock.

    What changes for more calls than `caution` allows is told, or waits for another day.
    """
    started = time.monotonic()
    store = run.store
    portal.before_requests(run.alive)
    listing = portal.listing(query, run.observer.progress)
    problems = [*listing.problems, *_clock_problem(portal, run.clock())]
    scope = _scope(query)
    absent = store.saving.absent(listing.rows, scope, day.date) if listing.complete else []
    unread = _named_in(listing.set_aside, absent, problems)
    scope = replace(scope, unread=frozenset(unread))
    found = _look_up(portal, [name for name in absent if name not in unread], problems)
    rows = [*listing.rows, *(found or ())]
    all_seen = listing.complete and found is not None
    saved = store.saving.listing(
        rows, run_id=run.number, now=day.moment, complete=all_seen, scope=scope, caution=caution
    )
    problems += map(str, saved.masses)
    problems += _new_statuses(portal, query) if listing.complete and not query.full else []
    problems += _unnamed_programmes(store, listing.rows, parts or packaged_parts())
    store.saving.set_aside(listing.set_aside, run_id=run.number, now=day.moment)
    if rows:
        store.saving.purge_sample(run.number)
    texts = complete_live(run, portal, listing.rows, day)
    problems += texts.problems
    run.detail["descriptions"] = texts.counts
    run.detail |= {"passes": listing.passes, "stale_copies": listing.stale_copies}
    run.detail["language_copies"] = listing.language_copies
    report = _report(listing, saved, problems, time.monotonic() - started)
    run.detail |= {"report": asdict(report), "problems": problems}
    return report


def _read_archive(run: Run, portal: Portal, source: str, now: datetime) -> FetchReport:
    started = time.monotonic()
    store = run.store
    saved = Saved()
    seen: list[int] = [0]
    portal.before_requests(run.alive)
    file = portal.open_bulk(source, store.facts.get(_BULK_ETAG + source))
    run.detail["unchanged"] = file is None
    if file is not None:
        with file:
            saved = store.saving.archive(_counted(file, seen, run), run_id=run.number, now=now)
        store.saving.purge_sample(run.number)
        store.facts.set(_BULK_ETAG + source, file.etag)
    report = FetchReport(
        seen=seen[0],
        distinct=seen[0],
        counted=seen[0],
        new=saved.new,
        changed=saved.changed,
        closed=saved.closed,
        set_aside=saved.set_aside,
        requests=portal.requests,
        retries=portal.retries,
        seconds=round(time.monotonic() - started, 3),
    )
    run.detail["report"] = asdict(report)
    return report


def _unnamed_programmes(store: Store, rows: Iterable[ParsedRow], parts: PartTable) -> list[str]:
    """A programme that has no name in the table is told once, when the portal first lists it."""
    found = {row.call.programme: row.call.identifier for row in rows if parts.unnamed(row.call.programme)}
    told = []
    for code, identifier in found.items():
        if store.facts.get(f"{_UNNAMED}{code}") is None:
            store.facts.set(f"{_UNNAMED}{code}", identifier)
            told.append(
                f"The portal lists a programme that has no name here, code {code} (as {identifier}): "
                "its calls are shown without one until parts.yaml names it."
            )
    return told


def _scope(query: Query) -> ListingScope:
    """Which calls the listing would have held; a programme of which only one generation was asked for is left out."""
    parts = packaged_parts()
    asked = set(parts.codes(query.programmes))
    whole = {part.identifier for part in parts.programmes if part.signs.codes and set(part.signs.codes) <= asked}
    # With a filter of which no programme is whole, nothing can be told of what is absent.
    return ListingScope(frozenset(query.kinds), frozenset(whole or asked))


def _named_in(rows: Sequence[SetAside], identifiers: Sequence[str], problems: list[str]) -> set[str]:
    """The calls that the listing holds, but in a row that could not be read: they have not left it."""
    texts = [names_in(row) for row in rows]
    named = {
        name for name in identifiers if any(all(part in t for part in name.casefold().rsplit("/", 1)) for t in texts)
    }
    if named:
        some = ", ".join(sorted(named)[:3]) + (", …" if len(named) > 3 else "")
        problems.append(f"The rows of {len(named)} known calls could not be read; they stay as they were: {some}.")
    return named


def _look_up(portal: Portal, absent: Sequence[str], problems: list[str]) -> Sequence[ParsedRow] | None:
    """Rows of live calls that left the listing, asked for by identifier: was it closed ahead of time, or is it gone?

    None when nothing can be told of them, as the portal gave no answer.
    """
    if not absent:
        return ()
    try:
        return portal.lookup(absent)
    except PortalError as error:
        gone = f"{counted(len(absent), 'call')} not in the listing any more"
        problems.append(f"{gone} could not be looked up, and nothing was changed: {error}")
        return None


def _new_statuses(portal: Portal, query: Query) -> list[str]:
    """Told of statuses that calls have and nobody here knows: a listing asks for the known ones only."""
    from matcher.portal.search import STATUSES, UNLABELLED_STATUSES

    try:
        spread = portal.spread(replace(query, full=True), "status")
    except PortalError as error:
        return [f"Which statuses calls have could not be asked: {error}"]
    unknown = {code: rows for code, rows in spread.items() if code not in {*STATUSES, *UNLABELLED_STATUSES}}
    if not unknown:
        return []
    named = ", ".join(one_line(code, 40) for code in sorted(unknown)[:3]) + (", …" if len(unknown) > 3 else "")
    told = f"{sum(unknown.values())} rows have a status that nobody here knows ({named}) and are not in the listing"
    return [f"{told}, which asks for the known ones: the portal may have changed its statuses."]


def _clock_problem(portal: Portal, now: datetime) -> list[str]:
    """What is to be told of this machine's clock, held against the portal's. Raises ClockWrong."""
    ahead = portal.clock_ahead(now)
    if ahead is None or abs(ahead) <= CLOCK_ODD:
        return []
    hours = round(abs(ahead) / timedelta(hours=1))
    span = counted(round(hours / 24), "day") if hours >= 48 else counted(max(hours, 1), "hour")
    told = f"This machine's clock is {span} {'ahead of' if ahead > timedelta() else 'behind'} the portal's"
    if abs(ahead) > CLOCK_WRONG:
        raise ClockWrong(f"{told}: nothing was kept and nothing sent. Set the clock, then run again.")
    return [f"{told}: set the clock, or days and deadlines will be mixed up."]


def _counted(file: Iterable[ParsedRow | SetAside], seen: list[int], run: Run) -> Iterator[ParsedRow | SetAside]:
    """The items of a file, counted on their way into the store."""
    progress = run.observer.progress
    for item in file:
        seen[0] += 1
        run.alive()
        if isinstance(item, ParsedRow) and item.call.deadlines_unread:
            run.detail["deadlines_unread"] = run.detail.get("deadlines_unread", 0) + 1
        yield item
        if progress is not None and seen[0] % 100 == 0:
            progress(seen[0], 0)


def _report(listing: Listing, saved: Saved, problems: Sequence[str], seconds: float) -> FetchReport:
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
        problems=tuple(problems),
    )
