"""The whole listing, read in passes until it is complete, and which copy of a row to believe."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from matcher.errors import PortalError, PortalUnreachable
from matcher.http import BoundReachedError, Client, RequestFailedError
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal.drift import Census, unread_deadlines
from matcher.portal.parsing import parse_row
from matcher.portal.search import (
    PAGE_SIZE,
    WINDOW,
    Query,
    SearchPage,
    count,
    facet,
    search,
    search_query,
)
from matcher.portal.splitting import IgnoredQueryError, Slice, Splitter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.day import Progress

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One row per call, in identifier order, and how many copies gave way to it."""

    rows: tuple[ParsedRow, ...]
    stale_copies: int
    language_copies: int


def fresh(rows: Iterable[ParsedRow]) -> list[ParsedRow]:
    """The row to believe for each identifier (upper and lower case are one), in identifier order."""
    return list(resolve(rows).rows)


def resolve(rows: Iterable[ParsedRow]) -> Resolved:
    """As `fresh`, with counts: a copy in another language is a language copy, any other one is stale."""
    groups: dict[str, list[ParsedRow]] = {}
    for row in rows:
        groups.setdefault(row.call.identifier.casefold(), []).append(row)
    kept: list[ParsedRow] = []
    stale = languages = 0
    for name in sorted(groups):
        best = max(groups[name], key=_preference)
        others = [row for row in groups[name] if row is not best]
        kept.append(best)
        foreign = sum(row.language != best.language for row in others)
        languages += foreign
        stale += len(others) - foreign
    return Resolved(tuple(kept), stale, languages)


def _preference(row: ParsedRow) -> tuple[bool, datetime, bool, int, int, str, bytes]:
    call = row.call
    return (
        row.language == "en",
        row.ingested or _NEVER,
        row.datasource == "SEDIA",
        len(call.sections),
        len(call.deadlines),
        row.key,
        row.raw,
    )


GIVE_UP_AFTER = 3
"""Bad pages in a row after which the portal is taken to have stopped answering."""

LAST_PAGE = WINDOW // PAGE_SIZE
"""The last one that the portal shows."""

_NEAR = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """What one fetch of the search API brought: one row per call, and how it went.

    `seen` counts rows received, `distinct` the different ones among them, `counted` what the portal says it holds.
    `complete` is True when every counted row was seen or the difference is explained; `problems` are sentences.
    """

    rows: tuple[ParsedRow, ...]
    set_aside: tuple[SetAside, ...]
    seen: int
    distinct: int
    counted: int
    requests: int
    retries: int
    passes: int
    stale_copies: int
    language_copies: int
    complete: bool
    problems: tuple[str, ...]


def fetch_listing(client: Client, query: Query, max_passes: int, progress: Progress | None = None) -> Listing:
    """Fetch a listing. Raises `PortalUnreachable` when the portal gives no usable answer at the first contact."""
    asked = search_query(query)
    requests, retries = client.requests, client.retries
    gathering = _Gathering(client, max_passes, progress or _silent)
    page, number = _first_contact(client, asked)
    gathering.counted = page.total or 0
    gathering.total_known = page.total is not None
    splitter = Splitter(
        count=lambda part: count(client, part),
        facet=lambda part, name: facet(client, part, name),
        report=gathering.problem,
    )
    try:
        for part in splitter.parts(asked, gathering.counted):
            if gathering.stopped:
                break
            gathering.fetch(part, {number: page} if part.query == asked else {})
    except IgnoredQueryError as error:
        gathering.problem(str(error))
    return gathering.result(query, client.requests - requests, client.retries - retries)


def fetch_all(client: Client, query: dict[str, object]) -> list[object]:
    """Every row of a small query, in one pass. Raises `PortalError` when a page stays bad, or the query is ignored."""
    rows: list[object] = []
    for number in range(1, LAST_PAGE + 1):
        page = search(client, query, number)
        if page.total is not None and page.total > WINDOW:
            raise IgnoredQueryError(f"The portal counts {page.total} rows for a few calls: it ignores what is asked.")
        rows.extend(page.rows)
        if number >= _pages(page.total or 0) and not page.full:
            break
    return rows


