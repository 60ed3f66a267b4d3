"""A home and a configuration for a command, the facade or a whole day, and the few topics that are fetched into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from matcher.config.settings import packaged_config
from tests.helpers.portal.rows import DIGITAL, LIFE, RECORDED, Row, recorded_rows, topic

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-06-15"
INSTITUTES = ("cea-leti", "mines", "calym")
QUICK = "[portal]\nattempts = 2\nbackoff = 0.001\ntimeout = 5.0\nrate = 1000\n[projects]\nsources = []\n"
SETTINGS = [
    "MATCHER_HOME",
    "MATCHER_CONFIG",
    "MATCHER_USER",
    "MATCHER_DATABASE_URL",
    "MATCHER_PORTAL_URL",
    "MATCHER_PORTAL_DATA_URL",
    "MATCHER_PORTAL_RATE",
    "MATCHER_RANKING_ENCODER",
]

PHOTONIC = "HORIZON-TEST-2027-0000-01"
ODD = "HORIZON-TEST-2027-0000-02"
BARE = "HORIZON-TEST-2027-0000-03"
LIFE_CALL = "HORIZON-TEST-2027-0000-04"
DIGITAL_CALL = "HORIZON-TEST-2027-0000-05"
CONTACT_POINTS = "https://cinea.ec.europa.eu/life/contact-points_en"


def some_rows() -> list[Row]:
    """Twelve topics: one on photonics, one that a spreadsheet would run, one of which hardly anything is known."""
    about = "<p>Silicon photonics, integrated circuits, microelectronics and MEMS sensors on wafers.</p>"
    about += "<p>Projects should start at TRL 4 and end at TRL 6-7.</p>"
    bare = dict.fromkeys(
        ("startDate", "deadlineDate", "actions", "budgetOverview", "typesOfAction", "descriptionByte", "tags")
    )
    return [
        topic(0),
        topic(1, title=["Silicon photonics for sensors"], descriptionByte=[about], tags=["Photonics"]),
        topic(2, title=['=HYPERLINK("http://example.org","Électronique, photonics")']),
        topic(3, title=["Photonics of which little is known"], **bare),
        topic(
            4, frameworkProgramme=[LIFE], supportInfo=[f'<p><a href="{CONTACT_POINTS}">National Contact Points</a></p>']
        ),
        topic(5, frameworkProgramme=[DIGITAL], title=["Lymphoma data spaces"]),
        *(topic(number) for number in range(6, 12)),
    ]


@dataclass
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str


@dataclass
class Place:
    """A home and a configuration; `environment` points a command at them, and at a database that is elsewhere."""

    home: Path
    config: Path
    portal: str = "http://127.0.0.1:9/search-api/prod/rest"
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        named = {
            "MATCHER_HOME": str(self.home),
            "MATCHER_CONFIG": str(self.config),
            "MATCHER_PORTAL_URL": self.portal,
            "MATCHER_PORTAL_DATA_URL": self.portal.replace("/search-api/prod/rest", "/data"),
        }
        return named | ({"MATCHER_DATABASE_URL": self.database} if self.database else {})

    @property
    def process_environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if not k.startswith("MATCHER_")} | self.environment


Run = Callable[..., Answer]


def make_config(folder: Path, institutes: tuple[str, ...] = INSTITUTES) -> Path:
    """A configuration of a few shipped institutes and of a portal client that loses no time."""
    (folder / "institutes").mkdir(parents=True)
    (folder / "matcher.toml").write_text(QUICK, encoding="utf-8")
    for name in institutes:
        shutil.copy2(packaged_config() / "institutes" / f"{name}.yaml", folder / "institutes")
    return folder


def fetch_into(place: Place, day: str) -> None:
    """Fetch through the facade, once for many tests."""
    from matcher.app.home import Home
    from matcher.app.sources.fetching import fetch, query_of
    from matcher.config.settings import load_settings

    home = Home(load_settings(environ=place.environment))
    fetch(home, query_of(home), as_of=date.fromisoformat(day))


def recorded_pass(name: str) -> list[dict[str, Any]]:
    if not RECORDED.is_dir():
        pytest.skip(f"no recorded pages at {RECORDED}")
    return recorded_rows(RECORDED / name)
