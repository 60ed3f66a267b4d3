"""Fetching through the command line: what is kept, what is marked, what a second run and a second process do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from matcher.app.home import Home
from matcher.app.operation.health import status
from matcher.app.run_context import Observer, begun
from matcher.app.sources import fetching
from matcher.app.sources.fetching import fetch as fetch_now
from matcher.app.sources.fetching import query_of
from matcher.config.settings import load_settings
from matcher.model.call import Kind, Status
from matcher.model.day import Day
from matcher.portal.search import Query
from matcher.store.database import Store
from tests.helpers.home import DAY, DIGITAL_CALL, LIFE_CALL, Place, recorded_pass, some_rows
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import CLOSED, bulk_item, bulk_json, topic

DAY_OF_PASSES = "2026-05-07"


def fetch(run, place: Place, *arguments: str, code: int = 0, day: str = DAY):
    answer = run(place, "fetch", "--as-of", day, "--json", *arguments)
    assert answer.code == code, answer.err
    return json.loads(answer.out)


def opened(place: Place) -> Store:
    return Store.open(f"sqlite:///{place.home / 'matcher.db'}", read_only=True)


def statuses(place: Place) -> dict[str, Status | None]:
    with opened(place) as store:
        return {call.identifier: call.status_on(date.fromisoformat(DAY)) for call in store.calls.all()}


def tables(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that hold calls."""
    connection = sqlite3.connect(place.home / "matcher.db")
    try:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in ("calls", "versions", "changes", "raw_rows")
        }
    finally:
        connection.close()


def generation(place: Place) -> int:
    """The file of the index in use: another one each time that it is built."""
    return (place.home / "index" / "generation").stat().st_ino


def test_a_second_fetch_of_an_unchanged_listing_changes_nothing(run, fetched, serve):
    portal = serve(some_rows(), seed=5)
    fetched.portal = portal.url
    before, index = tables(fetched), generation(fetched)
    with opened(fetched) as store:
        revision = store.revision
    portal.index.replace(list(reversed(some_rows())))
    report = fetch(run, fetched)
    assert [report[k] for k in ("seen", "new", "changed", "closed")] == [12, 0, 0, 0]
    assert tables(fetched) == before
    assert generation(fetched) == index
    with opened(fetched) as store:
        assert store.revision == revision
    assert not list(fetched.home.glob("index.stale*"))


def test_the_second_recorded_pass_brings_exactly_the_real_differences(run, recorded_once, place, serve, monkeypatch):
    monkeypatch.setattr(fetching, "refresh_index", lambda *_: None)  # it takes longer than all the rest
    first, second = recorded_pass("2026-05-07T1130"), recorded_pass("2026-05-07T1203")
    place.home.mkdir()
    shutil.copy2(recorded_once.home / "matcher.db", place.home)
    with opened(place) as store:
        live_before = {c.identifier for c in store.calls.all() if c.is_live(date.fromisoformat(DAY_OF_PASSES))}
        count_before = len(store.calls.changes())
    place.portal = serve(second).url
    report = fetch(run, place, day=DAY_OF_PASSES)

    def topics(rows):
        return {r["metadata"]["identifier"][0]: r["metadata"] for r in rows if r["metadata"]["type"] == ["1"]}

    old, new = topics(first), topics(second)
    arrived, left = new.keys() - old.keys(), old.keys() - new.keys()
    assert all(old[name] == new[name] for name in old.keys() & new.keys())
    assert report["new"] == len(arrived)
    assert report["changed"] == 0
    assert report["closed"] == len(left & live_before)
    with opened(place) as store:
        told = store.calls.changes()[: len(store.calls.changes()) - count_before]
    assert Counter(c.kind for c in told)["withdrawn"] == len(left & live_before)
    assert {c.call for c in told if c.kind == "new"} <= arrived
    assert {c.call for c in told} <= arrived | left


def test_one_programme_leaves_the_others_alone(run, fetched, serve):
    fetched.portal = serve([topic(4, frameworkProgramme=["43252405"])]).url
    report = fetch(run, fetched, "--programme", "life")
    assert [report[k] for k in ("seen", "new", "closed")] == [1, 0, 0]
    assert set(statuses(fetched).values()) == {Status.FORTHCOMING}


@pytest.mark.parametrize("written", ["LIFE", " life "])
def test_a_call_that_left_its_programme_s_listing_is_marked(run, fetched, serve, written):
    fetched.portal = serve([]).url
    assert fetch(run, fetched, "--programme", written)["closed"] == 1
    assert {name for name, status in statuses(fetched).items() if status is Status.WITHDRAWN} == {LIFE_CALL}


