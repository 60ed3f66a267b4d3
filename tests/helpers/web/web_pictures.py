"""Pictures of the pages for the guide, in Debian's chromium: `python -m tests.helpers.web.web_pictures ADDRESS`.

The address is that of a running `matcher serve`, whose home has calls and projects; nothing is changed there. The
institute is BRGM, the folder docs/images unless another is named after the address.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.helpers.mail.mail_pictures import IMAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIST = "/institutes/brgm"
PATIENCE = 120_000


def opened(browser: Browser, address: str, language: str, width: int, height: int) -> Page:
    """A page in a window of its own."""
    page = browser.new_context(locale=language, viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


def edited(page: Page) -> Page:
    """The profile while two keywords are written, and what they would change."""
    more = page.get_by_label("More keywords").first
    more.fill("heat pumps\ndistrict heating")
    page.get_by_text("What this would change").wait_for()
    page.locator(f"[id='{more.get_attribute('aria-describedby')}']").get_by_text("heat pumps").wait_for()
    more.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().bottom + window.scrollY - 620)")
    return page


def main() -> None:
    """Takes them all."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    site, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2]) if len(sys.argv) > 2 else IMAGES
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        taken = {
            "web-list": opened(browser, site + LIST, "en-GB", 1080, 1000),
            "web-network": opened(browser, site + "/network", "en-GB", 1080, 900),
            "web-phone-fr": opened(browser, site + LIST, "fr-FR", 360, 1080),
            "web-profile": edited(opened(browser, f"{site}{LIST}/profile", "en-GB", 1080, 760)),
        }
        for name, page in taken.items():
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
