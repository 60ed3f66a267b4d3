"""What of a stranger's data may be shown or read: lines, links, headers, spreadsheet cells, numbers of JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = 220
"""Characters kept of a title: the longest on the portal is near 200."""

TERM = 60
"""Characters kept of an evidence word or a name."""

NOTE = 400
"""Characters kept of a sentence (a health problem, an old or a new value)."""

_PORTAL = "europa.eu"

_COMBINING = 2  # accents kept on one letter; more is a tower that covers the lines around it

_DROPPED = frozenset({"Cf", "Co", "Cs", "Cn"})  # bidi and zero width, private use, lone surrogates, unassigned

_ODD = re.compile("[^\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e]+")
"""What has to be looked at letter by letter: all but letters of Western languages and common signs."""


def text(value: object, limit: int = NOTE) -> str:
    """One line of plain text: no control, bidi or invisible characters, single spaces, at most `limit` characters.

    What is cut ends in an ellipsis, at a word where there is one. Escaping for HTML is the template's work.
    """
    whole = str(value)
    raw = whole[: limit * 8]
    kept = raw if raw.isascii() and raw.isprintable() else _kept(raw)
    line = " ".join(kept.split())
    return line if len(line) <= limit and len(raw) == len(whole) else _cut(line, limit)


def _kept(value: str) -> str:
    return _ODD.sub(_visible, unicodedata.normalize("NFC", value))


def _visible(odd: re.Match[str]) -> str:
    out: list[str] = []
    accents = 0
    for letter in odd[0]:
        category = unicodedata.category(letter)
        accents = accents + 1 if category in {"Mn", "Me"} else 0
        if accents <= _COMBINING:
            out.append(_seen(letter, category))
    return "".join(out)


def _seen(letter: str, category: str) -> str:
    """A letter as it is shown: a control is a blank, what has no shape of its own is nothing."""
    return " " if category in {"Cc", "Zl", "Zp"} else "" if category in _DROPPED else letter


_LAYOUT = "\n\r\t"


def visible(value: str) -> str:
    """What a person typed or pasted, without what nobody sees in it; line ends and accents stay as they are."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(c if c in _LAYOUT else _seen(c, unicodedata.category(c)) for c in value)


def _cut(line: str, limit: int) -> str:
    head = line[: limit - 1]
    word = head.rfind(" ")
    return (head[:word] if word > limit // 2 else head).rstrip(" ,;:-") + "…"


TURNING = frozenset(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Bidirectional controls: what they stand in is shown in another order than it is in."""

_TURNS = re.compile(f"[{''.join(sorted(TURNING))}]")


def unturned(value: str) -> str:
    """The text without bidirectional controls."""
    return value if value.isascii() else _TURNS.sub("", value)


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
    """A header value: one line, whatever it was made of, in which nothing begins an encoded word (RFC 2047)."""
    return text(text(value, limit).replace("=?", "= ?"), limit)


_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""As OWASP lists them; the full-width ones are folded by spreadsheets of East Asia, and some trim blanks."""


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a leading quote disarms it."""
    told = joined(value, _disarmed)
    return told if told is None or isinstance(told, bool | int | float) else _disarmed(str(told))


_CELL_AGAIN = re.compile('([;\t\r\n][\\s"]*+)(?=[=+@＝＋－＠-])')
"""Where a text begins a cell in spreadsheets that part cells at semicolons or tabs, whatever a file has (in France)."""


def _disarmed(text: str) -> str:
    inside = _CELL_AGAIN.sub(r"\1'", text)
    return "'" + inside if text.lstrip(" ").startswith(_FORMULA_STARTS) else inside


def joined(value: object, part_told: Callable[[str], str] = str, between: str = "; ") -> object:
    """Several values as the text of one cell: of a list with semicolons in between, and commas within one entry."""
    if isinstance(value, Mapping):
        return " ".join(str(joined(part, part_told, ", ")) for part in value.values() if part is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(part_told(str(joined(part, part_told, ", "))) for part in value)
    return value


LONGEST_INTEGER = 18
"""Digits; epoch milliseconds have 13, the Union's budget in cents 15."""

_READABLE = re.compile(rb"-?[0-9]{1,18}(?:\.[0-9]{1,300})?(?:[eE][-+]?[0-9]{1,2})?")

_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|-?[0-9][-+.0-9eE]*+', re.DOTALL)

_NUMBER_START = re.compile(rb"-?[0-9]|-\Z")

_OF_NUMBERS = b"-+.0123456789eE"

_SHAPE = bytes.maketrans(b"123456789E-", b"000000000e+")

_LONGEST_TOKEN = 1_000

_PIECE = 65_536


class Readable(Protocol):
    """What bytes are read from; empty at the end."""

    def read(self, size: int = ...) -> bytes: ...


def decoded(text: str | bytes) -> object:
    """The value of a JSON text, None for integers that are too long. Raises ValueError or RecursionError."""
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_INTEGER + 1 else None


class ShortNumbers:
    """A JSON stream in which numbers that are too long read `null`; what stands in strings is left alone.

    The parser in C gives up the whole stream at such a number, or ends the process: no time limit helps there.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._held = b""  # an escape or a number that may go on in the next piece
        self._in_string = False

    def read(self, size: int = _PIECE) -> bytes:
        if size == 0:
            return b""
        while True:
            piece = self._source.read(_PIECE)
            whole = self._held + piece
            self._held = b""
            if piece:
                whole = self._hold_back(whole)
            if whole or not piece:
                return self._shortened(whole)

    def _hold_back(self, text: bytes) -> bytes:
        """Keep what is not complete for the next time; of a number only as much as shows that it is too long."""
        inside = self._in_string != _ends_within(text)
        if inside:
            slashes = len(text) - len(text.rstrip(b"\\"))
            cut = len(text) - slashes % 2
        else:
            match = _NUMBER_START.search(text, len(text.rstrip(_OF_NUMBERS)))
            cut = match.start() if match else len(text)
        self._held = text[cut:][:_LONGEST_TOKEN]
        return text[:cut]

    def _shortened(self, text: bytes) -> bytes:
        started_inside, self._in_string = self._in_string, self._in_string != _ends_within(text)
        shape = text.translate(_SHAPE)
        if b"0" * (LONGEST_INTEGER + 1) not in shape and b"0e000" not in shape and b"0e+000" not in shape:
            return text
        if started_inside:
            return _TOKEN.sub(_short, b'"' + text)[1:]
        return _TOKEN.sub(_short, text)


def _ends_within(text: bytes) -> bool:
    """True when a text that starts outside of a string ends inside one (or the other way round)."""
    return text.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') % 2 == 1


def _short(token: re.Match[bytes]) -> bytes:
    text = token[0]
    if text.startswith(b'"') or _READABLE.fullmatch(text) or not _NUMBER.fullmatch(text):
        return text
    return b"null"
