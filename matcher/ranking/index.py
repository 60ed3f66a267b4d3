"""The fitted index: postings, call records and profiles in arrays that are mapped, not loaded.

Imports numpy only: this is what `rank`, `show` and `why` open while a person waits.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.call import Call, Section, unpack
from matcher.model.frozen import dataclass
from matcher.model.part_table import PartTable
from matcher.ranking.needs.chance import Standard, call_facts
from matcher.ranking.needs.likeness import CallSide, call_side
from matcher.ranking.needs.need import Need, Own
from matcher.ranking.needs.profile import QueryVector
from matcher.ranking.needs.profile_projects import unpack_projects
from matcher.ranking.needs.skillset import unpack_skills
from matcher.ranking.texts import numbers
from matcher.ranking.texts.background import Postings
from matcher.ranking.texts.generation import Generation, edges_of, open_generation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from matcher.model.parts import Part
    from matcher.ranking.needs.profile_projects import OwnProject
    from matcher.ranking.texts.generation import Whole

LAYOUT = 16
"""Grows with every change of the arrays' meaning; an index of another layout is built anew."""

_CALLS_HELD = 5_000
"""Calls that stay unpacked in memory: the live ones are asked for by one institute after the other."""

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Products:
    """Every term that a profile shares with a call: `rows` its call, `weights` the product of both weights, each
    (shared,), in the order of the profile's terms; those of term `t` stand from `edges[t]` to `edges[t + 1]`.
    """

    rows: Whole
    weights: Floats
    edges: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """The words of a profile as a whole against every call; `total` (calls,) is the sum of the parts, each (calls,)."""

    text: Doubles
    similar: Doubles
    history: Doubles
    coordination: Doubles
    products: Products

    @property
    def total(self) -> Doubles:
        return self.text + self.similar + self.history + self.coordination


