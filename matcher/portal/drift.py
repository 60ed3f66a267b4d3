"""Alarms for an answer whose shape has changed, each naming the field: silence would look like "no new calls"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from matcher.portal.search import STATUSES, UNLABELLED_STATUSES
from matcher.portal.values import first, one_line, strings
from matcher.text.counted import counted

if TYPE_CHECKING:
    from matcher.model.rows import ParsedRow, SetAside

SET_ASIDE_SHARE = 0.03
"""More than this share of rows set aside, or without a field that every row carries, is an alarm."""

ALWAYS = ("identifier", "title", "type", "status", "frameworkProgramme", "DATASOURCE")
"""Fields that every grant row carries."""

MOSTLY = (
    "startDate",
    "deadlineDate",
    "callIdentifier",
    "esDA_IngestDate",
    "descriptionByte",
    "actions",
    "budgetOverview",
)
"""Fields of topics that single (above all stale) rows lack; that none has them is an alarm."""

_ENOUGH = 20


class Census:
    """Counts, row by row, which fields have a value and which statuses occur."""

    def __init__(self) -> None:
        self._rows = 0
        self._topics = 0
        self._present: Counter[str] = Counter()
        self._on_topics: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()

    def add(self, row: object) -> None:
        """Count one distinct row; what is not even an object is the business of set-aside rows."""
        metadata = row.get("metadata") if isinstance(row, Mapping) else None
        if not isinstance(metadata, Mapping):
            return
        self._rows += 1
        self._present.update(field for field in ALWAYS if strings(metadata, field))
        self._statuses[one_line(first(metadata, "status") or "", 40)] += 1
        if first(metadata, "type") == "1":
            self._topics += 1
            self._on_topics.update(field for field in MOSTLY if strings(metadata, field))

    def problems(self, set_aside: Iterable[SetAside], *, full: bool) -> list[str]:
        """What is wrong, one sentence each; `full` tells that statuses were not filtered on."""
        return [*self._unknown_statuses(full=full), *self._missing_fields(), *self._set_aside(list(set_aside))]

    def _unknown_statuses(self, *, full: bool) -> list[str]:
        known = set(STATUSES) | (UNLABELLED_STATUSES if full else set()) | {""}
        return [
            f"Unknown code {code} in field `status` of {counted(count, 'row')}:"
            " the portal may have changed its statuses."
            for code, count in sorted(self._statuses.items())
            if code not in known
        ]

    def _missing_fields(self) -> list[str]:
        gone = [
            f"Field `{field}` is missing in {self._rows - self._present[field]} of {counted(self._rows, 'row')}:"
            " the portal may have renamed it."
            for field in ALWAYS
            if self._rows - self._present[field] > SET_ASIDE_SHARE * self._rows
        ]
        if self._topics >= _ENOUGH:
            gone += [
                f"Field `{field}` is missing in all {self._topics} topics: the portal may have renamed it."
                for field in MOSTLY
                if not self._on_topics[field]
            ]
        return gone

    def _set_aside(self, items: list[SetAside]) -> list[str]:
        total = max(self._rows, len(items))
        if len(items) <= SET_ASIDE_SHARE * total:
            return []
        reason, count = Counter(item.reason for item in items).most_common(1)[0]
        share = 100 * len(items) / total
        part = f"{len(items)} of {counted(total, 'row')} ({share:.0f} %)"
        return [f"{part} were set aside, {count} of them because: {reason}."]


def unread_deadlines(rows: Iterable[ParsedRow]) -> list[str]:
    """Told of the calls whose deadlines the portal writes as no date, in one sentence."""
    unread = [row.call for row in rows if row.call.deadlines_unread]
    if not unread:
        return []
    some = "; ".join(f"{call.identifier} “{call.deadlines_unread[0]}”" for call in unread[:3])
    more = "; …" if len(unread) > 3 else ""
    calls = f"{counted(len(unread), 'call')} cannot be read as dates ({some}{more})"
    return [f"Deadlines of {calls}: `matcher show` says where their dates are from."]
