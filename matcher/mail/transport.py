"""What became of a mail, judged from a server's reply; mails as files where no server is configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Protocol

from matcher.disk import make_folder, write_file
from matcher.text import untrusted

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.subscription import Mail

CLOSING = 421
"""The reply of a server that closes the connection, whatever it was asked."""

_LOGIN_FIRST = 530  # RFC 4954: authentication required

_LONGEST_REPLY = 200  # characters of a server's words that are kept and shown


class Verdict(StrEnum):
    """What became of one mail."""

    ACCEPTED = "accepted"
    LATER = "later"  # the server asks for patience with this mail
    SET_UP = "set-up"  # refused for policy, login or protocol: something to mend, here or there, so the mail waits
    LOST = "lost"  # the connection broke or was closed before the mail was taken: the server does not have it
    DOUBT = "doubt"  # the connection broke after the mail was complete: the server may have it
    REFUSED = "refused"  # this mail will never be taken; the address is not why
    NO_MAILBOX = "no mailbox"  # refused for good because of the address
    TROUBLE = "trouble"  # the server (or the disk) is not usable: says nothing about mail or address


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with the server's words, or ours, cleaned for showing."""

    verdict: Verdict
    reason: str = ""


class Transport(Protocol):
    """Hands mails over, one at a time; expected failures are outcomes, never exceptions."""

    def send(self, mail: Mail) -> Outcome: ...

    def close(self) -> None: ...


class Stage(StrEnum):
    """The steps of RFC 5321 at which a server can decline."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"  # the command, or the answer to the complete mail


def judge(stage: Stage, code: int, text: str) -> Verdict:
    """What a declining reply means (RFC 5321, 4.2; enhanced codes of RFC 3463).

    At MAIL FROM a server speaks of the sender, the same for every mail: trouble, except where it finds this mail too
    large; so is a login that it asks for, wherever it does. At RCPT TO it speaks of the address, except where it speaks
    of policy or protocol (5.5.x, 5.7.x…): that is a set-up to mend. At DATA it speaks of the mail, unless it says
    otherwise. A connection that it closes is lost.
    """
    enhanced = _enhanced(text)
    if code < 500:
        closed = Verdict.LOST if code == CLOSING or code < 0 else Verdict.LATER
        return Verdict.TROUBLE if stage is Stage.MAIL else closed
    if code == _LOGIN_FIRST:
        return Verdict.TROUBLE
    if stage is Stage.MAIL:
        return Verdict.REFUSED if code == 552 or enhanced == (5, 3, 4) else Verdict.TROUBLE
    if stage is Stage.RCPT:
        set_up = code in (500, 502, 503, 504) or enhanced[:2] in ((5, 5), (5, 7))
        return Verdict.SET_UP if set_up else Verdict.NO_MAILBOX
    return Verdict.NO_MAILBOX if enhanced[:2] in ((5, 1), (5, 2)) else Verdict.REFUSED


def _enhanced(text: str) -> tuple[int, int, int]:
    found = re.match(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def shown(reply: str, secret: str | None = None) -> str:
    """A server's words on one line, without control characters, not too long and without the secret."""
    if secret:
        reply = reply.replace(secret, "***")
    return untrusted.text(reply, _LONGEST_REPLY)


class FileTransport:
    """Writes each mail to `<folder>/<day>/<subscriber>.eml` and `.html`, readable by the owner only.

    The same mail written again is the same file; another mail to the same subscriber on that day (a notice) gets
    `-2` after its name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: Mail) -> Outcome:
        try:
            day = self._folder / mail.day.isoformat()
            make_folder(day)
            target = _free_name(day, _file_name(mail.subscriber), mail.body)
            write_file(target.with_name(target.name + ".html"), mail.html.encode("utf-8", "replace"))
            write_file(target.with_name(target.name + ".eml"), mail.body)
        except OSError as error:
            return Outcome(Verdict.TROUBLE, f"the mails in {self._folder} cannot be written ({error.strerror})")
        return Outcome(Verdict.ACCEPTED)

    def close(self) -> None:
        """Nothing is held open between mails."""


def _file_name(subscriber: str) -> str:
    return re.sub(r"[^\w.@+-]", "_", subscriber).lstrip(".")[:100] or "_"


def _free_name(day: Path, name: str, body: bytes) -> Path:
    """The first path (less its suffix) that is not taken by a different mail."""
    for number in count(1):
        target = day / (name if number == 1 else f"{name}-{number}")
        kept = target.with_name(target.name + ".eml")
        if not kept.exists() or kept.read_bytes() == body:
            return target
    raise AssertionError  # count() does not end
