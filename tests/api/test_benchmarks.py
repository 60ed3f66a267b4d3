"""Evaluations and replayed archives as frames, on a folder written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import matcher
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from tests.helpers import benchmarks as folder

if TYPE_CHECKING:
    from pathlib import Path

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


def test_what_ships_says_that_it_is_made_up() -> None:
    evaluated = load_benchmark(matcher.benchmark_folder())
    assert {call.programme for call in evaluated.calls} == {"Example programme"}
    assert all(call.identifier.startswith("EXAMPLE-") for call in evaluated.calls)
    assert all(profile.name.startswith("Example ") for profile in evaluated.profiles)
    assert set(load_qrels(matcher.benchmark_folder())) == {profile.identifier for profile in evaluated.profiles}


def test_the_folder_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "real").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert matcher.benchmark_folder("real").resolve() == tmp_path / "real"
    with pytest.raises(matcher.errors.BenchmarkError, match="no benchmark folder at none"):
        matcher.benchmark_folder("none")
