"""The two questions of the search API: a page of rows, and how the rows spread over a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.portal.client import Client, WrongShapeError

if TYPE_CHECKING:
    from matcher.portal.query import Clause

PAGE_SIZE = 100
"""Rows of a page; the portal never gives more."""

WINDOW = 10_000
"""Rows of one query that can be paged to; the portal shows nothing past them."""

_LANGUAGES = ("en",)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as the portal sent them; `total` is what it counts for the whole query, when it says."""

    rows: tuple[object, ...]
    total: int | None


def search(client: Client, query: Clause, page: int, *, size: int = PAGE_SIZE, descending: bool = False) -> Page:
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


def _page(answer: object) -> Page:
    if not isinstance(answer, Mapping) or not ("results" in answer or "totalResults" in answer):
        raise WrongShapeError("the answer holds no `results`")
    rows = answer.get("results") or []
    total = answer.get("totalResults")
    if not isinstance(rows, list):
        raise WrongShapeError("`results` is not a list")
    if total is not None and (isinstance(total, bool) or not isinstance(total, int) or total < 0):
        raise WrongShapeError("`totalResults` is not a count")
    return Page(tuple(rows), total)


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
