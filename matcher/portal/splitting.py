"""Cutting a listing that is larger than the portal's window into parts that fit.

First by programme, then by the day on which rows start, halving the span until a part fits; rows without a
programme or a date are parts of their own, so that the parts together hold every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher.errors import PortalError
from matcher.portal.query import Clause, days, halves, narrowed
from matcher.portal.search import WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Part:
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

    def parts(self, query: Clause, counted: int) -> Iterator[Part]:
        """Parts that fit; the whole listing when it does."""
        if counted <= WINDOW:
            yield Part("the listing", query, counted)
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

    def _counted_by_day(self, name: str, query: Clause) -> Iterator[Part]:
        try:
            rows = self.count(query)
        except PortalError as error:
            self.report(f"The portal did not count {name}, which is left out: {error}.")
            return
        if rows:
            yield from self._by_day(name, query, rows)

    def _by_day(self, name: str, query: Clause, rows: int) -> Iterator[Part]:
        if rows <= WINDOW:
            yield Part(name, query, rows)
            return
        undated = narrowed(query, must_not=days(FIRST_DAY, LAST_DAY))
        yield from self._span(name, query, FIRST_DAY, LAST_DAY)
        yield from self._whole(f"{name} without a start date", undated)

    def _span(self, name: str, query: Clause, first: date, last: date) -> Iterator[Part]:
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

    def _whole(self, name: str, query: Clause) -> Iterator[Part]:
        try:
            rows = self.count(query)
        except PortalError as error:
            self.report(f"The portal did not count {name}, which is left out: {error}.")
            return
        if rows:
            yield self._fitting(name, query, rows)

    def _fitting(self, name: str, query: Clause, rows: int) -> Part:
        if rows > WINDOW:
            self.report(f"{name} has {rows} rows and cannot be split further: only {WINDOW} of them can be seen.")
        return Part(name, query, rows)
