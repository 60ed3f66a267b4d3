"""Searches measured: what people type, the calls that a person expects, and how many of them the first ten are.

`python -m tests.helpers.searches` prints a line a query, with what SQLite's FTS5 finds in the same texts.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher.model.searched import Search
from matcher.portal.listing import fresh
from matcher.portal.parsing import parse_rows
from matcher.ranking.call_fields import FIELDS, call_fields
from matcher.ranking.call_words import search_calls
from tests.helpers.corpus import indexed
from tests.helpers.home import recorded_pass
from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matcher.ranking.index import Index

QUERIES = ROOT / "tests" / "ranking" / "queries.tsv"
LISTED = date(2026, 5, 7)
FIRST = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """One query: how many calls are expected, and how many of them stand among the first ten here and by FTS5."""

    query: str
    expected: int
    found: int
    by_fts5: int


def both_passes() -> Index:
    """The recorded listing, whole."""
    rows = recorded_pass("2026-05-07T1130") + recorded_pass("2026-05-07T1203")
    return indexed([row.call for row in fresh(parse_rows(rows)[0])])


def tried_searches(index: Index) -> list[Tried]:
    """Every query of which a live call is expected."""
    live = {row for row in range(len(index)) if index.call(row).is_live(LISTED)}
    fts5 = _in_fts5(index, live)
    tried = []
    for query, names in _queries({index.call(row).identifier for row in live}).items():
        rows = [row for row in search_calls(index, Search((query,))).rows if row in live][:FIRST]
        found = {index.call(row).identifier for row in rows}
        tried.append(Tried(query, len(names), len(names & found), len(names & set(fts5(query)))))
    return tried


def mean_share(tried: Sequence[Tried], by: str) -> float:
    """Over the queries, the share of what is expected that is among the first ten."""
    return sum(getattr(one, by) / one.expected for one in tried) / len(tried)


def _queries(listed: set[str]) -> dict[str, set[str]]:
    """What a person expects of each query, of the calls that are listed."""
    lines = QUERIES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    expected = {query: set(names.split()) & listed for query, names in pairs}
    return {query: names for query, names in expected.items() if names}


def _in_fts5(index: Index, live: set[int]) -> Callable[[str], list[str]]:
    """What SQLite's FTS5 with its porter stemmer finds in the texts of live calls, with the same weights."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE texts USING fts5(name UNINDEXED, {', '.join(FIELDS)}, tokenize='porter')")
    for row in sorted(live):
        call = index.full_call(row)
        values = [call.identifier, *("\n".join(lines) for lines in call_fields(call))]
        database.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)", values)
    order = f"bm25(texts, 0, {', '.join(map(str, FIELDS.values()))})"

    def ask(query: str) -> list[str]:
        match = " ".join(f'"{word}"' for word in re.findall(r"\w+", query))
        asked = f"SELECT name FROM texts WHERE texts MATCH ? ORDER BY {order} LIMIT {FIRST}"
        return [name for (name,) in database.execute(asked, (match,))]

    return ask


def main() -> None:
    tried = tried_searches(both_passes())
    print("| query | expected | found | by FTS5 |\n|---|---|---|---|")
    for one in tried:
        print(f"| {one.query} | {one.expected} | {one.found} | {one.by_fts5} |")
    print(
        f"| **mean share of {len(tried)}** | | {mean_share(tried, 'found'):.2f} | {mean_share(tried, 'by_fts5'):.2f} |"
    )


if __name__ == "__main__":
    main()
