"""Both parts of a mail as snapshots, valid HTML, sizes, and what a mail must never do."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.digest.render import COLUMNS, LIMIT, render
from matcher.mail import message
from matcher.model.changes import Change
from matcher.model.language import Language
from matcher.model.subscription import Item, MailSection
from tests.helpers.forms import tries
from tests.helpers.mail import digests
from tests.helpers.matches import match_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from matcher.model.subscription import Digest, Mail

KINDS = (
    digests.normal,
    digests.network,
    digests.searched,
    digests.grouped,
    digests.grouped_network,
    digests.joint,
    digests.weekly,
    digests.failed,
    digests.packaged,
)
GMAIL = 102 * 1024


def mail_of(digest: Digest) -> Mail:
    return render(digest, digests.SETTINGS, now=digests.NOW)


def plain(mail: Mail) -> str:
    from email import message_from_bytes
    from email.policy import default

    part = message_from_bytes(mail.body, policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [value or "" for name, value in self.attributes if name in {"href", "src", "background", "action"}]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_both_parts(kind: Callable[[Language], Digest], language: Language, snapshot: SnapshotAssertion) -> None:
    mail = mail_of(kind(language))
    assert mail.subject == snapshot(name="subject")
    assert plain(mail) == snapshot(name="text")
    assert mail.html == snapshot(name="html")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [*KINDS, digests.fullest])
def test_html_is_valid_and_self_contained(kind: Callable[[Language], Digest], language: Language) -> None:
    mail = mail_of(kind(language))
    html5lib.HTMLParser(strict=True).parse(mail.html)
    page = Tags(mail.html)
    assert not page.tags & {"img", "script", "link", "iframe", "form", "object", "svg"}
    assert all(url.startswith("https://ec.europa.eu/") for url in page.links)
    assert "url(" not in mail.html
    assert "flex" not in mail.html
    assert "prefers-color-scheme: dark" in mail.html or "prefers-color-scheme:dark" in mail.html


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_the_text_fit_72_columns(kind: Callable[[Language], Digest], language: Language) -> None:
    lines = plain(mail_of(kind(language))).splitlines()
    assert [line for line in lines if len(line) > COLUMNS and "https://" not in line] == []


@pytest.mark.parametrize("language", Language)
def test_fifteen_long_calls_stay_below_the_clip_of_gmail(language: Language) -> None:
    mail = mail_of(digests.fullest(language))
    assert len(mail.html.encode()) < 60_000 < GMAIL
    assert "shortened" not in mail.html
    assert "abrégé" not in mail.html


@pytest.mark.parametrize(("language", "sentence"), [(Language.EN, "shortened"), (Language.FR, "abrégé")])
def test_what_would_be_clipped_is_shortened_and_says_so(language: Language, sentence: str) -> None:
    digest = digests.fullest(language, count=120)
    mail = mail_of(digest)
    assert len(mail.html.encode()) <= LIMIT
    assert sentence in mail.html
    assert sentence in plain(mail)
    shown = plain(mail).count("HORIZON-RIA") + plain(mail).count("HORIZON-IA")
    assert shown < 120
    assert any(str(n) in plain(mail).split("matcher rank")[0] for n in range(40, 160))


def test_evidence_is_given_up_before_calls() -> None:
    digest = digests.fullest(Language.EN, count=35)
    unrelated = (replace(item, call=replace(item.call, call_id=None)) for item in digest.items)
    mail = mail_of(replace(digest, items=tuple(unrelated)))
    assert len(mail.html.encode()) <= LIMIT
    assert all(item.call.identifier in plain(mail) for item in digest.items)
    assert "shortened" in mail.html


def test_the_same_digest_is_the_same_bytes() -> None:
    assert mail_of(digests.normal(Language.FR)).body == mail_of(digests.normal(Language.FR)).body


def test_faults_come_before_everything_else() -> None:
    mail = mail_of(digests.failed(Language.EN))
    assert mail.subject.startswith("Fault: ")
    text = plain(mail)
    assert text.index("may be a fault") < text.index("CLOSING SOON")
    quiet = replace(digests.weekly(Language.EN), health=digests.STALE)
    assert "Nothing new" not in plain(mail_of(quiet))
    assert "could not be read" in plain(mail_of(quiet))


def test_problems_of_a_fresh_listing_are_told_too() -> None:
    health = replace(digests.FRESH, problems=("3 rows were set aside.",))
    text = plain(mail_of(replace(digests.weekly(Language.EN), health=health)))
    assert "met problems" in text
    assert "3 rows were set aside." in text
    health = replace(health, problems=("Page 2 stayed bad: portal.example.org:443 gave no answer. Check the network.",))
    english, french = (
        plain(mail_of(replace(digests.weekly(language), health=health))) for language in (Language.EN, Language.FR)
    )
    assert "!! Page 2 stayed bad.\r\n" in english
    assert "Page 2" not in french
    assert "portal.example.org" not in english + french


def test_names_are_said_where_a_subscriber_has_several_institutes() -> None:
    digest = digests.normal(Language.FR)
    reader = replace(digest.subscriber, institutes=("brgm", "cetim"))
    mail = mail_of(replace(digest, subscriber=reader, names={"brgm": "BRGM", "cetim": "Cetim"}))
    assert "2 instituts" in mail.subject
    assert "BRGM : adéquation 93 sur 100".replace(" :", "\u202f:") in plain(mail)
    assert "matcher rank cetim --top 11" in plain(mail)


def test_every_deadline_stands_with_stage_and_days() -> None:
    call = next(c for c in digests.live_calls() if len(c.deadlines) == 2 and c.deadlines[0].date > digests.TODAY)
    digest = replace(digests.normal(Language.EN), items=(digests.item(call, MailSection.NEW, 90),))
    text = " ".join(plain(mail_of(digest)).split())
    assert "(stage 1 of 2)" in text
    assert "(stage 2 of 2)" in text
    assert text.count("17:00 Brussels") == 2


def test_the_first_of_a_month_in_french() -> None:
    from datetime import date

    from matcher.present.words import Words

    assert Words(Language.FR).day(date(2027, 12, 1)) == "1er décembre 2027"
    assert Words(Language.EN).day(date(2027, 12, 1)) == "1 December 2027"


@pytest.mark.parametrize(
    ("language", "euros", "said"),
    [
        (Language.FR, 3_500_000, "3,5\u202fM€"),
        (Language.FR, 950, "950\u202f€"),
        (Language.EN, 3_500_000, "€3.5M"),
        (Language.EN, 150_000, "€150k"),
    ],
)
def test_money(language: Language, euros: int, said: str) -> None:
    from matcher.present.words import Words

    assert Words(language).money(euros) == said


HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "Title\r\nBcc: victim@example.org\r\n\r\nbody",
    "\u202egnp.exe\u202c \u2066hidden\u2069 \u200bzero\ufeff",
    "{{ 7 * 7 }} {0.__class__} {name} %(x)s {% raw %}",
    "]]>--></title></style><style>*{display:none}</style>",
    "\x00\x07\x1b[31m\ud800 lone",
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "x" * 100_000,
    "word " * 20_000,
)


def hostile_digest(evil: str) -> Digest:
    digest = digests.normal(Language.FR)
    first = digest.items[0]
    call = replace(first.call, title=evil, identifier=evil[:300], url="javascript:alert(1)", programme=evil)
    call = replace(call, actions=tuple(replace(a, code=evil) for a in call.actions))
    told = (("title", evil, evil + "!"), (evil, evil, 3), ("budget_eur", evil, {"a": 1}), ("deadlines", evil, [evil]))
    changes = tuple(Change(call.identifier, field, "amended", old, new, digests.NOW) for field, old, new in told)
    own, other = (match_of(call, fit, evil, institute=evil) for fit in (90, 80))
    item = Item(call, MailSection.NEW, (own,), (other,), changes=changes)
    return replace(
        digest,
        items=(item, *digest.items),
        names=dict.fromkeys(("brgm", evil), evil),
        subscriber=replace(digest.subscriber, name=evil),
        health=replace(digests.STALE, problems=(evil,), sample=evil),
    )


def check_harmless(mail: Mail) -> None:
    html5lib.HTMLParser(strict=True).parse(mail.html)
    page = Tags(mail.html)
    assert not page.tags & {"script", "img"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(url.startswith("https://ec.europa.eu/") for url in page.links)
    for text in (page.text, plain(mail), mail.subject):
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff")
        assert not [c for c in text if c < " " and c not in "\r\n"]
    assert "\n" not in mail.subject
    assert len(mail.subject) < 78
    assert len(mail.html.encode()) <= LIMIT


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_do_no_harm(evil: str) -> None:
    from email import message_from_bytes
    from email.policy import default

    mail = mail_of(hostile_digest(evil))
    check_harmless(mail)
    parsed = message_from_bytes(mail.body, policy=default)
    assert "Bcc" not in parsed
    assert parsed["To"].addresses[0].addr_spec == "europe@brgm.example"
    assert len(mail.body) < 150_000


@settings(max_examples=tries(25), deadline=None)
@given(st.text(max_size=300))
def test_any_text_does_no_harm(evil: str) -> None:
    check_harmless(mail_of(hostile_digest(evil)))


def test_a_template_in_a_title_is_a_title() -> None:
    assert "{{ 7 * 7 }} {0.__class__} {name}" in plain(mail_of(hostile_digest(HOSTILE[3])))


def test_message_ids_depend_on_kind_subscriber_and_day() -> None:
    ids = {
        message.message_id(kind, who, day, "calls.example.org")
        for kind in ("digest", "network")
        for who in ("a", "b")
        for day in (digests.TODAY, digests.TODAY.replace(day=13))
    }
    assert len(ids) == 8


@pytest.mark.parametrize(("joint", "shortened"), [(6, False), (300, True)])
def test_the_network_of_51_institutes_fits_into_a_mail(joint: int, shortened: bool) -> None:
    digest, calls = digests.network(Language.EN), digests.live_calls()
    assert digest.network is not None
    rows = tuple((f"Institute {row}", tuple((row * 7 + col * 5) % 100 for col in range(12))) for row in range(51))
    items = tuple(digests.item(calls[n % len(calls)], MailSection.NEW, 95) for n in range(joint))
    mail = mail_of(replace(digest, network=replace(digest.network, calls=calls[:12], matrix=rows, joint=items)))
    assert len(mail.html.encode()) <= LIMIT
    assert ("shortened" in mail.html) is shortened
    assert f"POSSIBLE JOINT BIDS ({joint})" in plain(mail)
    assert ("more calls" in plain(mail)) is shortened
