"""Links of mails: what they ask, what their buttons do, and for whom they do nothing."""

from __future__ import annotations

import email
import json
import re
import time
from dataclasses import replace
from email import policy
from typing import TYPE_CHECKING

import pytest

from matcher.app.access.person_mark import person_mark
from matcher.app.access.signing_key import signing_key
from matcher.app.mails.mail_links import DAYS, LinkRefused, MailLinks
from matcher.model.mail_link import LinkAct, MailLink
from matcher.model.subscription import Subscriber
from tests.helpers.home import DAY, DIGITAL_CALL, PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.helpers.home import Run

ADDRESS = "https://matcher.example.org/calls/"
READERS = """subscribers:
- {address: ana@example.org, id: ana, language: en, institutes: [cea-leti], threshold: 0, frequency: daily}
- {address: bea@example.org, id: bea, institutes: [calym], threshold: 0, frequency: daily}
"""
ANA = Subscriber("ana", "Ana", "ana@example.org")
MARK = person_mark(b"k" * 32, ANA)


@pytest.fixture
def place(configured: Callable[..., Place]) -> Place:
    return configured(ADDRESS, READERS)


@pytest.fixture
def answers(place: Place) -> Iterator[LocalSite]:
    with LocalSite(place) as site:
        yield site


def mail_of(run: Run, place: Place, reader: str = "ana") -> email.message.EmailMessage:
    """The mail as it is sent to the reader."""
    assert run(place, "digest", "send", reader, "--as-of", DAY).code == 0
    (file,) = (place.home / "outbox").rglob(f"{reader}.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


def links_of(message: email.message.EmailMessage) -> list[str]:
    """The paths of the product's own links in the plain part, in their order."""
    part = message.get_body(("plain",))
    assert part is not None
    return re.findall(rf"{re.escape(ADDRESS.rstrip('/'))}(/answer/\S+)", part.get_content())


def post(site: LocalSite, path: str, **fields: str):
    return site.session.post(site.address + path, data=fields, timeout=60)


def signed(site: LocalSite, act: LinkAct, reader: str = "ana", institute: str = "", call: str = "") -> str:
    links = MailLinks("", signing_key(site.home))
    return links.address(MailLink(act, site.home.subscriber(reader), institute, call))


def decided(run: Run, place: Place) -> list[tuple[str, ...]]:
    found = json.loads(run(place, "decisions", "cea-leti", "--json").out)["decisions"]
    return [(one["institute"], one["call"], one["decision"], one["reason"], one["by"]) for one in found]


def test_a_mail_has_links_for_each_call_and_for_itself(run: Run, place: Place) -> None:
    message = mail_of(run, place)
    part = message.get_body(("html",))
    assert part is not None
    for label in ("Keep", "Not for us", "Why?", "Unsubscribe"):
        assert f">{label}</a>" in part.get_content()
    *of_calls, mails, unsubscribe = links_of(message)
    assert len(of_calls) >= 3
    assert len(of_calls) % 3 == 0
    assert mails != unsubscribe
    assert f"<{ADDRESS.rstrip('/')}{unsubscribe}>" in message["List-Unsubscribe"].replace("\n", "").replace(" ", "")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_an_address_mails_stay_as_they_are(run: Run, place: Place) -> None:
    (place.config / "matcher.toml").write_text("[projects]\nsources = []\n", encoding="utf-8")
    message = mail_of(run, place)
    assert links_of(message) == []
    assert "List-Unsubscribe-Post" not in message
    with LocalSite(place) as site:
        assert site.get(signed(site, LinkAct.MAILS)).status_code == 404


def test_to_look_changes_nothing_and_the_button_keeps(run: Run, place: Place, answers: LocalSite) -> None:
    keep, _, reasons = links_of(mail_of(run, place))[:3]
    page = answers.get(keep)
    assert page.status_code == 200
    assert "Keep this call" in page.text
    assert "Why this call" in answers.get(reasons).text
    assert "<button" not in answers.get(reasons).text
    assert decided(run, place) == []
    assert "Done: kept." in post(answers, keep, do="keep").text
    ((institute, _, decision, _, by),) = decided(run, place)
    assert (institute, decision, by) == ("cea-leti", "keep", "ana")
    assert "Taken back" in post(answers, keep, do="keep", undo="1").text
    assert decided(run, place) == []


def test_not_for_us_takes_a_reason(run: Run, place: Place, answers: LocalSite) -> None:
    dismiss = signed(answers, LinkAct.DISMISS, "ana", "cea-leti", PHOTONIC)
    assert "no capacity" in answers.get(dismiss).text
    assert post(answers, dismiss, do="dismiss", reason="nonsense").status_code == 400
    assert "Done: dismissed: no capacity." in post(answers, dismiss, do="dismiss", reason="no capacity").text
    assert decided(run, place) == [("cea-leti", PHOTONIC, "dismiss", "no capacity", "ana")]
    assert post(answers, dismiss, do="burn").status_code == 400


def test_a_page_is_in_its_readers_language(answers: LocalSite) -> None:
    page = answers.get(signed(answers, LinkAct.KEEP, "bea", "calym", DIGITAL_CALL))
    assert '<html lang="fr">' in page.text
    assert "Retenir cet appel" in page.text


@pytest.mark.parametrize(
    "link",
    [
        MailLink(LinkAct.KEEP, ANA, "calym", PHOTONIC),  # of an institute that is not the reader's
        MailLink(LinkAct.KEEP, replace(ANA, identifier="nobody"), "cea-leti", PHOTONIC),
        MailLink(LinkAct.KEEP, ANA, "no-institute", PHOTONIC),
        MailLink(LinkAct.MAILS, replace(ANA, identifier="nobody")),
        MailLink(LinkAct.KEEP, replace(ANA, address="ana@elsewhere.example"), "cea-leti", PHOTONIC),
        MailLink(LinkAct.UNSUBSCRIBE, replace(ANA, identifier="bea")),
    ],
)
def test_a_link_of_somebody_elses_is_refused(run: Run, place: Place, answers: LocalSite, link: MailLink) -> None:
    path = MailLinks("", signing_key(answers.home)).address(link)
    assert answers.get(path).status_code == 404
    assert post(answers, path, do="keep").status_code == 404
    assert decided(run, place) == []


def test_who_gets_an_id_does_not_answer_by_the_links_of_who_had_it(run: Run, place: Place, answers: LocalSite) -> None:
    keep, unsubscribe = (
        signed(answers, act, "ana", *of)
        for act, of in ((LinkAct.KEEP, ("cea-leti", PHOTONIC)), (LinkAct.UNSUBSCRIBE, ()))
    )
    file = place.config / "subscribers.yaml"
    file.write_text(READERS.replace("ana@example.org", "Ana@Example.org"), encoding="utf-8")
    assert answers.get(keep).status_code == 200  # the same mailbox, written otherwise
    file.write_text(READERS.replace("ana@example.org", "another.ana@example.org"), encoding="utf-8")
    for path in (keep, unsubscribe):
        assert "subscribed no more" in answers.get(path).text
        assert post(answers, path, do="keep").status_code == 404
    assert decided(run, place) == []


def test_forged_damaged_and_old_links_do_nothing(
    run: Run, place: Place, answers: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = signed(answers, LinkAct.KEEP, "ana", "cea-leti", PHOTONIC)
    forged = MailLinks("", b"x" * 32).address(MailLink(LinkAct.KEEP, ANA, "cea-leti", PHOTONIC))
    for path in (forged, good[:-2], good + "A", "/answer/x", "/answer/" + "é" * 20, "/answer/" + "a" * 5000):
        assert post(answers, path, do="keep").status_code in {404, 414}
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - DAYS * 86_400 - 5)
    old = signed(answers, LinkAct.KEEP, "ana", "cea-leti", PHOTONIC)
    monkeypatch.undo()
    assert "older than" in answers.get(old).text
    assert post(answers, old, do="keep").status_code == 404
    assert decided(run, place) == []


@pytest.mark.parametrize(
    "payload",
    [[], ["keep"], ["keep", "ana"], ["burn", "ana", MARK], {"a": 1}, "keep", ["keep", "ana", MARK, "c", "d", "e"]],
)
def test_what_is_signed_and_means_nothing_is_refused(payload: object) -> None:
    links = MailLinks("", b"k" * 32)
    with pytest.raises(LinkRefused):
        links.read(links._signer.dumps(payload), [ANA])


def test_other_sites_cannot_press_the_button(run: Run, place: Place, answers: LocalSite) -> None:
    keep = signed(answers, LinkAct.KEEP, "ana", "cea-leti", PHOTONIC)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert answers.session.post(answers.address + keep, data={"do": "keep"}, headers=headers).status_code == 403
    assert decided(run, place) == []


def test_other_pages_are_closed_to_who_only_has_a_link(answers: LocalSite) -> None:
    for host in ("matcher.example.org", "127.0.0.1"):
        for path in ("/", "/institutes/cea-leti"):
            page = answers.get(path, headers={"Host": host}, allow_redirects=False)
            assert page.headers["Location"].startswith("/sign-in?back=")
        assert answers.get(signed(answers, LinkAct.MAILS), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("multipart", [False, True])
def test_a_mail_program_unsubscribes_by_one_post(run: Run, place: Place, answers: LocalSite, multipart: bool) -> None:
    path = signed(answers, LinkAct.UNSUBSCRIBE)
    assert "Unsubscribe" in answers.get(path).text
    assert ",daily," in run(place, "subscribers", "--csv").out.splitlines()[1]
    field = {"List-Unsubscribe": "One-Click"}
    sent = {"files": {name: (None, value) for name, value in field.items()}} if multipart else {"data": field}
    assert answers.session.post(answers.address + path, timeout=60, **sent).status_code == 200
    assert ",off," in run(place, "subscribers", "--csv").out.splitlines()[1]
    sending = run(place, "digest", "send", "--as-of", DAY)
    assert "ana" not in "".join(file.name for file in (place.home / "outbox").rglob("*.eml"))
    assert sending.code == 0
    assert "Send mails again" in answers.get(path).text
    assert "every day" in post(answers, path, do="resume").text
    assert ",daily," in run(place, "subscribers", "--csv").out.splitlines()[1]


def test_fewer_more_weekly_and_a_pause(run: Run, place: Place, answers: LocalSite) -> None:
    path = signed(answers, LinkAct.MAILS)
    assert "from fit 10 on" in post(answers, path, do="fewer").text
    assert "from fit 20 on" in post(answers, path, do="fewer").text
    assert "from fit 10 on" in post(answers, path, do="more").text
    assert "once a week, on Monday" in post(answers, path, do="weekly").text
    assert "No mails come before" in post(answers, path, do="pause").text
    listed = run(place, "subscribers").out
    assert "chose" in listed
    assert post(answers, path, do="nonsense").status_code == 400
    assert "resume" in post(answers, path, do="pause").text
    assert run(place, "digest", "revert", "ana").code == 0
    assert "from fit 0 on" in answers.get(path).text
    again = run(place, "digest", "revert", "ana")
    assert again.code == 2
    assert "chose nothing" in again.err
