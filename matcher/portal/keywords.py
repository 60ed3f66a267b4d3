"""Keywords of a call: the portal's `keywords` and `tags`, without what says nothing about its subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.portal.sections import plain_line
from matcher.portal.values import as_text, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYWORD_LIMIT = 200
"""Keywords of one call, and characters of one keyword, that are kept."""


_WORTHLESS = frozenset({"digitalagenda", "digital agenda"})  # stands on most topics, whatever they are about


def keywords(values: Iterable[str], ids: Iterable[str | None]) -> tuple[str, ...]:
    """Each keyword once, in the portal's order.

    One value may itself be a JSON array (PROTOCOL.md, quirk 5). The topic's and call's own ids and its title, which
    the portal repeats there, are dropped, and so is the Digital Agenda; `crossCuttingPriorities` never count (quirk 6).
    """
    dropped = _WORTHLESS | {plain_line(text).casefold() for text in ids if text}
    found: dict[str, str] = {}
    for word in _unpacked(values):
        line = plain_line(word)[:KEYWORD_LIMIT]
        if line and line.casefold() not in dropped:
            found.setdefault(line.casefold(), line)
    return tuple(found.values())[:KEYWORD_LIMIT]


def _unpacked(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        array = parsed(value) if value.startswith("[") else None
        if isinstance(array, list):
            yield from (text for item in array if (text := as_text(item)))
        else:
            yield value
