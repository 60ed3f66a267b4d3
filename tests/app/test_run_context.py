"""Signs of life of a run, and what one does that lost its lock or whose clock is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from matcher.app.run_context import Observer, Run, begun
from matcher.app.sources.fetching import fetch_listing
from matcher.config.setting_sections import PortalSettings
from matcher.errors import ClockWrong, RunGoesOn, RunLost, StoreError
from matcher.model.day import Day
from matcher.portal.client import Portal
from matcher.portal.search import Query
from matcher.store.database import Store
from matcher.store.runs import STALE_AFTER
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that goes on by a step each time it is looked at."""

    def __init__(self, step: timedelta = timedelta()) -> None:
        self.now = NOW
        self.step = step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/home/matcher.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, wait=0.1) as opened:
        yield opened


def change_lock(url: str, changes: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE locks SET {changes}"))
    engine.dispose()


def heartbeat(url: str) -> datetime:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        text = connection.execute(sa.text("SELECT heartbeat FROM locks")).scalar_one()
    engine.dispose()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fetch(store: Store, rows: list, clock: Callable[[], datetime], progress=None, *, theirs=None) -> None:
    with LocalPortal(rows, clock=theirs) as server:
        options = PortalSettings(url=server.url, data_url=server.data_url, rate=1000, attempts=1)
        with Portal(options) as portal, begun(store, "fetch", clock, Observer(progress)) as run:
            fetch_listing(run, portal, Query(), Day.of(None, NOW))


def begun_by_hand(store: Store, clock: Callable[[], datetime]) -> Run:
    run = Run(store, store.runs.begin("run", NOW), clock)
    run.alive()
    return run


class TestSigns:
    def test_once_a_minute_at_most(self, store, url) -> None:
        clock = Clock()
        heart = begun_by_hand(store, clock)
        seen = []
        for _ in range(5):
            heart.alive()
            seen.append(heartbeat(url) - NOW)
            clock.now += MINUTE / 2
        assert seen == [0 * MINUTE, 0 * MINUTE, MINUTE, MINUTE, 2 * MINUTE]

    def test_a_clock_that_was_set_back_beats_on(self, store, url) -> None:
        clock = Clock()
        heart = begun_by_hand(store, clock)
        clock.now -= timedelta(days=1)
        heart.alive()
        assert heartbeat(url) == NOW - timedelta(days=1)

    def test_a_long_fetch_looks_alive_at_every_page(self, store, url) -> None:
        clock = Clock(timedelta(minutes=5))
        ages = []
        fetch(store, [topic(n) for n in range(950)], clock, lambda *_: ages.append(clock.now - heartbeat(url)))
        assert clock.now - NOW > STALE_AFTER
        assert len(ages) == 10
        assert max(ages) < STALE_AFTER

    def test_a_fetch_that_was_taken_over_ends_and_keeps_nothing(self, store, url) -> None:
        clock = Clock(timedelta(minutes=5))

        def take_over(done: int, _total: int) -> None:
            if done == 200:
                change_lock(url, "host = 'elsewhere', heartbeat = '2026-06-15 01:00:00.000000'")
                store.runs.begin("run", clock.now)

        with pytest.raises(RunLost, match="taken over"):
            fetch(store, [topic(n) for n in range(950)], clock, take_over)
        assert not list(store.calls.all())
        assert [run.outcome for run in store.runs.last()] == ["running", "interrupted"]

    def test_a_database_that_does_not_answer_does_not_end_the_fetch(self, store, url) -> None:
        engine = sa.create_engine(url)
        with engine.connect() as other:

            def hold_for_some_pages(done: int, _total: int) -> None:
                if done == 200:
                    other.execute(sa.text("BEGIN IMMEDIATE"))
                elif done == 500:
                    other.execute(sa.text("ROLLBACK"))

            other.connection.dbapi_connection.isolation_level = None
            fetch(store, [topic(n) for n in range(700)], Clock(timedelta(minutes=1)), hold_for_some_pages)
        engine.dispose()
        assert len(list(store.calls.all())) == 700

    def test_a_run_that_lost_its_lock_notes_no_part_and_queues_nothing(self, store, url) -> None:
        run = store.runs.begin("run", NOW)
        change_lock(url, "host = 'elsewhere'")
        store.runs.begin("run", NOW + timedelta(days=1))
        with pytest.raises(RunLost):
            store.runs.note(run, "fetch", "ok", {}, started=NOW, finished=NOW)
        with pytest.raises(RunLost):
            store.saving.purge_sample(run)
        with pytest.raises(RunLost):
            Run(store, run, Clock()).check()


class TestTakeOver:
    def test_a_heartbeat_from_tomorrow_holds_up_nobody(self, store, url) -> None:
        first = store.runs.begin("run", NOW + timedelta(days=1))
        with pytest.raises(RunGoesOn):  # this process lives: its clock was set back
            store.runs.begin("run", NOW)
        change_lock(url, "host = 'elsewhere'")
        assert store.runs.begin("run", NOW) > first

    def test_a_run_that_could_not_be_ended_does_not_hold_up_its_own_process(self, store, url) -> None:
        engine = sa.create_engine(url)
        with engine.connect() as other:
            other.connection.dbapi_connection.isolation_level = None
            run = begun(store, "run", Clock())
            first = run.__enter__().number
            other.execute(sa.text("BEGIN IMMEDIATE"))
            with pytest.raises(StoreError):
                run.__exit__(None, None, None)
            other.execute(sa.text("ROLLBACK"))
        engine.dispose()
        assert [run.outcome for run in store.runs.last()] == ["interrupted"]
        assert store.runs.begin("run", NOW) > first

    def test_what_another_process_has_just_done_is_not_done_again(self, store) -> None:
        slot, until = NOW - timedelta(hours=1), NOW + timedelta(minutes=10)
        with begun(store, "clean", Clock(), unless=(slot, until)):
            pass
        with pytest.raises(RunGoesOn, match="just done"), begun(store, "clean", Clock(), unless=(slot, until)):
            raise AssertionError("begun")
        with begun(store, "run", Clock(), unless=(slot, until)):
            pass
        with begun(store, "clean", Clock(), unless=(NOW + MINUTE, until)):
            pass
        assert [run.kind for run in store.runs.last()] == ["clean", "run", "clean"]


class TestClocks:
    @pytest.mark.parametrize("hours", [-13, 13, 24 * 400])
    def test_of_another_day_nothing_is_kept(self, store, hours) -> None:
        with pytest.raises(ClockWrong, match=r"ahead of|behind"):
            fetch(store, [topic(1)], Clock(), theirs=lambda: NOW - timedelta(hours=hours))
        assert not list(store.calls.all())

    @pytest.mark.parametrize(("hours", "told"), [(0.9, 0), (-0.9, 0), (2, 1), (-2, 1)])
    def test_of_hours_is_told(self, store, hours, told) -> None:
        fetch(store, [topic(1)], Clock(), theirs=lambda: NOW - timedelta(hours=hours))
        assert len(store.runs.last()[0].detail["problems"]) == told
        assert len(list(store.calls.all())) == 1

    def test_a_replayed_day_is_no_wrong_clock(self, run, place, serve) -> None:
        portal = serve([topic(1)], clock=lambda: datetime.now(UTC))
        place.portal = portal.url
        assert run(place, "fetch", "--as-of", date(2026, 6, 15).isoformat()).code == 0
