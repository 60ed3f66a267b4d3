"""Calls that are listed or searched for: what the saved index answers without ranking for anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.app.answering.questions import meant
from matcher.app.decision_copy import decided
from matcher.app.kept_index import current_index
from matcher.model.answers import CallListing, PartLine, PartListing
from matcher.model.call import LIVE, Status
from matcher.model.parts import PartKind
from matcher.model.searched import SearchOutcome, check_sort, order_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.day import Day
    from matcher.model.question import Question
    from matcher.ranking.index import Index


def calls(home: Home, question: Question) -> CallListing:
    """The calls that pass a filter, and hold the words where some are searched for.

    With words the best come first, without any the next deadline does, and a call without one comes last.
    """
    index = current_index(home)
    question = replace(question, filter=meant(index, question.filter))
    day = home.day(question.as_of, index)
    known = decided(home, day.date)
    question = replace(question, filter=question.filter.among(known.calls()))
    found = _searched(index, question, day) if question.search else _listed(index, question, day)
    decisions = {call.identifier: about for call in found.calls if (about := known.about(call.identifier))}
    return replace(found, decisions=decisions)


def _listed(index: Index, question: Question, day: Day) -> CallListing:
    rows = index.live_rows(day.date) if _only_live(question) else range(len(index))
    passing = _passing(index, rows, question, day.date)
    ordered = sorted(passing, key=order_of(question.sort or "deadline", day.date))
    return CallListing(tuple(ordered[: question.limit]), day.date, day.sample)


def programmes(
    home: Home, name: str | None = None, *, everything: bool = False, as_of: date | None = None
) -> PartListing:
    """Programmes and their parts, or one and what is in it; without `everything` those that have a live call.

    Raises UsageError for a name that nothing is called by.
    """
    index = current_index(home)
    day = home.day(as_of, index)
    within = None if name is None else index.parts.named(name).identifier
    counted = Counter(
        (part.identifier, programme, call.status_on(day.date))
        for call in map(index.call, index.live_rows(day.date))
        for part in call.parts
        for programme in (None, call.programme)  # asked for by itself, or under a programme
    )
    lines, under = [], None
    for depth, part in index.parts.nested(within):
        under = part.identifier if part.kind is PartKind.PROGRAMME else under
        found = (counted[part.identifier, under, status] for status in (Status.OPEN, Status.FORTHCOMING))
        line = PartLine(part, depth, *found)
        if line.live or everything or part.identifier == within:
            lines.append(line)
    return PartListing(tuple(lines), day.date, day.sample)


def _searched(index: Index, question: Question, day: Day) -> CallListing:
    from matcher.ranking.call_words import search_calls

    sought = search_calls(index, question.search)
    may_be_live = index.may_be_live(day.date) if _only_live(question) else None
    rows = [row for row in sought.rows if may_be_live is None or may_be_live[row]]
    passing = _passing(index, rows, question, day.date)
    sort = check_sort(question.sort, question.search.words)
    if sort != "relevance":
        passing.sort(key=order_of(sort, day.date))
    shown = passing[: question.limit]
    outcome = SearchOutcome(
        found=len(passing),
        sentences=sought.sentences(shown) if question.explain else {},
        missing=sought.missing,
        elsewhere=0 if passing or sought.partly else len(sought.rows),
        guessed=sought.guessed,
        partly=sought.partly,
        none_in=None if any(sought.part in call.parts for call in passing) else sought.part,
    )
    return CallListing(tuple(shown), day.date, day.sample, outcome)


def _only_live(question: Question) -> bool:
    return bool(question.filter.status) and question.filter.status <= LIVE


def _passing(index: Index, rows: Iterable[int], question: Question, on: date) -> list[Call]:
    return [call for call in map(index.call, rows) if question.filter.stopped_by(call, on) is None]
