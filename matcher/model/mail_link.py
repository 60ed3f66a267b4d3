"""What a reader may do from a mail by a click and a confirmation, and what he chose for his mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from matcher.model.subscription import Frequency

if TYPE_CHECKING:
    from datetime import date

    from matcher.model.subscription import Subscriber


class LinkAct(StrEnum):
    """What a link of a mail leads to."""

    KEEP = "keep"
    DISMISS = "dismiss"
    WHY = "why"
    MAILS = "mails"  # fewer, more, a pause
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class MailLink:
    """One link: whose it is, and of what call for which institute, where it is of one."""

    act: LinkAct
    subscriber: Subscriber
    institute: str = ""
    call: str = ""


class Wish(StrEnum):
    """What a reader asks for his mails."""

    FEWER = "fewer"
    MORE = "more"
    WEEKLY = "weekly"
    WEEKDAYS = "weekdays"
    PAUSE = "pause"
    STOP = "stop"
    RESUME = "resume"


PAUSE_DAYS = 14

MOST_NAMED = 20
"""Programmes, and days of reminders, that a reader may ask for."""

LAST_DAY = 365
"""Days before a deadline, at most, on which one may be reminded of it."""
STEP = 10
"""Percent of chance by which fewer or more calls are asked for."""

MOST_THRESHOLD = 90


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """What a reader chose for his mails; where it is None, the configuration stands. `paused_until` is the first day
    on which mails come again.
    """

    frequency: Frequency | None = None
    threshold: int | None = None
    paused_until: date | None = None
    programmes: tuple[str, ...] | None = None
    reminders: tuple[int, ...] | None = None

    def applied(self, subscriber: Subscriber, day: date) -> Subscriber:
        """The subscriber as he gets mails on a day."""
        chosen = replace(
            subscriber,
            threshold=subscriber.threshold if self.threshold is None else self.threshold,
            programmes=subscriber.programmes if self.programmes is None else self.programmes,
            reminders=subscriber.reminders if self.reminders is None else self.reminders,
        )
        if self.paused_until is not None and day < self.paused_until:
            return replace(chosen, frequency=Frequency.OFF)
        return chosen if self.frequency is None else replace(chosen, frequency=self.frequency, weekday=0)
