"""What one reader is told on one day, decided without I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from matcher.digest.inputs import Inputs, keys_of
from matcher.digest.muting import muted_term
from matcher.digest.news import LEAST_IMPORTANT, WEIGHTY, due_reminder, importance, is_over, news
from matcher.digest.threshold_crossing import MOST, came_above, standing_of
from matcher.model.call import Status
from matcher.model.day import brussels_day
from matcher.model.match import THRESHOLD, Away, Group
from matcher.model.question import CallFilter
from matcher.model.subscription import Digest, Frequency, Item, MailSection, institutes_of
from matcher.model.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.match import Match
    from matcher.model.subscription import Subscriber


_OTHERS = 5


_APART = {MailSection.BROAD: 1, MailSection.CLOSED_TO_US: 2}
"""Sections that push nothing else out of a mail."""


_ORDER = tuple(MailSection)

_WEEKEND = 5  # Saturday


def is_due(subscriber: Subscriber, day: date, last: date | None) -> bool:
    """Whether a subscriber's digest is due on a day; `last` is the day of the last mail, None before the first.

    A weekly one that was missed is caught up on the next day; a first one waits for its weekday.
    """
    if subscriber.frequency is Frequency.OFF or (last is not None and last >= day):
        return False
    if subscriber.frequency is Frequency.WEEKDAYS:
        return day.weekday() < _WEEKEND
    if subscriber.frequency is Frequency.WEEKLY:
        scheduled = day - timedelta(days=(day.weekday() - subscriber.weekday) % 7)
        return scheduled == day if last is None else last < scheduled
    return True


def is_worth_sending(digest: Digest) -> bool:
    """An empty mail is sent weekly, where its silence would be doubted, and to those who want it."""
    subscriber = digest.subscriber
    return not digest.is_empty or subscriber.send_empty or subscriber.frequency is Frequency.WEEKLY


def compose(subscriber: Subscriber, inputs: Inputs) -> Digest:
    """What one subscriber gets on the day of the inputs, most useful first, each call in one section.

    What an institute dismissed is not told of it any more; what it keeps, assigned or applied for has a section of its
    own. A call is new until a mail told of it; the minimum fit is asked of new calls only (pinned ones excepted), those
    told of are followed to their end. Of more items than `subscriber.most`, due reminders and important changes of
    followed calls stay first, then the first ones of each list; what is left out was not told and comes in a later
    digest. A call that came above the threshold by a fit anew is not new: the best of those stand apart, once.
    """
    by_call = _by_call(subscriber, inputs)
    found = [item for matches in by_call.values() if (item := _item(subscriber, inputs, matches)) is not None]
    above = sorted((item for item in found if item.part is MailSection.ABOVE), key=_usefulness)
    items = sorted((item for item in found if item.part is not MailSection.ABOVE), key=_usefulness)
    shown = sorted([*items[: subscriber.most], *above[:MOST]], key=_place)
    worthy = (name for name, matches in by_call.items() if _is_worthy(subscriber, inputs, matches))
    return Digest(
        subscriber,
        inputs.day,
        tuple(replace(item, others=_others(item, subscriber, inputs)) for item in shown),
        max(len(items) - subscriber.most, 0),
        inputs.health,
        names=inputs.names,
        away=_away(subscriber, inputs),
        above=tuple(item.call.identifier for item in above),
        standing=standing_of(subscriber, inputs, worthy),
        fit_is_new=inputs.since is not None and inputs.standing is None,
    )


def best_first(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The matches of one call, best first."""
    return tuple(sorted(matches, key=lambda match: (-match.fit, match.institute)))


def _shown(subscriber: Subscriber, matches: Sequence[Match]) -> tuple[Match, ...]:
    """The matches of one call that are told, best first: those that suit, and where none does the best one."""
    ranked = best_first(matches)
    return tuple(match for match in ranked if match.suits(subscriber.threshold)) or ranked[:1]


def _by_call(subscriber: Subscriber, inputs: Inputs) -> dict[str, list[Match]]:
    """The matches of each call, but those of institutes that dismissed it; those of calls given to the subscriber."""
    verdicts, keys = inputs.verdicts, keys_of(subscriber, inputs)
    found: dict[str, list[Match]] = {}
    for key in keys:
        for match in inputs.matches.get(key, ()):
            if not verdicts.is_dismissed(key, match.call.identifier):
                found.setdefault(match.call.identifier, []).append(match)
    for decision in verdicts.assigned_to(subscriber):
        if decision.owner.name not in institutes_of(keys):
            given = inputs.matches.get(decision.owner.name, ())
            own = [match for match in given if match.call.identifier == decision.call]
            found.setdefault(decision.call, []).extend(own)
    for match in _searched(subscriber, inputs):
        name = match.call.identifier
        dismissed = bool(keys) and all(verdicts.is_dismissed(key, name) for key in keys)
        if not dismissed and (match.pinned or (name in inputs.delivered and not found.get(name))):
            found.setdefault(name, []).append(match)
    return {name: matches for name, matches in found.items() if matches}


