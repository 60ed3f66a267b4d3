"""`profile INSTITUTE`: how many own projects count, what they add, and `--suggest`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, fetch_into, some_rows
from tests.helpers.portal.rows import topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.home import Place, Run
    from tests.helpers.portal.server import LocalPortal

CEA = "999992401"


@pytest.fixture
def with_projects(run: Run, fetched: Place, serve: Callable[..., LocalPortal], tmp_path: Path) -> Place:
    """Three projects of the CEA, two of them on what the institute's keywords say, and calls that use their words."""
    more = [topic(n, title=[f"Quantum repeaters, part {n}"]) for n in (20, 21)]
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
    assert run(with_projects, "profile", "cea-leti", "--suggest", "--csv").out.startswith("term,calls,projects\n")


def test_one_question_at_a_time(run: Run, fetched: Place) -> None:
    answer = run(fetched, "profile", "mines", "--suggest", "--check")
    assert answer.code == 2
    assert "one at a time" in answer.err
