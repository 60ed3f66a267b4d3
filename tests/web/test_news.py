"""What an institute's list tells of what changed since its reader last looked."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.deciding import decide
from matcher.app.decisions.forgetting import forget_person
from matcher.app.home import Home
from matcher.app.reader_looks import SITTING, Look, keep_reader_look, looks_of
from matcher.app.sources.upkeep import clean_up
from matcher.config.settings import load_settings
from matcher.errors import StoreBusy
from matcher.model.decision import Act, Order
from matcher.web import last_look
from matcher.web.last_look import LOOKS
from matcher.web.sessions import SESSION, Sessions
from tests.helpers.home import DAY, LIFE_CALL, PHOTONIC, Place, fetch_into, make_config, some_rows
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIST = "/institutes/cea-leti"
LATER = "2026-06-20"
NEW = "HORIZON-TEST-2027-0001-02"
TOLD = "What changed since you last looked"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    """A home that was fetched twice: one call has another title then, one is there no more, one is new."""
    folder: Path = tmp_path_factory.mktemp("news")
    place = Place(folder / "home", make_config(folder / "config"))
    file = place.config / "matcher.toml"
    file.write_text(file.read_text() + "[digest]\nthreshold = 1\n")
    about = "<p>Silicon photonics, microelectronics and MEMS sensors on wafers.</p>"
    rows = some_rows()
    later = [*rows, topic(12, title=["Microelectronics anew"], descriptionByte=[about])]
    later[1] = topic(1, title=["Silicon photonics for many sensors"], descriptionByte=[about], tags=["Photonics"])
    for day, listed in ((DAY, rows), (LATER, later)):
        with LocalPortal(listed) as portal:
            place.portal = portal.url
            fetch_into(place, day)
    with LocalSite(place) as served:
        yield served


def _page(site: LocalSite, last: datetime) -> str:
    """The list as a browser gets it that was last here then."""
    site.session.cookies.set(LOOKS, f"cea-leti..{int(last.timestamp())}")
    return site.get(LIST).text


def _told(page: str) -> dict[str, str]:
    """The parts of the news, by their titles."""
    [section] = re.findall(r'<section class="news".*?</section>', page, re.DOTALL)
    return dict(re.findall(r"<h3>(\w+) \(\d+\)</h3>(.*?)(?=<h3>|</section>)", section, re.DOTALL))


def test_who_never_looked_is_told_of_no_news(site: LocalSite) -> None:
    site.session.cookies.clear()
    assert TOLD not in site.get(LIST).text
    assert re.fullmatch(r"cea-leti\.\.\d+", site.session.cookies[LOOKS])
    assert TOLD not in site.get(LIST).text  # the same sitting


def test_what_came_and_what_changed_is_told(site: LocalSite) -> None:
    told = _told(_page(site, datetime(2026, 6, 17, tzinfo=UTC)))
    assert NEW in told["New"]
    assert PHOTONIC in told["Changed"]
    assert "Silicon photonics for many sensors" in told["Changed"]
    assert PHOTONIC not in told["New"]


def test_each_look_has_its_own_news(site: LocalSite) -> None:
    """A page that is kept is not shown to who looked at another time."""
    assert "Nothing in the calls that suit you." in _page(site, datetime(2026, 6, 25, tzinfo=UTC))
    assert NEW in _told(_page(site, datetime(2026, 6, 17, tzinfo=UTC)))["New"]
    everything = _told(_page(site, datetime(2026, 6, 1, tzinfo=UTC)))
    assert {NEW, PHOTONIC} <= set(re.findall(r"HORIZON-TEST-[\d-]+\d", everything["New"]))


def test_what_is_made_up_or_damaged_is_left_out(site: LocalSite) -> None:
    for cookie in ("cea-leti", "~~.", "cea-leti.x.y", "cea-leti..99999999999999", "mines..1", "<b>..1"):
        site.session.cookies.set(LOOKS, cookie)
        assert TOLD not in site.get(LIST).text


def test_another_day_and_a_file_are_no_look(site: LocalSite) -> None:
    site.session.cookies.clear()
    site.get(f"{LIST}?as_of={LATER}")
    site.get(f"{LIST}?format=csv")
    assert LOOKS not in site.session.cookies


def test_a_call_that_was_dismissed_is_no_news(site: LocalSite) -> None:
    site.post(f"{LIST}/decisions", LIST, call=NEW, act="dismiss", back=LIST)
    assert NEW not in _told(_page(site, datetime(2026, 6, 17, tzinfo=UTC))).get("New", "")
    assert LIFE_CALL not in _page(site, datetime(2026, 6, 17, tzinfo=UTC))


def test_a_sitting_ends_after_hours_without_a_look() -> None:
    began = datetime(2026, 6, 17, 8, tzinfo=UTC)
    first = Look(None, began)
    second = first.again(began + timedelta(hours=1))
    assert second == Look(None, began + timedelta(hours=1))
    assert second.again(began + timedelta(hours=1, minutes=2)) == second
    assert second.again(began + timedelta(hours=1) + SITTING).former == second.last


READERS = """subscribers:
  - {id: ana, name: Ana, address: ana@example.org, language: en, institutes: [cea-leti], role: officer}
  - {id: anabel, name: Bel, address: bel@example.org, language: en, institutes: [cea-leti], role: reader}
