"""What of a stranger's text may be shown: lines, links, headers, spreadsheet cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

TITLE = 220
"""Characters kept of a title: the longest on the portal is near 200."""


TERM = 60
"""Characters kept of an evidence word or a name."""


NOTE = 400
"""Characters kept of a sentence (a health problem, an old or a new value)."""


_PORTAL = "europa.eu"


_COMBINING = 2  # accents kept on one letter; more is a tower that covers the lines around it


_DROPPED = frozenset({"Cf", "Co", "Cs", "Cn"})  # bidi and zero width, private use, lone surrogates, unassigned


def text(value: object, limit: int = NOTE) -> str:
    """One line of plain text: no control, bidi or invisible characters, single spaces, at most `limit` characters.

    What is cut ends in an ellipsis, at a word where there is one. Escaping for HTML is the template's work.
    """
    whole = str(value)
    raw = whole[: limit * 8]
    line = " ".join(_kept(unicodedata.normalize("NFC", raw)).split())
    return line if len(line) <= limit and len(raw) == len(whole) else _cut(line, limit)


def _kept(value: str) -> str:
    out: list[str] = []
    accents = 0
    for letter in value:
        category = unicodedata.category(letter)
        accents = accents + 1 if category in {"Mn", "Me"} else 0
        if accents > _COMBINING:
            continue
        if category in {"Cc", "Zl", "Zp"}:
            out.append(" ")
        elif category not in _DROPPED:
            out.append(letter)
    return "".join(out)


def _cut(line: str, limit: int) -> str:
    head = line[: limit - 1]
    word = head.rfind(" ")
    return (head[:word] if word > limit // 2 else head).rstrip(" ,;:-") + "…"


def link(url: str | None) -> str | None:
    """The address when it is http(s) on the portal's hosts (europa.eu and its subdomains), else None."""
    if not url or len(url) > 2000 or not url.isascii() or any(c <= " " or c in "\\<>\"'`{}|^\x7f" for c in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    trusted = host == _PORTAL or host.endswith("." + _PORTAL)
    plain = parts.username is None and parts.password is None and port in {None, 80, 443}
    return url if parts.scheme in {"http", "https"} and trusted and plain else None


def header(value: object, limit: int = 200) -> str:
    """A header value: one line, whatever it was made of."""
    return text(value, limit)


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a leading quote disarms it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        value = " ".join(str(part) for part in value.values() if part is not None)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = "; ".join(str(csv_cell(part)) for part in value)
    text = str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
