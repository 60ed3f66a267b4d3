"""Questions to the search API: the query, one page of its answer, facets, and splitting what is too large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from matcher.errors import PortalError
from matcher.http import Client, WrongShapeError
from matcher.model import programmes
from matcher.model.call import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TYPES = {"1": Kind.TOPIC, "2": Kind.EXTERNAL, "8": Kind.CASCADE}

STATUSES = {"31094501": Status.FORTHCOMING, "31094502": Status.OPEN, "31094503": Status.CLOSED}

UNLABELLED_STATUSES = frozenset({"310945031", "99999998"})
"""Codes that the portal uses without a label; they are no news in a listing that asks for every status."""

Clause = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """Which calls are asked for: programmes by abbreviation or code (none: all); `full` asks for closed ones too."""

    programmes: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = (Kind.TOPIC,)
    full: bool = False


def search_query(query: Query) -> Clause:
    """The `query` part of a listing. `DATASOURCE` is left open: a call could stand in one source only."""
    must = [_kinds(query.kinds or (Kind.TOPIC,))]
    if not query.full:
        live = [code for code, status in STATUSES.items() if status is not Status.CLOSED]
        must.append({"terms": {"status": live}})
    if query.programmes:
        must.append({"terms": {"frameworkProgramme": programmes.codes(query.programmes)}})
    return {"bool": {"must": must}}


def identifiers_query(identifiers: Sequence[str]) -> Clause:
    """Every row of these identifiers, whatever its status."""
    return {"bool": {"must": [_kinds(tuple(Kind)), {"terms": {"identifier": list(identifiers)}}]}}


def narrowed(query: Clause, *, must: Clause | None = None, must_not: Clause | None = None) -> Clause:
    """The query with one more condition."""
    inner = {name: list(clauses) for name, clauses in query["bool"].items()}
    for name, clause in (("must", must), ("must_not", must_not)):
        if clause is not None:
            inner[name] = [*inner.get(name, []), clause]
    return {"bool": inner}


def days(first: date, last: date) -> Clause:
    """Rows that start on one of these days, both included.

    The long form with hour and offset is needed: on a bare date the portal only drops the rows without a date.
    """
    return {
        "range": {
            "startDate": {"gte": f"{first:%Y-%m-%d}T00:00:00.000+0000", "lte": f"{last:%Y-%m-%d}T23:59:59.999+0000"}
        }
    }


def halves(first: date, last: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Two spans that together hold the same days; needs at least two days."""
    middle = first + timedelta(days=(last - first).days // 2)
    return (first, middle), (middle + timedelta(days=1), last)


def _kinds(kinds: Sequence[Kind]) -> Clause:
    return {"terms": {"type": [code for code, kind in TYPES.items() if kind in kinds]}}


PAGE_SIZE = 100
"""Rows of a page; the portal never gives more."""

WINDOW = 10_000
"""Rows of one query that can be paged to; the portal shows nothing past them."""

_LANGUAGES = ("en",)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Rows as the portal sent them; `total` is what it counts for the whole query, when it says."""

    rows: tuple[object, ...]
    total: int | None


def search(client: Client, query: Clause, page: int, *, size: int = PAGE_SIZE, descending: bool = False) -> SearchPage:
    """One page of a query, sorted on the identifier, because pages without a sort overlap (PROTOCOL.md, quirk 1)."""
    parts = {
        "query": query,
        "languages": list(_LANGUAGES),
        "sort": {"field": "identifier", "order": "DESC" if descending else "ASC"},
    }
    params = {"apiKey": "SEDIA", "text": "***", "pageSize": str(size), "pageNumber": str(page)}
    return client.post_json("/search", params, parts, _page)


def count(client: Client, query: Clause) -> int:
    """How many rows the portal counts for a query."""
    return search(client, query, 1, size=1).total or 0


def facet(client: Client, query: Clause, field: str) -> dict[str, int]:
    """How many rows have each value of a field."""
    parts = {"query": query, "languages": list(_LANGUAGES)}
    return client.post_json("/facet", {"apiKey": "SEDIA", "text": "***"}, parts, lambda answer: _counts(answer, field))


def _page(answer: object) -> SearchPage:
    if not isinstance(answer, Mapping) or not ("results" in answer or "totalResults" in answer):
        raise WrongShapeError("the answer holds no `results`")
    rows = answer.get("results") or []
    total = answer.get("totalResults")
    if not isinstance(rows, list):
        raise WrongShapeError("`results` is not a list")
    if total is not None and (isinstance(total, bool) or not isinstance(total, int) or total < 0):
        raise WrongShapeError("`totalResults` is not a count")
    return SearchPage(tuple(rows), total)


def _counts(answer: object, field: str) -> dict[str, int]:
    facets = answer.get("facets") if isinstance(answer, Mapping) else None
    if not isinstance(facets, list):
        raise WrongShapeError("the answer holds no `facets`")
    for entry in facets:
        if isinstance(entry, Mapping) and field in (entry.get("rawName"), entry.get("name")):
            values = entry.get("values")
            return {
                value["rawValue"]: value["count"]
                for value in (values if isinstance(values, list) else [])
                if isinstance(value, Mapping)
                and isinstance(value.get("rawValue"), str)
                and type(value.get("count")) is int
            }
    return {}


FIRST_DAY = date(1990, 1, 1)

LAST_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Slice:
    """A query whose rows fit into the window; `name` tells a person which part it is."""

    name: str
    query: Clause
    counted: int


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits with two questions: how many rows a query has, and how they spread over the values of a field."""

    count: Callable[[Clause], int]
    facet: Callable[[Clause, str], dict[str, int]]
    report: Callable[[str], object]  # takes a sentence on what could not be split

    def parts(self, query: Clause, counted: int) -> Iterator[Slice]:
        """Parts that fit; the whole listing when it does."""
        if counted <= WINDOW:
            yield Slice("the listing", query, counted)
            return
        field = "frameworkProgramme"
        try:
            spread = self.facet(query, field)
        except PortalError:
            spread = {}
        for code, rows in spread.items():
            yield from self._by_day(f"programme {code}", narrowed(query, must={"terms": {field: [code]}}), rows)
        others = narrowed(query, must_not={"terms": {field: list(spread)}}) if spread else query
        yield from self._counted_by_day("other programmes" if spread else "the listing", others)

    def _counted_by_day(self, name: str, query: Clause) -> Iterator[Slice]:
        try:
            rows = self.count(query)
        except PortalError as error:
            self.report(f"The portal did not count {name}, which is left out: {error}.")
            return
        if rows:
            yield from self._by_day(name, query, rows)

    def _by_day(self, name: str, query: Clause, rows: int) -> Iterator[Slice]:
        if rows <= WINDOW:
            yield Slice(name, query, rows)
            return
        undated = narrowed(query, must_not=days(FIRST_DAY, LAST_DAY))
        yield from self._span(name, query, FIRST_DAY, LAST_DAY)
        yield from self._whole(f"{name} without a start date", undated)

    def _span(self, name: str, query: Clause, first: date, last: date) -> Iterator[Slice]:
        within = narrowed(query, must=days(first, last))
        title = f"{name}, started {first} to {last}"
        try:
            rows = self.count(within)
        except PortalError as error:
            self.report(f"The portal did not count {title}, which is left out: {error}.")
            return
        if rows > WINDOW and first < last:
            for start, end in halves(first, last):
                yield from self._span(name, query, start, end)
        elif rows:
            yield self._fitting(title, within, rows)

    def _whole(self, name: str, query: Clause) -> Iterator[Slice]:
        try:
            rows = self.count(query)
        except PortalError as error:
            self.report(f"The portal did not count {name}, which is left out: {error}.")
            return
        if rows:
            yield self._fitting(name, query, rows)

    def _fitting(self, name: str, query: Clause, rows: int) -> Slice:
        if rows > WINDOW:
            self.report(f"{name} has {rows} rows and cannot be split further: only {WINDOW} of them can be seen.")
        return Slice(name, query, rows)