"""


@contextmanager
def device(place: Place, reader: str) -> Iterator[LocalSite]:
    """A browser of its own in which a reader is signed in, asking for the list as on an iPad and a desk."""
    with LocalSite(place) as site:
        key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
        site.session.cookies.set(SESSION, Sessions(key).begun(site.home.subscriber(reader)))
        site.session.headers["Host"] = "matcher.example.org"
        yield site


def kept(home: Home, reader: str) -> Look:
    """The look that the store has, which is written once a page is on its way."""
    until = time.monotonic() + 30
    while "cea-leti" not in (found := looks_of(home, reader)):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found["cea-leti"]


def test_what_a_reader_looked_at_each_of_his_devices_knows(configured: Callable[..., Place]) -> None:
    place = configured("https://matcher.example.org/", READERS)
    home = Home(load_settings(environ=place.environment))
    with device(place, "ana") as desk:
        assert TOLD not in desk.get(LIST).text
        assert LOOKS not in desk.session.cookies
        first = kept(home, "ana")
        assert first.former is None
        before = first.last - SITTING
        keep_reader_look(home, "ana", "cea-leti", Look(None, before))  # as if that had been hours ago
        assert TOLD in desk.get(LIST).text
        until = time.monotonic() + 30
        while kept(home, "ana").former != before:  # the same sitting on the other device
            assert time.monotonic() < until
    with device(place, "ana") as tablet:
        assert TOLD in tablet.get(LIST).text
    with device(place, "anabel") as another:
        assert TOLD not in another.get(LIST).text
        assert kept(home, "anabel").former is None


def test_looks_are_kept_on_either_database_and_forgotten_with_their_reader(on_either: Place) -> None:
    home, now = Home(load_settings(environ=on_either.environment)), datetime(2026, 6, 17, 8, 1, 2, 3, tzinfo=UTC)
    look = Look(now - SITTING, now)
    keep_reader_look(home, "ana", "cea-leti", Look(None, now - SITTING))
    keep_reader_look(home, "ana", "cea-leti", look)
    keep_reader_look(home, "anabel", "cea-leti", Look(None, now))
    assert looks_of(home, "ana") == {"cea-leti": look}
    decide(home, "cea-leti", [PHOTONIC], Order.of(Act.KEEP, by="ana"))
    forget_person(home, "ana")
    assert looks_of(home, "ana") == {}
    assert looks_of(home, "anabel") == {"cea-leti": Look(None, now)}
    clean_up(home, lambda: now + timedelta(days=367))
    assert looks_of(home, "anabel") == {}


def test_a_look_that_cannot_be_kept_stands_in_nobodys_way(
    configured: Callable[..., Place], monkeypatch, caplog
) -> None:
    def refuse(*_: object) -> None:
        raise StoreBusy("The database is locked.")

    monkeypatch.setattr(last_look, "keep_reader_look", refuse)
    with device(configured("https://matcher.example.org/", READERS), "ana") as site:
        assert site.get(LIST).status_code == 200
        assert site.get("/health").status_code == 200
    assert "was not kept: The database is locked." in caplog.text