def test_a_raw_code_stands_for_its_programme(run, fetched, serve):
    fetched.portal = serve([]).url
    assert fetch(run, fetched, "--programme", "43152860")["closed"] == 1
    assert {name for name, status in statuses(fetched).items() if status is Status.WITHDRAWN} == {DIGITAL_CALL}


def test_one_generation_of_a_programme_tells_nothing_of_the_other(run, fetched, serve):
    fetched.portal = serve([]).url
    assert fetch(run, fetched, "--programme", "31107710")["closed"] == 0  # LIFE 2014-2020; the call is of 2021-2027
    assert set(statuses(fetched).values()) == {Status.FORTHCOMING}


def test_a_call_closed_ahead_of_its_deadline_is_closed_not_withdrawn(run, fetched, serve):
    rows = [*some_rows()[:-1], topic(11, status=[CLOSED])]
    fetched.portal = serve(rows).url
    assert fetch(run, fetched)["closed"] == 1
    assert Counter(statuses(fetched).values()) == {Status.FORTHCOMING: 11, Status.CLOSED: 1}


def test_calls_that_could_not_be_looked_up_stay_as_they_were(run, fetched, serve):
    faults = Faults(at={2: Fault.UNAVAILABLE, 3: Fault.UNAVAILABLE})  # the look-up, twice
    fetched.portal = serve(some_rows()[:-1], faults=faults).url
    report = fetch(run, fetched, code=3)
    assert report["closed"] == 0
    assert "could not be looked up, and nothing was changed" in report["problems"][0]
    assert set(statuses(fetched).values()) == {Status.FORTHCOMING}


def test_calls_with_a_status_that_is_new_are_noticed_although_no_listing_holds_them(run, place, serve):
    portal = serve([topic(number) for number in range(120)])
    place.portal = portal.url
    assert fetch(run, place)["problems"] == []
    portal.index.replace([topic(n, status=["31094577"] if n % 4 == 0 else ["31094501"]) for n in range(124)])
    report = fetch(run, place, code=3)
    told = [problem for problem in report["problems"] if "have a status that nobody here knows (31094577)" in problem]
    assert len(told) == 1
    assert told[0].startswith("31 rows")
    with opened(place) as store:
        assert not any(call.gone for call in store.calls.all())
    portal.index.replace([topic(n, status=["99999998"] if n > 120 else ["31094501"]) for n in range(124)])
    assert "nobody here knows" not in str(fetch(run, place, code=0))


def test_show_names_the_field_that_a_date_is_from_and_what_was_not_read(run, fetched, serve):
    name = topic(11)["metadata"]["identifier"][0]
    assert "not read as a date" not in run(fetched, "show", name, "--as-of", DAY).out
    fetched.portal = serve([*some_rows()[:-1], topic(11, deadlineDate=["2026-13-45"])]).url
    assert "Deadlines of 1 call cannot be read" in fetch(run, fetched, code=3)["problems"][0]
    shown = run(fetched, "show", name, "--as-of", DAY).out
    assert "from the portal's field actions; not read as a date: “2026-13-45”" in " ".join(shown.split())
    record = json.loads(run(fetched, "show", name, "--as-of", DAY, "--json").out)
    assert (record["deadlines_from"], record["deadlines_unread"]) == ("actions", ["2026-13-45"])


def test_a_page_that_stays_bad_is_told_and_the_rest_kept(run, place, serve):
    rows = [topic(number) for number in range(150)]
    place.portal = serve(rows, faults=Faults(pages={2: Fault.HTML})).url
    report = fetch(run, place, code=3)
    assert (report["new"], report["complete"]) == (100, False)
    assert "Page 2" in report["problems"][0]
    assert run(place, "status").out.count("partial") == 1


def test_an_unreachable_portal_leaves_the_store_as_it_was(run, fetched):
    before, index = tables(fetched), generation(fetched)
    answer = run(fetched, "fetch", "--as-of", DAY)
    assert answer.code == 4
    assert answer.err.startswith("matcher: The portal could not be reached")
    assert answer.out == ""
    assert (tables(fetched), generation(fetched)) == (before, index)
    assert not list(fetched.home.glob("index.stale*"))
    runs = json.loads(run(fetched, "status", "--json").out)["runs"]
    assert [r["outcome"] for r in runs] == ["failed", "ok"]


def test_the_archive_never_overwrites_and_is_read_once(run, fetched, serve, tmp_path):
    path = tmp_path / "grantsTenders.json"
    path.write_bytes(bulk_json([bulk_item(1), bulk_item(2), bulk_item(3, identifier=LIFE_CALL)]))
    fetched.portal = serve([]).url
    report = fetch(run, fetched, "--bulk", str(path))
    assert [report[k] for k in ("seen", "new", "changed")] == [3, 2, 0]
    shown = json.loads(run(fetched, "show", LIFE_CALL, "--as-of", DAY, "--json").out)
    assert shown["budget_eur"]
    again = run(fetched, "fetch", "--bulk", str(path), "--as-of", DAY)
    assert again.code == 0
    assert "as it was when it was last read" in again.err


