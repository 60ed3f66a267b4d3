"""The whole network against the live calls: whom each call suits, and how well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.app.answering.questions import asked_of
from matcher.app.decision_copy import decided
from matcher.app.decisions.learned_feedback import taught
from matcher.app.kept_index import current_index
from matcher.app.mishaps import Mishaps, unsuited
from matcher.errors import UsageError
from matcher.model.question import CallFilter, Question
from matcher.model.searched import order_of

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.decision import Decided


SEVERAL = 3
"""Institutes that a call suits, from which on it is told that nobody took it."""


@dataclass(frozen=True, slots=True)
class SuitedCall:
    """A live call and (institute, fit) of each that has something in common with it, best first."""

    call: Call
    fits: tuple[tuple[str, int], ...]

    def suits(self, threshold: int) -> tuple[str, ...]:
        """The institutes whose fit is from this one on, best first."""
        return tuple(name for name, fit in self.fits if fit >= threshold)


@dataclass(frozen=True, slots=True)
class NetworkFits:
    """Every live call of a day, and what stands of decisions on it.

    `failed` are the institutes that could not be compared with them.
    """

    as_of: date
    calls: tuple[SuitedCall, ...]
    decided: Decided
    sample: str | None
    failed: tuple[str, ...] = ()

    def shared(self, threshold: int) -> list[SuitedCall]:
        """Calls that suit several, those first whose second best fit is best."""
        several = [one for one in self.calls if len(one.suits(threshold)) > 1]
        return sorted(several, key=lambda one: (-one.fits[1][1], -one.fits[0][1], one.call.identifier))

    def untaken(self, threshold: int) -> list[SuitedCall]:
        """Calls that suit several and that none of them follows, next deadline first."""
        kept = {one.call for one in self.decided if one.is_followed}
        left = [one for one in self.calls if len(one.suits(threshold)) >= SEVERAL and one.call.identifier not in kept]
        soonest = order_of("deadline", self.as_of)
        return sorted(left, key=lambda one: soonest(one.call))

    def blind(self, threshold: int) -> list[SuitedCall]:
        """Calls that suit nobody, most money first."""
        richest = order_of("budget", self.as_of)
        return sorted((one for one in self.calls if not one.suits(threshold)), key=lambda one: richest(one.call))

    def suited(self, threshold: int) -> set[str]:
        """The institutes that some call suits."""
        return {name for one in self.calls for name in one.suits(threshold)}


def network_fits(home: Home, *, as_of: date | None = None) -> NetworkFits:
    """The fit of each live call for each institute, as their own lists have it."""
    index = current_index(home)
    day = home.day(as_of, index)
    known = decided(home, day.date)
    rows = [int(row) for row in index.live_rows(day.date)]

    def fits_of(name: str) -> list[int]:
        try:
            asked = asked_of(home, index, Question((name,)))
        except UsageError:  # added since the index was built, on a home that cannot be written
            return []
        scored = taught(home, index, asked, known, day.date).scored(index, CallFilter(), day.date)
        return [int(fit) for fit in scored.fits()[rows]]

    compared, failed = Mishaps().each(fits_of, [one.identifier for one in home.institutes], unsuited)
    found: dict[int, list[tuple[str, int]]] = {row: [] for row in rows}
    for name, fits in compared.items():
        for row, fit in zip(rows, fits, strict=False):  # none of an institute that the index does not know
            if fit:
                found[row].append((name, fit))
    calls = (SuitedCall(index.call(row), tuple(sorted(found[row], key=lambda one: (-one[1], one[0])))) for row in rows)
    return NetworkFits(day.date, tuple(calls), known, day.sample, tuple(failed))
