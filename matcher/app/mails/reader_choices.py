"""What readers chose for their mails by a link: kept beside the configuration, and above it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from matcher.errors import UsageError, shorten
from matcher.model.day import brussels_day
from matcher.model.mail_link import LAST_DAY, MOST_NAMED, MOST_THRESHOLD, PAUSE_DAYS, STEP, ReaderChoice, Wish
from matcher.model.subscription import Frequency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matcher.app.home import Home
    from matcher.model.subscription import Subscriber
    from matcher.store.database import Store

_PREFIX = "reader-choice:"

_NO_MAIL = ReaderChoice(Frequency.OFF)


def choices(store: Store) -> dict[str, ReaderChoice]:
    """What each reader chose, by the id of the subscriber; who chose what cannot be read gets no mail."""
    return {name: _read(value) or _NO_MAIL for name, value in store.facts.named(_PREFIX).items()}


def unreadable(store: Store) -> set[str]:
    """The subscribers who chose something that cannot be read any more: it may have been to get no mail."""
    return {name for name, value in store.facts.named(_PREFIX).items() if _read(value) is None}


def as_chosen(store: Store, subscribers: Iterable[Subscriber], day: date) -> tuple[Subscriber, ...]:
    """The subscribers as each gets mails on a day."""
    known = choices(store)
    return tuple(known.get(one.identifier, ReaderChoice()).applied(one, day) for one in subscribers)


def wish(home: Home, subscriber: str, asked: Wish) -> Subscriber:
    """Keep what a reader asks for his mails; the subscriber as it is from now on. Raises UsageError."""
    today = brussels_day(home.clock())
    return _keep(home, subscriber, lambda chosen, known: _after(chosen, known, asked, today))


def narrow(home: Home, subscriber: str, programmes: Sequence[str], reminders: Sequence[str]) -> Subscriber:
    """Keep which programmes or parts of them a reader is told of (none named: all), and how many days before deadlines
    he is reminded. Raises UsageError.
    """
    if max(len(programmes), len(reminders)) > MOST_NAMED:
        raise UsageError("{most} programmes and {most} days at most.", most=MOST_NAMED)
    parts = tuple(dict.fromkeys(home.parts.named(name).identifier for name in programmes))
    days = tuple(sorted({_days_before(word) for word in reminders}, reverse=True))
    return _keep(
        home,
        subscriber,
        lambda chosen, known: replace(
            chosen,
            programmes=None if parts == known.programmes else parts,
            reminders=None if days == known.reminders else days,
        ),
    )


def _days_before(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < int(word[:9]) <= LAST_DAY):
        raise UsageError(
            "{word} is no number of days before a deadline: 1 to {most}, as in `30, 14, 3`.",
            word=shorten(word),
            most=LAST_DAY,
        )
    return int(word)


def _keep(home: Home, subscriber: str, choose: Callable[[ReaderChoice, Subscriber], ReaderChoice]) -> Subscriber:
    known = home.subscriber(subscriber)
    with home.open_store() as store:
        chosen = choose(choices(store).get(known.identifier, ReaderChoice()), known)
        store.facts.set(_PREFIX + known.identifier, None if chosen == ReaderChoice() else _written(chosen))
    return chosen.applied(known, brussels_day(home.clock()))


def revert(home: Home, subscriber: str) -> str:
    """Forget what a reader chose; the configuration stands again. Raises UsageError where he chose nothing."""
    name = home.subscriber(subscriber).identifier
    with home.open_filled() as store:
        if name not in choices(store):
            raise UsageError("{name} chose nothing by a link: what the mails are is in subscribers.yaml.", name=name)
        store.facts.set(_PREFIX + name, None)
    return name


def _after(chosen: ReaderChoice, configured: Subscriber, asked: Wish, today: date) -> ReaderChoice:
    threshold = configured.threshold if chosen.threshold is None else chosen.threshold
    if asked is Wish.FEWER:
        return replace(chosen, threshold=min(threshold + STEP, max(threshold, MOST_THRESHOLD)))
    if asked is Wish.MORE:
        return replace(chosen, threshold=max(threshold - STEP, 0))
    if asked is Wish.PAUSE:
        return replace(chosen, paused_until=today + timedelta(days=PAUSE_DAYS))
    if asked is Wish.RESUME:
        return replace(
            chosen, paused_until=None, frequency=None if chosen.frequency is Frequency.OFF else chosen.frequency
        )
    frequency = {Wish.WEEKLY: Frequency.WEEKLY, Wish.WEEKDAYS: Frequency.WEEKDAYS, Wish.STOP: Frequency.OFF}[asked]
    return replace(chosen, frequency=frequency, paused_until=None)


def _written(choice: ReaderChoice) -> str:
    said = {
        "frequency": choice.frequency and choice.frequency.value,
        "threshold": choice.threshold,
        "paused_until": choice.paused_until and choice.paused_until.isoformat(),
        "programmes": choice.programmes,
        "reminders": choice.reminders,
    }
    return json.dumps({name: value for name, value in said.items() if value is not None})


def _read(written: str) -> ReaderChoice | None:
    """None where what is kept is no choice."""
    try:
        said = json.loads(written)
        until, threshold = said.get("paused_until"), said.get("threshold")
        programmes, reminders = said.get("programmes"), said.get("reminders")
        return ReaderChoice(
            Frequency(said["frequency"]) if "frequency" in said else None,
            None if threshold is None else int(threshold),
            date.fromisoformat(until) if until else None,
            None if programmes is None else tuple(map(str, programmes)),
            None if reminders is None else tuple(map(int, reminders)),
        )
    except (ValueError, TypeError, AttributeError):
        return None
