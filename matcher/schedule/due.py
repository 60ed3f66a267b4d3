"""What is due now: a pure function of the time, the plan and what was tried before.

Nothing is remembered beside the runs that the store keeps, so that a tick that comes late, twice or not at all changes
nothing: the last slot that has passed is due until a run has answered it. After a sleep only that slot is caught up,
however many were missed. A slot is one local day at one local time, turned into one moment: a time that the clocks
pass twice in autumn stands for the first, a time that they skip in spring for the moment they skip to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from matcher.model.day import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.config.setting_sections import ScheduleSettings
    from matcher.model.outcomes import RunRecord

BACK_OFF = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3))
"""Waits after the first, second… attempt at a slot that failed; then the slot is left and the next one counts."""

BELIEVED = timedelta(minutes=30)
"""So long a run that is said to be going on is waited for; then the writer's lock decides whether it is dead."""

SKEW = timedelta(minutes=10)
"""Clocks of machines differ by less; what was noted further in the future comes from a clock that was wrong."""

GOOD = frozenset({"ok", "partial"})


RENEWED = timedelta(days=24)
"""CORDIS renews its dumps about monthly: after a slot that brought them three weekly ones are left out."""


class Task(StrEnum):
    """A piece of work that comes due; the value of a recorded one is the kind of its run in the store."""

    DAILY = "run"
    DELIVER = "deliver"  # not recorded: each mail says itself when it is tried next
    ARCHIVE = "bulk"
    PROJECTS = "projects"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Slots:
    """Moments that come back: a local time on some days of the week (Monday is 0)."""

    at: time
    days: frozenset[int]
    zone: ZoneInfo

    def last(self, now: datetime) -> datetime | None:
        """The latest slot (UTC) that is not after now; None when there is no day at all."""
        return max((slot for slot in self._around(now) if slot <= now), default=None)

    def next(self, now: datetime) -> datetime | None:
        """The first slot (UTC) after now; None when there is no day at all."""
        return min((slot for slot in self._around(now) if slot > now), default=None)

    def _around(self, now: datetime) -> Iterator[datetime]:
        """The slots of the week before and after."""
        today = now.astimezone(self.zone).date()
        for distance in range(-8, 9):
            day = today + timedelta(days=distance)
            if day.weekday() in self.days:
                yield datetime.combine(day, self.at, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """When each task is due; `archive` and `projects` are None when no archive, or no projects, are read."""

    daily: Slots
    clean: Slots
    archive: Slots | None
    projects: Slots | None = None
    deliver_every: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was begun: a run of the store, or what failed before a run could be noted."""

    task: Task
    started: datetime
    outcome: str  # running, ok, partial, failed, interrupted


def attempts_of(runs: Iterable[RunRecord]) -> list[Attempt]:
    """The attempts that the store has noted; runs of other kinds are left out."""
    kinds = set(Task)
    return [Attempt(Task(run.kind), run.started, run.outcome) for run in runs if run.kind in kinds]


def due(now: datetime, plan: Plan, attempts: Sequence[Attempt], *, mails_waiting: bool = False) -> list[Task]:
    """The tasks to begin now (aware), in the order to do them.

    `attempts` need to reach back to the last slot of each task only, and of projects to the last one that brought them;
    `mails_waiting` tells that mails of the outbox could be sent now.
    """
    past = [attempt for attempt in attempts if attempt.started <= now + SKEW]
    tasks = []
    slots = {Task.DAILY: plan.daily, Task.ARCHIVE: plan.archive, Task.PROJECTS: plan.projects, Task.CLEAN: plan.clean}
    for task, of_task in slots.items():
        slot = of_task.last(now) if of_task is not None else None
        if slot is None:
            continue
        mine = [attempt for attempt in past if attempt.task is task]
        if task is Task.PROJECTS and renewed(mine, slot):
            continue
        if _open(now, slot, [attempt for attempt in mine if attempt.started >= slot]):
            tasks.append(task)
    if mails_waiting and not any(a.task is Task.DELIVER and a.started > now - plan.deliver_every for a in past):
        tasks.append(Task.DELIVER)
    return tasks


def renewed(attempts: Iterable[Attempt], at: datetime) -> bool:
    """Whether projects came so shortly before that they need not be asked for."""
    return any(a.task is Task.PROJECTS and a.outcome in GOOD and a.started > at - RENEWED for a in attempts)


def _open(now: datetime, slot: datetime, tried: Sequence[Attempt]) -> bool:
    """Whether a slot still waits for its work, after what was tried since."""
    if any(attempt.outcome in GOOD for attempt in tried):
        return False
    if not tried:
        return slot <= now
    latest = max(tried, key=lambda attempt: attempt.started)
    if latest.outcome == "running":
        return now - latest.started > BELIEVED
    return len(tried) <= len(BACK_OFF) and now - latest.started >= BACK_OFF[len(tried) - 1]


def last_good(runs: Iterable[RunRecord], now: datetime) -> datetime | None:
    """When the last run that brought something ended; runs that seem to end in the future are not believed."""
    ends = (run.finished for run in runs if run.outcome in GOOD and run.finished is not None)
    return max((end for end in ends if end <= now + SKEW), default=None)


def plan_of(settings: ScheduleSettings, *, projects: bool = False) -> Plan:
    """The plan that the settings of `[schedule]` describe; `projects` tells whether there is a source of them."""
    zone = ZoneInfo(settings.timezone)
    daily = Slots(time.fromisoformat(settings.at), frozenset(map(WEEKDAYS.index, settings.days)), zone)
    weekly = Slots(time.fromisoformat(settings.weekly_at), frozenset({WEEKDAYS.index(settings.weekly_day)}), zone)
    return Plan(daily, weekly, weekly if settings.archive else None, weekly if projects else None)
