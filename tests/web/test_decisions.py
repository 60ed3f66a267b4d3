"""Deciding in place: what a form does, what the page then says, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.app.decision_copy import listing
from matcher.model.decision import DecisionQuestion
from tests.helpers.home import LIFE_CALL, PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

LIST = "/institutes/cea-leti"
DECIDE = LIST + "/decisions"


@pytest.fixture
def own(fetched: Place) -> Iterator[LocalSite]:
    with LocalSite(fetched) as served:
        yield served


def decided(site: LocalSite) -> dict[str, tuple]:
    found = listing(site.home, DecisionQuestion("cea-leti")).decisions
    return {one.call: (one.act, one.reason, one.assigned, one.state) for one in found}


def send(site: LocalSite, **fields: str) -> requests.Response:
    return site.post(DECIDE, LIST, **{"call": PHOTONIC, "back": LIST, **fields})


def test_what_is_kept_is_told_and_can_be_taken_back(own: LocalSite) -> None:
    page = send(own, act="keep")
    assert page.url == f"{own.address}{LIST}#{PHOTONIC}"
    assert f'<div id="told" class="said" role="status"><p>{PHOTONIC}: kept' in page.text
    assert "Keep it no more" in page.text
    assert decided(own)[PHOTONIC][0] == "keep"
    assert 'role="status"><p>' not in own.get(LIST).text
    page = send(own, act="keep", undo="1")
    assert f"{PHOTONIC}: nothing is decided" in page.text
    assert not any(decided(own).get(PHOTONIC, ()))


def test_each_act_by_its_form(own: LocalSite) -> None:
    send(own, act="dismiss", value="no capacity")
    assert decided(own)[PHOTONIC][:2] == ("dismiss", "no capacity")
    assert "<h2>Dismissed" in own.get(LIST).text
    send(own, act="assign", value="Photonics")
    send(own, act="state", value="applied")
    assert decided(own)[PHOTONIC] == (None, None, "Photonics", "applied")
    send(own, act="dismiss", value="duplicate", detail=LIFE_CALL.lower())
    assert decided(own)[PHOTONIC][:2] == ("dismiss", "duplicate")


def test_a_note_stands_on_the_page_of_the_call(own: LocalSite) -> None:
    call = f"/calls/{PHOTONIC}?for=cea-leti"
    page = own.post(DECIDE, call, call=PHOTONIC, back=call, act="note", value="Ask <b>Freiberg</b> first.")
    assert page.url == f"{own.address}{call}#{PHOTONIC}"
    assert "Ask &lt;b&gt;Freiberg&lt;/b&gt; first." in page.text
    other = own.get(f"/calls/{PHOTONIC}?for=mines").text
    assert "Freiberg" not in other
    send(own, act="keep")
    assert "<strong>CEA-Leti</strong>: kept" in own.get(f"/calls/{PHOTONIC}?for=mines").text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"act": "clear"}, 400, "what to do with the call"),
        ({"act": "keep", "call": ""}, 400, "names no call"),
        ({"act": "keep", "call": "HORIZON-TEST-2027-0000-1"}, 400, "did you mean"),
        ({"act": "dismiss", "value": "bored"}, 400, "not our field"),
        ({"act": "note", "value": "  "}, 400, "text"),
        ({"act": "note", "value": "x" * 2001}, 400, "2,000"),
        ({"act": "assign", "value": "a\u202eb"}, 400, "control character"),
        ({"act": "keep", "undo": "1"}, 400, "take back"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(own: LocalSite, fields: dict, status: int, told: str) -> None:
    page = send(own, **fields)
    assert page.status_code == status
    assert told in page.text
    assert decided(own) == {}


def test_a_look_changes_nothing(own: LocalSite) -> None:
    """Who opens a link, as scanners of mails do, decides nothing."""
    assert own.get(f"{DECIDE}?act=keep&call={PHOTONIC}").status_code == 405
    assert decided(own) == {}


def test_a_form_without_its_token_changes_nothing(own: LocalSite) -> None:
    own.get(LIST)
    sent = own.session.post(own.address + DECIDE, data={"act": "keep", "call": PHOTONIC}, timeout=60)
    assert sent.status_code == 403
    assert decided(own) == {}


def test_what_a_page_tells_of_a_form_cannot_be_made_up(own: LocalSite) -> None:
    own.session.cookies.set("matcher_told", "WyJoYWNrZWQiXQ.aaa.bbb")
    assert 'role="status"><p>' not in own.get(LIST).text
