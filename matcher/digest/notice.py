"""Mails to the operator when something failed: a silent failure is the worst one."""

from __future__ import annotations

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from matcher.model.subscription import Mail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

OPERATOR = "operator"
"""Stands for a subscriber in the outbox; a notice goes through it like every mail."""

_POLICY = SMTP.clone(max_line_length=998)
_MOST_LINES = 50


def notice(
    reason: str, lines: Sequence[str], *, operator: str, sender: str, sender_name: str, domain: str, now: datetime
) -> Mail:
    """A plain-text mail in English; its Message-ID is that of the reason and day, so one a day is queued at most.

    Args:
        reason: a short name of what failed, always the same for the same failure (`fetch failed`, `mails failed`);
            it is the subject.
        lines: one sentence for each problem, which says what to do where that is known.
        operator: the address that it goes to.
        sender: the address in From.
        sender_name: the name beside it.
        domain: the right-hand side of the Message-ID.
        now: an aware time; its UTC day is the notice's day.

    """
    day = now.date()
    key = hashlib.sha256(f"notice\0{reason}\0{day}".encode()).hexdigest()[:32]
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=operator)
    message["Subject"] = f"matcher: {_one_line(reason)}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id = f"<notice.{key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    text = _text(reason, lines, now)
    message.set_content(text, cte="quoted-printable")
    html = f"<!doctype html><title>{escape(_one_line(reason))}</title><pre>{escape(text)}</pre>\n"
    return Mail(message_id, OPERATOR, operator, day, str(message["Subject"]), message.as_bytes(), html, "notice")


def _text(reason: str, lines: Sequence[str], now: datetime) -> str:
    shown = [f"- {_one_line(line)}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"- and {len(lines) - _MOST_LINES} more")
    head = f"{now:%Y-%m-%d %H:%M} UTC: {_one_line(reason)}."
    foot = "`matcher status` shows the last runs, `matcher digest status` the mails, `matcher doctor` the set-up."
    return "\n".join((head, "", *shown, "", foot, "There is at most one such mail a day.", ""))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
