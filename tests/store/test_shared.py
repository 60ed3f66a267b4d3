"""Machines that share one database: each has its home, and sees all calls or those of before."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from matcher.app.answering.lookup import calls
from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.operation.health import status
from matcher.app.sources.fetching import fetch, query_of
from matcher.config.settings import load_settings
from matcher.errors import StoreError
from matcher.model.question import Question
from matcher.schedule.loop import Scheduler
from matcher.schedule.metrics import families, text_of
from tests.helpers.home import DAY, QUICK, Place, make_config, some_rows
from tests.helpers.portal.rows import topic

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date.fromisoformat(DAY)


@dataclass
class Machines:
    folder: Path
    url: str
    portal: str

    def one(self, name: str) -> Home:
        place = Place(self.folder / name, self.folder / "config", self.portal)
        return Home(load_settings(environ=place.environment | {"MATCHER_DATABASE_URL": self.url}))


@pytest.fixture
def portal(serve):
    return serve(some_rows())


@pytest.fixture
def machines(tmp_path, store_url, portal) -> Machines:
    make_config(tmp_path / "config")
    return Machines(tmp_path, store_url, portal.url)


def fetch_all(home: Home) -> None:
    fetch(home, query_of(home), as_of=TODAY)


def seen(matcher: Home) -> set[str]:
    return {call.identifier for call in calls(matcher, Question(as_of=TODAY)).calls}


def test_a_reader_sees_what_another_machine_fetched(machines, portal) -> None:
    writer = machines.one("writer")
    fetch_all(writer)
    assert seen(machines.one("reader")) == seen(writer)
    assert len(seen(writer)) == 12
    portal.index.replace([*some_rows(), topic(50)])
    reader = machines.one("reader")
    before = seen(reader)
    fetch_all(writer)
    assert seen(reader) == seen(writer) == before | {next(iter(seen(writer) - before))}
    assert [m.call.identifier for m in rank(reader, Question(("cea-leti",), as_of=TODAY)).matches] == [
        m.call.identifier for m in rank(writer, Question(("cea-leti",), as_of=TODAY)).matches
    ]


def test_a_machine_without_an_index_tells_what_is_live(machines) -> None:
    fetch_all(machines.one("writer"))
    reader = machines.one("reader")
    health = status(reader, as_of=TODAY)
    assert (health.calls, health.live, health.indexed) == (12, 12, None)
    told = text_of(families(health, {}, reader.day(TODAY).moment))
    assert "matcher_calls_live 12.0" in told
    assert "matcher_index_current" not in told
    assert not (reader.settings.home / "index").exists()
    with reader.open_store(read_only=True) as store:
        kept = list(store.calls.all())
        for day in sorted({call.last_deadline for call in kept if call.last_deadline} | {TODAY, date(2030, 1, 1)}):
            assert store.calls.live(day) == sum(call.is_live(day) for call in kept), day


def test_a_reader_without_news_builds_nothing(machines) -> None:
    fetch_all(machines.one("writer"))
    reader = machines.one("reader")
    created = current_index(reader).meta["created"]
    assert current_index(machines.one("reader")).meta["created"] == created


def test_readers_see_whole_listings_while_one_writes(machines, portal) -> None:
    writer = machines.one("writer")
    fetch_all(writer)
    done, sizes, failures = threading.Event(), set(), []

    def ask() -> None:
        try:
            while not done.is_set():
                sizes.add(len(seen(machines.one("reader"))))
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for number in (1, 2, 3):  # five more calls at a time
            portal.index.replace([*some_rows(), *(topic(100 + n) for n in range(5 * number))])
            fetch_all(writer)
    finally:
        done.set()
        thread.join()
    assert failures == []
    assert sizes <= {12, 17, 22, 27}
    assert len(seen(machines.one("reader"))) == 27


def test_a_database_that_is_away_is_told(machines, tmp_path) -> None:
    fetch_all(machines.one("writer"))
    current_index(machines.one("reader"))
    away = Machines(machines.folder, f"postgresql+psycopg://matcher:hush@/x?host={tmp_path}/none", machines.portal)
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        current_index(away.one("reader"))
    assert "hush" not in str(caught.value)


def test_two_schedulers_on_two_machines_do_the_work_once(machines) -> None:
    (machines.folder / "config" / "matcher.toml").write_text(QUICK + '[schedule]\narchive = ""\n', encoding="utf-8")
    schedulers = [Scheduler(lambda name=name: machines.one(name)) for name in ("here", "there")]
    for _ in range(3):
        threads = [threading.Thread(target=scheduler.tick) for scheduler in schedulers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with machines.one("here").open_store(read_only=True) as store:
        done = [run.kind for run in store.runs.last(100) if run.outcome == "ok"]
    assert done.count("run") == 1
    assert done.count("clean") in (1, 2)  # takes a moment, so both can find it due; twice is harmless
