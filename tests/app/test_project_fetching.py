"""`fetch --projects`: from a file, an address, again, and what is not believed."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from matcher.app.sources import project_fetching
from matcher.config.setting_sections import OFFICIAL
from matcher.cordis.dumps import Dump
from matcher.cordis.project_tables import Reading, read_projects
from matcher.ranking.index import open_index
from matcher.store.database import Store
from tests.helpers.cordis import LocalCordis, participation, project, tables, zipped
from tests.helpers.home import Place
from tests.helpers.postgres import new_database, wait_until_alone
from tests.helpers.processes import in_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.home import Answer


def dump(path: Path, count: int, **fields: str) -> Path:
    parts = [participation(n, "999993662") for n in range(count)]
    return zipped(path, tables([project(n, **fields) for n in range(count)], parts))


def report(answer: Answer) -> dict:
    return json.loads(answer.out)


def test_a_dump_is_kept_and_counted_and_known_when_it_comes_again(
    run: Callable[..., Answer], place: Place, tmp_path: Path
) -> None:
    source = str(dump(tmp_path / "cordis.zip", 12))
    first = report(run(place, "fetch", "--projects", source, "--json"))
    assert (first["projects"], first["new"], first["participations"], first["complete"]) == (12, 12, 12, True)
    os.utime(source)  # the same bytes at another time
    again = report(run(place, "fetch", "--projects", source, "--json"))
    assert again["unchanged_sources"] == [source]
    assert again["projects"] == 0


@pytest.mark.parametrize(
    ("etag", "modified"),
    [('"one"', ""), ("", "Tue, 05 May 2026 06:00:00 GMT"), ('"one"', "Tue, 05 May 2026 06:00:00 GMT")],
)
def test_an_address_is_asked_whether_it_changed(
    run: Callable[..., Answer], place: Place, tmp_path: Path, etag: str, modified: str
) -> None:
    with LocalCordis(dump(tmp_path / "cordis.zip", 3).read_bytes(), etag, modified) as cordis:
        assert report(run(place, "fetch", "--projects", cordis.url, "--json"))["new"] == 3
        again = report(run(place, "fetch", "--projects", cordis.url, "--json"))
    assert again["unchanged_sources"] == [cordis.url]
    assert [asked.get("If-None-Match") for asked in cordis.asked] == [None, etag or None]
    assert [asked.get("If-Modified-Since") for asked in cordis.asked] == [None, modified or None]
    assert not list(place.home.glob("projects.*"))


def test_a_dump_that_shrank_is_not_taken_over(run: Callable[..., Answer], place: Place, tmp_path: Path) -> None:
    source = dump(tmp_path / "cordis.zip", 20)
    run(place, "fetch", "--projects", str(source))
    dump(source, 14)
    answer = run(place, "fetch", "--projects", str(source))
    assert answer.code == 3
    assert "holds 14 projects, and held 20" in answer.err
    assert f"`matcher fetch --projects --accept {source}`" in " ".join(answer.err.split())
    with Store.open(f"sqlite:///{place.home}/matcher.db", read_only=True) as store:
        assert store.projects.counts().projects == 20
    assert run(place, "fetch", "--projects", "--accept").code == 2  # which one is meant has to be said
    assert run(place, "fetch", "--accept").code == 2
    accepted = report(run(place, "fetch", "--projects", "--accept", str(source), "--json"))
    assert (accepted["projects"], accepted["gone"]) == (14, 6)
    dump(source, 13)  # the next one is held to what was accepted
    assert run(place, "fetch", "--projects", str(source)).code == 0


def test_a_column_that_most_rows_lack_is_not_taken_over(
    run: Callable[..., Answer], place: Place, tmp_path: Path
) -> None:
    answer = run(place, "fetch", "--projects", str(dump(tmp_path / "cordis.zip", 5, startDate="soon")))
    assert answer.code == 3
    assert "'startDate'" in answer.err
    source = str(tmp_path / "cordis.zip")
    assert run(place, "fetch", "--projects", "--accept", source).code == 3  # nobody can know that this is right


def test_a_column_that_most_rows_held_and_hold_no_more_is_not_taken_over(
    run: Callable[..., Answer], place: Place, tmp_path: Path
) -> None:
    run(place, "fetch", "--projects", str(dump(tmp_path / "cordis.zip", 12)))
    files = tables([project(n) for n in range(12)], [participation(n, "999993662") for n in range(12)])
    files["project.csv"] = files["project.csv"].replace(b'"objective"', b'"summary"')
    renamed = str(zipped(tmp_path / "cordis.zip", files))
    answer = run(place, "fetch", "--projects", renamed)
    assert answer.code == 3
    assert "column objective holds something in 0% of the rows, and did in 100%" in " ".join(answer.err.split())
    with Store.open(f"sqlite:///{place.home}/matcher.db", read_only=True) as store:
        assert {one.text for one in store.projects.all()} == {"A text of our own."}
    assert run(place, "fetch", "--projects", "--accept", renamed).code == 0
    files["project.csv"] += b"\n"
    assert run(place, "fetch", "--projects", str(zipped(tmp_path / "cordis.zip", files))).code == 0
    other = run(place, "fetch", "--projects", str(zipped(tmp_path / "older.zip", files)))
    assert other.code == 0  # what another source never held it does not miss


def test_an_official_dump_is_held_to_what_it_holds(
    run: Callable[..., Answer], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [{*bounds} for bounds in OFFICIAL.values()] == [{"projects", "participations"}] * 2
    with LocalCordis(dump(tmp_path / "cordis.zip", 3).read_bytes()) as cordis:
        for bounds, code in (((4, 9), 3), ((1, 2), 3), ((1, 3), 0)):
            monkeypatch.setattr(project_fetching, "OFFICIAL", {cordis.url: {"projects": bounds}})
            answer = run(place, "fetch", "--projects", cordis.url)
            assert answer.code == code
            assert ("expected" in answer.err) == bool(code)


def test_an_official_dump_that_outgrew_its_bounds_can_be_accepted_once_and_for_all(
    run: Callable[..., Answer], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = str(dump(tmp_path / "cordis.zip", 8))
    monkeypatch.setattr(project_fetching, "OFFICIAL", {source: {"projects": (1, 4)}})
    assert run(place, "fetch", "--projects", source).code == 3
    assert run(place, "fetch", "--projects", "--accept", source).code == 0
    dump(tmp_path / "cordis.zip", 9)
    assert run(place, "fetch", "--projects", source).code == 0
    dump(tmp_path / "cordis.zip", 3)
    assert run(place, "fetch", "--projects", source).code == 3


def test_rows_that_cannot_be_read_are_counted_and_the_first_ones_shown(
    run: Callable[..., Answer], place: Place, tmp_path: Path
) -> None:
    rows = [project(n, title="" if n % 40 == 0 else "A title") for n in range(200)]
    parts = [participation(n, "999993662") for n in (1, 2, 300)]
    answer = run(place, "fetch", "--projects", str(zipped(tmp_path / "cordis.zip", tables(rows, parts))))
    assert "set aside 6," in answer.out
    told = " ".join(answer.err.split())
    for line in (2, 42, 82):
        assert f"cordis.zip: set aside, as one that cannot be read: project.csv, line {line}: no title." in told
    assert "line 122" not in told


def test_a_download_longer_than_any_dump_is_given_up(
    run: Callable[..., Answer], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.cordis.downloads.LARGEST", 1_000)
    with LocalCordis(dump(tmp_path / "cordis.zip", 300).read_bytes()) as cordis:
        answer = run(place, "fetch", "--projects", cordis.url)
    assert answer.code == 3
    assert "longer than any real dump" in answer.err
    assert not list(place.home.glob("projects.*"))


def test_one_source_that_cannot_be_read_stops_no_other(
    run: Callable[..., Answer], place: Place, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    answer = run(place, "fetch", "--projects", str(broken), str(dump(tmp_path / "cordis.zip", 2)), "--json")
    assert answer.code == 3
    assert report(answer)["new"] == 2
    assert "broken.zip" in report(answer)["problems"][0]


@pytest.mark.parametrize("words", [["--projects", "nowhere.zip"], ["a.zip"], ["--projects"]])
def test_a_source_that_makes_no_sense_is_a_clear_error(
    run: Callable[..., Answer], place: Place, words: list[str]
) -> None:
    answer = run(place, "fetch", *words)  # the configuration of tests names no source
    assert answer.code == 2
    assert "unexpected" not in answer.err


def _import_and_die(url: str, path: Path, batches: int) -> None:
    def dying(found: object) -> object:
        for count, item in enumerate(found):
            if count == batches * 500:
                os.kill(os.getpid(), signal.SIGKILL)
            yield item

    now = datetime(2026, 6, 15, tzinfo=UTC)
    with Store.open(url) as store, Dump(path) as opened:
        number = store.runs.begin("projects", now)
        found = dying(read_projects(opened, Reading()))
        store.project_saving.dump("cordis.zip", found, lambda _: (), run_id=number, now=now, accept=lambda _: None)


@pytest.mark.parametrize(("database", "batches"), [("sqlite", 0), ("sqlite", 1), ("sqlite", 3), ("postgresql", 3)])
def test_a_killed_import_leaves_the_former_state(
    run: Callable[..., Answer],
    place: Place,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    database: str,
    batches: int,
) -> None:
    url = f"sqlite:///{place.home}/matcher.db"
    if database == "postgresql":
        url = new_database(request.getfixturevalue("postgresql_folder"))
        place = Place(place.home, place.config, database=url)
    assert run(place, "fetch", "--projects", str(dump(tmp_path / "cordis.zip", 1_600))).code == 0
    later = dump(tmp_path / "later.zip", 1_600, title="Another title")
    _, status = os.waitpid(in_child(lambda: _import_and_die(url, later, batches)), 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    if database == "postgresql":
        wait_until_alone(url)
    with Store.open(url) as store:
        assert {p.title[:16] for p in store.projects.all()} == {"Invented project"}
        assert store.maintenance.check() == []


def test_projects_that_come_make_the_ranking_anew(run: Callable[..., Answer], place: Place, tmp_path: Path) -> None:
    run(place, "run")
    answer = run(place, "fetch", "--projects", str(dump(tmp_path / "cordis.zip", 12)))
    assert "Fitting the ranking anew" in answer.err
    assert open_index(place.home / "index").meta["projects_revision"] == 1
    again = run(place, "fetch", "--projects", str(dump(tmp_path / "cordis.zip", 12)))
    assert "Fitting the ranking anew" not in again.err


def test_what_picks_calls_does_not_go_with_projects(run: Callable[..., Answer], place: Place) -> None:
    answer = run(place, "fetch", "--projects", "--programme", "LIFE")
    assert answer.code == 2
    assert "--programme" in answer.err
