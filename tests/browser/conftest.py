"""A real browser (Debian's chromium, headless) on a real server of this machine."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.helpers.home import Place

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def _missing(what: str) -> None:
    if os.environ.get("MATCHER_TEST_BROWSER") == "required":
        pytest.fail(f"{what} is missing, and the browser tests may not be skipped here")
    pytest.skip(f"{what} is missing: make browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        _missing("Debian's chromium")
    with sync_playwright() as playwright:
        # as root (a container's user) chromium does not run in its sandbox; it reads our own pages only
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=program, args=options)
        yield started
        started.close()


@pytest.fixture
def own(fetched: Place) -> Iterator[LocalSite]:
    with LocalSite(fetched) as served:
        yield served


@pytest.fixture
def opened(browser: Browser, own: LocalSite) -> Iterator[Callable[..., Page]]:
    """Opens an address in a window of its own: `opened("/", viewport=PHONE)`; every complaint of it is a failure."""
    contexts, complaints = [], []

    def look(address: str, **settings: object) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **settings})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if _is_own(asked.url, own) else complaints.append(asked.url))
        page.goto(own.address + address)
        return page

    yield look
    for context in contexts:
        context.close()
    # that an address was answered as missing, or refused, is what its test asked for
    assert [one for one in complaints if "the server responded with a status of 4" not in one] == []


def _is_own(url: str, site: LocalSite) -> bool:
    return url.startswith((site.address, "data:"))
