"""Every page as people meet it: narrow and wide, light and dark, with the keyboard, on paper, by rules of access."""

from __future__ import annotations

import re

import pytest

from matcher.web.routes import PAGES
from tests.browser.conftest import DESK, PHONE, SIZES
from tests.helpers.web.addresses import ADDRESSES, EVERY

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: object) -> list[str]:
    """What axe-core finds wrong, each with where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def test_every_page_of_the_table_is_looked_at() -> None:
    for_programs = {"/health", "/metrics", "/feeds/{token}/calendar.ics", "/feeds/{token}/calls.atom"}
    assert set(ADDRESSES) == {page.path for page in PAGES if page.method == "GET"} - for_programs


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_nothing_stands_in_anybodys_way(opened, size, scheme) -> None:
    """axe-core finds nothing, whatever is unfolded, and no page is wider than its window."""
    page = opened("/", viewport=size, color_scheme=scheme)
    base = page.url.rstrip("/")
    wrong = {}
    for address in EVERY:
        page.goto(base + address)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        wrong[address] = findings(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong[address].append("wider than the window")
    assert {address: found for address, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_a_page_says_its_language(opened, language) -> None:
    page = opened("/", locale=language)
    assert page.evaluate("document.documentElement.lang") == language[:2]


def test_the_keyboard_leads_past_the_menu(opened) -> None:
    page = opened("/institutes/cea-leti", viewport=DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_who_wants_no_motion_gets_none(opened) -> None:
    page = opened("/", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.parametrize("address", EVERY)
def test_a_page_prints_on_a4(opened, address) -> None:
    page = opened(address)
    data = page.pdf(prefer_css_page_size=True)
    sizes = {tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)}
    assert {(round(width), round(height)) for width, height in sizes} <= {(595, 842), (596, 842), (595, 843)}
    page.emulate_media(media="print")
    assert not page.locator(".tongue").first.is_visible()


def test_a_page_of_a_hundred_calls_is_small(opened) -> None:
    """Nothing but the page, its style sheet and its script is asked for, both kept by the browser."""
    asked: list[str] = []
    page = opened("/", viewport=PHONE)
    page.on("request", lambda request: asked.append(request.resource_type))
    page.goto(page.url + "institutes/cea-leti?top=100")
    assert set(asked) <= {"document", "stylesheet", "script"}
