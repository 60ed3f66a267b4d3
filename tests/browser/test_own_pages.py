"""Pages of who is signed in or has the link of a mail: by rules of access, on a telephone and at a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.app.access.signing_key import signing_key
from matcher.app.decisions.deciding import decide
from matcher.app.mails.mail_links import MailLinks
from matcher.model.decision import Act, Order
from matcher.model.mail_link import LinkAct, MailLink
from matcher.web.last_look import LOOKS
from matcher.web.sessions import SESSION, Sessions
from tests.browser.conftest import SIZES
from tests.browser.test_every_page import findings
from tests.helpers.home import PHOTONIC, make_config
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.helpers.home import Place

READERS = """subscribers:
- {address: olga@example.org, id: olga, language: en, institutes: [cea-leti], threshold: 0, role: operator}
"""
LIST = "/institutes/cea-leti"


@pytest.fixture
def own(fetched: Place, tmp_path: Path) -> Iterator[LocalSite]:
    """A site that asks for signing in, with a decision and a note."""
    fetched.config = make_config(tmp_path / "config")
    (fetched.config / "subscribers.yaml").write_text(READERS)
    settings = fetched.config / "matcher.toml"
    settings.write_text(settings.read_text() + '[web]\naddress = "https://matcher.example.org/"\n')
    with LocalSite(fetched) as site:
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.KEEP, by="olga"))
        decide(site.home, "cea-leti", [PHOTONIC], Order.of(Act.NOTE, "Ask Freiberg first.", by="olga"))
        yield site


@pytest.fixture
def olga(opened: Callable[..., Page], own: LocalSite) -> Callable[..., Page]:
    """Opens an address as she does, who last looked at her list in May."""
    kept = {SESSION: Sessions(signing_key(own.home)).begun(own.home.subscriber("olga")), LOOKS: "cea-leti..1780000000"}
    cookies = [{"name": name, "value": value, "url": own.address} for name, value in kept.items()]

    def look(address: str, **settings: object) -> Page:
        page = opened("/sign-in", **settings)
        page.context.add_cookies(cookies)
        page.goto(own.address + address)
        return page

    return look


def wrong(page: Page) -> list[str]:
    """What axe-core finds with everything unfolded, and whether the page is wider than its window."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = findings(page)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the window")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_nothing_stands_in_the_way_of_who_is_signed_in(olga, size, scheme) -> None:
    page = olga("/mails", viewport=size, color_scheme=scheme)
    assert "olga@example.org" in page.content()
    base, found = page.url.removesuffix("/mails"), {"/mails": wrong(page)}
    for address in ("/log", "/network", LIST, LIST + "/profile"):
        page.goto(base + address)
        found[address] = wrong(page)
    page.get_by_label("More keywords").first.fill("silicon photonics\nnothing of the kind")
    page.get_by_role("button", name="Look at what it changes").click()
    page.get_by_text("What this would change").wait_for()
    found["preview"] = wrong(page)
    assert {address: told for address, told in found.items() if told} == {}


@SIZES
def test_nothing_stands_in_the_way_of_who_has_a_link(opened, own, size) -> None:
    links, olga = MailLinks("", signing_key(own.home)), own.home.subscriber("olga")
    found = {}
    page = opened("/accessibility", viewport=size)
    for act in LinkAct:
        page.goto(own.address + links.address(MailLink(act, olga, "cea-leti", PHOTONIC)))
        found[act.value] = wrong(page)
        if act is not LinkAct.WHY:  # which only tells
            page.get_by_role("main").get_by_role("button").first.click()
            found[f"{act.value}, done"] = wrong(page)
    page.goto(own.address + Sessions(signing_key(own.home)).link(olga))
    found["sign in"] = wrong(page)
    assert {address: told for address, told in found.items() if told} == {}
