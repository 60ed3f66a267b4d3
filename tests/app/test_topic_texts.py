"""Texts of closed calls: so many a refresh, newest first, going on where the last one stopped."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from matcher.app.home import Home
from matcher.app.operation.health import status
from matcher.app.sources.topic_texts import GIVE_UP_AFTER
from matcher.app.sources.upkeep import refresh_archive
from matcher.config.settings import load_settings
from matcher.model.day import BRUSSELS
from matcher.model.outcomes import TextHealth
from tests.helpers.home import QUICK
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import HORIZON, bulk_item, bulk_json, description

HORIZON_EUROPE = {"id": int(HORIZON), "abbreviation": "HORIZON"}
MOST = 2


def closed(number: int, **changes: object) -> dict[str, object]:
    """A closed call of Horizon Europe; a higher number closed later."""
    at = datetime.combine(date(2024, 1, 1) + timedelta(days=number), datetime.min.time(), BRUSSELS)
    item = {"identifier": name(number), "frameworkProgramme": HORIZON_EUROPE, "actions": []}
    return bulk_item(number, **{**item, "deadlineDatesLong": [int(at.timestamp() * 1000)], **changes})


def name(number: int) -> str:
    return f"HORIZON-OLD-2024-{number:02d}"


@pytest.fixture
def portal(serve, place):
    items = [*(closed(number) for number in range(6)), bulk_item(50)]  # the last one of Horizon 2020
    details = {name(n).lower(): {"TopicDetails": {"description": description(n)}} for n in range(6) if n != 4}
    found = serve([], archive=bulk_json(items), details=details)
    place.portal = found.url
    (place.config / "matcher.toml").write_text(f"{QUICK}\n[schedule]\narchive_texts = {MOST}\n", encoding="utf-8")
    return found


def refreshed(place) -> tuple[Home, object]:
    home = Home(load_settings(environ=place.environment))
    return home, refresh_archive(home)


def asked(portal) -> list[str]:
    paths = [path for _, path, _ in portal.requests if "/topicDetails/" in path]
    portal.requests.clear()
    return [path.rsplit("/", 1)[1].removesuffix(".json").upper() for path in paths]


def texts(home: Home) -> set[str]:
    with home.open_store(read_only=True) as store:
        return {call.identifier for call in store.calls.all() if call.sections}


def test_the_newest_come_first_and_the_next_refresh_goes_on(portal, place, run):
    home, report = refreshed(place)
    assert asked(portal) == [name(5), name(4)]
    assert (texts(home), report.requests, report.problems) == ({name(5)}, 3, ())
    assert status(home).texts == TextHealth(calls=6, with_text=1)
    refreshed(place)
    assert asked(portal) == [name(3), name(2)]  # 4 has no file, and is not asked for again of late
    refreshed(place)
    assert asked(portal) == [name(1), name(0)]
    refreshed(place)
    assert asked(portal) == []
    assert texts(home) == {name(n) for n in (0, 1, 2, 3, 5)}
    assert "of closed Horizon Europe calls, 5 of 6" in run(place, "status").out
    assert json.loads(run(place, "status", "--json").out)["texts"] == {"calls": 6, "with_text": 5}
    portal.archive = bulk_json([closed(number, title=f"Renamed {number}") for number in range(6)])
    refreshed(place)
    assert texts(home) == {name(n) for n in (0, 1, 2, 3, 5)}  # a row without a text takes none away


def test_a_file_that_stays_bad_holds_up_no_other(portal, place):
    portal.faults = Faults(at={2: Fault.FORBIDDEN})  # the first text
    home, report = refreshed(place)
    assert texts(home) == set()
    assert "could not be completed from the topic files" in report.problems[0]
    assert status(home, 1).runs[0].outcome == "partial"
    portal.requests.clear()
    portal.faults = Faults(at={2: Fault.FORBIDDEN})
    (place.config / "matcher.toml").write_text(QUICK, encoding="utf-8")  # 300 a time
    refreshed(place)
    assert asked(portal) == [name(n) for n in (5, 3, 2, 1, 0)]
    assert texts(home) == {name(n) for n in (0, 1, 2, 3)}


def test_several_bad_files_in_a_row_end_it(portal, place):
    (place.config / "matcher.toml").write_text(QUICK, encoding="utf-8")
    portal.faults = Faults(at=dict.fromkeys(range(2, 9), Fault.FORBIDDEN))
    _, report = refreshed(place)
    assert len(asked(portal)) == GIVE_UP_AFTER
    assert len(report.problems) == 1


def test_none_are_asked_for_where_the_setting_says_so(portal, place):
    (place.config / "matcher.toml").write_text(f"{QUICK}\n[schedule]\narchive_texts = 0\n", encoding="utf-8")
    home, _ = refreshed(place)
    assert asked(portal) == []
    assert status(home).texts is None