def _searched(subscriber: Subscriber, inputs: Inputs) -> list[Match]:
    """What the subscriber's searches find, then the calls that they find no more."""
    matches = (match for search in subscriber.searches for match in inputs.found.get(search, ()))
    return sorted(matches, key=lambda match: not match.pinned)


def _item(subscriber: Subscriber, inputs: Inputs, matches: Sequence[Match]) -> Item | None:
    call, day, verdicts = matches[0].call, inputs.day, inputs.verdicts
    names = [match.institute for match in matches]
    followed = verdicts.followed(names, call.identifier)
    must_see = verdicts.must_see(subscriber, followed)
    if not (must_see or is_wanted(subscriber, call, day)):
        if not _is_found(matches):
            return None
        matches = [match for match in matches if match.search is not None]  # those have filters of their own
    told = inputs.delivered.get(call.identifier)
    records = inputs.changes.get(call.identifier, ())
    changes = news(call, told, records, day) if told is not None else ()
    shown = _shown(subscriber, matches)
    closed = call.terms.closed_to(Audience.RESEARCH) is not None and not followed
    wanted = () if closed or (subscriber.reminders_of_kept and not followed) else subscriber.reminders
    reminder = due_reminder(call, day, wanted, told.reminders if told else ())
    renewal = verdicts.renewal(subscriber, names, call.identifier)
    if renewal is not None and (told is None or told.known is None or told.known < renewal.seen_at):
        changes, told = (renewal,), None  # another call by the same name: nobody was told of it
    if is_away(subscriber, inputs, shown) and not must_see:
        changes = _resurfacing(subscriber, changes if told else _since_last_mail(records, inputs))
        part, reminder = (MailSection.CHANGED if changes and call.is_live(day) else None), None
    elif not call.is_live(day):
        part = (MailSection.KEPT if followed else MailSection.CHANGED) if is_over(changes) else None
    elif followed:
        newly = verdicts.is_newly_his(subscriber, followed, inputs.since)
        part = MailSection.KEPT if told is None or reminder or changes or newly else None
    elif told is None:
        fresh = replace(inputs, since=None) if renewal is not None else inputs  # no earlier mail knew it
        part = _first_part(subscriber, fresh, shown, due=reminder is not None)
    elif reminder is not None:
        part = MailSection.CLOSING
    else:
        part = MailSection.CHANGED if changes else None
    if part is None:
        return None
    coming = call.next_deadline(day)
    return Item(
        call,
        part,
        shown,
        deadline=coming,
        days_left=(coming.date - day).days if coming else None,
        reminder=reminder[1] if reminder is not None and part in {MailSection.CLOSING, MailSection.KEPT} else None,
        changes=changes,
        first=told is None,
        known=max((change.seen_at for change in (*records, *changes)), default=None),
        decisions=verdicts.decided.about(call.identifier),
    )


def _fits_enough(subscriber: Subscriber, matches: Iterable[Match]) -> bool:
    return any(match.suits(subscriber.threshold) for match in matches)


def _is_found(matches: Iterable[Match]) -> bool:
    return any(match.search is not None for match in matches)


def _has_words(matches: Iterable[Match]) -> bool:
    """Whether a search without a threshold finds the call: then it is new when it is found, whatever its fit was."""
    return any(match.search is not None and match.search.threshold is None and match.pinned for match in matches)


def _is_worthy(subscriber: Subscriber, inputs: Inputs, matches: Sequence[Match]) -> bool:
    """True for a live call, never told, that is above the threshold, whatever else keeps it from the mail."""
    call = matches[0].call
    return call.identifier not in inputs.delivered and call.is_live(inputs.day) and _fits_enough(subscriber, matches)


