"""What the tests of the command line, the facade and the configuration share: a home in which calls were fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from matcher.cli import main
from matcher.settings import packaged_config
from tests.portal.rows import DIGITAL, LIFE, RECORDED, Row, recorded_rows, topic
from tests.portal.server import LocalPortal

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-06-15"
INSTITUTES = ("cea-leti", "mines", "calym")
QUICK = "[portal]\nattempts = 2\nbackoff = 0.001\ntimeout = 5.0\nrate = 1000\n"
SETTINGS = [
    "MATCHER_HOME",
    "MATCHER_CONFIG",
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


def some_rows() -> list[Row]:
    """Twelve topics: one on photonics, one that a spreadsheet would run, one of which hardly anything is known."""
    about = "<p>Silicon photonics, integrated circuits, microelectronics and MEMS sensors on wafers.</p>"
    about += "<p>Activities are expected to start at TRL 4 and achieve TRL 6-7 by the end.</p>"
    bare = dict.fromkeys(
        ("startDate", "deadlineDate", "actions", "budgetOverview", "typesOfAction", "descriptionByte", "tags")
    )
    return [
        topic(0),
        topic(1, title=["Silicon photonics for sensors"], descriptionByte=[about], tags=["Photonics"]),
        topic(2, title=['=HYPERLINK("http://example.org","Électronique, photonics")']),
        topic(3, title=["Photonics of which little is known"], **bare),
        topic(4, frameworkProgramme=[LIFE]),
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
    """A home and a configuration; `environment` points a command at them."""

    home: Path
    config: Path
    portal: str = "http://127.0.0.1:9/search-api/prod/rest"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "MATCHER_HOME": str(self.home),
            "MATCHER_CONFIG": str(self.config),
            "MATCHER_PORTAL_URL": self.portal,
            "MATCHER_PORTAL_DATA_URL": self.portal.replace("/search-api/prod/rest", "/data"),
        }

    @property
    def process_environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in SETTINGS} | self.environment


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
    from matcher.app import Matcher
    from matcher.settings import load_settings

    Matcher(load_settings(environ=place.environment)).fetch(as_of=date.fromisoformat(day))


def recorded_pass(name: str) -> list[dict[str, Any]]:
    if not RECORDED.is_dir():
        pytest.skip(f"no recorded pages at {RECORDED}")
    return recorded_rows(RECORDED / name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty home."""
    return Place(tmp_path / "home", make_config(tmp_path / "config"))


@pytest.fixture(scope="session")
def fetched_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("fetched")
    place = Place(folder / "home", make_config(folder / "config"))
    with LocalPortal(some_rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    return place


@pytest.fixture
def fetched(fetched_once: Place, tmp_path: Path) -> Place:
    """A home of its own with the twelve topics; nothing listens at its portal's address any more."""
    home = tmp_path / "home"
    shutil.copytree(fetched_once.home, home)
    return Place(home, fetched_once.config)  # the index knows its institutes by the folder they are in


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Read only: the first recorded pass, with every shipped institute."""
    rows = recorded_pass("2026-05-07T1130")
    folder = tmp_path_factory.mktemp("recorded")
    place = Place(folder / "home", folder / "config")
    shutil.copytree(packaged_config(), place.config)
    (place.config / "matcher.toml").write_text(QUICK, encoding="utf-8")
    with LocalPortal(rows) as portal:
        place.portal = portal.url
        fetch_into(place, "2026-05-07")
    return place


@pytest.fixture
def serve() -> Iterator[Callable[..., LocalPortal]]:
    """Starts local portals that stop with the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda rows, **settings: stack.enter_context(LocalPortal(rows, **settings))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process: `run(place, "rank", "cea-leti")`."""

    def command(place: Place, *arguments: str, **environment: str) -> Answer:
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**place.environment, **environment}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(int(ended.value.code or 0), captured.out, captured.err)

    return command