def _first_contact(client: Client, query: dict[str, object]) -> tuple[SearchPage, int]:
    """The first page that comes; a portal that answers at all gets a second chance, because one page can be bad."""
    try:
        return search(client, query, 1), 1
    except RequestFailedError as failure:
        if failure.answered:
            try:
                return search(client, query, 2), 2
            except PortalError:
                pass
        raise PortalUnreachable(
            f"The portal could not be reached: {failure}. Check the network and MATCHER_PORTAL_URL, or try again later."
        ) from failure


@dataclass
class _Gathering:
    """Rows as they come in, over the parts and passes of one listing."""

    client: Client
    max_passes: int
    progress: Progress
    counted: int = 0
    total_known: bool = True
    seen: int = 0
    passes: int = 0
    stopped: str = ""  # why nothing more is asked
    complete: bool = True
    rows: dict[str, ParsedRow | SetAside] = field(default_factory=dict)
    census: Census = field(default_factory=Census)
    problems: list[str] = field(default_factory=list)

    def problem(self, sentence: str) -> None:
        """Something is missing: say so."""
        self.complete = False
        self.problems.append(sentence)

    def fetch(self, part: Slice, known: dict[int, SearchPage]) -> None:
        """All rows of one part, in as many passes as it takes; `known` pages were fetched already."""
        reading = _SliceReading(part, self)
        for number in range(1, self.max_passes + 1):
            self.passes = max(self.passes, number)
            reading.read(descending=number % 2 == 0, known=known if number == 1 else {})
            if self.stopped or reading.done():
                break
        reading.conclude()

    def take(self, row: object) -> str:
        """Keep a row unless a fresher one of its key is there; its key."""
        self.seen += 1
        parsed = parse_row(row)
        there = self.rows.get(parsed.key)
        if there is None:
            self.census.add(row)
        if there is None or _fresher(parsed, there):
            self.rows[parsed.key] = parsed
        return parsed.key

    def result(self, query: Query, requests: int, retries: int) -> Listing:
        aside = tuple(row for row in self.rows.values() if isinstance(row, SetAside))
        resolved = resolve(row for row in self.rows.values() if isinstance(row, ParsedRow))
        if not self.rows and not query.programmes and not self.problems:
            self.problem("The portal lists no calls at all: it may have changed the codes of `type` or `status`.")
        alarms = [*self.census.problems(aside, full=query.full), *unread_deadlines(resolved.rows)]
        return Listing(
            rows=resolved.rows,
            set_aside=aside,
            seen=self.seen,
            distinct=len(self.rows),
            counted=self.counted if self.total_known else len(self.rows),
            requests=requests,
            retries=retries,
            passes=self.passes,
            stale_copies=resolved.stale_copies,
            language_copies=resolved.language_copies,
            complete=self.complete,
            problems=(*self.problems, *alarms),
        )


