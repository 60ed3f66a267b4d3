"""Money and technology readiness levels of a call."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
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


def budget_entries(overviews: Iterable[object]) -> list[list[Line]]:
    """The lines of a call, those together that stand in one entry of its budget: they spend the same money."""
    return [
        list(mappings(lines))
        for overview in overviews
        for one in mappings(overview)
        if isinstance(by_entry := one.get("budgetTopicActionMap"), Mapping)
        for lines in by_entry.values()
    ]


def own_lines(entries: Iterable[Iterable[Line]], identifier: str) -> list[Line]:
    """The lines of this topic among those of its call."""
    own = identifier.casefold()
    return [line for lines in entries for line in lines if _topic(line) == own]


def sharing(entries: Iterable[Iterable[Line]], identifier: str) -> int | None:
    """How many topics a pot of this one is for, itself among them; None where it is for this one alone.

    Topics of different entries that have as much each have it for themselves.
    """
    own, most = identifier.casefold(), 1
    for lines in entries:
        topics: dict[Pot, set[str]] = defaultdict(set)
        for line in lines:
            if topic := _topic(line):
                topics[_pot(line)].add(topic)
        most = max([most, *(len(found) for pot, found in topics.items() if pot and own in found)])
    return most if most > 1 else None


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


def _topic(line: Line) -> str:
    """The topic of a line, whose `action` is `IDENTIFIER - CODE label`, in lower case."""
    action = line.get("action")
    return action.casefold().partition(" ")[0] if isinstance(action, str) else ""


def _pot(line: Line) -> Pot:
    years = line.get("budgetYearMap")
    if not isinstance(years, Mapping):
        return ()
    return tuple(sorted((str(year), amount) for year, value in years.items() if (amount := whole(value))))


Range = tuple[int, int]

_NAME = r"(?:TRLs?|technolog(?:y|ical) readiness levels?(?:\s*\(TRLs?\))?)"

_LEVEL = rf"{_NAME}\s*(?:of\s+)?([1-9])(?!\d|\.\d)(?:\s*(?:-|–|—|/|to|or|and)\s*(?:{_NAME}\s*)?([1-9])(?!\d|\.\d))?"

_SETS = re.compile(
    r"\b(?:activities|actions?|proposals?|projects?)\b[^.;:]{0,160}?"
    r"\b(?:expected|should|shall|must|will|may|can|need|aim)\b",
    re.IGNORECASE,
)

_HEDGE = (
    r"(?:(?:up|at|to|from|least|a|an|the|minimum|minimally|maximum|between|around|about|target|level|of|or)\s+){0,6}"
)

_START = re.compile(rf"\bstart(?:s|ing)?\s+{_HEDGE}{_LEVEL}", re.IGNORECASE)

_END = re.compile(rf"\b(?:achiev|reach|attain|arriv|end)(?:e|es|ing|s)?\s+{_HEDGE}{_LEVEL}", re.IGNORECASE)

_MINIMUM = re.compile(rf"\bbe\s+at\s+(?:minimum|least)\s+{_LEVEL}[^.;]{{0,400}}\bend of the project", re.IGNORECASE)

_FROM_TO = re.compile(rf"\bfrom\s+{_NAME}\s*([1-9])\s+to\s+(?:{_NAME}\s*)?([1-9])(?!\d|\.\d)", re.IGNORECASE)

_SENTENCE_END = re.compile(r"(?<=[.;])\s+|\n+")


def readiness(texts: Iterable[str]) -> Range | None:
    """The (start, end) technology readiness levels of a call, over all its texts; None when unknown.

    Only sentences count that say what activities should do: the lowest level to start from, the highest to reach.
    """
    starts: list[int] = []
    ends: list[int] = []
    for text in texts:
        for sentence in _SENTENCE_END.split(text):
            if _may_set(sentence):
                _collect(sentence, starts, ends)
    if not ends:
        return None
    low = min(starts) if starts else min(ends)
    return min(low, max(ends)), max(ends)


def _may_set(sentence: str) -> bool:
    folded = sentence.casefold()
    return ("trl" in folded or "readiness" in folded) and _SETS.search(sentence) is not None


def _collect(sentence: str, starts: list[int], ends: list[int]) -> None:
    for match in _FROM_TO.finditer(sentence):
        starts.append(int(match[1]))
        ends.append(int(match[2]))
    rest = _FROM_TO.sub(" ", sentence)
    for pattern, levels in ((_START, starts), (_END, ends), (_MINIMUM, ends)):
        for match in pattern.finditer(rest):
            levels.extend(int(level) for level in match.groups() if level)
