"""A call's page, and calls and projects that are searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.model.consortium import Partner, Partners, Predecessor, Predecessors
from matcher.model.project import Project
from matcher.text.saying import Saying
from matcher.web.marking import marked
from matcher.web.pages import call_page
from tests.helpers.home import CONTACT_POINTS, DAY, LIFE_CALL, ODD, PHOTONIC
from tests.web.test_pages import strict

if TYPE_CHECKING:
    from tests.helpers.web.local_site import LocalSite

PAGE = f"/calls/{PHOTONIC}?for=cea-leti&as_of={DAY}"


def test_a_call_says_why_and_marks_the_words(site: LocalSite) -> None:
    page = site.get(PAGE).text
    strict(page)
    assert '<h1 lang="en">Silicon photonics for sensors</h1>' in page
    assert "Why, for CEA-Leti" in page
    assert "Recommended on 15 June 2026: rank 1" in page
    assert "<mark>Silicon photonics</mark>" in page
    assert "TRL" in page
    assert f'href="/institutes/cea-leti#{PHOTONIC}"' in page


def test_a_call_for_nobody_asks_for_whom(site: LocalSite) -> None:
    page = site.get(f"/calls/{PHOTONIC}").text
    strict(page)
    assert '<select name="for">' in page
    assert "<mark>" not in page


def test_a_call_that_is_no_match_says_why_not(site: LocalSite) -> None:
    page = site.get(f"/calls/{LIFE_CALL}?for=cea-leti&as_of={DAY}").text
    strict(page)
    assert "Not recommended on 15 June 2026." in page


def test_a_call_says_where_one_asks_if_its_page_does(site: LocalSite) -> None:
    page = site.get(f"/calls/{LIFE_CALL}?as_of={DAY}").text
    strict(page)
    assert f'<a href="{CONTACT_POINTS}" rel="noreferrer">National Contact Points</a>' in page
    assert "Where to ask" not in site.get(PAGE).text


def test_an_identifier_may_be_written_in_any_case(site: LocalSite) -> None:
    assert site.get(PAGE.replace(PHOTONIC, PHOTONIC.lower())).url == site.address + PAGE


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/calls/HORIZON-NONE", 404, "HORIZON-NONE"),
        (f"/calls/{PHOTONIC}?for=nobody", 404, "nobody"),
        (f"/calls/{PHOTONIC}?as_of=soon", 400, "2026-05-07"),
        ("/calls?sort=relevance", 400, "Relevance"),
        ("/calls?words=%2B", 400, "no word"),
    ],
)
def test_what_is_not_there_is_told(site: LocalSite, path: str, status: int, told: str) -> None:
    page = site.get(path)
    assert (page.status_code, told in page.text) == (status, True)
    strict(page.text)


def test_titles_of_strangers_are_text(site: LocalSite) -> None:
    """A title that a spreadsheet would run, with quotation marks in it, is what it is on a page."""
    page = site.get(f"/calls/{ODD}").text
    assert "=HYPERLINK(&#34;http://example.org&#34;" in page


def test_calls_are_searched_for_with_the_sentence_that_matched(site: LocalSite) -> None:
    page = site.get(f"/calls?words=silicon+photonics&as_of={DAY}").text
    strict(page)
    assert f'href="/calls/{PHOTONIC}"' in page
    assert "<blockquote" in page
    missing = site.get("/calls?words=fotonics").text
    assert "No call has the word “fotonics”" in missing
    assert "These have what is near it." in missing
    assert "No identifier is spelt so" not in missing
    assert "<article" in site.get("/calls?status=all").text


def test_where_a_part_that_is_searched_for_has_no_call_a_page_says_so(site: LocalSite) -> None:
    assert "No call of Clean Hydrogen" in site.get("/calls?words=clean+hydrogen+ju").text
    assert "No call of" not in site.get("/calls?words=photonics").text


def test_projects_say_what_to_do_before_there_are_any(site: LocalSite) -> None:
    page = site.get("/projects?words=photonics")
    assert page.status_code == 200
    strict(page.text)
    assert "matcher fetch --projects" in page.text


def test_a_call_says_what_its_past_lacks_while_there_are_no_projects(site: LocalSite) -> None:
    page = site.get(PAGE).text
    assert "What came before" in page
    assert "No projects were fetched yet" in page
    assert "Aucun projet n’a encore été lu" in site.get(PAGE, headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize(
    ("name", "start"),
    [("csv", b"institute,"), ("xlsx", b"PK"), ("json", b"{"), ("ics", b"BEGIN:VCALENDAR"), ("atom", b"<?xml")],
)
def test_a_list_is_a_file_at_its_own_address(site: LocalSite, name: str, start: bytes) -> None:
    answer = site.get(f"/institutes/cea-leti?as_of={DAY}&format={name}")
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert f"cea-leti-{DAY}.{name}" in answer.headers["Content-Disposition"]
    assert f"as_of={DAY}&amp;format={name}" in site.get(f"/institutes/cea-leti?as_of={DAY}").text
    if name != "xlsx":
        assert PHOTONIC.encode() in answer.content
    assert site.get(f"/calls?as_of={DAY}&format={name}").status_code == 200


def test_a_file_of_no_known_kind_is_refused(site: LocalSite) -> None:
    assert site.get("/institutes/cea-leti?format=exe").status_code == 400
    assert site.get("/institutes/cea-leti?format=parquet").status_code == 400


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["raw materials"], ["Raw-materials"]),
        (["raw"], ["Raw", "raw"]),
        (["c++", "(x"], []),
        ([], []),
    ],
)
def test_words_are_marked_whole_and_nothing_is_lost(words: list[str], found: list[str]) -> None:
    text = "Raw-materials of strawberries and raw ore."
    pieces = marked(text, words)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_marked] == found


def test_a_french_page_gives_partners_past_and_terms_in_french(site: LocalSite, monkeypatch) -> None:
    projects, day = (Project("101", "X", acronym="LAMP"),), site.home.day(None).date
    like = Saying("{n} projects like the call", n=3)
    partner = Partner(1, "999", "An institute", "DE", "RTO", 0.5, (Saying("{said}, {n} led by it", said=like, n=2),))
    before = Predecessor("OLD-1", "Light", 0.7, (Saying("named in the text"),), projects, 2.0)
    monkeypatch.setattr(call_page, "partners", lambda *_: Partners(PHOTONIC, "cea-leti", day, (partner,)))
    monkeypatch.setattr(call_page, "predecessors", lambda *_, **__: Predecessors(PHOTONIC, day, (before,)))
    page = site.get(f"/calls/{PHOTONIC}?for=cea-leti&as_of=2026-06-13", headers={"Accept-Language": "fr"}).text
    assert "3 projets proches de l’appel, dont 2 comme coordinateur" in page
    assert "cité dans le texte" in page
