"""Which row of a call is the one to believe, among stale copies and copies in other languages.

Per identifier: an English row before other languages, then the latest `esDA_IngestDate`, then the source `SEDIA`
(PROTOCOL.md, quirks 1, 2 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.rows import ParsedRow

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One row per call, in identifier order, and how many copies gave way to it."""

    rows: tuple[ParsedRow, ...]
    stale_copies: int
    language_copies: int


def fresh(rows: Iterable[ParsedRow]) -> list[ParsedRow]:
    """The row to believe for each identifier (upper and lower case are one), in identifier order."""
    return list(resolve(rows).rows)


def resolve(rows: Iterable[ParsedRow]) -> Resolved:
    """As `fresh`, with counts: a copy in another language is a language copy, any other one is stale."""
    groups: dict[str, list[ParsedRow]] = {}
    for row in rows:
        groups.setdefault(row.call.identifier.casefold(), []).append(row)
    kept: list[ParsedRow] = []
    stale = languages = 0
    for name in sorted(groups):
        best = max(groups[name], key=_preference)
        others = [row for row in groups[name] if row is not best]
        kept.append(best)
        foreign = sum(row.language != best.language for row in others)
        languages += foreign
        stale += len(others) - foreign
    return Resolved(tuple(kept), stale, languages)


def _preference(row: ParsedRow) -> tuple[bool, datetime, bool, int, int, str, bytes]:
    call = row.call
    return (
        row.language == "en",
        row.ingested or _NEVER,
        row.datasource == "SEDIA",
        len(call.sections),
        len(call.deadlines),
        row.key,
        row.raw,
    )
