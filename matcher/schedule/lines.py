"""What the log says of the daily run: when the next one begins, and in one line what came of the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.subscription import Fate
from matcher.schedule.due import Task
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from matcher.model.outcomes import RunOutcome
    from matcher.schedule.due import Attempt, Plan

_MAILED = frozenset({Fate.QUEUED, Fate.SENT, Fate.FAILED})


def outlook(plan: Plan, now: datetime, begins: Collection[Task], past: Collection[Attempt]) -> str:
    """When the daily run is due, and why one `begins` now; `past` is what was tried before."""
    following = plan.daily.next(now)
    told = f"the next daily run is due {following:%Y-%m-%d %H:%M} UTC" if following else "no daily run is due"
    slot = plan.daily.last(now)
    if Task.DAILY not in begins or slot is None:
        return told
    if not any(attempt.task is Task.DAILY for attempt in past):
        return f"the first daily run begins now, as nothing was fetched here before; {told}"
    return f"the daily run of {slot:%Y-%m-%d %H:%M} UTC is caught up now; {told}"


def summary(outcome: RunOutcome, seconds: float) -> str:
    """One line of a daily run: what of the listing was seen and changed, what became of the mails, how long it took."""
    came = f"{_calls(outcome)}; {_mails(outcome)}; {seconds:.1f} s"
    return f"The daily run is {outcome.outcome} (run {outcome.run}): {came}."


def _calls(outcome: RunOutcome) -> str:
    if outcome.fetch is None:
        return "no calls seen"
    return f"{counted(outcome.fetch.seen, 'call')} seen, {outcome.fetch.new} new, {outcome.fetch.changed} changed"


def _mails(outcome: RunOutcome) -> str:
    sending = outcome.sending
    if sending is None:
        return f"lists of {counted(len(outcome.lines), 'institute')}, no mails"
    queued = sum(line.fate in _MAILED for line in sending.lines)
    waiting = sending.left.due + sending.left.waiting
    return f"{counted(queued, 'mail')} queued, {sending.delivery.sent} sent, {waiting} waiting"
