"""A store with two listings: a deadline moved, and a call came, between them."""

from __future__ import annotations

from datetime import date

import pytest

from matcher.app.home import Home
from matcher.config.settings import load_settings
from tests.helpers.home import Place, fetch_into, make_config, some_rows
from tests.helpers.portal.rows import actions, topic
from tests.helpers.portal.server import LocalPortal
from tests.helpers.processes import made_once, shared_by_processes

FIRST, SECOND = "2026-06-10", "2026-06-15"
DAY = date.fromisoformat(SECOND)


@pytest.fixture(scope="session")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Read only: the twelve topics as on two days."""
    folder = shared_by_processes(tmp_path_factory, "twice")
    place = Place(folder / "home", folder / "config")

    def fetch_twice() -> None:
        make_config(place.config)
        rows = some_rows()
        with LocalPortal(rows) as portal:
            place.portal = portal.url
            fetch_into(place, FIRST)
        rows[1]["metadata"] |= {
            "deadlineDate": ["2027-02-10T00:00:00.000+0000"],
            "actions": [actions("HORIZON-IA HORIZON Innovation Actions", date(2026, 9, 2), [date(2027, 2, 10)])],
            "esDA_IngestDate": ["2026-06-14T09:00:00.000+0200"],
        }
        with LocalPortal([*rows, topic(12, title=["Microelectronics, late"])]) as portal:
            place.portal = portal.url
            fetch_into(place, SECOND)

    made_once(folder, fetch_twice)
    return place


@pytest.fixture(scope="session")
def app(twice: Place) -> Home:
    return Home(load_settings(environ=twice.environment))
