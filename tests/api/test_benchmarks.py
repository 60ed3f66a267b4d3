"""Evaluations and replayed archives as frames, on a folder written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import matcher
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from tests.helpers import benchmarks as folder
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import Place, make_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

LASERS, SOIL = "HORIZON-CL4-2027-01-02", "HORIZON-CL6-2027-03"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> matcher.Archive:
    """A call on lasers, open from a Saturday on, and one on soils without a day."""
    monkeypatch.setattr(folder, "CALLS", [{**folder.CALLS[0], "opening": "2027-01-02"}, folder.CALLS[1]])
    return matcher.Archive(folder.write(tmp_path))


def test_a_replay_has_every_dated_call_for_every_profile(archive: matcher.Archive) -> None:
    replay = archive.replay().set_index("profile")
    assert set(replay["call"]) == {LASERS}
    won = replay.loc["w"]
    assert won["won"]
    assert str(won["day"].date()) == "2027-01-04"  # the first working day
    assert (won["rank"], won["lead_days"]) == (1, 28)  # the deadline of the first stage
    other = replay.loc["d"]
    assert not other["won"]
    assert other.isna()[["day", "rank", "fit", "deadline", "lead_days"]].all()


def test_a_replay_of_few_profiles(archive: matcher.Archive) -> None:
    fewer = archive.only("w")
    assert list(fewer.profiles["profile"]) == list(fewer.replay()["profile"]) == ["w"]
    assert set(fewer.wins["profile"]) == {"w"}
    assert len(archive.profiles) == 2
    with pytest.raises(matcher.errors.UsageError, match="no profile nobody"):
        archive.only("w", "nobody")


def test_an_archive_without_days_replays_nothing(tmp_path: Path) -> None:
    replay = matcher.Archive(folder.write(tmp_path)).replay()
    assert not len(replay)
    assert str(replay["day"].dtype) == "datetime64[s]"


def test_wins_and_profiles_are_named(tmp_path: Path) -> None:
    evaluation = matcher.evaluate(folder.write(tmp_path))
    assert set(evaluation.wins["title"]) == {"Lasers for welding"}
    profiles = evaluation.per_profile
    assert set(profiles["name"]) == {"Written"}
    assert set(profiles["wins"]) == {1}


def test_what_ships_says_that_it_is_made_up(tmp_path: Path) -> None:
    ships = matcher.benchmark_folder(home=tmp_path)
    evaluated = load_benchmark(ships)
    assert {call.programme for call in evaluated.calls} == {"Example programme"}
    assert all(call.identifier.startswith("EXAMPLE-") for call in evaluated.calls)
    assert all(profile.name.startswith("Example ") for profile in evaluated.profiles)
    assert set(load_qrels(ships)) == {profile.identifier for profile in evaluated.profiles}


def test_an_institute_s_own_wins_are_taken_where_a_store_has_some(run: Run, fetched: Place, tmp_path: Path) -> None:
    config = make_config(tmp_path / "config", ("brgm", "cea-leti"))
    place = Place(fetched.home, config)
    rows = [project(n, topics=f"horizon-test-2027-0000-{n:02}", ecSignatureDate="2024-05-01") for n in range(1, 6)]
    rows += [
        project(6, topics="HORIZON-TEST-2027-0000-05", ecSignatureDate="2022-05-01"),  # so that 5 is no win
        project(7, topics="HORIZON-NOT-KEPT-01", ecSignatureDate="2024-05-01"),
        project(8, topics="HORIZON-TEST-2027-0000-06", ecSignatureDate="2024-05-01"),  # of the CEA, which is larger
    ]
    parts = [participation(n, "999993662") for n in range(1, 8)] + [participation(8, "999992401")]
    assert run(place, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(rows, parts)))).code == 0
    found = matcher.benchmark_folder(home=place.home, config=config)
    assert found == place.home / "own-wins"
    assert load_qrels(found) == {"brgm": {f"HORIZON-TEST-2027-0000-{n:02}": 1 for n in range(1, 5)}}
    benchmark = load_benchmark(found)
    assert {call.identifier for call in benchmark.calls} == {f"HORIZON-TEST-2027-0000-{n:02}" for n in range(1, 7)}
    [profile] = benchmark.profiles
    assert [part.topic for part in profile.parts if part.kind == "project"] == ["HORIZON-TEST-2027-0000-05"]
    assert any(part.kind == "keyword" for part in profile.parts)


def test_the_folder_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "real").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert matcher.benchmark_folder("real").resolve() == tmp_path / "real"
    with pytest.raises(matcher.errors.BenchmarkError, match="no benchmark folder at none"):
        matcher.benchmark_folder("none")
