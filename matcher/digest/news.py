"""What a mail tells of a call, what is news to someone who was told before, and which reminders are due (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.model.call import LIVE, Status
from matcher.model.changes import LIFECYCLE, TERMS, content, decide
from matcher.model.subscription import Told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from matcher.model.call import Call, Deadline
    from matcher.model.changes import Change
    from matcher.model.subscription import Delivered, Digest

TEXT_WORTH_TELLING = 0.05
"""A text that changed by a smaller share was polished, not revised."""

WEIGHTY = frozenset({"deadlines", "budget_eur", "contribution_eur"})
"""The fields whose change brings a muted call back, where the subscriber wants that."""

_FACTS = ("deadlines", "opening", "budget_eur", "contribution_eur", "grants", "trl", "actions", TERMS)

_IMPORTANCE = {
    "deadlines": 0,
    "budget_eur": 1,
    "contribution_eur": 1,
    "grants": 1,
    TERMS: 1,
    LIFECYCLE: 2,
    "opening": 2,
}

LEAST_IMPORTANT = 3

_BACK = frozenset({"returned", "reopened"})

_OVER = frozenset({"withdrawn", "closed"})


def facts_of(call: Call, day: date) -> dict[str, Any]:
    """What a mail tells of a call, JSON-ready: the fields that are compared later, and the status on that day."""
    whole = content(replace(call, sections=()))
    status = call.status_on(day)
    return {"status": status.value if status else None, **{name: whole.get(name) for name in _FACTS}}


def told_by(digest: Digest) -> tuple[Told, ...]:
    """What a digest tells, to be queued with its mail."""
    wanted = digest.subscriber.reminders
    return tuple(
        Told(item.call.identifier, facts_of(item.call, digest.day), spent(item.call, digest.day, wanted), item.known)
        for item in digest.items
    )


def news(call: Call, told: Delivered, records: Sequence[Change], day: date) -> tuple[Change, ...]:
    """What changed since a subscriber was told of a call, from the value last told to the present one.

    The store's records say what counts as a change (those withheld for flapping and mere enrichment are none); the
    facts that were told say what is news to this subscriber, so that nothing is repeated and a value that went to and
    fro is no news. That a call opened, or closed on the day that was told, is none either.
    """
    fresh = [r for r in records if told.known is None or r.seen_at >= told.known]
    latest = {r.field: r for r in sorted(fresh, key=lambda r: r.seen_at)}
    if not latest:
        return ()
    judged = (_told_status(told, day), call.status_on(day))
    moment = max(r.seen_at for r in fresh)
    decision = decide(call.identifier, told.facts, facts_of(call, day), status=judged, now=moment)
    kinds = {r.kind for r in fresh if r.field == LIFECYCLE}
    found = [
        replace(change, seen_at=latest[change.field].seen_at)
        for change in decision.changes
        if change.field in latest and (change.field != LIFECYCLE or _happened(change.kind, kinds))
    ]
    text = latest.get("text")
    if text is not None and (told.known is None or text.seen_at > told.known) and _is_revision(text):
        found.append(text)
    return tuple(sorted(found, key=lambda change: _IMPORTANCE.get(change.field, LEAST_IMPORTANT)))


def is_over(changes: Iterable[Change]) -> bool:
    """True when they tell that the call was withdrawn or closed ahead of its deadline."""
    return any(change.field == LIFECYCLE and change.kind in _OVER for change in changes)


def importance(changes: Iterable[Change]) -> int:
    """0 (a deadline) to LEAST_IMPORTANT (a text) of the most important one."""
    return min((_IMPORTANCE.get(change.field, LEAST_IMPORTANT) for change in changes), default=LEAST_IMPORTANT)


def due_reminder(
    call: Call, day: date, wanted: Iterable[int], fired: Collection[tuple[date, int]]
) -> tuple[Deadline, int] | None:
    """The first deadline of which a reminder is due and the days of it: the smallest that the deadline is within.

    A larger one that was missed is not caught up once a smaller one is due: one reminder of one deadline in one mail.
    """
    for deadline in call.deadlines:
        within = [n for n in wanted if 0 <= (deadline.date - day).days <= n]
        if within and (deadline.date, min(within)) not in fired:
            return deadline, min(within)
    return None


def spent(call: Call, day: date, wanted: Iterable[int]) -> tuple[tuple[date, int], ...]:
    """The reminders that showing this call today makes needless."""
    pairs = {(d.date, n) for d in call.deadlines for n in wanted if 0 <= (d.date - day).days <= n}
    return tuple(sorted(pairs))


def _told_status(told: Delivered, day: date) -> Status | None:
    """What a subscriber who was told these facts believes today: a deadline that passed has closed the call."""
    name = told.facts.get("status")
    status = Status(name) if name else None
    days = [date.fromisoformat(d["date"]) for d in told.facts.get("deadlines") or ()]
    return Status.CLOSED if status in LIVE and days and max(days) < day else status


def _happened(kind: str, kinds: Collection[str]) -> bool:
    """A change of status that a subscriber sees counts only when the store recorded such a one."""
    return any(kind in family and not family.isdisjoint(kinds) for family in (_BACK, _OVER))


def _is_revision(change: Change) -> bool:
    return change.ratio is None or change.ratio >= TEXT_WORTH_TELLING
