"""Questions to the search API: the query, one page of its answer, counts and facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.config.part_file import packaged_parts
from matcher.http import Client, WrongShapeError
from matcher.model.call import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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
        must.append({"terms": {"frameworkProgramme": packaged_parts().codes(query.programmes)}})
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

    @property
    def full(self) -> bool:
        """Whether there can be more behind it."""
        return len(self.rows) >= PAGE_SIZE


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
