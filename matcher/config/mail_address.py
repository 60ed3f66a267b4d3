"""What stands for a person in the head of a mail: an address, a name on one line."""

from __future__ import annotations

import re
import unicodedata

from matcher.config.mistaken import Mistaken

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

_DOMAIN = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def mail_address(value: str) -> str:
    """The address with its domain in ASCII (IDNA); nothing that could end a header or start another recipient.

    Raises ValueError with what an address is. `=?` begins an encoded word, which mail programs decode wherever it
    stands.
    """
    local, at, domain = value.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        ascii_domain = ""
    usable = len(local) <= 64 and "=?" not in local and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)
    if not at or not usable:
        raise Mistaken("an address such as name@example.org")
    return f"{local}@{ascii_domain.lower()}"


def one_line(value: str) -> str:
    """The text as it is. Raises ValueError where it holds line breaks or other control characters."""
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in value):
        raise Mistaken("one line of text")
    return value
