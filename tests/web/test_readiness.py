"""What the first pages would wait for is there before they are asked for; what is wrong stays for the page to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.web import rendering
from matcher.web.application import Site
from matcher.web.kept_home import KeptHome
from matcher.web.readiness import make_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.home import Place


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """The templates of the pages that are made."""
    found: list[str] = []
    render = rendering.rendered
    monkeypatch.setattr("matcher.web.visit.rendered", lambda name, said: found.append(name) or render(name, said))
    return found


@pytest.fixture
def site(fetched: Place) -> Iterator[Site]:
    kept = KeptHome(lambda: Home(load_settings(environ=fetched.environment)))
    yield Site.of(kept)
    kept.close()


def test_what_people_come_to_first_was_made_once(site: Site, made: list[str]) -> None:
    make_ready(site)
    assert made == ["start.html", "institute.html", "call.html", "call_list.html"]


def test_an_index_that_nobody_can_read_is_the_pages_to_tell(site: Site, fetched: Place, made: list[str]) -> None:
    for path in (fetched.home / "index").iterdir():
        path.write_bytes(b"spoilt")
    (fetched.home / "matcher.db").write_bytes(b"no database")
    make_ready(site)
    assert "call.html" not in made
