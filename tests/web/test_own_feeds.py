"""A reader's calendar and feed by their secret addresses: what they hold, until when, and for whom nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from itsdangerous import URLSafeSerializer

from matcher.app.access.person_mark import person_mark
from matcher.app.access.signing_key import signing_key
from matcher.app.mails.feed_addresses import FeedAddresses
from matcher.app.mails.reader_choices import wish
from matcher.model.mail_link import Wish
from matcher.web.sessions import SESSION, Sessions
from tests.helpers.home import LIFE_CALL, PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.helpers.home import Run

ADDRESS = "https://matcher.example.org"
READERS = """subscribers:
- {address: ana@example.org, id: ana, language: en, institutes: [cea-leti], threshold: 0}
- {address: bea@example.org, id: bea, language: fr, institutes: [calym, cea-leti], threshold: 0}
- {address: net@example.org, id: net, language: en, institutes: ["*"], threshold: 0}
- address: tom@example.org
  id: tom
  language: en
  institutes: [cea-leti]
  threshold: 0
  mute: {terms: [silicon photonics]}
- {address: eve@example.org, id: eve, language: en, searches: [{words: photonics}]}
"""


@pytest.fixture
def place(configured: Callable[..., Place]) -> Place:
    return configured(f"{ADDRESS}/", READERS)


@pytest.fixture
def site(place: Place) -> Iterator[LocalSite]:
    with LocalSite(place) as served:
        yield served


def signed_in(site: LocalSite, reader: str) -> None:
    site.session.cookies.set(SESSION, Sessions(signing_key(site.home)).begun(site.home.subscriber(reader)))


def shown(site: LocalSite, reader: str) -> list[str]:
    """The paths that the page of a reader's mails shows him; the browser is signed out again."""
    signed_in(site, reader)
    page = site.get("/mails").text
    site.session.cookies.clear()
    return re.findall(rf'href="{ADDRESS}(/feeds/[^"]+)"', page)


def test_programs_read_what_suits_a_readers_institutes_without_signing_in(site: LocalSite) -> None:
    calendar, feed = shown(site, "ana")
    made = site.get(calendar)
    assert made.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "CEA-Leti" in str(Calendar.from_ical(made.text)["X-WR-CALNAME"])
    assert list(Calendar.from_ical(made.text).walk("VEVENT"))
    entries = site.get(feed)
    assert entries.headers["Content-Type"].startswith("application/atom+xml")
    assert PHOTONIC in entries.text
    assert f'href="{ADDRESS}{feed}" rel="self"' in entries.text
    assert "Set-Cookie" not in made.headers


def test_a_reader_of_several_institutes_has_each_call_once_in_his_language(site: LocalSite) -> None:
    calendar, feed = shown(site, "bea")
    assert str(Calendar.from_ical(site.get(calendar).text)["X-WR-CALNAME"]).startswith("Appels européens")
    ids = re.findall(r"<id>([^<]+)</id>", site.get(feed).text)
    assert len(ids) == len(set(ids))
    assert len(ids) > 2
    of_all = re.findall(r"<id>([^<]+)</id>", site.get(shown(site, "net")[1]).text)
    assert len(of_all) >= len(ids)


def test_what_the_reader_put_away_is_in_neither(run: Run, place: Place, site: LocalSite) -> None:
    """By a term that he muted, or by himself alone; other readers go on reading it."""
    _, feed = shown(site, "tom")
    assert PHOTONIC not in site.get(feed).text
    assert "<entry>" in site.get(feed).text
    _, anas = shown(site, "ana")
    assert run(place, "digest", "dismiss", "ana", LIFE_CALL).code == 0
    assert LIFE_CALL not in site.get(anas).text
    assert PHOTONIC in site.get(anas).text


def test_the_readers_own_threshold_and_decisions_count(run: Run, place: Place, site: LocalSite) -> None:
    _, feed = shown(site, "ana")
    assert run(place, "dismiss", "cea-leti", PHOTONIC).code == 0
    before = site.get(feed).text
    assert PHOTONIC not in before
    for _ in range(9):
        wish(site.home, "ana", Wish.FEWER)
    after = site.get(feed).text
    assert after.count("<entry>") < before.count("<entry>")


