"""Lists that are no calls of one institute are files too: projects, and the network's matches."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from matcher.export.formats import dated_bytes
from matcher.model.language import Language
from matcher.model.project import ListedProject, Project, ProjectListing
from matcher.present.words import Words
from matcher.web.list_files import TYPES
from matcher.web.pages import project_list
from matcher.web.pages.project_list import _listed
from tests.helpers.home import DAY

if TYPE_CHECKING:
    from tests.helpers.web.local_site import LocalSite

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("form", TYPES)
def test_projects(form: str) -> None:
    ended = Project("101", "Light <b>", acronym="=LAMP()", start=date(2020, 1, 1), end=date(2024, 5, 6))
    listing = ProjectListing(None, (ListedProject(ended, partners=("A", "B")), ListedProject(Project("102", "X"))), 2)
    visit = SimpleNamespace(home=SimpleNamespace(clock=lambda: NOW), words=Words(Language.EN))
    body = dated_bytes(_listed(visit, listing), form)
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        assert [row["project"] for row in rows] == ["101", "102"]
        assert rows[0]["acronym"] == "'=LAMP()"
        assert rows[0]["partners"] == "A; B"
    elif form == "ics":
        assert b"DTSTART;VALUE=DATE:20240506" in body
        assert body.count(b"BEGIN:VEVENT") == 1  # the other has no day
    elif form == "atom":
        assert b"https://cordis.europa.eu/project/id/101" in body
        assert b"2024-05-06" in body
    else:
        assert body


@pytest.mark.parametrize("form", TYPES)
def test_the_network(site: LocalSite, form: str) -> None:
    answer = site.get(f"/network?as_of={DAY}&format={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]


def test_a_format_that_there_is_not_is_told(site: LocalSite) -> None:
    assert site.get("/network?format=exe").status_code == 400
    assert "format=csv" in site.get("/network").text


def test_the_page_of_projects_names_its_files(site: LocalSite, monkeypatch) -> None:
    listing = ProjectListing(None, (), 0)
    monkeypatch.setattr(project_list, "asked_projects", lambda *_: listing)
    assert "/projects?words=photonics&amp;format=xlsx" in site.get("/projects?words=photonics").text
    assert site.get("/projects?words=photonics&format=xlsx").content[:2] == b"PK"
