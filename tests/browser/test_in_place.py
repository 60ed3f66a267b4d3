"""With scripts a decision and the look at an edit need no page loaded anew; without, forms do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import SIZES
from tests.helpers.home import PHOTONIC, make_config

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.helpers.home import Place

LIST = "/institutes/cea-leti"


@pytest.fixture
def fetched(fetched: Place, tmp_path: Path) -> Place:
    """With profiles that may be edited."""
    fetched.config = make_config(tmp_path / "config")
    return fetched


def marked(page: Page) -> Page:
    """The page with a mark that is gone once it is loaded anew."""
    page.evaluate("window.same = true")
    return page


def is_same(page: Page) -> bool:
    return bool(page.evaluate("window.same === true"))


@SIZES
def test_a_call_is_decided_on_in_place(opened, size) -> None:
    page = marked(opened(LIST, viewport=size))
    call = page.locator(f"article[id='{PHOTONIC}']")
    call.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("status").get_by_text(f"{PHOTONIC}: kept").wait_for()
    call.get_by_text("Decided: kept").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Keep it no more"  # the keyboard stays where it was
    call.get_by_label("Why it is not for us").select_option(label="no capacity")
    call.get_by_role("button", name="Not for us").first.click()
    call.get_by_text("dismissed: no capacity").wait_for()
    call.get_by_role("button", name="Take it back").click()
    call.get_by_text("Decided: kept").wait_for()
    assert is_same(page)
    assert page.url.endswith(LIST)


def test_a_note_on_the_page_of_a_call(opened) -> None:
    page = marked(opened(f"/calls/{PHOTONIC}?for=cea-leti"))
    page.get_by_text("Assign, note, state").click()
    page.get_by_label("Note", exact=True).fill("Ask <Freiberg> first.")
    page.get_by_role("button", name="Note it").click()
    page.get_by_text("Ask <Freiberg> first.").wait_for()
    assert is_same(page)


def test_what_is_refused_is_told_in_place(opened, own) -> None:
    page = marked(opened(LIST))
    page.evaluate("document.querySelectorAll('input[name=token]').forEach(one => one.value = 'old')")
    page.locator(f"article[id='{PHOTONIC}']").get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("This form is too old").wait_for()
    assert is_same(page)


def test_an_edit_is_looked_at_while_it_is_written(opened) -> None:
    page = marked(opened(LIST + "/profile"))
    words = page.get_by_role("group", name="Keywords in English").first
    first, more = words.get_by_label("Keyword 1", exact=True), words.get_by_label("More keywords")
    first.fill("xylophone tuning")
    page.get_by_text("What this would change").wait_for()
    told = page.locator(f"[id='{first.get_attribute('aria-describedby')}']")
    told.get_by_text("no call holds a word of it").wait_for()
    more.fill("district heating\nheat pumps")
    page.locator(f"[id='{more.get_attribute('aria-describedby')}']").get_by_text("heat pumps").wait_for()
    assert is_same(page)
    assert (first.input_value(), more.input_value()) == ("xylophone tuning", "district heating\nheat pumps")
    assert page.evaluate("document.activeElement.name") == "en-more"  # nothing that is written in was replaced
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    assert page.get_by_role("group", name="Keywords in English").first.get_by_role("textbox").last.input_value() == ""
