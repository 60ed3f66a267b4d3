"""Calls that came above a reader's threshold by a fit anew, and not because anything happened to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from matcher.digest import network_news
from matcher.model.day import BRUSSELS, brussels_day
from matcher.model.subscription import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.digest.inputs import Inputs
    from matcher.model.subscription import Digest, Subscriber, Told

MOST = 5
"""Calls that a mail tells of as above the threshold now."""


def came_above(call: str, subscriber: Subscriber, inputs: Inputs) -> bool:
    """True for a call above the threshold that the last mail knew, that has not changed since, and that was below then.

    Without a word of the last mail on what it left untold, which is so on mails from before fits were chances, every
    call that was there on its day counts as known.
    """
    standing = inputs.standing
    if inputs.since is None or call not in inputs.first_seen:
        return False
    if standing is not None and (not standing.is_for(subscriber) or call in standing.waiting):
        return False
    known = datetime.combine(inputs.since, time.max, tzinfo=BRUSSELS) if standing is None else standing.known
    moments = (inputs.first_seen[call], *(change.seen_at for change in inputs.changes.get(call, ())))
    return all(moment <= known for moment in moments)


def standing_of(subscriber: Subscriber, inputs: Inputs, worthy: Iterable[str]) -> Standing:
    """What a mail would leave untold if it told of nothing; `worthy` are the calls above the threshold."""
    before = inputs.standing.passed if inputs.standing is not None else frozenset[str]()
    listed = frozenset(worthy)
    passed = frozenset(call for call in before & listed if came_above(call, subscriber, inputs))
    return Standing(
        _newest(inputs),
        subscriber.institutes,
        subscriber.threshold,
        listed - passed,
        passed,
        subscriber.search_marks,
    )


def standing_after(digest: Digest, told: Iterable[Told]) -> Standing | None:
    """What is untold once a digest has told this; what came above the threshold and had no room is passed."""
    if digest.standing is None:
        return None
    shown, above = frozenset(one.call for one in told), frozenset(digest.above)
    waiting = digest.standing.waiting - shown - above
    standing = replace(digest.standing, waiting=waiting, passed=digest.standing.passed | (above - shown))
    return standing if digest.network is None else network_news.after(standing, digest.network)


def _newest(inputs: Inputs) -> datetime:
    seen = [*inputs.first_seen.values(), *(c.seen_at for changes in inputs.changes.values() for c in changes)]
    start = datetime.combine(inputs.day, time(), tzinfo=BRUSSELS)
    return max((moment for moment in seen if brussels_day(moment) <= inputs.day), default=start)
