"""Deadlines as calendar events (RFC 5545): one event for each stage, the same one in every mail and file."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from icalendar import Alarm, Calendar, Event, Timezone

from matcher.model.call import Deadline, Status
from matcher.model.day import BRUSSELS
from matcher.present import facts
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.language import Language
    from matcher.model.match import Match

ALARMS = (14, 3)
"""Days before a deadline at which a calendar program rings."""

HOUR = time(17)
"""Submission closes at 17:00 Brussels time."""

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_ZONE_YEARS = 4


def institute_calendar(
    matches: Iterable[Match],
    name: str,
    language: Language,
    *,
    now: datetime,
    changes: Sequence[Change] = (),
) -> bytes:
    """The deadlines of an institute's calls as an iCalendar file.

    `changes` are the known changes of these calls (others are ignored): they make an event that moved supersede the
    one that a calendar program already holds, and cancel a stage that is gone.
    """
    words = Words(language)
    title = words.say("European calls: {name}", name=untrusted.text(name, untrusted.TERM))
    return deadlines([match.call for match in matches], title, words, now=now, changes=changes)


def deadlines(
    calls: Iterable[Call], title: str, words: Words, *, now: datetime, changes: Sequence[Change] = ()
) -> bytes:
    """Every coming deadline of these calls, and the stages that a change took away, as an iCalendar file."""
    calendar = _calendar(title)
    calendar.add_component(_zone(now.year))
    own: dict[str, list[Change]] = {}
    for change in changes:
        own.setdefault(change.call.casefold(), []).append(change)
    for name, call in {call.identifier.casefold(): call for call in calls}.items():
        for event in _events(call, own.get(name, ()), words, now):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def days(events: Iterable[tuple[Sequence[str], str, date, Sequence[str]]], title: str, now: datetime) -> bytes:
    """Whole days as an iCalendar file: each with what makes its id, its title, and what is to say of it."""
    calendar = _calendar(untrusted.text(title, untrusted.TITLE))
    for name, summary, when, lines in events:
        event = Event()
        event.add("uid", uid(" ".join(name), 1))
        event.add("dtstamp", now)
        event.add("dtstart", when)
        event.add("summary", untrusted.text(summary, untrusted.TITLE))
        event.add("description", "\n".join(untrusted.text(line) for line in lines if line))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(title: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//matcher//European calls//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    return calendar


@cache
def _zone(year: int) -> Timezone:
    return Timezone.from_tzinfo(BRUSSELS, first_date=date(year - 1, 1, 1), last_date=date(year + _ZONE_YEARS, 1, 1))


def _events(call: Call, changes: Sequence[Change], words: Words, now: datetime) -> Iterator[Event]:
    today = now.astimezone(BRUSSELS).date()
    moved = max((c.seen_at for c in changes if c.field in {"deadlines", "call"}), default=None)
    over = call.status_on(today) in {Status.WITHDRAWN, Status.CLOSED} and call.gone is not None
    for deadline in call.deadlines:
        if deadline.date >= today:
            event = _event(call, deadline, _summary(call, deadline, words), cancelled=over)
            yield _stamped(event, moved, call.ingested, now)
    stages = {d.stage for d in call.deadlines}
    for stage, day in sorted(_former(changes).items()):
        if stage not in stages and day >= today:
            event = _event(call, Deadline(day, stage), untrusted.text(call.title, untrusted.TITLE), cancelled=True)
            yield _stamped(event, moved, call.ingested, now)


def _former(changes: Iterable[Change]) -> dict[int, date]:
    """The stages that these changes knew, each with the day it last had."""
    known: dict[int, date] = {}
    for change in sorted((c for c in changes if c.field == "deadlines"), key=lambda c: c.seen_at):
        old: Any = change.old
        for entry in old if isinstance(old, list | tuple) else ():
            with suppress(TypeError, ValueError, LookupError):  # another shape than today's tells no former day
                known[int(entry["stage"])] = date.fromisoformat(entry["date"])
    return known


def _summary(call: Call, deadline: Deadline, words: Words) -> str:
    stage = f" ({facts.stage(deadline, call, words)})" if len(call.deadlines) > 1 else ""
    return words.say("Deadline: {title}", title=untrusted.text(call.title, untrusted.TITLE)) + stage


def _stamped(event: Event, moved: datetime | None, ingested: datetime | None, now: datetime) -> Event:
    event.add("dtstamp", now)
    event.add("last-modified", moved or ingested or now)
    event.add("sequence", sequence(moved))
    return event


def _event(call: Call, deadline: Deadline, summary: str, *, cancelled: bool) -> Event:
    end = datetime.combine(deadline.date, HOUR, BRUSSELS)
    event = Event()
    event.add("uid", uid(call.identifier, deadline.stage))
    event.add("dtstart", end - timedelta(minutes=30))
    event.add("dtend", end)
    event.add("summary", summary)
    event.add("description", _description(call))
    event.add("categories", [c for c in (untrusted.text(call.programme or "", untrusted.TERM), "Carnot Europe") if c])
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if url := untrusted.link(call.url):
        event.add("url", url)
    for days in () if cancelled else ALARMS:
        event.add_component(_alarm(days, summary))
    return event


def _description(call: Call) -> str:
    lines = [
        untrusted.text(call.identifier, 120),
        facts.action_codes(call.actions[:4]) if call.actions else None,
        untrusted.link(call.url),
    ]
    return "\n".join(line for line in lines if line)


def _alarm(days: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(minutes=30) - timedelta(days=days))  # the event starts half an hour before the end
    return alarm


def uid(identifier: str, stage: int) -> str:
    """The event of one stage of one call: the same in every mail, file and language."""
    name = re.sub(r"[^a-z0-9.-]+", "-", untrusted.text(identifier, 120).casefold())
    return f"{name}.{stage}@deadlines.matcher"


def sequence(moved: datetime | None) -> int:
    """RFC 5545 wants a number that grows with each revision: minutes since 2020 of the last move, 0 before any."""
    return max(0, int((moved - _EPOCH).total_seconds() // 60)) if moved else 0
