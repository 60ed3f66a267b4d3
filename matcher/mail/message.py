"""One message: its headers, parts and lists; the notice to the operator."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from matcher.errors import ConfigError
from matcher.model.subscription import Mail
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from matcher.config.settings import MailSettings
    from matcher.model.subscription import Subscriber


@dataclass(frozen=True, slots=True)
class MailOptions:
    """What the operator decides about every mail.

    `list_id` is a domain name that stands for the list (`calls.example.org`) and for Message-IDs;
    `unsubscribe_mailto` an address; `unsubscribe_https` an https URL in which `{subscriber}` is replaced.
    """

    sender: str
    sender_name: str
    list_id: str
    unsubscribe_mailto: str
    unsubscribe_https: str | None = None
    reply_to: str | None = None
    product: str = "matcher"


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a message carries: the subject and the three parts."""

    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    calendar_name: str = "deadlines.ics"


class _Headers(EmailPolicy):
    """Folds as usual, but never the headers that are made of addresses and tokens.

    Python folds those into encoded words when a token is longer than the line, which no reader undoes.
    """

    _WHOLE = frozenset({"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id"})

    def fold(self, name: str, value: str) -> str:
        if name.lower() in self._WHOLE:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in self._WHOLE:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_HEADERS = _Headers(linesep="\r\n", raise_on_defect=False)


_PARTS = SMTP.clone(max_line_length=76)  # quoted-printable lines have 76 characters at most (RFC 2045)


def message_id(kind: str, subscriber: str, day: date, domain: str) -> str:
    """The same for the same digest, however often it is composed or sent."""
    digest = hashlib.sha256("\0".join((kind, subscriber, day.isoformat())).encode()).hexdigest()[:32]
    return f"<{kind}.{digest}@{domain}>"


def build(
    content: MailContent, subscriber: Subscriber, options: MailOptions, *, identifier: str, now: datetime
) -> bytes:
    """The whole message: text and HTML as alternatives, the calendar beside them.

    Raises `ConfigError` where an address cannot stand in a header.
    """
    message = EmailMessage(_HEADERS)
    message["From"] = _address(options.sender_name, options.sender)
    message["To"] = _address(subscriber.name, subscriber.address)
    if options.reply_to:
        message["Reply-To"] = _address("", options.reply_to)
    message["Subject"] = untrusted.header(content.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identifier
    for name, value in _list_headers(subscriber, options).items():
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Precedence"] = "bulk"
    message["MIME-Version"] = "1.0"
    boundary = identifier.strip("<>").partition("@")[0].rpartition(".")[2]
    _assemble(message, content, boundary)
    return message.as_bytes(policy=_HEADERS)


def _assemble(message: EmailMessage, content: MailContent, boundary: str) -> None:
    """Boundaries come from the Message-ID, so that the same digest is the same bytes."""
    alternatives = [_text_part(content.text, "plain"), _text_part(content.html, "html")]
    if content.calendar is None:
        _attach(message, "alternative", f"a-{boundary}", alternatives)
        return
    both = EmailMessage(_PARTS)
    _attach(both, "alternative", f"a-{boundary}", alternatives)
    _attach(message, "mixed", f"m-{boundary}", [both, _calendar(content.calendar, content.calendar_name)])


def _attach(message: EmailMessage, subtype: str, boundary: str, parts: list[EmailMessage]) -> None:
    message["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    for part in parts:
        message.attach(part)


def _text_part(text: str, subtype: str) -> EmailMessage:
    part = EmailMessage(_PARTS)
    part.set_content(text, subtype=subtype, cte="quoted-printable")
    del part["MIME-Version"]
    return part


def _calendar(calendar: bytes, name: str) -> EmailMessage:
    part = EmailMessage(_PARTS)
    part.set_content(calendar.decode(), subtype="calendar", cte="base64", params={"method": "PUBLISH"})
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    del part["MIME-Version"]
    return part


def _address(name: str, address: str) -> Address:
    try:
        return Address(untrusted.header(name, 100), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise ConfigError([f"{untrusted.text(address, 254)!r} is no mail address: write name@domain"]) from error


def _list_headers(subscriber: Subscriber, options: MailOptions) -> dict[str, str]:
    who = quote(subscriber.identifier, safe="")
    mailto = f"<mailto:{quote(options.unsubscribe_mailto, safe='@+._-')}?subject=unsubscribe%20{who}>"
    headers = {"List-Id": f"<{quote(options.list_id, safe='.-_')}>", "List-Unsubscribe": mailto}
    if options.unsubscribe_https:
        url = quote(options.unsubscribe_https.replace("{subscriber}", who), safe=":/?&=#%+~.,;@!$'*-_")
        headers["List-Unsubscribe"] = f"<{url}>, {mailto}"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


OPERATOR = "operator"
"""Stands for a subscriber in the outbox; a notice goes through it like every mail."""


_POLICY = SMTP.clone(max_line_length=998)


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
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = Address(addr_spec=settings.operator)
    message["Subject"] = f"matcher: {_one_line(reason)}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id = f"<notice.{key}@{settings.list_domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    text = _text(reason, lines, now)
    message.set_content(text, cte="quoted-printable")
    html = f"<!doctype html><title>{escape(_one_line(reason))}</title><pre>{escape(text)}</pre>\n"
    return Mail(
        message_id, OPERATOR, settings.operator, day, str(message["Subject"]), message.as_bytes(), html, "notice"
    )


def _text(reason: str, lines: Sequence[str], now: datetime) -> str:
    shown = [f"- {_one_line(line)}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"- and {len(lines) - _MOST_LINES} more")
    head = f"{now:%Y-%m-%d %H:%M} UTC: {_one_line(reason)}."
    foot = "`matcher status` shows the last runs, `matcher digest status` the mails, `matcher doctor` the set-up."
    return "\n".join((head, "", *shown, "", foot, "There is at most one such mail a day.", ""))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
