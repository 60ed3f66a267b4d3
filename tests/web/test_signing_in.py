"""Signing in by a link of a mail: who gets in, as whom, for how long, and who does not."""

from __future__ import annotations

import email
import re
import threading
import time
from dataclasses import replace
from datetime import timedelta
from email import policy
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from matcher.app.home import Home
from matcher.app.mails.reader_choices import as_chosen
from matcher.config import subscribers
from matcher.config.settings import load_settings
from matcher.model.day import brussels_day
from matcher.model.subscription import Frequency, Subscriber
from matcher.web.pages import signing_in
from matcher.web.rate_limit import RateLimit, asker
from matcher.web.sessions import ENDED, LINK_MINUTES, SESSION, SESSION_DAYS, Sessions
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from tests.helpers.home import Place

READERS = """subscribers:
- {address: ana@example.org, id: ana, language: en, institutes: [cea-leti]}
- {address: rob@example.org, id: rob, language: en, institutes: [cea-leti], role: reader}
- {address: net@example.org, id: net, language: en, institutes: ["*"]}
"""
ANA = Subscriber("ana", "Ana", "ana@example.org")


@pytest.fixture
def place(configured: Callable[..., Place], monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(signing_in, "_asked", RateLimit(3, 3_600.0))
    monkeypatch.setattr(signing_in, "_tried", RateLimit(30, 3_600.0))
    return configured("https://matcher.example.org/", READERS)


@pytest.fixture
def site(place: Place) -> Iterator[LocalSite]:
    with LocalSite(place) as served:
        yield served


def body_of(message: email.message.EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def press(site: LocalSite, link: str, **headers: str) -> requests.Response:
    """The button of a link's page."""
    return site.session.post(site.address + link, data={"go": "1"}, headers=headers, timeout=60, allow_redirects=False)


def mailed(place: Place, reader: str = "ana") -> list[str]:
    """The paths of the links that were sent to a reader."""
    files = sorted((place.home / "outbox").rglob(f"sign-in-{reader}*.eml"))
    texts = (email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files)
    return [re.findall(r"https://matcher\.example\.org(/sign-in/\S+)", body_of(text))[0] for text in texts]


def asked(site: LocalSite, place: Place, reader: str = "ana", **fields: str) -> str:
    """A link, asked for and mailed."""
    before = len(mailed(place, reader))
    assert "is on its way" in site.post("/sign-in", "/sign-in", address=f"{reader}@example.org", **fields).text
    until = time.monotonic() + 20
    while len(mailed(place, reader)) == before:
        assert time.monotonic() < until
        time.sleep(0.05)
    return mailed(place, reader)[-1]


def signed_in(site: LocalSite, place: Place, reader: str = "ana") -> None:
    link = asked(site, place, reader)
    assert "Sign in" in site.get(link).text
    answer = press(site, link)
    assert answer.headers["Location"] == "/"


def test_who_gets_mails_signs_in_and_out(site: LocalSite, place: Place) -> None:
    assert "Your mail address" in site.get("/institutes/cea-leti").text
    signed_in(site, place)
    page = site.get("/institutes/cea-leti")
    assert "CEA-Leti" in page.text
    assert "Sign out" in page.text
    assert site.get("/institutes/calym").status_code == 404
    assert "Your mail address" in site.post("/sign-out", "/institutes/cea-leti").text
    assert "Your mail address" in site.get("/institutes/cea-leti").text


def test_a_link_is_opened_as_often_as_scanners_like_and_used_once(site: LocalSite, place: Place) -> None:
    link = asked(site, place)
    for _ in range(3):
        assert site.get(link).status_code == 200
    assert SESSION not in site.session.cookies
    assert press(site, link).status_code == 303
    assert SESSION in site.session.cookies
    site.session.cookies.clear()
    again = press(site, link)
    assert again.status_code == 410
    assert "used already" in again.text
    assert "<h1>This is over</h1>" in again.text
    assert SESSION not in site.session.cookies


def test_an_address_that_is_unknown_gets_the_same_answer_and_no_mail(site: LocalSite, place: Place) -> None:
    known = site.post("/sign-in", "/sign-in", address="ana@example.org").text
    for address in ("nobody@example.org", "ana", "", "ana@example.org\r\nBcc: x@example.org"):
        unknown = site.post("/sign-in", "/sign-in", address=address).text
        assert re.sub(r'value="[^"]+"', "", unknown) == re.sub(r'value="[^"]+"', "", known)
    time.sleep(0.3)
    assert len(list((place.home / "outbox").rglob("*.eml"))) == 1


def test_links_are_not_sent_without_end(site: LocalSite, place: Place) -> None:
    for _ in range(3):
        asked(site, place)
    site.post("/sign-in", "/sign-in", address="ana@example.org")
    time.sleep(0.3)
    assert len(mailed(place)) == 3
    codes = [site.post("/sign-in", "/sign-in", address="x@example.org").status_code for _ in range(30)]
    assert codes[0] == 200
    assert codes[-1] == 429


def test_forged_old_and_foreign_links_let_nobody_in(
    site: LocalSite, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = asked(site, place)
    forged = Sessions(b"x" * 32)
    for path in (forged.link(ANA), forged.link(None), good[:-1], "/sign-in/x"):
        assert press(site, path).status_code == 404
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - LINK_MINUTES * 60 - 5)
    old = Sessions(key).link(ANA)
    monkeypatch.undo()
    assert press(site, old).status_code == 410
    assert press(site, Sessions(key).link(replace(ANA, identifier="gone"))).status_code == 410
    for cookie in (
        forged.begun(ANA),
        forged.begun(None),
        "x",
        Sessions(key).begun(replace(ANA, identifier="gone")),
        Sessions(key).link(ANA)[9:],
    ):
        site.session.cookies.set(SESSION, cookie)
        assert "Your mail address" in site.get("/").text
        site.session.cookies.clear()


def test_a_session_ends_with_its_days_and_with_the_subscription(
    site: LocalSite, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - SESSION_DAYS * 86_400 - 5)
    old = Sessions(key).begun(ANA)
    monkeypatch.undo()
    site.session.cookies.set(SESSION, old)
    assert "Your mail address" in site.get("/").text
    site.session.cookies.clear()
    signed_in(site, place)
    assert "Sign out" in site.get("/").text
    (place.config / "subscribers.yaml").write_text(READERS.replace("ana", "eve"), encoding="utf-8")
    assert "Your mail address" in site.get("/").text


def test_a_session_that_was_planted_is_not_the_one_that_begins(site: LocalSite, place: Place) -> None:
    """Who knows the cookie that a browser had before it signed in is not signed in by it."""
    site.get("/sign-in")
    planted = site.session.cookies["matcher_browser"]
    site.session.cookies.set(SESSION, planted)
    signed_in(site, place)
    [begun] = [one.value for one in site.session.cookies if one.name == SESSION and one.value != planted]
    site.session.cookies.clear()
    site.session.cookies.set(SESSION, planted)
    assert site.get("/calls", allow_redirects=False).status_code == 303  # to the signing in
    site.session.cookies.set(SESSION, str(begun))
    assert site.get("/calls", allow_redirects=False).status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(site: LocalSite, place: Place) -> None:
    link = asked(site, place)
    answer = press(site, link, Host="matcher.example.org")
    said = answer.headers["Set-Cookie"]
    assert f"{SESSION}=" in said
    for flag in ("HttpOnly", "SameSite=lax", "Secure"):
        assert flag in said


def test_a_reader_reads_an_officer_decides_the_network_sees_all(site: LocalSite, place: Place) -> None:
    decided = {}
    for reader in ("ana", "rob", "net"):
        signed_in(site, place, reader)
        page = site.get("/institutes/cea-leti?as_of=2026-06-15&min_fit=0")
        assert page.status_code == 200
        answer = site.post(
            "/institutes/cea-leti/decisions", "/institutes/cea-leti", call="HORIZON-TEST-2027-0000-01", act="keep"
        )
        decided[reader] = answer.status_code
        assert (site.get("/institutes/calym").status_code == 200) is (reader == "net")
        site.session.cookies.clear()
    assert decided["ana"] == 200
    assert decided["rob"] == decided["net"] == 403


def test_who_is_signed_in_sees_and_changes_his_mails(site: LocalSite, place: Place) -> None:
    signed_in(site, place)
    page = site.get("/mails").text
    assert "working days" in page
    assert "The whole mail" in page
    assert "Silicon photonics" in page or "HORIZON" in page
    assert "once a week, on Monday" in site.post("/mails", "/mails", do="weekly").text
    assert site.post("/mails", "/mails", do="burn").status_code == 400
    assert site.session.post(site.address + "/mails", data={"do": "stop"}).status_code == 403
    assert "once a week" in site.get("/mails").text


def test_he_chooses_programmes_and_reminders(site: LocalSite, place: Place) -> None:
    signed_in(site, place)
    assert 'name="reminders" value="30, 14, 3"' in site.get("/mails").text
    page = site.post("/mails", "/mails", do="narrow", programmes="life; Cluster 4", reminders="7,21, 7").text
    assert 'name="reminders" value="21, 7"' in page
    reader = as_told(place)
    assert reader.reminders == (21, 7)
    assert len(reader.programmes) == 2
    assert f'name="programmes" value="{", ".join(reader.programmes)}"' in page
    assert "once a week" in site.post("/mails", "/mails", do="weekly").text
    assert as_told(place).reminders == (21, 7)  # what was chosen before stays
    for wrong in ({"reminders": "soon"}, {"reminders": "400"}, {"reminders": "-1"}, {"programmes": "no such thing"}):
        assert site.post("/mails", "/mails", do="narrow", **wrong).status_code == 400
    assert as_told(place) == replace(reader, frequency=Frequency.WEEKLY, weekday=0)
    site.post("/mails", "/mails", do="narrow", programmes="", reminders="")
    assert (as_told(place).programmes, as_told(place).reminders) == ((), ())


def as_told(place: Place) -> Subscriber:
    """Ana, as she gets mails today."""
    home = Home(load_settings(environ=place.environment))
    with home.open_store(read_only=True) as store:
        return as_chosen(store, [home.subscriber("ana")], brussels_day(home.clock()))[0]


def test_whoever_has_the_machine_gets_a_link_where_people_sign_in(site: LocalSite, place: Place) -> None:
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    link = Sessions(key).link(None)
    assert press(site, link).status_code == 303
    assert site.get("/institutes/calym").status_code == 200


def test_nobody_is_sent_elsewhere_from_signing_in(site: LocalSite) -> None:
    page = site.get("/institutes/cea-leti?as_of=2026-06-15", allow_redirects=False)
    assert page.headers["Location"] == "/sign-in?back=%2Finstitutes%2Fcea-leti%3Fas_of%3D2026-06-15"
    assert "evil" not in site.get("/sign-in?back=https://evil.example/").text


def test_a_mailed_link_leads_to_the_page_that_was_wanted(site: LocalSite, place: Place) -> None:
    wanted = "/institutes/cea-leti?as_of=2026-06-15&min_fit=0"
    page = site.get(wanted)  # to the signing in
    form = re.search(r'name="back" value="([^"]+)"', page.text)
    assert form is not None
    assert unescape(form[1]) == wanted
    answer = press(site, asked(site, place, back=unescape(form[1])))
    assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
    assert "CEA-Leti" in site.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "javascript:alert(1)",
        "evil",
        "",
        "/calls?words=" + "x" * 600,
    ],
)
def test_a_mailed_link_leads_nowhere_else(site: LocalSite, place: Place, elsewhere: str) -> None:
    assert press(site, asked(site, place, back=elsewhere)).headers["Location"] == "/"
    assert "evil" not in site.get("/sign-in", params={"back": elsewhere}).text


