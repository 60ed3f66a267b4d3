"""Money of one topic out of `budgetOverview`, which lists the lines of its whole call.

Own lines are those whose `action` starts with the topic's identifier and a space. A pot that is repeated on several
own lines (one per type of action) is one pot; pots that differ add up. 0 means unknown (PROTOCOL.md, `budgetOverview`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.portal.values import mappings, whole

Line = Mapping[str, Any]
Pot = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Money:
    """What a topic pays: whole euros, contribution per project, number of grants; None where unknown."""

    budget_eur: int | None = None
    contribution_eur: tuple[int, int] | None = None
    grants: int | None = None


def own_lines(overviews: Iterable[object], identifier: str) -> list[Line]:
    """The lines of this topic among those of its call."""
    prefix = identifier.casefold() + " "
    return [
        line
        for overview in overviews
        for line in _all_lines(overview)
        if isinstance(action := line.get("action"), str) and action.casefold().startswith(prefix)
    ]


def money(lines: Iterable[Line]) -> Money:
    """Budget, contribution range and grants over a topic's own lines."""
    lines = list(lines)
    pots = {pot for line in lines if (pot := _pot(line))}
    lows = [amount for line in lines if (amount := whole(line.get("minContribution")))]
    highs = [amount for line in lines if (amount := whole(line.get("maxContribution")))]
    amounts = [*lows, *highs]
    return Money(
        budget_eur=sum(amount for pot in pots for _, amount in pot) or None,
        contribution_eur=(min(lows or amounts), max(highs or amounts)) if amounts else None,
        grants=_grants(lines),
    )


def _grants(lines: Iterable[Line]) -> int | None:
    """Expected grants: equal numbers on lines of one pot are the same grants, others add up."""
    counted = {(_pot(line), number) for line in lines if (number := whole(line.get("expectedGrants")))}
    return sum(number for _, number in counted) or None


def _all_lines(overview: object) -> Iterator[Line]:
    for entry in mappings(overview):
        by_action = entry.get("budgetTopicActionMap")
        if isinstance(by_action, Mapping):
            for lines in by_action.values():
                yield from mappings(lines)


def _pot(line: Line) -> Pot:
    years = line.get("budgetYearMap")
    if not isinstance(years, Mapping):
        return ()
    return tuple(sorted((str(year), amount) for year, value in years.items() if (amount := whole(value))))
