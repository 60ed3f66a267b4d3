"""The head of a mail, written so that no value can be more than a value.

A value is text or an address, never syntax: nothing of it is read as an encoded word (RFC 2047), a fold or the end of
a line, here or by a mail program that decodes what it is given, even twice. Python's header classes decode values
before they write them, so that a name such as `=?utf-8?q?=0D=0ABcc:…?=` becomes a header; they are not used here.
"""

from __future__ import annotations

import re
import textwrap
from email.header import Header

from matcher.config.mail_address import mail_address
from matcher.errors import ConfigError
from matcher.text import untrusted
from matcher.text.saying import Saying

_WIDTH = 76  # of a line; 78 are allowed (RFC 5322, 2.1.1)

_NAME = 100  # characters kept of a person's name

_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # what needs no quotes before an address

_LONGEST = 998  # bytes of a line (RFC 5322, 2.1.1)


class MailHead:
    """The fields of a mail's head, in the order in which they are put in; `bytes` of it ends with the last field."""

    def __init__(self) -> None:
        self._fields: list[str] = []

    def text(self, name: str, value: str) -> None:
        """A field of words, such as the subject: folded between words, encoded where it is not ASCII."""
        line = untrusted.header(value)
        if line.isascii():
            self._fields.append("\r\n ".join(_folded(f"{name}: ", line)))
        else:
            self._fields.append(f"{name}: {_encoded(name, line)}")

    def person(self, name: str, person: str, address: str) -> None:
        """A field with one address. Raises ConfigError where it cannot be one."""
        mailbox = f"<{_address(address)}>"
        shown = untrusted.header(person, _NAME)
        if not shown:
            self._fields.append(f"{name}: {mailbox.strip('<>')}")
            return
        phrase = mailbox_phrase(shown) if shown.isascii() else _encoded(name, shown)
        start = f"{name}: {phrase}"
        fits = len(start.rpartition("\n")[2]) + 1 + len(mailbox) <= _WIDTH
        self._fields.append(start + (" " if fits else "\r\n ") + mailbox)

    def token(self, name: str, value: str) -> None:
        """A field of syntax (a date, an identifier, a list's addresses), on one line as no reader undoes other folds.

        Raises ConfigError where the value is none.
        """
        odd = "=?" in value or (name == "Message-ID" and "[" in value)  # a domain in brackets is not read everywhere
        if odd or not (value.isascii() and value.isprintable()) or len(value) > _LONGEST - len(name) - 2:
            shown = repr(untrusted.text(value, 254))
            raise ConfigError([Saying("{value} cannot stand in the header {name} of a mail", value=shown, name=name)])
        self._fields.append(f"{name}: {value}")

    def __bytes__(self) -> bytes:
        return "".join(f"{field}\r\n" for field in self._fields).encode("ascii")


def mailbox_phrase(name: str) -> str:
    """A name in ASCII as it stands before an address, in quotes where it has to be."""
    if _PHRASE.fullmatch(name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _address(address: str) -> str:
    try:
        return mail_address(address)
    except ValueError as error:
        shown = repr(untrusted.text(address, 254))
        raise ConfigError([Saying("{address} is no mail address: write name@domain", address=shown)]) from error


def _folded(start: str, line: str) -> list[str]:
    """The first line begins with a word: some readers show an empty one where there is none."""
    lines = textwrap.wrap(line, _WIDTH, initial_indent=start, break_long_words=False, break_on_hyphens=False)
    return lines or [start]


def _encoded(name: str, line: str) -> str:
    return Header(line, "utf-8", maxlinelen=_WIDTH, header_name=name).encode(linesep="\r\n")
