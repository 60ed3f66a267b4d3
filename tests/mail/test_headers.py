"""Whatever text a mail is made of, its head has the fields that it is meant to have, and each has one line of text."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header
from email.policy import compat32, default
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.config.setting_sections import MailSettings
from matcher.errors import ConfigError
from matcher.mail.headers import MailHead
from matcher.mail.message import MailContent, build, notice
from matcher.model.language import Language
from tests.helpers.forms import tries
from tests.helpers.mail import digests

if TYPE_CHECKING:
    from collections.abc import Callable

INJECTED = "=?utf-8?q?=0D=0ABcc:x@example.net?="
TWICE = "=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D0D=3D0ABcc:x=40example.net=3F=3D?="
HOSTILE = (
    INJECTED,
    TWICE,
    f"Anne {INJECTED} {INJECTED}",
    f'"{INJECTED}"',
    "=?utf-8?b?DQpCY2M6eEBleGFtcGxlLm5ldA==?=",
    "=?utf-8?q?=0D=0A=0D=0Abody?=",
    "=\u200b?utf-8?q?=0D=0ABcc:x?=",  # what is invisible goes, and must not leave an encoded word behind
    f"{INJECTED}@example.org",
    "a@example.org, b@example.net",
    "a@example.org\r\nBcc: b@example.net",
    "Énergie\r\n\tBcc: x@example.net",
    "x" * 2000,
    "Dupont, Anne",
    'a "quoted" \\ name',
    "",
)
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(
            ["=?", "?=", "utf-8", "?q?", "?b?", "=0D=0A", "\r\n", "Bcc:", "@", "é", " ", "x" * 70, "<", '"']
        ),
        max_size=20,
    ).map("".join),
)

DIGEST = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "MIME-Version", "Content-Type"),
]
NOTICE = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
]
SETTINGS = {
    "sender": "calls@example.org",
    "sender_name": "Carnot Europe",
    "list_id": "calls.example.org",
    "operator": "ops@example.org",
    "unsubscribe_mailto": "unsubscribe@example.org",
    "unsubscribe_https": "https://calls.example.org/unsubscribe/{subscriber}",
}


def decoded(value: str) -> str:
    """As a mail program reads it, which may be lenient about where encoded words stand."""
    parts = decode_header(re.sub(r"\r?\n[ \t]", " ", value))
    return "".join(p if isinstance(p, str) else p.decode(c or "latin-1", "replace") for p, c in parts)


def check(body: bytes, names: list[str]) -> None:
    head, _, rest = body.partition(b"\r\n\r\n")
    assert head.isascii()
    assert rest
    lines = head.split(b"\r\n")
    assert all(line.strip() and b"\r" not in line and b"\n" not in line and len(line) <= 998 for line in lines)
    read, raw = (message_from_bytes(body, policy=policy) for policy in (default, compat32))
    for message in (read, raw):
        assert message.keys() == names
        assert message.defects == []
    for name, value in raw.items():
        once = decoded(value)
        for shown in (once, decoded(once), str(read[name])):
            assert shown.isprintable(), (name, shown)
    assert len(read["To"].addresses) == 1


def digest_with(where: str, evil: str) -> bytes:
    reader = digests.subscriber(Language.EN)
    content = MailContent("Three calls", "text", "<p>text", b"BEGIN:VCALENDAR", "deadlines.ics")
    values = dict(SETTINGS)
    if where in values:
        values[where] = evil
    elif where == "subject":
        content = replace(content, subject=evil)
    elif where == "calendar_name":
        content = replace(content, calendar_name=evil)
    else:
        reader = replace(reader, **{where: evil})
    mail = MailSettings(**values)
    return build(content, reader, mail, identifier="<digest.0123@calls.example.org>", now=digests.NOW)


def notice_with(where: str, evil: str) -> bytes:
    values = {**SETTINGS, **({where: evil} if where in SETTINGS else {})}
    mail = MailSettings(**values)
    reason, lines = (evil, [evil]) if where == "reason" else ("the fetch failed", [evil])
    return notice(reason, lines, mail, now=digests.NOW).body


PLACES = [
    *(
        (digest_with, where, DIGEST)
        for where in (*SETTINGS, "subject", "calendar_name", "name", "address", "identifier")
    ),
    *((notice_with, where, NOTICE) for where in ("sender", "sender_name", "operator", "list_id", "reason")),
]


@pytest.mark.parametrize(("make", "where", "names"), PLACES)
@settings(max_examples=tries(40), deadline=None)
@given(evil=TEXTS)
@example(evil=INJECTED)
@example(evil="[")
def test_no_text_makes_a_header(make: Callable[[str, str], bytes], where: str, names: list[str], evil: str) -> None:
    for text in (evil, *HOSTILE) if evil == INJECTED else (evil,):
        try:
            body = make(where, text)
        except ConfigError:  # refused
            continue
        one_click = where != "unsubscribe_https" or text
        check(body, [name for name in names if one_click or name != "List-Unsubscribe-Post"])


@given(st.text(max_size=80))
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    head = MailHead()
    head.person("To", name, "anne@example.org")
    [address] = message_from_bytes(bytes(head) + b"\r\n", policy=default)["To"].addresses
    assert address.addr_spec == "anne@example.org"
    if name.isascii() and name.isprintable() and "=?" not in name:
        assert address.display_name == " ".join(name.split())


@pytest.mark.parametrize("length", [5, 60, 69, 70, 77])
@pytest.mark.parametrize("letter", ["e", "é"])
def test_a_subject_begins_on_its_first_line(length: int, letter: str) -> None:
    subject = (f"N{letter}w calls for " * 8)[:length].strip()
    head = MailHead()
    head.text("Subject", subject)
    first, *others = bytes(head).decode().removesuffix("\r\n").split("\r\n")
    assert first.removeprefix("Subject:").strip()
    assert all(line.startswith(" ") for line in others)
    assert max(map(len, (first, *others))) <= 78
    assert message_from_bytes(bytes(head) + b"\r\n", policy=default)["Subject"] == subject
