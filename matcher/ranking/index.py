"""The fitted index: postings, call records and profiles in arrays that are mapped, not loaded.

Imports numpy only: this is what `rank`, `show` and `why` open while a person waits.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model import Call, Institute, Section
from matcher.ranking.generation import Generation, StringTable, open_generation, write_generation
from matcher.ranking.query import QueryVector, query_vector
from matcher.store.codec import pack, unpack
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LAYOUT = 1
"""Grows with every change of the arrays' meaning; an index of another layout is built anew."""

Floats = npt.NDArray[np.float32]


class Index:
    """Scores any profile against every call that was indexed."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self.meta: Mapping[str, Any] = generation.meta
        self._terms = generation.table("terms")
        self._calls = generation.table("calls")
        self._texts = generation.table("texts")

    def __len__(self) -> int:
        return len(self._calls)

    @cached_property
    def idf(self) -> Floats:
        return self._generation.array("idf")

    def term(self, position: int) -> str:
        return self._terms[position].decode()

    def find_term(self, term: str) -> int | None:
        return self._terms.find(term.encode())

    def postings(self, position: int) -> tuple[npt.NDArray[np.int32], Floats]:
        """Calls that hold the term (ascending rows) and its weight in each."""
        start, end = self._starts[position], self._starts[position + 1]
        return self._rows[start:end], self._weights[start:end]

    def scores(self, query: QueryVector) -> npt.NDArray[np.float64]:
        """(calls,) cosine of each call with the profile."""
        total = np.zeros(len(self), dtype=np.float64)
        for position, weight in zip(query.ids.tolist(), query.weights.tolist(), strict=True):
            rows, weights = self.postings(position)
            total[rows] += weight * weights
        return total

    def contributions(self, query: QueryVector, row: int) -> Floats:
        """(terms of the query,) what each adds to the score of one call; they add up to it."""
        parts = np.zeros(len(query.ids), dtype=np.float32)
        for i, position in enumerate(query.ids.tolist()):
            rows, weights = self.postings(position)
            at = int(np.searchsorted(rows, row))
            if at < len(rows) and rows[at] == row:
                parts[i] = query.weights[i] * weights[at]
        return parts

    def call(self, row: int) -> Call:
        """The call of a row, without its sections."""
        return unpack(self._calls[row])

    def sections(self, row: int) -> tuple[Section, ...]:
        return tuple(Section(name, text) for name, text in json.loads(self._texts[row]))

    def full_call(self, row: int) -> Call:
        """The call of a row with its sections."""
        return replace(self.call(row), sections=self.sections(row))

    def row(self, identifier: str) -> int | None:
        """The row of a call, in any case."""
        return self._identifiers.get(identifier.strip().upper())

    def may_be_live(self, today: date) -> npt.NDArray[np.bool_]:
        """(calls,) False where the last deadline is past, so that those need not be read."""
        return np.asarray(self._generation.array("last_deadline") >= today.toordinal())

    def live_rows(self, today: date) -> list[int]:
        """Rows of the calls that are live on a day."""
        return [row for row in np.flatnonzero(self.may_be_live(today)).tolist() if self.call(row).is_live(today)]

    def query(self, profile_identifier: str) -> QueryVector:
        """The stored vector of an institute; KeyError when it is not in this index."""
        position = self._profiles[profile_identifier]
        starts = self._generation.array("query_starts")
        start, end = int(starts[position]), int(starts[position + 1])
        sources = json.loads(self._generation.table("query_sources")[position])
        return QueryVector(
            self._generation.array("query_ids")[start:end],
            self._generation.array("query_weights")[start:end],
            tuple(sources["labels"][i] for i in sources["of"]),
        )

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        return self._generation.array("posting_starts")

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        return self._generation.array("posting_rows")

    @cached_property
    def _weights(self) -> Floats:
        return self._generation.array("posting_weights")

    @cached_property
    def _identifiers(self) -> dict[str, int]:
        joined = self._generation.array("identifiers").tobytes().decode()
        return {name: row for row, name in enumerate(joined.split("\n"))}

    @cached_property
    def _profiles(self) -> dict[str, int]:
        return {profile["id"]: i for i, profile in enumerate(self.meta["profiles"])}


def open_index(root: Path) -> Index:
    """The index in use.

    Raises:
        IndexMissing: when there is none or it is damaged.
    """
    return Index(open_generation(root, LAYOUT))


def build_index(
    root: Path, calls: Sequence[Call], institutes: Sequence[Institute], *, now: datetime, meta: Mapping[str, Any]
) -> Index:
    """Fit, write and put in use an index of these calls and institutes; `meta` is kept with it."""
    from matcher.ranking.fit import fit_calls

    ordered = sorted(calls, key=lambda call: call.identifier)
    analyzer = Analyzer()
    fitted = fit_calls(ordered, analyzer)
    positions = {term: i for i, term in enumerate(fitted.terms)}
    vectors = [query_vector(i.profile(), analyzer, positions.get, fitted.idf) for i in institutes]
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": fitted.idf,
        "posting_starts": fitted.weights.indptr.astype(np.int64),
        "posting_rows": fitted.weights.indices.astype(np.int32),
        "posting_weights": fitted.weights.data.astype(np.float32),
        "identifiers": np.frombuffer("\n".join(c.identifier.upper() for c in ordered).encode(), dtype=np.uint8),
        "last_deadline": np.array([_last_day(call) for call in ordered], dtype=np.int32),
        **StringTable.pack(term.encode() for term in fitted.terms).arrays("terms"),
        **StringTable.pack(pack(replace(call, sections=())) for call in ordered).arrays("calls"),
        **StringTable.pack(_json([[s.name, s.text] for s in call.sections]) for call in ordered).arrays("texts"),
        **_query_arrays(vectors),
    }
    profiles = [{"id": i.identifier, "acronym": i.acronym, "name": i.name_en} for i in institutes]
    complete = {**meta, "created": now.isoformat(), "profiles": profiles}
    return Index(write_generation(root, LAYOUT, arrays, complete))


def _query_arrays(vectors: Sequence[QueryVector]) -> dict[str, npt.NDArray[Any]]:
    starts = np.zeros(len(vectors) + 1, dtype=np.int64)
    np.cumsum([len(v.ids) for v in vectors], out=starts[1:])
    return {
        "query_starts": starts,
        "query_ids": np.concatenate([np.zeros(0, np.int32), *(v.ids for v in vectors)]),
        "query_weights": np.concatenate([np.zeros(0, np.float32), *(v.weights for v in vectors)]),
        **StringTable.pack(_json(_compact_sources(v.sources)) for v in vectors).arrays("query_sources"),
    }


def _compact_sources(sources: Sequence[str]) -> dict[str, list[Any]]:
    labels = list(dict.fromkeys(sources))
    positions = {label: i for i, label in enumerate(labels)}
    return {"labels": labels, "of": [positions[s] for s in sources]}


def _last_day(call: Call) -> int:
    """Ordinal of the last deadline; without one the call stays a candidate for ever and `status_on` decides."""
    return call.last_deadline.toordinal() if call.last_deadline else date.max.toordinal()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