class Index:
    """Scores any profile against every call that was indexed."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.meta: Mapping[str, Any] = generation.meta
        self.arrays = generation.arrays
        self._terms = generation.table("terms")
        calls = self._calls = generation.table("calls")
        self.parts = PartTable.from_json(generation.meta.get("part_table", ()))
        known, edges, members = tuple(self.parts), generation.arrays["member_edges"], generation.arrays["members"]

        def unpacked(row: int) -> Call:
            return unpack(calls[row], parts=[known[place] for place in members[edges[row] : edges[row + 1]].tolist()])

        # Not by way of `self`: an index that is let go closes its files at once, not when cycles are collected.
        self._unpacked = lru_cache(_CALLS_HELD)(unpacked)
        self._texts = generation.table("texts")
        self.fitted_terms: int = generation.meta["fitted_terms"]
        self.idf: Floats = generation.arrays["idf"]
        self.background_calls: Floats = generation.arrays["background_calls"]
        self.background_projects: Floats = generation.arrays["background_projects"]

    def __len__(self) -> int:
        return len(self._calls)

    # terms

    def find_term(self, term: str) -> int | None:
        """Position of a term: those of the fit are sorted, those of newer calls are sorted after them."""
        key = term.encode()
        found = self._terms.find(key, 0, self.fitted_terms)
        return self._terms.find(key, self.fitted_terms) if found is None else found

    def holders(self, term: str) -> set[int]:
        """Rows of the calls that hold a term."""
        position = self.find_term(term)
        return set() if position is None else set(self.postings(position).tolist())

    def term_weights(self, term: str) -> Floats:
        """(calls,) the weight of a term in each call, 0 where it is not there."""
        weights = np.zeros(len(self), dtype=np.float32)
        position = self.find_term(term)
        if position is not None:
            start, end = self.arrays["posting_starts"][position : position + 2]
            weights[self.arrays["posting_rows"][start:end]] = self.arrays["posting_weights"][start:end]
        return weights

    def heavier(self, weights: Floats) -> npt.NDArray[np.int64]:
        """(calls,) how many terms of each call weigh more than this."""
        rows = self.arrays["posting_rows"]
        return np.bincount(rows[self.arrays["posting_weights"] > weights[rows]], minlength=len(self))

    def term(self, position: int) -> str:
        """The term at a position."""
        return self._terms[position].decode()

    def postings(self, position: int) -> Whole:
        """Rows of the calls that have the term at a position, ascending."""
        start, end = self.arrays["posting_starts"][position : position + 2]
        return self.arrays["posting_rows"][start:end]

    def terms_of(self, row: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The positions of a call's terms, ascending, and where its weights stand in the postings."""
        at = np.flatnonzero(self.arrays["posting_rows"] == row)
        starts = self.arrays["posting_starts"]
        # numpy would copy all starts to the wider kind
        return np.searchsorted(starts, at.astype(starts.dtype), side="right") - 1, at

    # scores

    def scores(self, query: QueryVector) -> Scores:
        """Score every call.

        The text part is Σ q(t)·w(t) over the length of what the call has and the profile has not: a term of the
        profile's own, added to a call, can only raise it.
        """
        products, covered = self._products(query)
        matched = np.bincount(products.rows, weights=products.weights, minlength=len(self)).astype(np.float64)
        floor = numbers.LENGTH_FLOOR * self.meta["mean_square"]
        text = matched / np.sqrt(np.maximum(self.arrays["squares"] - covered, 0) + floor)
        similar = np.einsum("ij,ij->i", text.take(self.arrays["similar_calls"]), self.arrays["similar_weights"])
        return Scores(
            text=text,
            similar=numbers.SIMILAR_WEIGHT * similar,
            history=numbers.HISTORY_WEIGHT * self._won_before(query)[self.arrays["part"]],
            coordination=-numbers.COORDINATION_WEIGHT * self.arrays["coordination"].astype(np.float64),
            products=products,
        )

    def contributions(self, scores: Scores, row: int) -> Doubles:
        """(terms of the profile,) what each adds to the text part of one call; they add up to it."""
        products = scores.products
        parts = np.zeros(len(products.edges) - 1)
        found = np.flatnonzero(products.rows == row)
        parts[np.searchsorted(products.edges, found, side="right") - 1] = products.weights[found]
        total = parts.sum()
        return parts * (scores.text[row] / total) if total else parts

    def _products(self, query: QueryVector) -> tuple[Products, Doubles]:
        """What the profile shares with each call, and (calls,) the squared length that it covers of them."""
        starts = self.arrays["posting_starts"]
        lows, highs = starts[query.ids], starts[query.ids + 1]
        edges = edges_of(highs - lows)
        if not edges[-1]:
            nothing = np.zeros(0, dtype=np.float32)
            return Products(np.zeros(0, dtype=np.int32), nothing, edges), np.zeros(len(self))
        spans = [slice(low, high) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
        rows = np.concatenate([self.arrays["posting_rows"][span] for span in spans])
        weights = np.concatenate([self.arrays["posting_weights"][span] for span in spans])
        covered = np.bincount(rows, weights=weights * weights, minlength=len(self)).astype(np.float64)
        return Products(rows, weights * np.repeat(query.weights, highs - lows), edges), covered

    def _won_before(self, query: QueryVector) -> Doubles:
        return np.array([np.log1p(query.wins.get(part, 0)) for part in self.meta["parts"]])

    # calls

    def call(self, row: int) -> Call:
        """The call of a row, without its sections."""
        return self._unpacked(row)

    def sections(self, row: int) -> tuple[Section, ...]:
        return tuple(Section(name, text) for name, text in json.loads(self._texts[row]))

    def full_call(self, row: int) -> Call:
        """The call of a row with its sections."""
        return replace(self.call(row), sections=self.sections(row))

    def row(self, identifier: str) -> int | None:
        """The row of a call, in any case."""
        return self._rows.get(identifier.strip().upper())

    def identifiers(self) -> list[str]:
        """Every call's identifier in upper case, in the order of rows."""
        return list(self._rows)

    def rows_in(self, part: Part) -> npt.NDArray[np.int64]:
        """Rows of the calls that are in a part of a programme."""
        place = next(place for place, known in enumerate(self.parts) if known.identifier == part.identifier)
        found = np.flatnonzero(self.arrays["members"] == place)
        return np.searchsorted(self.arrays["member_edges"], found, side="right") - 1

    def may_be_live(self, today: date) -> npt.NDArray[np.bool_]:
        """(calls,) False where the last deadline is past, so that those need not be read."""
        return np.asarray(self.arrays["last_deadline"] >= today.toordinal())

    def live_rows(self, today: date) -> list[int]:
        """Rows of the calls that are live on a day."""
        return [row for row in np.flatnonzero(self.may_be_live(today)).tolist() if self.call(row).is_live(today)]

    @cached_property
    def _rows(self) -> dict[str, int]:
        joined = self.arrays["identifiers"].tobytes().decode()
        return {name: row for row, name in enumerate(joined.split("\n") if joined else ())}

    # profiles

    def query(self, profile: str) -> QueryVector:
        """The stored vector of an institute; KeyError when it is not in this index."""
        return self._stored_query("", self.profiles[profile])

    def _stored_query(self, prefix: str, position: int) -> QueryVector:
        start, end = self.arrays[f"{prefix}query_starts"][position : position + 2]
        stored = json.loads(self.generation.table(f"{prefix}queries")[position])
        return QueryVector(
            ids=self.arrays[f"{prefix}query_ids"][start:end],
            weights=self.arrays[f"{prefix}query_weights"][start:end],
            words=tuple(stored["words"]),
            sources=tuple(stored["labels"][i] for i in stored["sources"]),
            originals=tuple(stored["originals"]),
            wins=stored["wins"],
        )

    def need(self, profile: str) -> Need:
        """The skills and own projects of an institute; KeyError when it is not in this index."""
        position = self.profiles[profile]
        standard = Standard(*(self.arrays[f"standard_{name}"][position] for name in ("means", "spreads", "sums")))
        skills = unpack_skills(self.arrays, self.meta["skills"], position)
        own = None
        if (kept := self.meta["own"][position]) is not None:
            place = sum(1 for other in self.meta["own"][:position] if other is not None)
            mean, spread, weight = kept
            own = Own(self._stored_query("own_", place), mean, spread, weight, self.own_projects(profile))
        asked = self.meta["profiles"][position]
        words = {name: tuple(asked.get(name, ())) for name in ("pin", "exclude")}
        return Need(skills, standard, own, institute=profile, **words)

    def own_projects(self, profile: str) -> tuple[OwnProject, ...]:
        """The own projects of an institute that count, those that are own anyhow first, then the best selected ones.

        KeyError when it is not in this index.
        """
        position = self.profiles[profile]
        return unpack_projects(self.arrays, json.loads(self.generation.table("owned")[position]), position)

    @property
    def background_kind(self) -> str:
        """Which learned numbers apply to this index."""
        return str(self.meta["background"])

    @property
    def has_encoder(self) -> bool:
        """Whether a sentence encoder read the passages of the calls that are read closely."""
        return "passage_meanings" in self.arrays

    @cached_property
    def call_facts(self) -> Doubles:
        """(2, calls) what is known of every call beside its text (`chance.call_facts`)."""
        return call_facts(self.identifiers())

    def side(self, *, everything: bool) -> tuple[CallSide, npt.NDArray[np.int64]]:
        """The calls that are read closely, or every one, as skills are compared with them, and their rows."""
        whole = call_side(self.arrays)
        if everything:
            return whole, np.arange(len(self), dtype=np.int64)
        rows = self.arrays["close_rows"]
        starts, places, weights = (self.arrays[f"close_{name}"] for name in ("starts", "postings", "weights"))
        return whole.only(rows, Postings(starts, places, weights, len(rows))), rows

    @cached_property
    def profiles(self) -> dict[str, int]:
        """Position of each institute's profile by its identifier."""
        return {profile["id"]: i for i, profile in enumerate(self.meta["profiles"])}


def open_index(root: Path) -> Index:
    """The index in use.

    Raises:
        IndexMissing: when there is none or it is damaged.
    """
    return Index(open_generation(root, LAYOUT))
