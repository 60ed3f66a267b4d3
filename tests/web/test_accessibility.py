"""The statement of accessibility: for anybody, in both languages, with whom to tell and what was not done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.home import Place


def test_every_page_says_the_state_and_leads_to_the_statement(site: LocalSite) -> None:
    for path in ("/", "/sign-in", "/institutes/nobody"):
        assert '<a href="/accessibility">Accessibility: not conforming</a>' in site.get(path).text
    french = site.get("/", headers={"Accept-Language": "fr"}).text
    assert "Accessibilité\u202f: non conforme" in french


def test_the_statement_claims_no_audit_and_says_where_to_turn(site: LocalSite) -> None:
    page = site.get("/accessibility").text
    assert "no audit was made" in page
    assert "axe-core" in page
    assert "Libre réponse 71120" in page
    assert "75342 Paris CEDEX 07" in page
    assert "localdomain" not in page  # an address that nobody set up leads nowhere
    french = site.get("/accessibility", headers={"Accept-Language": "fr"}).text
    assert "aucun audit" in french
    assert '<html lang="fr">' in french


def test_who_is_not_signed_in_reads_it_and_whom_to_tell(configured: Callable[..., Place]) -> None:
    place = configured("https://matcher.example.org/")
    settings = place.config / "matcher.toml"
    before = settings.read_text(encoding="utf-8")
    sections = '[mail]\nsender = "calls@example.org"\n'
    settings.write_text(before + sections, encoding="utf-8")
    with LocalSite(place) as site:
        page = site.get("/accessibility")
        assert page.status_code == 200
        assert 'href="mailto:calls@example.org"' in page.text
        settings.write_text(before + sections + 'operator = "help@example.org"\n', encoding="utf-8")
        assert 'href="mailto:help@example.org"' in site.get("/accessibility").text
