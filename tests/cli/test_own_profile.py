"""`profile INSTITUTE`: how many own projects count, what they add, and `--suggest`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, PHOTONIC, Place, fetch_into, make_config, some_rows
from tests.helpers.portal.rows import topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.home import Run
    from tests.helpers.portal.server import LocalPortal

CEA = "999992401"


@pytest.fixture
def with_projects(run: Run, fetched: Place, serve: Callable[..., LocalPortal], tmp_path: Path) -> Place:
    """Three projects of the CEA, two of them on what the institute's keywords say, and calls that use their words."""
    more = [topic(n, title=[f"Quantum repeaters, part {n}"]) for n in (20, 21)]
    fetched.config = make_config(tmp_path / "config")
    fetched.portal = serve([*some_rows(), *more]).url
    fetch_into(fetched, DAY)
    rows = [
        project(1, acronym="LIGHT", title="Silicon photonics", keywords='MEMS, quantum repeaters, "odd" wafers'),
        project(2, acronym="DARK", title="MEMS sensors", keywords="Quantum repeater", ecSignatureDate="2023-05-01"),
        project(3, acronym="FAR", title="Whales", keywords="whales", objective="Whales at sea."),
    ]  # fmt: skip
    parts = [participation(n, CEA) for n in (1, 2, 3)]
    assert run(fetched, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(rows, parts)))).code == 0
    return fetched


def test_a_profile_says_how_many_projects_count_and_since_when(run: Run, with_projects: Place) -> None:
    own = json.loads(run(with_projects, "profile", "cea-leti", "--json").out)["own_projects"]
    assert (own["count"], own["selected"], own["since"]) == (2, 2, "2022-01-25")
    assert "quantum repeater" in own["terms"]
    shown = " ".join(run(with_projects, "profile", "cea-leti").out.split())
    assert "2 of its own count, 2 of them selected by its skills, since 2022" in shown


def test_a_profile_without_projects_says_why(run: Run, fetched: Place, with_projects: Place) -> None:
    shown = json.loads(run(with_projects, "profile", "mines", "--json").out)["own_projects"]
    assert (shown["count"], shown["since"], shown["terms"]) == (0, None, [])
    text = " ".join(run(with_projects, "profile", "mines").out.split())
    assert "none of its own: no project has its PICs, or none is like its skills; it is ranked by its keywords" in text


def test_before_any_was_fetched_a_profile_says_so(run: Run, fetched: Place) -> None:
    text = " ".join(run(fetched, "profile", "mines").out.split())
    assert "none of its own: no projects were fetched yet; `matcher fetch --projects` brings CORDIS's" in text
    answer = run(fetched, "profile", "mines", "--suggest")
    assert answer.code == 2
    assert "No own project counts for mines: no projects were fetched yet" in answer.err


def test_suggestions_are_named_with_their_projects_and_can_be_pasted(run: Run, with_projects: Place) -> None:
    found = json.loads(run(with_projects, "profile", "cea-leti", "--suggest", "--json").out)
    assert (found["institute"], found["own_projects"]) == ("cea-leti", 2)
    best = found["suggestions"][0]
    assert best["term"] in {"quantum repeaters", "Quantum repeater"}
    assert best["projects"] == ["LIGHT (2022)", "DARK (2023)"]
    out = run(with_projects, "profile", "cea-leti", "--suggest").out
    pasted = yaml.safe_load(out[out.index("keywords:") :])
    assert pasted["keywords"]["en"] == [one["term"] for one in found["suggestions"]]
    assert "# LIGHT (2022), DARK (2023)" in out
    assert run(with_projects, "profile", "cea-leti", "--suggest", "--csv").out.startswith("term,for,calls,from\n")


def test_decisions_suggest_keywords_and_what_to_exclude(
    run: Run, fetched: Place, serve: Callable[..., LocalPortal]
) -> None:
    subjects = [
        (20, "Quantum repeaters"),
        (21, "Quantum repeaters"),
        (22, "Grapevine disease"),
        (23, "Grapevine disease"),
    ]
    fetched.portal = serve([*some_rows(), *(topic(n, title=[name]) for n, name in subjects)]).url
    fetch_into(fetched, DAY)
    on = ("--as-of", DAY)
    listed = json.loads(run(fetched, "calls", *on, "--json").out)["calls"]
    kept, dismissed = ([c["call"] for c in listed if c["title"].startswith(w)] for w in ("Quantum", "Grapevine"))
    assert run(fetched, "profile", "mines", "--suggest", *on).code == 2
    assert run(fetched, "keep", "mines", *kept, *on).code == 0
    assert run(fetched, "dismiss", "mines", *dismissed, "--reason", "not our field", *on).code == 0
    found = json.loads(run(fetched, "profile", "mines", "--suggest", *on, "--json").out)
    assert found["suggestions"] == []
    assert [(one["term"], one["decided"]) for one in found["kept"]] == [("quantum repeaters", sorted(kept))]
    assert [(one["term"], one["decided"]) for one in found["exclude"]] == [("grapevine disease", sorted(dismissed))]
    out = run(fetched, "profile", "mines", "--suggest", *on).out
    assert yaml.safe_load(out[out.index("keywords:") :]) == {
        "keywords": {"en": ["quantum repeaters"]},
        "exclude": ["grapevine disease"],
    }
    learned = run(fetched, "profile", "mines", "--learned", *on).out
    assert "repeaters" in learned  # whole words, no stems


def test_one_question_at_a_time(run: Run, fetched: Place) -> None:
    answer = run(fetched, "profile", "mines", "--suggest", "--check")
    assert answer.code == 2
    assert "one at a time" in answer.err


@pytest.mark.parametrize(
    ("edit", "own", "listed"),
    [
        ("", "LIGHT (2022)", ["DARK", "LIGHT"]),
        ("cordis: {drop: [101000001, 101000002]}\n", None, []),
        ("cordis: {add: [101000003], drop: [101000001, 101000002]}\n", None, ["FAR"]),
    ],
)
def test_what_is_put_in_and_out_by_hand_changes_the_ranking(
    run: Run, with_projects: Place, tmp_path: Path, edit: str, own: str | None, listed: list[str]
) -> None:
    before = _best(run, with_projects)
    place = Place(with_projects.home, make_config(tmp_path / "edited"))
    path = place.config / "institutes" / "cea-leti.yaml"
    path.write_text(path.read_text(encoding="utf-8") + edit, encoding="utf-8")
    found = json.loads(run(place, "projects", "cea-leti", "--json").out)["projects"]
    assert sorted(one["acronym"] for one in found) == listed
    after = _best(run, place)
    assert after["own_project"] == own
    assert (after["score"] == pytest.approx(before["score"])) == (not edit)


def test_how_the_projects_of_an_entity_are_taken_changes_the_ranking(
    run: Run, with_projects: Place, tmp_path: Path
) -> None:
    before = _best(run, with_projects)
    place = Place(with_projects.home, make_config(tmp_path / "edited"))
    path = place.config / "institutes" / "cea-leti.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("take: selected", "take: all"), encoding="utf-8")
    found = json.loads(run(place, "projects", "cea-leti", "--json").out)["projects"]
    assert {one["acronym"] for one in found} == {"LIGHT", "DARK", "FAR"}
    assert _best(run, place)["score"] != pytest.approx(before["score"])


def _best(run: Run, place: Place) -> dict:
    matches = json.loads(run(place, "rank", "cea-leti", "--as-of", DAY, "--json").out)["matches"]
    return next(match for match in matches if match["call"] == PHOTONIC)
