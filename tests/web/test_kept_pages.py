"""Pages that are kept: the same to the same people, each with a token of its own, never what no longer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from matcher.web import kept_pages
from matcher.web.pages import institute_list
from tests.helpers.home import PHOTONIC
from tests.helpers.web.local_site import LocalSite, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.home import Place

LIST = "/institutes/cea-leti"


@pytest.fixture
def asked(monkeypatch) -> list[object]:
    """Each time that a list is really asked for."""
    times: list[object] = []
    rank = institute_list.rank
    monkeypatch.setattr(institute_list, "rank", lambda *asked: times.append(asked) or rank(*asked))
    return times


@pytest.fixture
def own(fetched: Place) -> Iterator[LocalSite]:
    with LocalSite(fetched) as served:
        yield served


def test_a_page_is_made_once_and_has_a_token_for_each(own: LocalSite, asked) -> None:
    first, second = own.get(LIST).text, own.get(LIST).text
    assert token_of(first) != token_of(second)
    assert first.replace(token_of(first), "") == second.replace(token_of(second), "")
    assert len(asked) == 1
    assert kept_pages.PLACE not in first
    with requests.Session() as other:
        page = other.get(own.address + LIST, headers={"Accept-Language": "en"}, timeout=60)
        assert page.cookies["matcher_browser"] != own.session.cookies["matcher_browser"]
        data = {"token": token_of(page.text), "language": "en"}
        sent = other.post(own.address + "/language", data=data, timeout=60, allow_redirects=False)
        assert sent.status_code == 303


def test_each_language_has_its_own(own: LocalSite) -> None:
    assert '<html lang="en">' in own.get(LIST).text
    assert '<html lang="fr">' in own.get(LIST, headers={"Accept-Language": "fr"}).text


def test_a_decision_shows_at_once_and_is_told_once(own: LocalSite, asked) -> None:
    own.get(LIST)
    page = own.post(LIST + "/decisions", LIST, call=PHOTONIC, act="keep", back=LIST)
    assert 'role="status"' in page.text
    after = own.get(LIST).text
    assert 'role="status"' not in after
    assert "Keep it no more" in after
    assert len(asked) == 2


def test_what_is_no_page_is_not_kept(own: LocalSite) -> None:
    assert own.get(LIST + "?format=csv").text.startswith("institute,")
    assert own.get(LIST.upper().replace("/INSTITUTES", "/institutes")).url == own.address + LIST
    assert own.get("/institutes/nobody").status_code == 404
    assert own.get("/institutes/nobody").status_code == 404