def _first_part(subscriber: Subscriber, inputs: Inputs, matches: Sequence[Match], *, due: bool) -> MailSection | None:
    """Where a live call stands that was never told; None where it does not suit, or was passed."""
    call, day = matches[0].call, inputs.day
    if not _fits_enough(subscriber, matches):
        return None
    if call.terms.closed_to(Audience.RESEARCH) is not None:
        return MailSection.CLOSED_TO_US
    if all(match.group is Group.BROAD for match in matches):
        return MailSection.BROAD
    if came_above(call.identifier, subscriber, inputs) and not _has_words(matches):
        passed = inputs.standing is not None and call.identifier in inputs.standing.passed
        return None if passed else MailSection.ABOVE
    if due:
        return MailSection.CLOSING
    return MailSection.FORTHCOMING if call.status_on(day) is Status.FORTHCOMING else MailSection.NEW


def _away(subscriber: Subscriber, inputs: Inputs) -> tuple[Away, ...]:
    """The live calls, never told, that only an excluded or a muted term keeps away, best first."""
    found: dict[str, Away] = {}
    by_call = _by_call(subscriber, inputs)
    for key in keys_of(subscriber, inputs):
        for one in inputs.away.get(key, ()):
            if one.call.identifier not in by_call:
                found.setdefault(one.call.identifier, one)
    suiting = {name: one for name, one in found.items() if one.fit >= subscriber.threshold}
    for name, matches in by_call.items():
        best = _shown(subscriber, matches)
        term = muted_term(subscriber, inputs.muted, best)
        if term is not None and _is_worthy(subscriber, inputs, best):
            suiting[name] = Away(best[0].call, best[0].fit, term, "mute")
    kept = (
        one
        for name, one in suiting.items()
        if name not in inputs.delivered
        and (is_wanted(subscriber, one.call, inputs.day) or _is_found(by_call.get(name, ())))
    )
    return tuple(sorted(kept, key=lambda one: (-one.fit, one.call.identifier)))


def is_wanted(subscriber: Subscriber, call: Call, day: date) -> bool:
    """Whether a call is of the programmes and types of action that a subscriber asked for."""
    wanted = CallFilter(frozenset(), frozenset(subscriber.programmes), frozenset(subscriber.actions))
    return wanted.stopped_by(call, day) is None


def is_away(subscriber: Subscriber, inputs: Inputs, matches: Sequence[Match]) -> bool:
    """True for a call that the subscriber dismissed or muted, itself or by a term."""
    named = inputs.verdicts.is_dismissed_by(subscriber, matches[0].call.identifier)
    return named or muted_term(subscriber, inputs.muted, matches) is not None


def _since_last_mail(records: Iterable[Change], inputs: Inputs) -> tuple[Change, ...]:
    """Of a call that was never told of, the changes since the last mail; none before the first."""
    if inputs.since is None:
        return ()
    return tuple(change for change in records if brussels_day(change.seen_at) > inputs.since)


def _resurfacing(subscriber: Subscriber, changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.field in WEIGHTY) if subscriber.resurface else ()


def _usefulness(item: Item) -> tuple[object, ...]:
    """What is shown rather than left out: news of followed calls first, then what stands first in a list of one's own.

    So the skills of an institute are covered, and the institutes of a reader who has several.
    """
    weight = importance(item.changes)
    if item.part is MailSection.KEPT:
        return (-1, 0, weight, item.days_left or 0, item.call.identifier)
    if not item.first and (item.part is MailSection.CLOSING or weight < LEAST_IMPORTANT):
        return (0, _ORDER.index(item.part), weight, -item.fit, item.call.identifier)
    rank = min((match.rank for match in item.matches), default=0)
    return (1 + _APART.get(item.part, 0), rank, 0, -item.fit, item.call.identifier)


def _place(item: Item) -> tuple[object, ...]:
    """Where an item stands in the mail."""
    first: int = 0
    if item.part is MailSection.KEPT:  # what changed, then what is due, then what is new
        first = importance(item.changes) if item.changes else LEAST_IMPORTANT + 1 + (item.reminder is None)
        return (_ORDER.index(item.part), first, item.days_left or 0, item.call.identifier)
    if item.part is MailSection.CLOSING:
        first = item.days_left or 0
    elif item.part is MailSection.CHANGED:
        first = importance(item.changes)
    return (_ORDER.index(item.part), first, -item.fit, item.call.identifier)


def _others(item: Item, subscriber: Subscriber, inputs: Inputs) -> tuple[Match, ...]:
    """Which institutes of the network the call suits too."""
    own = institutes_of(keys_of(subscriber, inputs))
    name = item.call.identifier
    matches = (
        match
        for key in inputs.network
        if key not in own
        for match in inputs.matches[key]
        if match.call.identifier == name and match.fit >= max(subscriber.threshold, THRESHOLD)
    )
    return best_first(matches)[:_OTHERS]
