"""What an export holds, asked from the facade once for every format."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from matcher.app.answering import lookup, questions
from matcher.app.kept_index import current_index
from matcher.app.mishaps import answered
from matcher.errors import UsageError
from matcher.model.day import brussels_day, noon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.decision import Decision
    from matcher.model.match import Match
    from matcher.model.question import Question

NETWORK = "Carnot Europe"
"""The name of what is of no single institute."""


class Thing(StrEnum):
    """What can be exported."""

    MATCHES = "matches"
    CALLS = "calls"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Portion:
    """What is exported of one institute, or of none in particular (`institute` is None).

    A list of the network's has a name there that no institute has (`network/bids`), which tells its feed from others.
    `beside` is what is to say of calls beside their facts, by their identifiers.
    """

    institute: str | None
    name: str
    matches: tuple[Match, ...] = ()
    calls: tuple[Call, ...] = ()  # what is exported, or the calls that the changes are of
    changes: tuple[Change, ...] = ()
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)  # on the calls, of every institute
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """What the store tells of calls up to a day."""

    changes: tuple[Change, ...]  # newest first
    updated: Mapping[str, datetime]  # of each call that is kept: its last change, else when it was first seen


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a format needs; `now` is the moment that `as_of` stands for."""

    thing: Thing
    as_of: date
    now: datetime
    sample: str | None  # the label of the packaged sample listing, when that is what is exported
    parts: tuple[Portion, ...]
    history: History | None = None  # where a format asks for it
    problems: tuple[str, ...] = ()  # of institutes that are left out

    @property
    def calls(self) -> tuple[Call, ...]:
        """The distinct calls of every part, in the order they come."""
        found = (call for p in self.parts for call in (*(m.call for m in p.matches), *p.calls))
        return tuple({call.identifier: call for call in found}.values())

    @property
    def decisions(self) -> Mapping[str, tuple[Decision, ...]]:
        """What institutes made of the calls that are listed."""
        return {call: decided for part in self.parts for call, decided in part.decisions.items()}

    @property
    def changes(self) -> tuple[Change, ...]:
        """The distinct changes of every part, newest first."""
        found = {(c.call, c.field, c.kind, c.seen_at, str(c.new)): c for part in self.parts for c in part.changes}
        return tuple(sorted(found.values(), key=lambda c: c.seen_at, reverse=True))

    @property
    def name(self) -> str:
        """Whom it is for."""
        return self.parts[0].name if len(self.parts) == 1 else NETWORK

    def __len__(self) -> int:
        if self.thing is Thing.MATCHES:
            return sum(len(part.matches) for part in self.parts)
        return len(self.calls if self.thing is Thing.CALLS else self.changes)

    def of_calls(self) -> Content:
        """The distinct calls alone, of nobody in particular."""
        return replace(self, thing=Thing.CALLS, parts=(Portion(None, NETWORK, calls=self.calls),))

    def as_shared(self) -> Content:
        """The same as the network sees it: decisions name no person."""
        parts = (replace(part, matches=tuple(match.as_shared() for match in part.matches)) for part in self.parts)
        return replace(self, parts=tuple(parts))

    def split(self) -> tuple[Content, ...]:
        """One content for each part."""
        return tuple(replace(self, parts=(part,)) for part in self.parts)


def matches(
    home: Home,
    institutes: Sequence[str],
    question: Question,
) -> Content:
    """The best calls of these institutes or labs, or of every institute. Raises UsageError for an unknown one.

    Those of several that fail are left out, and told as `problems`.
    """
    names = _identifiers(home, institutes) or [one.identifier for one in home.institutes]
    found, problems = questions.ranked_each(home, current_index(home), names, question)
    parts = tuple(Portion(one.institute, one.name, matches=one.matches) for one, _ in found)
    return replace(_content(home, Thing.MATCHES, parts, question), problems=problems)


def calls(
    home: Home,
    institutes: Sequence[str],
    question: Question,
) -> Content:
    """The calls that pass a filter, next deadline first; with institutes those among them that match one of these.

    Raises UsageError for an unknown institute, and when `top` or `min_fit` is given without one.
    """
    listing = lookup.calls(home, question)
    found = listing.calls
    if not institutes:
        if question.top is not None or question.min_fit is not None:
            raise UsageError("--top and --min-fit rank for an institute: give --institute as well.")
        return _content(
            home, Thing.CALLS, (Portion(None, NETWORK, calls=found, decisions=listing.decisions),), question
        )
    ranked = matches(home, institutes, question)
    suiting = {call.identifier for call in ranked.calls}
    one = ranked.parts[0].institute if len(ranked.parts) == 1 else None
    kept = tuple(call for call in found if call.identifier in suiting)
    parts = (Portion(one, ranked.name, calls=kept, decisions=listing.decisions),)
    return replace(_content(home, Thing.CALLS, parts, question), problems=ranked.problems)


def changes(
    home: Home,
    institutes: Sequence[str],
    question: Question,
    *,
    since: date | None = None,
) -> Content:
    """What changed up to a day in all calls, or in those that suit each of these institutes, newest first.

    A call suits from a fit of `min_fit` on, by default from the one that digests go by.
    Raises UsageError for an unknown institute, and when `min_fit` is given without one.
    """
    if question.min_fit is not None and not institutes:
        raise UsageError("--min-fit ranks for an institute: give --institute as well.")
    index = current_index(home)

    def portion(name: str | None) -> Portion:
        found = questions.changes(home, replace(question, about=(name,) if name else None), since=since).changes
        rows = (index.row(call) for call in {change.call: None for change in found})
        known = tuple(index.call(row) for row in rows if row is not None)
        title = home.institute(name).name_en if name else NETWORK
        return Portion(name, title, calls=known, changes=found)

    if not institutes:
        return _content(home, Thing.CHANGES, (portion(None),), question)
    parts, problems = answered(portion, _identifiers(home, institutes))
    return replace(_content(home, Thing.CHANGES, tuple(parts), question), problems=problems)


def with_history(home: Home, content: Content) -> Content:
    """The same with what the store tells of the calls up to its day."""
    with home.open_store(read_only=True) as store:
        told = tuple(c for c in store.calls.changes() if brussels_day(c.seen_at) <= content.as_of)
        last = {change.call: change.seen_at for change in reversed(told)}
        return replace(content, history=History(told, {**store.calls.first_seen(), **last}))


def _content(home: Home, thing: Thing, parts: tuple[Portion, ...], question: Question) -> Content:
    index = current_index(home)
    day = home.day(question.as_of, index).date
    return Content(thing, day, noon(day), index.meta["sample"], parts)


def _identifiers(home: Home, names: Sequence[str]) -> list[str]:
    """Of institutes, or of labs of theirs (`institute/lab`)."""
    told = ((home.institute(name.partition("/")[0]).identifier, *name.partition("/")[1:]) for name in names)
    return list(dict.fromkeys(map("".join, told)))
