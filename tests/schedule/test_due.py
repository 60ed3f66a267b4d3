"""What is due: every slot is answered once, whatever the ticks, the gaps and the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.config.setting_sections import ScheduleSettings
from matcher.model.outcomes import RunRecord
from matcher.schedule.due import BACK_OFF, BELIEVED, Attempt, Plan, Slots, Task, attempts_of, due, last_good, plan_of
from tests.helpers.forms import tries

PARIS = ZoneInfo("Europe/Paris")
EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
MINUTE = timedelta(minutes=1)


def plan(at: time = time(6, 30), days: frozenset[int] = EVERY_DAY, weekly: time = time(3, 0)) -> Plan:
    sunday = Slots(weekly, frozenset({6}), PARIS)
    return Plan(Slots(at, days, PARIS), sunday, sunday)


def paris(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS).astimezone(UTC)


def daily(started: datetime, outcome: str = "ok") -> Attempt:
    return Attempt(Task.DAILY, started, outcome)


def moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime.combine(first, time()), datetime.combine(last, time()), timezones=st.just(UTC))


def settled(now: datetime) -> list[Attempt]:
    """The weekly work is done, so that only the daily one is looked at."""
    return [Attempt(task, now, "ok") for task in (Task.ARCHIVE, Task.CLEAN)]


def is_due(now: datetime, *attempts: Attempt, **arguments) -> bool:
    return Task.DAILY in due(now, plan(**arguments), [*attempts, *settled(now)])


def live(ticks: list[datetime], schedule: Plan) -> list[datetime]:
    """The daily runs of a scheduler that ticks then, each a success."""
    attempts: list[Attempt] = []
    runs = []
    for now in ticks:
        for task in due(now, schedule, attempts):
            attempts.append(Attempt(task, now, "ok"))
            if task is Task.DAILY:
                runs.append(now)
    return runs


class TestSlots:
    def test_last_and_next(self) -> None:
        slots = Slots(time(6, 30), WORKDAYS, PARIS)
        monday = paris(2026, 11, 23, 6, 30)
        assert slots.last(monday) == monday
        assert slots.last(monday - MINUTE) == paris(2026, 11, 20, 6, 30)
        assert slots.next(monday) == paris(2026, 11, 24, 6, 30)
        assert Slots(time(6, 30), frozenset(), PARIS).last(monday) is None

    def test_clock_changes_keep_the_local_time(self) -> None:
        slots = Slots(time(6, 30), EVERY_DAY, PARIS)
        assert slots.last(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 28, 5, 30, tzinfo=UTC)
        assert slots.last(datetime(2026, 3, 29, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("day", "moment"),
        [
            (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 02:30 is skipped: 03:30 summer time
            (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes twice: the first one
        ],
    )
    def test_half_past_two_when_the_clocks_change_is_one_moment(self, day: date, moment: datetime) -> None:
        slots = Slots(time(2, 30), EVERY_DAY, PARIS)
        midnight = datetime.combine(day, time(), tzinfo=PARIS)
        minutes = (midnight + n * MINUTE for n in range(-60, 26 * 60))
        found = {slots.last(m.astimezone(UTC)) for m in minutes}
        assert sorted(s for s in found if s.astimezone(PARIS).date() == day) == [moment]


class TestDaily:
    def test_from_its_time_on_until_it_is_answered(self) -> None:
        slot = paris(2026, 11, 24, 6, 30)
        yesterday = daily(slot - timedelta(days=1))
        assert not is_due(slot - MINUTE, yesterday)
        assert is_due(slot, yesterday)
        assert is_due(slot + timedelta(hours=20), yesterday)
        assert not is_due(slot + MINUTE, yesterday, daily(slot))
        assert not is_due(slot + MINUTE, yesterday, daily(slot, "partial"))

    def test_the_first_start_works_at_once(self) -> None:
        assert due(paris(2026, 11, 28, 15), plan(days=WORKDAYS), []) == [Task.DAILY, Task.ARCHIVE, Task.CLEAN]

    def test_a_run_by_hand_before_the_time_does_not_answer_it(self) -> None:
        slot = paris(2026, 11, 24, 6, 30)
        assert is_due(slot, daily(slot - MINUTE))

    def test_a_failure_is_tried_again_with_growing_waits_and_then_left(self) -> None:
        slot = paris(2026, 11, 24, 6, 30)
        tries = []
        for minute in range(24 * 60 - 1):
            now = slot + minute * MINUTE
            if is_due(now, *tries):
                tries.append(daily(now, "failed"))
        waits = [b.started - a.started for a, b in pairwise(tries)]
        assert waits == list(BACK_OFF)
        assert is_due(slot + timedelta(days=1), *tries)

    def test_a_run_that_goes_on_is_waited_for_but_not_for_ever(self) -> None:
        slot = paris(2026, 11, 24, 6, 30)
        assert not is_due(slot + BELIEVED, daily(slot, "running"))
        assert is_due(slot + BELIEVED + MINUTE, daily(slot, "running"))

    def test_a_run_of_a_clock_that_was_wrong_blocks_nothing(self) -> None:
        slot = paris(2026, 11, 24, 6, 30)
        assert is_due(slot, daily(slot + timedelta(days=365)))
        assert not is_due(slot, daily(slot + 2 * MINUTE))  # another machine's clock, a little ahead

    def test_days_off(self) -> None:
        friday = paris(2026, 11, 27, 6, 30)
        for hours in range(1, 72):
            assert not is_due(friday + timedelta(hours=hours), daily(friday), days=WORKDAYS)
        assert is_due(friday + timedelta(hours=72), daily(friday), days=WORKDAYS)


class TestLaws:
    @settings(max_examples=tries(60), deadline=None)
    @given(
        first=st.dates(date(2026, 1, 1), date(2027, 12, 1)),
        at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        gaps=st.lists(st.integers(1, 55), min_size=24 * 12, max_size=24 * 12),
    )
    def test_every_day_exactly_one_run_however_the_ticks_fall(self, first: date, at: time, gaps: list[int]) -> None:
        schedule = plan(at)
        now = datetime.combine(first, at, tzinfo=PARIS).astimezone(UTC)
        start, ticks = now, []
        for gap in gaps:
            ticks.append(now)
            now += gap * MINUTE
        runs = live([tick for tick in ticks for _ in range(2)], schedule)  # doubled ticks too
        slots = sorted({schedule.daily.last(start + n * 30 * MINUTE) for n in range(int((now - start) / MINUTE) // 30)})
        answered = [schedule.daily.last(run) for run in runs]
        assert len(answered) == len(set(answered))
        assert set(answered) >= set(slots[:-1])
        assert len({slot.astimezone(PARIS).date() for slot in answered}) == len(runs)

    @settings(max_examples=tries(100), deadline=None)
    @given(
        start=moments(date(2026, 3, 20), date(2026, 11, 20)),
        hours=st.lists(st.floats(0.01, 200), min_size=1, max_size=60),
        days=st.frozensets(st.integers(0, 6), min_size=1),
        at=st.sampled_from([time(2, 30), time(6, 30), time(0, 0), time(23, 59)]),
    )
    def test_sleep_and_downtime_are_caught_up_once(self, start, hours, days, at) -> None:
        schedule = plan(at, days)
        ticks, now = [], start
        for gap in hours:
            now += timedelta(hours=gap)
            ticks.append(now)
        runs = live(ticks, schedule)
        asked = [schedule.daily.last(tick) for tick in ticks]
        answered = [schedule.daily.last(run) for run in runs]
        assert answered == sorted(set(asked))  # each slot that a tick could see, once
        for run, slot in zip(runs, answered, strict=True):
            assert run == min(tick for tick in ticks if tick >= slot)  # at the first chance

    @settings(max_examples=tries(100), deadline=None)
    @given(
        now=moments(date(2026, 1, 1), date(2027, 1, 1)),
        tried=st.lists(
            st.tuples(
                st.sampled_from(Task),
                st.floats(-400, 400),
                st.sampled_from(["running", "ok", "partial", "failed", "interrupted"]),
            ),
            max_size=12,
        ),
        waiting=st.booleans(),
    )
    def test_any_past_gives_an_answer_that_is_the_same_twice(self, now, tried, waiting) -> None:
        attempts = [Attempt(task, now - timedelta(hours=age), outcome) for task, age, outcome in tried]
        tasks = due(now, plan(), attempts, mails_waiting=waiting)
        assert tasks == due(now, plan(), attempts[::-1], mails_waiting=waiting)
        assert len(tasks) == len(set(tasks))
        done = [*attempts, *(Attempt(task, now, "ok") for task in tasks)]
        assert due(now, plan(), done, mails_waiting=waiting) == []


def test_mails_are_delivered_when_they_wait_and_not_at_every_tick() -> None:
    now = paris(2026, 11, 24, 12)
    past = [daily(now), *settled(now)]
    assert due(now, plan(), past) == []
    assert due(now, plan(), past, mails_waiting=True) == [Task.DELIVER]
    tried = Attempt(Task.DELIVER, now - 2 * MINUTE, "partial")
    assert due(now, plan(), [*past, tried], mails_waiting=True) == []
    assert due(now + 3 * MINUTE, plan(), [*past, tried], mails_waiting=True) == [Task.DELIVER]


def test_weekly_work_is_due_once_a_week() -> None:
    ticks = [paris(2026, 11, 1) + n * timedelta(minutes=20) for n in range(3 * 7 * 24 * 3)]
    done: list[Attempt] = []
    for now in ticks:
        done += [Attempt(task, now, "ok") for task in due(now, plan(), done)]
    for task in (Task.ARCHIVE, Task.CLEAN):
        assert [a.started.astimezone(PARIS).strftime("%a %H:%M") for a in done if a.task is task][1:] == [
            "Sun 03:00"
        ] * 3


def test_projects_are_due_once_a_month_and_until_some_have_come() -> None:
    schedule = plan_of(ScheduleSettings(archive=""), projects=True)
    attempts: list[Attempt] = []
    brought = []
    for week in range(12):
        now = paris(2026, 6, 7, 3) + timedelta(weeks=week)
        assert (Task.PROJECTS in due(now, schedule, attempts)) == (week not in {1, 2, 3, 6, 7, 8, 10, 11})
        outcome = "failed" if week == 4 else "ok"
        if Task.PROJECTS in due(now, schedule, attempts):
            attempts.append(Attempt(Task.PROJECTS, now, outcome))
            brought.append((week, outcome))
    assert brought == [(0, "ok"), (4, "failed"), (5, "ok"), (9, "ok")]


def test_a_month_s_projects_that_failed_are_tried_again_and_then_left_to_the_next_week() -> None:
    schedule = plan_of(ScheduleSettings(archive=""), projects=True)
    slot = paris(2026, 6, 7, 3)
    tried = [Attempt(Task.PROJECTS, slot, "failed")]
    assert Task.PROJECTS not in due(slot + 4 * MINUTE, schedule, tried)
    assert Task.PROJECTS in due(slot + 5 * MINUTE, schedule, tried)
    tried *= len(BACK_OFF) + 1
    assert Task.PROJECTS not in due(slot + timedelta(days=6), schedule, tried)
    assert Task.PROJECTS in due(slot + timedelta(days=7), schedule, tried)


def test_no_archive_no_refresh() -> None:
    assert due(paris(2026, 11, 28, 15), plan_of(ScheduleSettings(archive="")), []) == [Task.DAILY, Task.CLEAN]


def test_plan_of_the_settings() -> None:
    schedule = plan_of(ScheduleSettings(at="07:05", days=("tuesday",), timezone="Europe/Helsinki"))
    assert schedule.daily == Slots(time(7, 5), frozenset({1}), ZoneInfo("Europe/Helsinki"))
    assert schedule.archive == schedule.clean == Slots(time(3), frozenset({6}), ZoneInfo("Europe/Helsinki"))


def test_runs_of_other_kinds_are_no_attempts_and_the_last_good_one_is_found() -> None:
    now = paris(2026, 11, 24, 12)
    runs = [
        RunRecord(5, "run", now + timedelta(days=3), now + timedelta(days=3), "ok"),
        RunRecord(4, "run", now, None, "running"),
        RunRecord(3, "fetch", now, now, "ok"),
        RunRecord(2, "run", now - 2 * MINUTE, now - MINUTE, "partial"),
        RunRecord(1, "run", now - 9 * MINUTE, now - 8 * MINUTE, "ok"),
    ]
    assert [a.task for a in attempts_of(runs)] == [Task.DAILY] * 4
    assert last_good(runs[1:2] + runs[3:], now) == now - MINUTE
    assert last_good(runs[:2], now) is None