@pytest.mark.parametrize("command", ["fetch", "run"])
def test_another_run_at_work_is_left_alone(run, fetched, serve, command):
    fetched.portal = serve(some_rows()[:8]).url
    before, index = tables(fetched), generation(fetched)
    with Store.open(f"sqlite:///{fetched.home / 'matcher.db'}") as store:
        other = store.runs.begin("fetch", datetime.now(UTC))
        answer = run(fetched, command, "--as-of", "2027-12-01")  # a day far ahead makes no lock look forgotten
        assert answer.code == 1
        assert answer.out == ""
        assert answer.err.startswith("matcher: Another run (number ")
        assert len(answer.err.strip().splitlines()) == 1
        assert (tables(fetched), generation(fetched)) == (before, index)
        store.runs.finish(other, "ok", {}, datetime.now(UTC))
    assert run(fetched, command, "--as-of", DAY).code == 0


def test_a_run_is_timed_by_the_true_clock_whatever_day_is_replayed(place, serve):
    place.portal = serve(some_rows()).url
    ticks = iter(datetime(2026, 11, 24, 8, tzinfo=UTC) + timedelta(seconds=n) for n in range(100))
    matcher = Home(load_settings(environ=place.environment), clock=lambda: next(ticks))
    fetch_now(matcher, query_of(matcher), as_of=date.fromisoformat(DAY))
    (kept,) = status(matcher).runs
    assert kept.started == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert kept.finished is not None
    assert kept.finished > kept.started
    with matcher.open_store(read_only=True) as store:
        assert {c.seen_at.date() for c in store.calls.changes()} == {date.fromisoformat(DAY)}


def test_an_interrupted_fetch_is_recorded_as_such(place, serve):
    place.portal = serve(some_rows()).url
    matcher = Home(load_settings(environ=place.environment))

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_now(matcher, query_of(matcher), observer=Observer(progress=stop))
    (kept,) = status(matcher).runs
    assert kept.outcome == "interrupted"


def test_a_writer_that_died_before_the_index_is_noticed_by_the_next_question(run, fetched):
    """A reader in between must not hide it: only writers take marks away."""
    from matcher.app.sources.fetching import fetch_listing
    from tests.helpers.portal.server import LocalPortal

    mark = fetched.home / "index.stale.dead"
    mark.touch()
    assert "part 99" not in run(fetched, "calls", "--as-of", DAY).out
    assert mark.exists()
    with LocalPortal([*some_rows(), topic(99)]) as portal:
        fetched.portal = portal.url
        matcher = Home(load_settings(environ=fetched.environment))
        now = datetime(2026, 6, 15, 10, tzinfo=UTC)
        with matcher.open_store() as store, matcher.portal() as client:  # everything but the index
            query = Query(kinds=(Kind.TOPIC,))
            with begun(store, "fetch", lambda: datetime.now(UTC)) as work:
                fetch_listing(work, client, query, Day.of(None, now))
        assert "part 99" in run(fetched, "calls", "--as-of", DAY).out
        assert run(fetched, "fetch", "--as-of", DAY).code == 0
    assert not list(fetched.home.glob("index.stale*"))


def test_an_edited_profile_is_ranked_at_once(run, place, serve, tmp_path):
    place.portal = serve(some_rows()).url
    fetch(run, place)
    before = run(place, "rank", "calym", "--as-of", DAY, "--top", "1", "--json").out
    path = place.config / "institutes" / "calym.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\ninclude: [district heating, pumps]\n", encoding="utf-8")
    after = run(place, "rank", "calym", "--min-fit", "0", "--as-of", DAY, "--json").out
    assert "Quieter pumps" in after
    assert after != before


def test_cea_leti_on_the_recorded_listing(run, recorded_once):
    answer = run(recorded_once, "rank", "cea-leti", "--as-of", DAY_OF_PASSES, "--top", "20", "--json")
    matches = json.loads(answer.out)["matches"]
    assert "HORIZON-CL4-2027-05-DIGITAL-EMERGING-03" in [m["call"] for m in matches[:10]]
    titles = " / ".join(m["title"].lower() for m in matches)
    assert not [word for word in ("animal", "livestock", "crop", "fisher", "cultural heritage") if word in titles]
    assert [m["rank"] for m in matches] == list(range(1, 21))
    assert all(m["days_left"] is None or m["days_left"] >= 0 for m in matches)