def test_renewed_addresses_are_new_and_the_old_ones_hold_no_more(site: LocalSite) -> None:
    old, other = shown(site, "ana"), shown(site, "bea")
    assert shown(site, "ana") == old
    signed_in(site, "ana")
    assert "The addresses are new" in site.post("/mails/addresses", "/mails").text
    site.session.cookies.clear()
    new = shown(site, "ana")
    assert set(new).isdisjoint(old)
    for path in old:
        assert site.get(path).status_code == 404
        assert "was renewed" in site.get(path).text
    assert [site.get(path).status_code for path in (*new, *other)] == [200] * 4


def test_nobody_renews_without_signing_in_or_from_another_site(site: LocalSite) -> None:
    old = shown(site, "ana")
    address = site.address + "/mails/addresses"
    assert site.session.post(address, timeout=60, data={"token": "x"}).status_code == 403
    signed_in(site, "ana")
    assert site.session.post(address, timeout=60, data={"token": "x"}).status_code == 403
    assert shown(site, "ana") == old


def test_forged_damaged_and_anothers_addresses_show_nothing(site: LocalSite) -> None:
    calendar, _ = shown(site, "ana")
    token = calendar.split("/")[2]
    key = signing_key(site.home)
    eve, ana = site.home.subscriber("eve"), person_mark(key, site.home.subscriber("ana"))
    of_ana, other_salt = ["ana", ana, ""], "matcher mail link"
    signed = {
        URLSafeSerializer(b"x" * 32, salt="matcher feed").dumps(of_ana),
        URLSafeSerializer(key, salt=other_salt).dumps(of_ana),
        *(
            URLSafeSerializer(key, salt="matcher feed").dumps(said)
            for said in ([], {}, "ana", ["ana", ""], [1, ana, ""], ["ana@example.org", ana, ""], ["ana", "", ""])
        ),
        FeedAddresses(site.home).of(replace(eve, identifier="nobody"), "calendar.ics").split("/")[4],
        FeedAddresses(site.home).of(eve, "calendar.ics").split("/")[4],  # mails of searches only
    }
    for bad in (*signed, token[:-2], token + "A", "x", "é", "a" * 4000):
        assert site.get(f"/feeds/{bad}/calendar.ics").status_code == 404, bad
    assert site.get(f"/feeds/{token}/calls.csv").status_code == 404
    assert shown(site, "eve") == []


def ended(place: Place, site: LocalSite, change: tuple[str, str]) -> list[str]:
    """The addresses that Ana had before the list of subscribers was changed; they are nobody's after it."""
    paths = shown(site, "ana")
    (place.config / "subscribers.yaml").write_text(READERS.replace(*change), encoding="utf-8")
    for path in paths:
        assert site.get(path).status_code == 404
        assert "subscribed no more" in site.get(path).text
    return paths


def test_they_end_with_the_subscription(place: Place, site: LocalSite) -> None:
    assert ended(place, site, ("ana", "ann"))


def test_who_gets_an_id_has_other_addresses_than_who_had_it(place: Place, site: LocalSite) -> None:
    old = ended(place, site, ("ana@", "another.ana@"))
    new = shown(site, "ana")
    assert not set(old) & set(new)


def test_without_an_address_of_the_pages_there_are_none(place: Place, site: LocalSite) -> None:
    calendar, _ = shown(site, "ana")
    (place.config / "matcher.toml").write_text("[projects]\nsources = []\n", encoding="utf-8")
    with LocalSite(place) as alone:
        assert alone.get(calendar).status_code == 404


def test_the_log_holds_no_secret_of_an_address(site: LocalSite, caplog: pytest.LogCaptureFixture) -> None:
    calendar, _ = shown(site, "ana")
    caplog.set_level("INFO")
    site.get(calendar)
    for path in ("/feeds/secret-token/calendar.ics", "/answer/secret-token", "/sign-in/secret-token"):
        assert site.get(path).status_code == 404
    logged = [one.getMessage() for one in caplog.records if one.name.startswith("matcher.web")]
    assert any("GET /feeds/… 200" in line for line in logged)
    assert [line for line in logged if calendar.split("/")[2] in line or "secret-token" in line] == []
