"""What the search API is asked: the query JSON of PROTOCOL.md, built and narrowed without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from matcher.model import programmes
from matcher.model.call import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

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
