"""Technology readiness levels of a call, from its text, by a rule.

Read are only sentences that set the level of the activities, proposals or projects as a whole, such as "Activities
are expected to start at TRL 3 and achieve TRL 6-7 by the end of the project":

- a start and an end are known: (lowest start, highest end), here (3, 7);
- only an end is known: the end as (lowest, highest), so "achieve TRL 6-8" is (6, 8) and "achieve TRL 5" is (5, 5);
- only a start is known, or "may start at any TRL": unknown;
- "at least" and "or higher" add nothing: the level that is named is the one that is kept;
- a level named anywhere else (a pilot "at TRL 5", a capability "TRL 4/5") says nothing about the call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
_MINIMUM = re.compile(rf"\bbe\s+at\s+(?:minimum|least)\s+{_LEVEL}[^.;]*\bend of the project", re.IGNORECASE)
_FROM_TO = re.compile(rf"\bfrom\s+{_NAME}\s*([1-9])\s+to\s+(?:{_NAME}\s*)?([1-9])(?!\d|\.\d)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.;])\s+|\n+")


def readiness(texts: Iterable[str]) -> Range | None:
    """The (start, end) levels of a call by the module's rule, over all its texts; None when unknown."""
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
