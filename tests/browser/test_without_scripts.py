"""What a project officer does, in a browser without scripts, on a telephone and at a desk."""

from __future__ import annotations

from tests.browser.conftest import SIZES
from tests.helpers.home import PHOTONIC

LIST = "/institutes/cea-leti"


@SIZES
def test_read_keep_dismiss_note_and_take_back(opened, own, size) -> None:
    page = opened("/", viewport=size, java_script_enabled=False)
    page.get_by_role("link", name="CEA-Leti").click()
    call = page.locator(f"article[id='{PHOTONIC}']")
    call.get_by_role("button", name="Keep").first.click()
    page.get_by_role("status").get_by_text(f"{PHOTONIC}: kept").wait_for()
    assert page.url.endswith(f"#{PHOTONIC}")
    call = page.locator(f"article[id='{PHOTONIC}']")
    call.get_by_label("Why it is not for us").select_option(label="no capacity")
    call.get_by_role("button", name="Not for us").first.click()
    page.get_by_role("status").get_by_text("no capacity").wait_for()
    page.goto(own.address + LIST)
    page.get_by_text("Dismissed").first.click()
    call = page.locator(f"article[id='{PHOTONIC}']")
    call.get_by_role("button", name="Take it back").click()  # what was decided before stands again
    page.get_by_role("status").get_by_text(f"{PHOTONIC}: kept").wait_for()
    call.get_by_role("link", name="Silicon photonics for sensors").click()
    page.get_by_text("Assign, note, state").click()
    page.get_by_label("Note", exact=True).fill("Ask <Freiberg> first.")
    page.get_by_role("button", name="Note it").click()
    page.get_by_text("Ask <Freiberg> first.").wait_for()


@SIZES
def test_narrow_the_list(opened, own, size) -> None:
    page = opened(LIST, viewport=size, java_script_enabled=False)
    page.get_by_text("Narrow the list").click()
    page.get_by_label("Type of action").fill("IA, CSA")
    page.get_by_label("Status").select_option("all")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"{own.address}{LIST}?status=all&action=CSA&action=IA")
    assert page.get_by_label("Type of action").input_value() == "CSA,IA"
    page.get_by_role("link", name="everything again").click()
    page.wait_for_url(own.address + LIST)


def test_choose_the_language(opened, own) -> None:
    page = opened(LIST, java_script_enabled=False)
    page.get_by_role("button", name="Français").click()
    page.wait_for_url(own.address + LIST)
    page.get_by_text("Ce qui convient").wait_for()
    page.goto(own.address + "/")
    page.get_by_text("Choisissez un institut").wait_for()


def test_search_and_send_the_address(opened, own) -> None:
    page = opened("/calls", java_script_enabled=False)
    page.get_by_label("Words that have to be in the call").fill("silicon photonics")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"{own.address}/calls?words=silicon+photonics")
    page.get_by_role("link", name="Silicon photonics for sensors").click()
    page.get_by_role("combobox", name="Institute").select_option(label="CEA-Leti")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"{own.address}/calls/{PHOTONIC}?for=cea-leti")
    page.locator("mark").first.wait_for()
