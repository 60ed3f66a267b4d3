"""One message: its headers, parts and lists; the notice to the operator."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from matcher.errors import LONGEST_LINE
from matcher.mail.headers import MailHead
from matcher.model.subscription import Mail
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from matcher.config.setting_sections import MailSettings
    from matcher.model.subscription import Subscriber


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a message carries: the subject and the three parts."""

    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    calendar_name: str = "deadlines.ics"
    unsubscribe: str | None = None  # an address of the product's own that ends these mails by one POST (RFC 8058)


_PARTS = SMTP.clone(max_line_length=76)  # quoted-printable lines have 76 characters at most (RFC 2045)


def message_id(kind: str, subscriber: str, day: date, domain: str) -> str:
    """The same for the same digest, however often it is composed or sent."""
    digest = hashlib.sha256("\0".join((kind, subscriber, day.isoformat())).encode()).hexdigest()[:32]
    return f"<{kind}.{digest}@{domain}>"


def build(
    content: MailContent, subscriber: Subscriber, settings: MailSettings, *, identifier: str, now: datetime
) -> bytes:
    """The whole message: text and HTML as alternatives, the calendar beside them.

    Raises `ConfigError` where a value cannot stand in a header.
    """
    head = _begun(settings, (subscriber.name, subscriber.address), content.subject, identifier, now)
    for name, value in _list_headers(subscriber, settings, content.unsubscribe).items():
        head.token(name, value)
    head.token("Auto-Submitted", "auto-generated")
    head.token("X-Auto-Response-Suppress", "All")
    head.token("Precedence", "bulk")
    head.token("MIME-Version", "1.0")
    boundary = identifier.strip("<>").partition("@")[0].rpartition(".")[2]
    return bytes(head) + _assembled(content, boundary).as_bytes()


def _begun(settings: MailSettings, to: tuple[str, str], subject: str, identifier: str, now: datetime) -> MailHead:
    """A head with the fields that every mail has: from whom, to whom (name, address), of what, when."""
    head = MailHead()
    head.person("From", settings.sender_name, settings.sender)
    head.person("To", *to)
    head.text("Subject", subject)
    head.token("Date", format_datetime(now))
    head.token("Message-ID", identifier)
    return head


def _assembled(content: MailContent, boundary: str) -> EmailMessage:
    """The parts; boundaries come from the Message-ID, so that the same digest is the same bytes."""
    alternatives = [_text_part(content.text, "plain"), _text_part(content.html, "html")]
    both = _multipart("alternative", f"a-{boundary}", alternatives)
    if content.calendar is None:
        return both
    return _multipart("mixed", f"m-{boundary}", [both, _calendar(content.calendar, content.calendar_name)])


def _multipart(subtype: str, boundary: str, parts: list[EmailMessage]) -> EmailMessage:
    message = EmailMessage(_PARTS)
    message["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    for part in parts:
        message.attach(part)
    return message


def _text_part(text: str, subtype: str) -> EmailMessage:
    part = EmailMessage(_PARTS)
    part.set_content(text, subtype=subtype, cte="quoted-printable")
    del part["MIME-Version"]
    return part


def _calendar(calendar: bytes, name: str) -> EmailMessage:
    part = EmailMessage(_PARTS)
    part.set_content(calendar.decode(), subtype="calendar", cte="base64", params={"method": "PUBLISH"})
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    part["Content-Disposition"] = f'attachment; filename="{plain}"'
    del part["MIME-Version"]
    return part


def _list_headers(subscriber: Subscriber, settings: MailSettings, unsubscribe: str | None) -> dict[str, str]:
    who = quote(subscriber.identifier, safe="")
    mailto = f"<mailto:{quote(settings.unsubscribe_address, safe='@+._-')}?subject=unsubscribe%20{who}>"
    headers = {"List-Id": f"<{quote(settings.list_domain, safe='.-_')}>", "List-Unsubscribe": mailto}
    if address := unsubscribe or settings.unsubscribe_https.replace("{subscriber}", who):
        url = quote(address, safe=":/?&=#%+~.,;@!$'*-_")
        url = url.replace("=?", "=%3F")  # else it could be the beginning of an encoded word
        headers["List-Unsubscribe"] = f"<{url}>, {mailto}"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


OPERATOR = "operator"
"""Stands for a subscriber in the outbox; a notice goes through it like every mail."""

_MOST_LINES = 50


def notice(reason: str, lines: Sequence[str], settings: MailSettings, *, now: datetime) -> Mail:
    """A plain-text mail in English to the operator.

    Its Message-ID is that of the reason and day, so one a day is queued at most.

    Args:
        reason: a short name of what failed, always the same for the same failure (`fetch failed`, `mails failed`);
            it is the subject.
        lines: one sentence for each problem, which says what to do where that is known.
        settings: whom it goes to and comes from.
        now: an aware time; its UTC day is the notice's day.

    """
    day = now.date()
    key = hashlib.sha256(f"notice\0{reason}\0{day}".encode()).hexdigest()[:32]
    identifier, subject = f"<notice.{key}@{settings.list_domain}>", untrusted.header(f"matcher: {reason}")
    head = _begun(settings, ("", settings.operator), subject, identifier, now)
    head.token("Auto-Submitted", "auto-generated")
    head.token("X-Auto-Response-Suppress", "All")
    head.token("MIME-Version", "1.0")
    text = _text(reason, lines, now)
    html = f"<!doctype html><title>{escape(untrusted.text(reason))}</title><pre>{escape(text)}</pre>\n"
    body = bytes(head) + _text_part(text, "plain").as_bytes()
    return Mail(identifier, OPERATOR, settings.operator, day, subject, body, html, "notice")


def _text(reason: str, lines: Sequence[str], now: datetime) -> str:
    shown = [f"- {untrusted.text(line, LONGEST_LINE)}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"- and {len(lines) - _MOST_LINES} more")
    head = f"{now:%Y-%m-%d %H:%M} UTC: {untrusted.text(reason)}."
    foot = "`matcher status` shows the last runs, `matcher digest status` the mails, `matcher doctor` the set-up."
    return "\n".join((head, "", *shown, "", foot, "There is at most one such mail a day.", ""))
