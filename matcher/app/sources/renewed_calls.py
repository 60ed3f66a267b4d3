"""Which dismissed calls have become other calls since: the same identifier with another subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.changes import Change
from matcher.model.day import brussels_day
from matcher.text.alike import likeness
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from matcher.app.mishaps import Mishaps
    from matcher.model.call import Call
    from matcher.model.decision import Decided, Owner
    from matcher.store.database import Store

ANOTHER = 0.5
"""Likeness of title and text below which a call is another one."""


def renewed_calls(
    store: Store, decided: Decided, live: Collection[str], day: date, mishaps: Mishaps
) -> Mapping[Owner, Mapping[str, Change]]:
    """The change that tells it, by who dismissed the call and its identifier; of those that are `live` on the day.

    A call whose versions cannot be read stays dismissed, which is one of the `mishaps`.
    """

    def versions_of(name: str) -> list[tuple[datetime, Call]]:
        return [one for one in store.calls.versions(name) if brussels_day(one[0]) <= day]

    dismissed = [
        decision
        for calls in decided.of_owner.values()
        for decision in calls.values()
        if decision.is_dismissed and decision.call in live
    ]
    names = dict.fromkeys(decision.call for decision in dismissed)
    versions, _ = mishaps.each(
        versions_of, names, lambda name: Saying("What {call} was before cannot be read", call=name)
    )
    found: dict[Owner, dict[str, Change]] = {}
    for decision in dismissed:
        change = _renewal(versions.get(decision.call, []), decision.version or 0)
        if change is not None:
            found.setdefault(decision.owner, {})[decision.call] = change
    return found


def _renewal(versions: list[tuple[datetime, Call]], dismissed: int) -> Change | None:
    """The change from the version that was dismissed to the last one, where that is about something else."""
    if not 0 < dismissed < len(versions):
        return None
    before, (seen_at, after) = versions[dismissed - 1][1], versions[-1]
    if likeness(_text(before), _text(after)) >= ANOTHER:
        return None
    return Change(after.identifier, "subject", "changed", before.title, after.title, seen_at)


def _text(call: Call) -> str:
    return "\n".join((call.title, *(section.text for section in call.sections)))
