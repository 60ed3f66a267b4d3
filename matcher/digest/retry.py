"""When a mail that could not be handed over is tried again, and what failing for good means for its address (pure)."""

from __future__ import annotations

from datetime import datetime, timedelta

BACK_OFF = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Waits after the first, second… attempt: close to two days in all, as long as mail servers try among themselves."""

TROUBLE_WAIT = timedelta(minutes=5)
"""Wait of the mail at hand when the server itself is in trouble; it costs the mail no attempt."""

PAUSE_AFTER = 3
"""So many mails in a row refused because of the address pause it."""


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts (1 or more); None: give up."""
    return now + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None
