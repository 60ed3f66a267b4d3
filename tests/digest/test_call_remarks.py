"""What a mail says of a new call beside its matches: who won its predecessor."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from matcher.app.answering import call_remarks
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.mishaps import Mishaps
from matcher.config.settings import load_settings
from tests.helpers.home import DAY, Place, fetch_into
from tests.helpers.joint import joint_place, joint_projects
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

EARLIER = "HORIZON-TEST-2021-0000-01"


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Place:
    """Two institutes, a call for both, and the projects of the call of its family before."""
    made = joint_place(tmp_path)
    assert run(made, "fetch", "--projects", str(joint_projects(tmp_path, EARLIER))).code == 0
    return made


def preview(run: Run, place: Place, *words: str) -> str:
    answer = run(place, "digest", "preview", "--institute", "brgm", "--as-of", DAY, *words)
    assert answer.code == 0, answer.err
    return " ".join(answer.out.split())


def test_a_new_call_says_who_won_the_one_before(run: Run, place: Place) -> None:
    english = preview(run, place, "--language", "en")
    assert f"Before {EARLIER} (5 projects): BRGM in 3 (PROJ0, PROJ1, PROJ2); Inria in 2 (PROJ1, PROJ2)" in english
    french = preview(run, place, "--language", "fr")
    assert f"Avant {EARLIER} (5 projets)" in french
    assert "BRGM dans 3 (PROJ0, PROJ1, PROJ2)" in french


def test_who_was_in_which_project_is_opened_once_for_all_calls_of_a_day(place: Place, monkeypatch) -> None:
    home, opened = Home(load_settings(environ=place.environment)), []
    consortia = call_remarks.consortia
    monkeypatch.setattr(call_remarks, "consortia", lambda *of: opened.append(1) or consortia(*of))
    index = current_index(home)
    with home.open_store(read_only=True) as store:
        remarks = call_remarks.CallRemarks(home, store, index, date.fromisoformat(DAY), Mishaps())
        told = [remarks.won(name) for name in index.identifiers()]
    assert len(told) > 1
    assert any(told)
    assert opened == [1]


def test_where_nobody_won_nothing_is_said(run: Run, place: Place, tmp_path: Path) -> None:
    bare = Place(tmp_path / "bare", place.config)
    with LocalPortal([topic(0), topic(1)]) as portal:
        bare.portal = portal.url
        fetch_into(bare, DAY)
    assert "Before" not in preview(run, bare, "--language", "en")
