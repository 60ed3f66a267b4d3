"""What the local portal holds, and how it answers queries: filtering, ordering, paging, counting."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from typing import Any

Row = dict[str, Any]

WINDOW = 10_000
PAGE_CAP = 100

_LONG = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")


class BadQueryError(Exception):
    """The query format is not supported: a 400."""


class Index:
    """Rows with the portal's unstable order. `seed` fixes the draws; `jitter` is how far rows stray without a sort."""

    def __init__(self, rows: list[Row], *, seed: int = 0, jitter: float = 40.0) -> None:
        self._random = random.Random(seed)
        self._jitter = jitter
        self.claimed: int | None = None  # how many rows it says to have, whatever is asked; None: as many as it has
        self.replace(rows)

    def replace(self, rows: list[Row]) -> None:
        """Hold other rows from now on."""
        self.rows = list(rows)
        self._text = {id(row): json.dumps(row) for row in self.rows}
        self._found: dict[str, list[Row]] = {}
        self._grouped: dict[tuple[int, str, bool], list[list[Row]]] = {}

    def page(self, query: Any, languages: list[str] | None, sort: Any, number: int, size: int) -> tuple[int, str]:
        """The total and the rows of one page as JSON text."""
        found = self.filtered(query, languages)
        size = min(size, PAGE_CAP)
        start = (number - 1) * size
        total = len(found) if self.claimed is None else self.claimed
        if start >= WINDOW:
            return total, ""
        shown = self._ordered(found, sort)[start : min(start + size, WINDOW)]
        return total, ",".join(self._text[id(row)] for row in shown)

    def filtered(self, query: Any, languages: list[str] | None) -> list[Row]:
        asked = json.dumps([query, languages])
        if asked not in self._found:
            tests = _clauses(query)
            self._found[asked] = [
                row
                for row in self.rows
                if (not languages or row.get("language") in languages) and all(test(row) for test in tests)
            ]
        return self._found[asked]

    def counts(self, rows: list[Row], field: str) -> Counter[str]:
        return Counter(value for row in rows for value in _values(row, field))

    def _ordered(self, rows: list[Row], sort: Any) -> list[Row]:
        if not sort:
            drawn = {id(row): place + self._random.gauss(0, self._jitter) for place, row in enumerate(rows)}
            return sorted(rows, key=lambda row: drawn[id(row)])
        ordered = []
        for ties in self._groups(rows, sort["field"], sort.get("order") == "DESC"):
            ordered += ties if len(ties) == 1 else self._random.sample(ties, len(ties))
        return ordered

    def _groups(self, rows: list[Row], field: str, descending: bool) -> list[list[Row]]:
        """Rows in the order of a field; rows that tie are together."""
        name = (id(rows), field, descending)
        if name not in self._grouped:
            groups: dict[str, list[Row]] = {}
            for row in rows:
                groups.setdefault(next(iter(_values(row, field)), ""), []).append(row)
            self._grouped[name] = [groups[key] for key in sorted(groups, reverse=descending)]
        return self._grouped[name]


def _values(row: Row, field: str) -> list[str]:
    value = row.get("metadata", {}).get(field, []) if isinstance(row.get("metadata"), dict) else []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _clauses(query: Any) -> list[Any]:
    if not isinstance(query, dict):
        raise BadQueryError
    inner = query.get("bool", {"must": [query]} if query else {})
    if set(inner) - {"must", "must_not"}:
        raise BadQueryError
    tests = [_test(clause) for clause in inner.get("must", [])]
    for clause in inner.get("must_not", []):
        test = _test(clause)
        tests.append(lambda row, test=test: not test(row))
    return tests


def _test(clause: Any) -> Any:
    if not isinstance(clause, dict) or len(clause) != 1:
        raise BadQueryError
    (name, body), *_ = clause.items()
    if name not in {"term", "terms", "range"}:
        raise BadQueryError  # wildcard, match and the rest
    (field, wanted), *_ = body.items()
    if name == "range":
        return _range(field, wanted)
    accepted = set(wanted if name == "terms" else [wanted])
    return lambda row: bool(accepted & set(_values(row, field)))


def _range(field: str, bounds: dict[str, str]) -> Any:
    low, high = bounds.get("gte", ""), bounds.get("lte", "9")
    if not all(_LONG.fullmatch(bound) for bound in bounds.values()):
        return lambda row: bool(_values(row, field))  # a bare date only drops rows without one
    # every date of these rows is written with the same offset, so text order is time order
    return lambda row: any(low <= value <= high for value in _values(row, field))