def test_who_gets_an_id_is_not_signed_in_by_what_was_given_to_who_had_it(site: LocalSite, place: Place) -> None:
    link = asked(site, place)
    signed_in(site, place)
    assert "Sign out" in site.get("/").text
    (place.config / "subscribers.yaml").write_text(READERS.replace("ana@", "another.ana@"), encoding="utf-8")
    assert "Your mail address" in site.get("/").text
    assert press(site, link).status_code == 410
    assert site.get(link).status_code == 410


def test_a_link_of_before_midnight_is_not_used_again_after_it(
    site: LocalSite, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another one was used meanwhile, which forgets links of days before."""
    first, second = asked(site, place), asked(site, place, "rob")
    assert press(site, first).status_code == 303
    tomorrow = signing_in.brussels_day(site.home.clock()) + timedelta(days=1)
    monkeypatch.setattr(signing_in, "brussels_day", lambda _: tomorrow)
    assert press(site, second).status_code == 303
    site.session.cookies.clear()
    assert press(site, first).status_code == 410


def test_how_long_an_answer_takes_tells_nobody_who_is_subscribed(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the mail that is sent nor by names that are guessed."""
    sent, goes_on = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        sent.set()
        goes_on.wait(20)

    monkeypatch.setattr(signing_in, "_mail", slow)
    monkeypatch.setattr(subscribers, "get_close_matches", lambda *_, **__: pytest.fail("names are guessed"))
    site.session.headers["Connection"] = "close"
    try:
        for address in ("ana@example.org", "anna@example.org"):
            assert "is on its way" in site.post("/sign-in", "/sign-in", address=address).text
        assert sent.wait(20)
    finally:
        goes_on.set()


def test_a_network_is_counted_as_one_whatever_address_of_its_own_it_asks_from() -> None:
    def counted(address: str) -> str:
        return asker(SimpleNamespace(client=SimpleNamespace(host=address)))

    assert counted("2001:db8:1:2::1") == counted("2001:db8:1:2:ffff::9%eth0") != counted("2001:db8:1:3::1")
    assert counted("::ffff:192.0.2.7") == counted("192.0.2.7") != counted("192.0.2.8")
    assert counted("a socket") == "a socket"
    assert asker(SimpleNamespace(client=None)) == "?"


def test_no_link_is_mailed_where_nobody_signs_in(configured: Callable[..., Place]) -> None:
    place = configured("", READERS)
    with LocalSite(place) as served:
        assert served.post("/sign-in", "/sign-in", address="ana@example.org").status_code == 404
    assert mailed(place) == []


def test_who_signs_out_leaves_no_page_behind(site: LocalSite, place: Place) -> None:
    signed_in(site, place)
    assert site.post("/sign-out", "/calls").history[0].headers["Clear-Site-Data"] == '"cache"'


def test_a_session_that_was_ended_signs_nobody_in(site: LocalSite, place: Place) -> None:
    """Who copied the cookie before its owner signed out has nothing of it; his other devices stay signed in."""
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    other = Sessions(key).begun(site.home.subscriber("ana"))
    signed_in(site, place)
    copied = site.session.cookies[SESSION]
    site.post("/sign-out", "/calls")
    site.session.cookies.set(SESSION, copied)
    assert "Your mail address" in site.get("/calls").text
    site.session.cookies.set(SESSION, other)
    assert "Sign out" in site.get("/calls").text


def test_signing_out_keeps_nothing_of_a_cookie_that_is_not_ours(site: LocalSite, place: Place) -> None:
    site.session.cookies.set(SESSION, "made.up.cookie")
    site.post("/sign-out", "/sign-in")
    with Home(load_settings(environ=place.environment)).open_store() as store:
        assert store.facts.named(ENDED) == {}
