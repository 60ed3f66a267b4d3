"""Pages that are kept: the same to the same people, each with a token of its own, never what no longer holds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from matcher.web import kept_pages
from matcher.web.pages import institute_list
from tests.helpers.home import PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    assert 'role="status"><p>' in page.text
    after = own.get(LIST).text
    assert 'role="status"><p>' not in after
    assert "Keep it no more" in after
    assert len(asked) == 2


def test_what_is_no_page_is_not_kept(own: LocalSite) -> None:
    assert own.get(LIST + "?format=csv").text.startswith("institute,")
    assert own.get(LIST.upper().replace("/INSTITUTES", "/institutes")).url == own.address + LIST
    assert own.get("/institutes/nobody").status_code == 404
    assert own.get("/institutes/nobody").status_code == 404


def test_a_page_of_a_hundred_calls_is_light(recorded_once: Place, tmp_path: Path) -> None:
    """Real calls with all their reasons and forms, as a browser gets them."""
    home = tmp_path / "home"
    shutil.copytree(recorded_once.home, home)
    with LocalSite(Place(home, recorded_once.config)) as site:
        page = site.get(LIST + "?min_fit=0&top=100&as_of=2026-05-07")
    assert page.text.count("<article") == 100
    assert page.headers["Content-Encoding"] == "gzip"
    assert int(page.headers["Content-Length"]) < 60_000


def test_a_kept_page_is_little_work(own: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the institutes are looked at in one go, not each by its path."""
    for _ in range(2):  # the first may leave the database's log behind, which is a change
        own.get(LIST)
    looks: list[Path] = []
    look = Path.stat
    monkeypatch.setattr(Path, "stat", lambda path, **how: looks.append(path) or look(path, **how))
    own.get(LIST)
    assert not [path for path in looks if path.parent.name == "institutes"]


def test_what_is_not_kept_leaves_nothing_behind(own: LocalSite, monkeypatch) -> None:
    """Files, mistakes and pages that are too long: whoever asks for one after the other fills no memory."""
    answers = own._kept.answers
    own.get(LIST)
    kept = dict(answers._kept)
    monkeypatch.setattr(kept_pages, "LONGEST", 1_000)
    for path in ("/calls?format=csv", "/calls?status=none", "/calls/NONE-1", "/calls?words=photonics&limit=7"):
        own.get(path)
    assert "matcher_browser" in own.session.cookies
    assert set(answers._asking) == set(answers._kept) == set(kept)


def test_a_page_that_is_too_long_to_keep_has_its_token(own: LocalSite, asked, monkeypatch) -> None:
    monkeypatch.setattr(kept_pages, "LONGEST", 1_000)
    page = own.get(LIST).text
    assert kept_pages.PLACE not in page
    assert len(asked) == 1
    assert '<html lang="fr">' in own.post("/language", LIST, language="fr", back=LIST).text
