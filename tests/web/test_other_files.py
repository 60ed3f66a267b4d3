"""Lists that are no calls of one institute are files too: projects, institutes, and the network's lists."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from matcher.app.answering.network_fits import network_fits
from matcher.errors import UsageError
from matcher.export.dated_list import DatedEntry, DatedList
from matcher.export.formats import dated_bytes
from matcher.model.call import Call, Deadline
from matcher.model.consortium import Bid, BidMember, Bids
from matcher.model.language import Language
from matcher.model.project import ListedProject, Project, ProjectListing
from matcher.present.words import Words
from matcher.web import network_files
from matcher.web.list_files import TYPES
from matcher.web.pages import project_list
from matcher.web.pages.project_list import _listed
from tests.helpers.home import DAY
from tests.helpers.paths import ROOT

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
@pytest.mark.parametrize("which", ["matches", "bids", "untaken", "blind"])
def test_lists_of_the_network(site: LocalSite, which: str, form: str) -> None:
    answer = site.get(f"/network?as_of={DAY}&list={which}&format={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]
    assert f"/network?as_of={DAY}&amp;list={which}&amp;format={form}" in site.get(f"/network?as_of={DAY}").text


def test_a_calls_place_on_the_page_is_that_of_its_files(site: LocalSite) -> None:
    """Calls that nobody took and that suit nobody: the same in each format, whole where the page shows the first."""
    found = network_fits(site.home, as_of=date.fromisoformat(DAY))
    threshold = site.home.settings.digest.threshold
    for which, listed in {"untaken": found.untaken(threshold), "blind": found.blind(threshold)}.items():
        asked = f"/network?as_of={DAY}&list={which}&format="
        told = site.get(asked + "json").json()
        assert [one["call"] for one in told[which]] == [one.call.identifier for one in listed]
        assert told["as_of"] == DAY
        table = list(csv.DictReader(io.StringIO(site.get(asked + "csv").text)))
        assert [row["call"] for row in table] == [one.call.identifier for one in listed]
        assert site.get(asked + "atom").text.count("<entry>") == len(listed)
    assert found.blind(threshold)


def test_who_could_apply_together_stands_in_every_file(site: LocalSite, monkeypatch) -> None:
    call = Call("C-1", "A call", deadlines=(Deadline(date(2026, 9, 1), 1),))
    members = (BidMember("cea-leti", 80, 0.5, ("=photonics()", "chips")), BidMember("brgm", 60, 0.25, ()))
    found = Bids(date(2026, 6, 14), (Bid(call, members, 0.75, 1, 4),))
    monkeypatch.setattr(network_files, "bids", lambda *_, **__: found)
    asked = "/network?as_of=2026-06-14&list=bids&format="  # a day that no other test asks for
    assert [one["institute"] for one in site.get(asked + "json").json()["bids"][0]["institutes"]] == [
        "cea-leti",
        "brgm",
    ]
    [row] = csv.DictReader(io.StringIO(site.get(asked + "csv").text))
    assert row["institutes"] == "cea-leti 80 0.5 '=photonics(), chips; brgm 60 0.25 "
    feed = site.get(asked + "atom").text
    assert "cea-leti 80: =photonics(), chips" in feed
    assert "brgm 60" in feed
    assert "DTSTART;TZID=Europe/Brussels:20260901" in site.get(asked + "ics").text


def test_feeds_of_lists_are_apart(site: LocalSite) -> None:
    ids = {
        re.search(r"<id>([^<]+)", site.get(f"/network?as_of={DAY}&list={which}&format=atom").text)[1]
        for which in ("matches", "bids", "untaken", "blind")
    }
    assert len(ids) == 4


@pytest.mark.parametrize("address", [f"/network?as_of={DAY}&list=decisions&", "/?"])
def test_what_has_no_day_is_no_calendar_and_no_feed(site: LocalSite, address: str) -> None:
    for form in ("ics", "atom"):
        answer = site.get(f"{address}format={form}")
        assert answer.status_code == 406
        assert "has no day, so that it is no calendar and no feed: it is a page, or csv, xlsx, json." in answer.text
    for form in ("csv", "xlsx", "json"):
        assert site.get(f"{address}format={form}").headers["Content-Type"] == TYPES[form]


def test_the_institutes_are_a_file(site: LocalSite) -> None:
    told = site.get("/?format=json").json()
    assert "cea-leti" in [one["institute"] for one in told["institutes"]]
    assert "/?format=xlsx" in site.get("/").text


def test_no_cell_of_a_list_in_a_list_is_a_formula() -> None:
    rows = [{"members": [{"name": "=1+1", "skills": ["@a", "b"]}], "one": {"name": "-2", "n": 3}}]
    listed = DatedList("bids", "Bids", NOW.date(), NOW, ("members", "one"), rows, sample="packaged sample")
    [row] = csv.DictReader(io.StringIO(dated_bytes(listed, "csv").decode()))
    assert row == {"members": "'=1+1 '@a, b", "one": "'-2 3", "sample": "packaged sample"}
    sheet = zipfile.ZipFile(io.BytesIO(dated_bytes(listed, "xlsx"))).read("xl/sharedStrings.xml").decode()
    assert "=1+1 @a, b" in sheet


@pytest.mark.parametrize("form", ["ics", "atom"])
def test_no_empty_calendar_is_made_of_what_has_no_day(form: str) -> None:
    listed = DatedList("bids", "Bids", NOW.date(), NOW, ("name",), [{"name": "a"}])
    with pytest.raises(UsageError, match="none of the formats"):
        dated_bytes(listed, form)


def test_what_was_done_after_midnight_in_brussels_is_of_that_day() -> None:
    late = datetime(2026, 6, 14, 22, 30, tzinfo=UTC)
    listed = DatedList("log", "Log", NOW.date(), NOW, (), (), (DatedEntry(("1",), "kept", late),))
    assert "DTSTART;VALUE=DATE:20260615" in dated_bytes(listed, "ics").decode()


def test_no_page_takes_the_day_of_a_moment_by_the_clock_of_the_database() -> None:
    """`brussels_day` says it: in UTC it is the day before for an hour or two."""
    pages = [*(ROOT / "matcher").glob("*/templates/**/*.*")]
    assert len(pages) > 20
    assert [page.name for page in pages if ".date()" in page.read_text(encoding="utf-8")] == []


def test_a_format_or_a_list_that_there_is_not_is_told(site: LocalSite) -> None:
    assert site.get("/network?format=exe").status_code == 400
    assert "matches, bids, untaken, blind, decisions" in site.get("/network?list=all&format=csv").text


def test_the_page_of_projects_names_its_files(site: LocalSite, monkeypatch) -> None:
    listing = ProjectListing(None, (), 0)
    monkeypatch.setattr(project_list, "asked_projects", lambda *_: listing)
    assert "/projects?words=photonics&amp;format=xlsx" in site.get("/projects?words=photonics").text
    assert site.get("/projects?words=photonics&format=xlsx").content[:2] == b"PK"
