"""Lists of publications: titles, abstracts and keywords, without authors, journals and the names of fields."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = re.compile(r"(\s|%.*\n)*@[a-z]+\s*[{(]", re.IGNORECASE)  # some programs write a remark above the first
_BIBTEX_FIELD = re.compile(r"\b(title|abstract|keywords?|note)\s*=\s*", re.IGNORECASE)
_RIS_LINE = re.compile(r"^([A-Z][A-Z0-9])  ?- ?(.*(?:\n(?![A-Z][A-Z0-9]  ?-).*)*)$", re.MULTILINE)
"""A field of RIS, with the lines that it goes on in."""

_RIS_TELLING = frozenset({"TI", "T1", "AB", "N2", "KW"})
_MOST_VALUE = 50_000
_LOOKED_AT = 2_000


def is_bibtex(text: str) -> bool:
    """Whether a text is a list of BibTeX entries."""
    return _ENTRY.match(text.lstrip("\ufeff")) is not None and "=" in text


def bibtex_text(text: str) -> str:
    """What the entries are about, a field a line."""
    return "\n".join(map(_plain, _values(text)))


_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "c": "\u0327", "v": "\u030c"}
"""How LaTeX writes accents, by the mark that joins the letter before it."""

_ACCENTED = re.compile(r"""\\(?:(['`^"~])\s*|([cv])(?=[\s{])\s*)\{?\\?([a-zA-Z])\}?""")
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "l": "ł", "L": "Ł"}
_LETTER = re.compile(rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![a-zA-Z])(\{{\}}|\s+)?")
_COMMAND = re.compile(r"\\[a-zA-Z]+|\\$|\\(?=[^\s\w])")


def _plain(value: str) -> str:
    r"""A value without LaTeX: `caract{\'e}risation` is caractérisation."""
    value = _ACCENTED.sub(lambda m: unicodedata.normalize("NFC", m[3] + _ACCENTS[m[1] or m[2]]), value)
    value = _LETTER.sub(lambda m: _LETTERS[m[1]], value)
    return " ".join(_COMMAND.sub(" ", re.sub(r"[{}]", "", value)).split())


def _values(text: str) -> Iterator[str]:
    """The value of each field; what looks like a field within one is of the value."""
    place = 0
    while (field := _BIBTEX_FIELD.search(text, place)) is not None:
        start = place = field.end()
        if text[start : start + 1] in {"{", '"'}:
            place = _end(text, start)
            yield text[start + 1 : place]


def _end(text: str, start: int) -> int:
    """Where the value that begins here ends: in braces, which may hold others, or in quotes."""
    most = min(len(text), start + _MOST_VALUE)
    if text[start] == '"':
        end = text.find('"', start + 1, most)
        return end if end > 0 else most
    depth = 0
    for place in range(start, most):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return most


def is_ris(text: str) -> bool:
    """Whether a text is a list of references in RIS."""
    first = _RIS_LINE.search(text[:_LOOKED_AT].lstrip("\ufeff"))  # some libraries name themselves above the first
    return first is not None and first[1] == "TY"


def ris_text(text: str) -> str:
    """What the references are about, a field a line."""
    return "\n".join(" ".join(value.split()) for tag, value in _RIS_LINE.findall(text) if tag in _RIS_TELLING)
