"""A listing that is larger than the portal's window, in parts that fit into it.

Parts are counted before they are read: a portal that ignores what is asked counts more rows in the parts than in the
whole, and would be split day by day for weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from matcher.errors import PortalError
from matcher.portal.search import PAGE_SIZE, WINDOW, Clause, days, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FIRST_DAY = date(1990, 1, 1)

LAST_DAY = date(2099, 12, 31)

FIELD = "frameworkProgramme"
"""What a listing is split by first."""

_MEANWHILE = 0.05
"""Share of the rows (and a page) that may come or go between two counts."""


class IgnoredQueryError(PortalError):
    """The portal counts more rows than the question can have: it does not honour all that is asked."""


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
    report: Callable[[str], object]  # takes a sentence on what is left out

    def parts(self, query: Clause, counted: int) -> Iterator[Slice]:
        """Parts that fit; the whole listing when it does. Raises IgnoredQueryError for counts that cannot be true."""
        if counted <= WINDOW:
            yield Slice("the listing", query, counted)
            return
        try:
            spread = self.facet(query, FIELD)
        except PortalError:
            spread = {}
        if not spread:
            yield from self._by_day("the listing", query, counted)
            return
        others = narrowed(query, must_not={"terms": {FIELD: list(spread)}})
        rest = self._counted("other programmes", others)
        self._compare("the listing", counted, [*spread.values(), rest])
        for code, rows in spread.items():
            yield from self._by_day(f"programme {code}", narrowed(query, must={"terms": {FIELD: [code]}}), rows)
        if rest:
            yield from self._by_day("other programmes", others, rest)

    def _by_day(self, name: str, query: Clause, rows: int) -> Iterator[Slice]:
        if rows <= WINDOW:
            yield Slice(name, query, rows)
            return
        dated, undated = Span(FIRST_DAY, LAST_DAY), f"{name} without a start date"
        within, without = narrowed(query, must=dated.clause), narrowed(query, must_not=dated.clause)
        counts = self._counted(dated.of(name), within), self._counted(undated, without)
        self._compare(name, rows, counts)
        if counts[0]:
            yield from self._halved(name, query, dated, counts[0])
        if counts[1]:
            yield self._fitting(undated, without, counts[1])

    def _halved(self, name: str, query: Clause, span: Span, rows: int) -> Iterator[Slice]:
        if rows <= WINDOW or span.first == span.last:
            yield self._fitting(span.of(name), narrowed(query, must=span.clause), rows)
            return
        halves = span.halves()
        counts = [self._counted(half.of(name), narrowed(query, must=half.clause)) for half in halves]
        self._compare(span.of(name), rows, counts)
        for half, counted in zip(halves, counts, strict=True):
            if counted:
                yield from self._halved(name, query, half, counted)

    def _counted(self, name: str, query: Clause) -> int | None:
        """How many rows a part has; None, and told, when the portal does not say."""
        try:
            return self.count(query)
        except PortalError as error:
            self.report(f"The portal did not count {name}, which is left out: {error}.")
            return None

    def _compare(self, name: str, whole: int, parts: Sequence[int | None]) -> None:
        """Parts hold every row of the whole once."""
        together = sum(part or 0 for part in parts)
        slack = PAGE_SIZE + _MEANWHILE * whole
        if together > whole + slack:
            raise IgnoredQueryError(
                f"The portal counts {whole} rows in {name}, but {together} in its parts: it ignores part of what is"
                " asked, and nothing more is read."
            )
        if None not in parts and together < whole - slack:
            self.report(f"The portal counts {whole} rows in {name}, but only {together} in its parts.")

    def _fitting(self, name: str, query: Clause, rows: int) -> Slice:
        if rows > WINDOW:
            self.report(f"{name} has {rows} rows and cannot be split further: only {WINDOW} of them can be seen.")
        return Slice(name, query, rows)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of start from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def clause(self) -> Clause:
        return days(self.first, self.last)

    def of(self, name: str) -> str:
        """A part of these days, for a person."""
        return f"{name}, started {self.first} to {self.last}"

    def halves(self) -> tuple[Span, Span]:
        """Two spans that together hold the same days; needs at least two days."""
        middle = self.first + timedelta(days=(self.last - self.first).days // 2)
        return Span(self.first, middle), Span(middle + timedelta(days=1), self.last)
