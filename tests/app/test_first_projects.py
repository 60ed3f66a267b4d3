"""The daily run on a machine without projects: they come once the lists are written, and undo nothing of the day."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from matcher.app.home import Home
from matcher.app.operation.daily import PROJECTS_COME, WRITTEN_AGAIN, run_day
from matcher.app.run_context import Observer
from matcher.config.settings import load_settings
from tests.helpers.cordis import LocalCordis, participation, project, tables, zipped
from tests.helpers.home import DAY, PHOTONIC, some_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.home import Answer, Place
    from tests.helpers.portal.server import LocalPortal

LETI = "999992401"  # the CEA's, of which the institute's skills select what is its own
NOWHERE = "http://127.0.0.1:9/cordis.zip"


def dump(path: Path, first: int = 0) -> Path:
    about = {"title": "Silicon photonics", "objective": "Photonics and microelectronics on wafers.", "keywords": "MEMS"}
    numbers = range(first, first + 5)
    return zipped(path, tables([project(n, **about) for n in numbers], [participation(n, LETI) for n in numbers]))


@pytest.fixture
def cordis(tmp_path: Path) -> Iterator[LocalCordis]:
    with LocalCordis(dump(tmp_path / "cordis.zip").read_bytes()) as server:
        yield server


@pytest.fixture
def fresh(place: Place, serve: Callable[..., LocalPortal]) -> Place:
    place.portal = serve(some_rows()).url
    return place


def sources(place: Place, *named: str) -> None:
    path = place.config / "matcher.toml"
    path.write_text(path.read_text().replace("sources = []", f"sources = {json.dumps(named)}"))


def runs(place: Place) -> list[tuple[str, str]]:
    with Home(load_settings(environ=place.environment)).open_store(read_only=True) as store:
        return [(run.kind, run.outcome) for run in reversed(store.runs.last(20))]


def test_projects_come_after_the_lists_and_the_lists_are_written_by_them_again(
    run: Callable[..., Answer], fresh: Place, cordis: LocalCordis
) -> None:
    sources(fresh, cordis.url)
    answer = run(fresh, "run", "--as-of", DAY, "--json")
    assert answer.code == 0
    said = answer.err.strip().splitlines()
    assert said == [PROJECTS_COME, WRITTEN_AGAIN]
    shown = json.loads(answer.out)
    assert (shown["outcome"], shown["problems"], shown["projects"]["new"]) == ("ok", [], 5)
    assert runs(fresh) == [("run", "ok"), ("fetch", "ok"), ("projects", "ok")]
    ranked = json.loads(run(fresh, "rank", "cea-leti", "--as-of", DAY, "--json").out)["matches"][0]
    best = next(line for line in shown["institutes"] if line["institute"] == "cea-leti")
    assert (best["best"], best["fit"]) == (PHOTONIC, ranked["fit"])
    assert "PROJ" in (fresh.home / "lists" / DAY / "cea-leti.txt").read_text(encoding="utf-8")


def test_what_has_come_is_not_asked_for_again(run: Callable[..., Answer], fresh: Place, cordis: LocalCordis) -> None:
    sources(fresh, cordis.url)
    run(fresh, "run", "--as-of", DAY)
    answer = run(fresh, "run", "--as-of", DAY, "--json")
    assert (answer.err, json.loads(answer.out)["projects"]) == ("", None)
    assert len(cordis.asked) == 1


def test_a_source_that_cannot_be_reached_leaves_the_run_ok_and_is_tried_by_the_next_one(
    run: Callable[..., Answer], fresh: Place, tmp_path: Path
) -> None:
    sources(fresh, NOWHERE, str(dump(tmp_path / "other.zip", 10)))
    answer = run(fresh, "run", "--as-of", DAY)
    assert answer.code == 0
    assert "127.0.0.1:9 gave no usable answer in 1 try" in answer.err
    assert ". The next run tries again.\n" in answer.err
    assert runs(fresh)[-1] == ("projects", "partial")
    again = json.loads(run(fresh, "run", "--as-of", DAY, "--json").out)["projects"]
    assert again["sources"] == [NOWHERE]
    assert runs(fresh)[-1] == ("projects", "failed")


def test_one_that_is_interrupted_is_gone_on_with(fresh: Place, tmp_path: Path) -> None:
    paths = [str(dump(tmp_path / name, first)) for name, first in (("one.zip", 0), ("two.zip", 10))]
    sources(fresh, *paths)
    begun = []

    def progress(done: int, total: int) -> None:
        if (done, total) == (0, 0):  # the first project of a dump
            begun.append(done)
        if len(begun) == 2:
            raise KeyboardInterrupt

    def day(observer: Observer):
        return run_day(Home(load_settings(environ=fresh.environment)), as_of=date.fromisoformat(DAY), observer=observer)

    with pytest.raises(KeyboardInterrupt):
        day(Observer(progress, say=lambda _line: None))
    assert runs(fresh)[:1] == [("run", "ok")]
    assert runs(fresh)[-1] == ("projects", "interrupted")
    outcome = day(Observer(say=lambda _line: None))
    assert outcome.projects is not None
    assert outcome.projects.sources == (paths[1],)
    assert outcome.projects.new == 5


def test_what_nobody_foresaw_is_said_and_the_day_stays_good(
    run: Callable[..., Answer], fresh: Place, cordis: LocalCordis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unforeseen(*_: object, **__: object) -> None:
        raise ZeroDivisionError("quite unforeseen")

    sources(fresh, cordis.url)
    monkeypatch.setattr("matcher.app.operation.daily.fetch_projects", unforeseen)
    answer = run(fresh, "run", "--as-of", DAY)
    assert answer.code == 0
    assert "quite unforeseen" in answer.err


def test_without_the_portal_no_project_is_asked_for(
    run: Callable[..., Answer], place: Place, cordis: LocalCordis
) -> None:
    sources(place, cordis.url)
    answer = run(place, "run")
    assert answer.code == 0
    assert len(answer.err.strip().splitlines()) == 1
    assert not cordis.asked
