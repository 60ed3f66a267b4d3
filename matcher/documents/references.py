"""Lists of publications: titles, abstracts and keywords, without authors, journals and the names of fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTRY = re.compile(r"@[a-z]+\s*[{(]", re.IGNORECASE)
_BIBTEX_FIELD = re.compile(r"\b(title|abstract|keywords?|note)\s*=\s*", re.IGNORECASE)
_RIS_LINE = re.compile(r"^([A-Z][A-Z0-9])  ?- ?(.*)$", re.MULTILINE)
_RIS_TELLING = frozenset({"TI", "T1", "AB", "N2", "KW"})
_MOST_VALUE = 50_000


def is_bibtex(text: str) -> bool:
    """Whether a text is a list of BibTeX entries."""
    return _ENTRY.match(text.lstrip("\ufeff \t\r\n")) is not None and "=" in text


def bibtex_text(text: str) -> str:
    """What the entries are about, a field a line."""
    return "\n".join(
        " ".join(re.sub(r"\\[a-zA-Z]+|\\$", " ", re.sub(r"[{}]", "", value)).split()) for value in _values(text)
    )


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
    first = _RIS_LINE.match(text.lstrip("\ufeff \t\r\n"))
    return first is not None and first[1] == "TY"


def ris_text(text: str) -> str:
    """What the references are about, a field a line."""
    return "\n".join(value.strip() for tag, value in _RIS_LINE.findall(text) if tag in _RIS_TELLING)
