"""The lists of a call's page as files: what each holds, and for whom."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.deciding import decide
from matcher.model.consortium import Partner, Partners, Predecessor, Predecessors
from matcher.model.decision import Act, Order
from matcher.model.project import Project
from matcher.text.saying import Saying
from matcher.web import call_files
from matcher.web.list_files import TYPES
from tests.helpers.home import DAY, PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite
from tests.web.test_own_feeds import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

READERS = """subscribers:
- {address: ana@example.org, id: ana, language: en, institutes: [cea-leti]}
- {address: bea@example.org, id: bea, language: en, institutes: [calym]}
"""
MOVED = """INSERT INTO changes (identifier, field, kind, old, new, seen_at, run_id)
VALUES (?, 'budget_eur', 'amended', '1000000', '2000000', '2026-06-14 10:00:00.000000', 1)"""
PAGE = f"/calls/{PHOTONIC}?for=cea-leti"


@pytest.fixture
def own(configured: Callable[..., Place]) -> Iterator[LocalSite]:
    """A home of its own, with a decision, a note and one of another institute."""
    place = configured()
    with closing(sqlite3.connect(place.home / "matcher.db")) as connection:
        connection.execute(MOVED, (PHOTONIC,))
        connection.commit()
    with LocalSite(place) as site:
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.ASSIGN, "ana", by="ana"))
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.NOTE, "=Ask Freiberg first.", by="ana"))
        decide(site.home, "calym", [PHOTONIC], Order.of(Act.DISMISS, "no capacity", by="bea"))
        decide(site.home, "calym", [PHOTONIC], Order.of(Act.NOTE, "We are too few.", by="bea"))
        yield site


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("which", ["", "list=decisions&", "list=changes&"])
def test_a_call_its_decisions_and_its_changes(own: LocalSite, which: str, form: str) -> None:
    answer = own.get(f"{PAGE}&{which}format={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]
    assert f"{which}format={form}".replace("&", "&amp;") in own.get(PAGE).text


def test_the_call_itself(own: LocalSite) -> None:
    [row] = csv.DictReader(io.StringIO(own.get(PAGE + "&format=csv").text))
    assert row["call"] == PHOTONIC
    assert "BEGIN:VEVENT" in own.get(PAGE + "&format=ics").text
    assert own.get(PAGE + "&format=atom").text.count("<entry>") == 1
    assert [one["call"] for one in own.get(PAGE + "&format=json").json()["calls"]] == [PHOTONIC]


def test_persons_and_notes_are_told_of_ones_own_institute_alone(own: LocalSite) -> None:
    rows = list(csv.DictReader(io.StringIO(own.get(PAGE + "&list=decisions&format=csv").text)))
    assert [(one["institute"], one["assigned"], one["note"], one["by"]) for one in rows] == [
        ("cea-leti", "ana", "", "ana"),
        ("cea-leti", "", "'=Ask Freiberg first.", "ana"),
        ("calym", "", "", "calym"),
    ]
    for form in ("json", "ics", "atom"):
        said = own.get(f"{PAGE}&list=decisions&format={form}").text
        assert "Freiberg" in said
        assert "too few" not in said
    nobodys = own.get(f"/calls/{PHOTONIC}?list=decisions&format=json").text
    assert "Freiberg" not in nobodys
    assert '"ana"' not in nobodys
    assert "no capacity" in nobodys


def test_who_is_of_another_institute_gets_no_file_of_this_one(configured: Callable[..., Place]) -> None:
    with LocalSite(configured("https://matcher.example.org/", READERS)) as site:
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.NOTE, "Ask Freiberg first.", by="ana"))
        assert "/sign-in" in site.get(PAGE + "&list=decisions&format=csv", allow_redirects=False).headers["Location"]
        signed_in(site, "bea")
        for which in ("", "list=decisions&", "list=partners&", "list=changes&"):
            assert site.get(f"{PAGE}&{which}format=csv").status_code == 404
        assert "Freiberg" not in site.get(f"/calls/{PHOTONIC}?for=calym&list=decisions&format=json").text
        site.session.cookies.clear()
        signed_in(site, "ana")
        assert "Freiberg" in site.get(PAGE + "&list=decisions&format=json").text


def test_the_network_sees_that_an_institute_decided_and_no_person(configured: Callable[..., Place]) -> None:
    readers = READERS + '- {address: net@example.org, id: net, language: en, institutes: ["*"]}\n'
    with LocalSite(configured("https://matcher.example.org/", readers)) as site:
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.ASSIGN, "Anastasia", by="Wilhelmina"))
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.NOTE, "Ask Freiberg first.", by="Wilhelmina"))
        pages = [
            PAGE,
            *(f"{PAGE}&list=decisions&format={form}" for form in ("json", "csv", "ics", "atom")),
            f"/institutes/cea-leti?as_of={DAY}",
            f"/institutes/cea-leti?as_of={DAY}&format=json",
            f"/network?as_of={DAY}&list=matches&format=json",
            "/institutes/cea-leti/profile",
        ]
        signed_in(site, "net")
        told = {page: site.get(page).text for page in pages}
        assert {page for page, text in told.items() if "assigned" in text.lower()} >= set(pages[:2])
        names = ("Anastasia", "Wilhelmina", "Freiberg")
        assert [page for page, text in told.items() if any(name in text for name in names)] == []
        site.session.cookies.clear()
        signed_in(site, "ana")
        assert all(name in site.get(PAGE).text for name in names)


def test_partners_and_predecessors(site: LocalSite, monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    why, lamp = (Saying("named in the text"),), (Project("101", "X", acronym="LAMP"),)
    one = Partner(1, "999", "=Institute()", "DE", "RTO", 0.5, why, lamp)
    before = Predecessor("OLD-1", "Light", 0.7, why, lamp, 2.0)
    monkeypatch.setattr(call_files, "partners", lambda *_: Partners(PHOTONIC, "cea-leti", day, (one,)))
    monkeypatch.setattr(call_files, "predecessors", lambda *_, **__: Predecessors(PHOTONIC, day, (before,)))
    for which, first in (("partners", "'=Institute()"), ("predecessors", "OLD-1")):
        asked = f"{PAGE}&list={which}&format="
        [row] = csv.DictReader(io.StringIO(site.get(asked + "csv").text))
        assert first in row.values()
        assert len(site.get(asked + "json").json()[which]) == 1
        assert site.get(asked + "xlsx").content[:2] == b"PK"
        for form in ("ics", "atom"):
            assert site.get(asked + form).status_code == 406


@pytest.fixture
def day(site: LocalSite) -> date:
    return site.home.day(None).date


def test_what_there_is_not_is_told(site: LocalSite) -> None:
    assert "call, partners, predecessors, decisions, changes" in site.get(f"{PAGE}&list=all&format=csv").text
    assert site.get(f"{PAGE}&list=all&format=csv").status_code == 400
    assert site.get(f"{PAGE}&format=exe").status_code == 400
    nobodys = site.get(f"/calls/{PHOTONIC}?list=partners&format=csv")
    assert nobodys.status_code == 400
    assert "for=cea-leti" in nobodys.text
    assert site.get(f"{PAGE}&list=partners&format=csv").status_code == 400  # no projects are known here
    assert site.get(f"/calls/NONE?as_of={DAY}&format=csv").status_code == 404


def test_feeds_of_calls_are_apart(own: LocalSite) -> None:
    ids = [
        re.findall(r"<id>([^<]+)", own.get(f"{PAGE}&{which}format=atom").text)
        for which in ("", "list=decisions&", "list=changes&")
    ]
    changed = own.get(PAGE + "&list=changes&format=ics").text.replace("\r\n ", "")
    assert "€1M → €2M" in changed
    assert "DTSTART;VALUE=DATE:20260614" in changed
    every = [one for found in ids for one in found]
    assert len(every) == len(set(every))