@dataclass
class _SliceReading:
    """The passes over one part."""

    part: Slice
    all: _Gathering
    keys: set[str] = field(default_factory=set)
    bad: dict[int, str] = field(default_factory=dict)  # page → why, of the last pass that tried it
    descending: bool = False  # the order of the last whole pass, which page numbers belong to
    quiet: bool = False  # the last whole pass brought nothing new
    doubles: Counter[str] | None = None  # keys that came more than once in every whole pass, and how often
    total: int = 0
    beyond: bool = False  # a page held rows that the portal does not count

    def __post_init__(self) -> None:
        self.total = self.part.counted

    def read(self, *, descending: bool, known: dict[int, SearchPage]) -> None:
        """One pass: every page, or after a pass with bad pages only those."""
        retry = sorted(self.bad)
        numbers = [*retry] or [*range(1, self._last_page() + 1)]
        self.bad = {}
        self.descending = self.descending if retry else descending
        before = len(self.keys)
        received: list[str] = []
        missed_in_a_row = 0
        while numbers and not self.all.stopped:
            number = numbers.pop(0)
            page = known.get(number) or self._page(number)
            missed_in_a_row = 0 if page else missed_in_a_row + 1
            if page is None:
                if missed_in_a_row >= GIVE_UP_AFTER:
                    self.all.stopped = self.all.stopped or "The portal stopped answering"
                continue
            self._believe(number, page)
            keys = [self.all.take(row) for row in page.rows]
            received += keys
            self.keys.update(keys)
            if not retry:
                numbers += self._further(number, page, numbers)
            self.all.progress(len(self.all.rows), max(self.all.counted, len(self.all.rows)))
        if not retry and not self.bad:
            self.quiet = len(self.keys) == before
            doubles = _neighbouring_doubles(received)
            self.doubles = doubles if self.doubles is None else self.doubles & doubles

    def done(self) -> bool:
        """True when nothing is missing, or when more passes would not find it."""
        if self.bad:
            return False
        return len(self.keys) >= self._reachable() or (self.quiet and self._explained())

    def conclude(self) -> None:
        """Say what is missing, and why."""
        self.all.counted += self.total - self.part.counted
        for number, reason in sorted(self.bad.items()):
            self.all.problem(f"Page {number} of {self.part.name} stayed bad and is left out: {reason}.")
        if self.all.stopped:
            self.all.problem(f"{self.all.stopped} in {self.part.name}: the rest of it is left out.")
        elif self.beyond:
            self.all.problem(
                f"The portal counts {self.total} rows in {self.part.name}, but sends more: {len(self.keys)} different"
                " ones came."
            )
        elif not self.bad and len(self.keys) < self._reachable() and not self._explained():
            self.all.problem(
                f"The portal counts {self.total} rows in {self.part.name}, but only {len(self.keys)} different ones"
                f" came in {self.all.passes} passes."
            )

    def _page(self, number: int) -> SearchPage | None:
        try:
            return search(self.all.client, self.part.query, number, descending=self.descending)
        except BoundReachedError as bound:
            self.all.stopped = f"The fetch was ended, as {bound},"
            return None
        except RequestFailedError as failure:
            self.bad[number] = str(failure)
            return None

    def _believe(self, number: int, page: SearchPage) -> None:
        """Take over how many rows there are by now; a count that cannot be true is noticed before a row is taken."""
        if page.total is None:
            return
        if page.total > WINDOW >= self.part.counted:
            raise IgnoredQueryError(
                f"The portal counts {page.total} rows in {self.part.name}, which had {self.part.counted}: it ignores"
                " part of what is asked, and nothing more is read."
            )
        self.total = page.total
        self.beyond = self.beyond or (number - 1) * PAGE_SIZE + len(page.rows) > page.total

    def _further(self, number: int, page: SearchPage, waiting: list[int]) -> list[int]:
        """Pages to add: the count grew meanwhile, or a full last page may have more behind it, whatever is counted."""
        last = max([number, *waiting])
        grown = list(range(last + 1, self._last_page() + 1))
        if grown or waiting or not page.full or number >= LAST_PAGE:
            return grown
        return [number + 1]

    def _last_page(self) -> int:
        return max(1, _pages(min(self.total, WINDOW)))

    def _reachable(self) -> int:
        return min(self.total, WINDOW)

    def _explained(self) -> bool:
        """The missing rows are second copies of rows that came: every whole pass held the same doubles, as many."""
        return self.doubles is not None and self.doubles.total() == self._reachable() - len(self.keys)


def _neighbouring_doubles(keys: list[str]) -> Counter[str]:
    """Keys that came again close by, and how often.

    Rows that are twice in the index stand together in identifier order; a row that an unstable order doubled does not.
    """
    last: dict[str, int] = {}
    doubles: Counter[str] = Counter()
    for place, key in enumerate(keys):
        if key in last and place - last[key] <= _NEAR:
            doubles[key] += 1
        last[key] = place
    return doubles


def _fresher(new: ParsedRow | SetAside, old: ParsedRow | SetAside) -> bool:
    """True when a row of the same key should replace the one that came before."""
    if isinstance(new, SetAside) or isinstance(old, SetAside):
        return isinstance(old, SetAside)
    if new.ingested is None or old.ingested is None:
        return old.ingested is None
    return new.ingested >= old.ingested


def _pages(rows: int) -> int:
    return -(-rows // PAGE_SIZE)


def _silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""
