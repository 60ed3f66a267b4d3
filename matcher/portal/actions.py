"""Types of action and deadlines of a call, out of the `actions` and budget lines that travel with its row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.model.call import Action, Deadline
from matcher.model.programmes import ACTION_LABELS
from matcher.portal.sections import plain_line
from matcher.portal.values import as_text, day_of, mappings, one_line

if TYPE_CHECKING:
    from datetime import date

MODELS = {
    "31094504": "single-stage",
    "31094505": "two-stage",
    "31094506": "multiple cut-off",
    "47164190": "continuous",
}
"""`submissionProcedure` ids (shared/portal/codes.json)."""

DEADLINE_LIMIT = 100
"""Deadlines of one call that are kept; the portal lists up to ten."""

UNREAD_LIMIT = 5
"""Of what stands for deadlines and is no date, so much of each call is kept, cut at `WRITTEN` characters."""

WRITTEN = 40

_CODE = re.compile(r"[A-Z][A-Z0-9]+(?:[-+][0-9A-Za-z]+)*\Z", re.ASCII)

Line = Mapping[str, Any]


def types_of_action(actions: Iterable[object], lines: Iterable[Line], labels: Iterable[str]) -> tuple[Action, ...]:
    """Types of action by code, from the richest of the three places that name any."""
    named = [text for entry in _entries(actions) for kind in mappings(entry.get("types")) if (text := _kind(kind))]
    on_lines = (as_text(line.get("action")).split(" - ", 1) for line in lines)
    named = named or [parts[1] for parts in on_lines if len(parts) == 2]
    found = [_action(text) for text in named] or [_labelled(label) for label in labels]
    by_code = {action.code: action for action in reversed(found) if action.code}
    return tuple(sorted(by_code.values(), key=lambda action: action.code))


def deadlines(days: Iterable[date], model: str | None) -> tuple[Deadline, ...]:
    """Deadlines in date order; stages (or cut-offs) count from 1."""
    ordered = sorted(set(days))[:DEADLINE_LIMIT]
    return tuple(Deadline(day, stage, model) for stage, day in enumerate(ordered, start=1))


@dataclass(frozen=True, slots=True)
class DeadlineDays:
    """Days, the field they are from (None: `deadlineDate`), and what stands where they should and is none."""

    days: tuple[date, ...] = ()
    field: str | None = None
    unread: tuple[str, ...] = ()


def deadline_days(metadata_values: Iterable[object], actions: Iterable[object], lines: Iterable[Line]) -> DeadlineDays:
    """Days of `deadlineDate`; where it has none, those of the actions, then those of the own budget lines."""
    places = ((None, metadata_values), ("actions", _dates(_entries(actions))), ("budgetOverview", _dates(lines)))
    unread: list[str] = []
    for field, place in places:
        read = [(value, day_of(value)) for value in place if value]
        unread += [one_line(as_text(value), WRITTEN) or "?" for value, day in read if day is None]
        days = tuple(day for _, day in read if day is not None)
        if days:
            return DeadlineDays(days, field, tuple(unread[:UNREAD_LIMIT]))
    return DeadlineDays(unread=tuple(unread[:UNREAD_LIMIT]))


def opening_day(metadata_values: Iterable[object], actions: Iterable[object]) -> date | None:
    """The day of `startDate`, else the earliest planned opening among the actions."""
    planned = (entry.get("plannedOpeningDate") for entry in _entries(actions))
    for place in (metadata_values, planned):
        days = [day for value in place if (day := day_of(value))]
        if days:
            return min(days)
    return None


def deadline_model(names: Iterable[str], actions: Iterable[object], lines: Iterable[Line]) -> str | None:
    """`single-stage`, `two-stage`, `multiple cut-off` or `continuous`; None when nothing says."""
    procedures = (procedure_name(entry) for entry in _entries(actions))
    on_lines = (as_text(line.get("deadlineModel")) for line in lines)
    for place in (names, procedures, on_lines):
        for name in place:
            if name:
                return plain_line(name).lower()[:40]
    return None


def procedure_name(entry: Mapping[str, Any]) -> str:
    """The submission procedure of an action; the bulk file misspells the key."""
    for key in ("submissionProcedure", "sumbissionProcedure", "deadlineModel"):
        for procedure in mappings(entry.get(key)):
            name = as_text(procedure.get("abbreviation")) or as_text(procedure.get("description"))
            if name or (name := MODELS.get(as_text(procedure.get("id")), "")):
                return name
    return ""


def _entries(actions: Iterable[object]) -> list[Mapping[str, Any]]:
    return [entry for value in actions for entry in mappings(value)]


def _dates(entries: Iterable[Mapping[str, Any]]) -> Iterator[object]:
    for entry in entries:
        days = entry.get("deadlineDates")
        yield from days if isinstance(days, list) else [days]


def _kind(kind: Mapping[str, Any]) -> str:
    return as_text(kind.get("typeOfAction"))


def _action(text: str) -> Action:
    """`HORIZON-RIA HORIZON  Research and Innovation Actions` → code and label."""
    code, _, label = plain_line(text).partition(" ")
    return Action(code, label) if _CODE.match(code) else _labelled(text)


def _labelled(text: str) -> Action:
    """A label without a code: the known ones get theirs back, others stand for themselves."""
    label = plain_line(text)
    programme, _, rest = label.partition(" ")
    joint = rest.startswith("JU ")
    ending = ACTION_LABELS.get(rest.removeprefix("JU "))
    if ending is None:
        return Action(label, label)
    return Action("-".join((programme, "JU", ending) if joint else (programme, ending)), label)
