"""Calls and institutes → the arrays of an index. What needs scikit-learn and scipy stays on this side.

The model (idf, background, which calls are alike, which calls likenesses are measured against) is fitted on a body of
calls and then kept, so that new calls move no score of the others. It is fitted anew when it has become old, when many
new calls came, or when it was fitted on something else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.call import pack
from matcher.model.programmes import programme_part
from matcher.ranking.call_arrays import call_arrays, near_arrays, passage_meanings, stranger_arrays
from matcher.ranking.call_fields import PREFIX, call_fields
from matcher.ranking.index import Index
from matcher.ranking.lent import lent_own_side, own_state
from matcher.ranking.needs import chance
from matcher.ranking.needs.likeness import WAYS, compare
from matcher.ranking.needs.profile import PartVectors, QueryVector, own_mark, own_side, query_vector, written_projects
from matcher.ranking.needs.profile_projects import pack_projects, project_facts
from matcher.ranking.needs.skillset import pack_skills, skills_of
from matcher.ranking.scores.scoring import own_of
from matcher.ranking.texts.fitting import FEWEST, LASTING, background_arrays, count_projects, strangers
from matcher.ranking.texts.generation import Generation, StringTable, edges_of, narrowest
from matcher.ranking.texts.project_words import project_word_arrays
from matcher.ranking.texts.tfidf import (
    Counts,
    Model,
    aligned,
    count_terms,
    fit_model,
    nearest,
    on_terms,
    telling,
    unit_rows,
    weigh,
)
from matcher.ranking.texts.word_positions import place_arrays
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scipy import sparse

    from matcher.model.call import Call
    from matcher.model.profile_parts import Profile, ProfilePart
    from matcher.model.project import Project
    from matcher.ranking.meanings import Encoding
    from matcher.ranking.needs.profile import OwnSide
    from matcher.ranking.needs.profile_projects import OwnProject
    from matcher.ranking.needs.skillset import Skill

MODEL_AGE = timedelta(days=30)
"""After so long the model is fitted anew, so that the language of new work programmes enters it."""

MODEL_GROWTH = 0.1
"""It is fitted anew when the calls that it has not seen are more than this share of those it has."""


@dataclass(frozen=True, slots=True)
class Known:
    """What else there is to learn from, beside the calls themselves.

    `projects` gives every project; `mark` tells one state of them from another. `day` is the day of the index: calls
    that are live on it are read closely, passage by passage; None reads all of them so.
    """

    projects: Callable[[], Iterable[Project]] = tuple
    mark: str = ""
    day: date | None = None
    count: int = 0
    encoding: Encoding | None = None

    @property
    def kind(self) -> str:
        """What the background is made of."""
        return "with_projects" if self.count >= FEWEST else "without_projects"

    @property
    def numbers(self) -> str:
        """Which learned numbers apply."""
        return chance.kind_of_store(self.kind, encoder=self.encoding is not None)


NOTHING_KNOWN = Known()


def build(
    calls: Sequence[Call],
    profiles: Sequence[Profile],
    *,
    now: datetime,
    meta: Mapping[str, Any],
    previous: Index | None = None,
    known: Known = NOTHING_KNOWN,
) -> Index:
    """An index in memory of these calls and profiles; `meta` is kept with it, `previous` lends its model.

    `known` is what else there is to learn from.
    """
    corpus = _corpus(calls, profiles, known, meta)
    fit = _kept_fit(previous, corpus, now) or _fit(corpus, now)
    model, ordered, analyzer = fit.model, corpus.calls, corpus.analyzer
    matrix, terms, idf = aligned(corpus.counts, model)
    weights = weigh(matrix, idf)
    parts = sorted({programme_part(call.identifier) for call in ordered})
    reference = np.array([call.identifier in model.reference for call in ordered], dtype=np.bool_)
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": idf,
        "background_calls": model.background_calls,
        "background_projects": model.background_projects,
        "reference": reference,
        "squares": np.asarray(weights.multiply(weights).sum(axis=1), dtype=np.float32),
        **_postings(weights),
        **_similar(weights, len(model.terms), reference, ordered, fit.lender),
        **_call_arrays(ordered, parts),
        **_members(ordered, meta),
        **StringTable.pack(term.encode() for term in terms).arrays("terms"),
        **place_arrays(map(call_fields, ordered), analyzer, PREFIX),
        **fit.learned,
        "standard": np.array([call.identifier in fit.standard for call in ordered], dtype=np.bool_),
    }
    vocabulary = _Vocabulary(
        positions={term: i for i, term in enumerate(terms)},
        fitted_terms=len(model.terms),
        idf=idf,
        background_calls=model.background_calls,
        background_projects=model.background_projects,
    )
    arrays |= near_arrays(weights, arrays, fit.lender, [call.identifier for call in ordered])
    arrays |= call_arrays(ordered, weights, arrays, vocabulary, analyzer, known.day)
    arrays |= passage_meanings(ordered, arrays, known.encoding)
    arrays |= stranger_arrays(arrays, fit.strangers, vocabulary, analyzer, known.encoding)
    facts = {**meta, **_facts(corpus, fit), "created": now.isoformat(), "parts": parts, "profiles": _listed(profiles)}
    read = _read_profiles(profiles, vocabulary, analyzer, arrays, known.encoding, fit.lender)
    index = _with_profiles(facts, arrays, read)
    if known.encoding is not None and known.day is not None:
        known.encoding.vectors.forget_others()  # those of calls that are live no longer
    return index


@dataclass(frozen=True)
class _Corpus:
    """What one index is made of: calls in the order of their rows, own projects, and what else is `known`.

    `origin` tells one state of all that is learned from, but the calls, from another.
    """

    calls: Sequence[Call]
    counts: Counts
    own: Sequence[ProfilePart]
    analyzer: Analyzer
    known: Known
    origin: str


def _corpus(calls: Iterable[Call], profiles: Iterable[Profile], known: Known, meta: Mapping[str, Any]) -> _Corpus:
    analyzer = Analyzer()
    ordered = sorted(calls, key=lambda call: call.identifier.upper())
    own = list(dict.fromkeys(part for profile in profiles for part in profile.parts if part.kind == "project"))
    origin = f"{meta.get('sample')}{known.mark}{written_projects(own)}"
    return _Corpus(ordered, count_terms(ordered, analyzer), own, analyzer, known, origin)


@dataclass(frozen=True)
class _Fit:
    """What was learned: the model, the arrays of the background, the strangers' skills, and `when`.

    `standard` are the calls that likenesses are measured against; `lender` the index that a fit was kept from.
    """

    model: Model
    learned: Mapping[str, npt.NDArray[Any]]
    strangers: tuple[str, ...]
    standard: frozenset[str]
    when: datetime
    lender: Index | None = None


def _facts(corpus: _Corpus, fit: _Fit) -> dict[str, Any]:
    encoding = corpus.known.encoding
    return {
        **({"encoder": encoding.facts} if encoding else {}),
        "fitted": fit.when.isoformat(),
        "origin": corpus.origin,
        "fitted_terms": len(fit.model.terms),
        "mean_square": fit.model.mean_square,
        "background": corpus.known.kind,
        "strangers": fit.strangers,
        "standard": sorted(fit.standard),
    }


def _listed(profiles: Iterable[Profile]) -> list[dict[str, Any]]:
    return [
        {
            "id": p.identifier,
            "acronym": p.acronym,
            "name": p.name,
            "pin": list(p.pin),
            "exclude": list(p.exclude),
            "own": own_mark(p),
        }
        for p in profiles
    ]


@dataclass(frozen=True)
class _Vocabulary:
    """The terms of an index that is being built, as `query_vector` asks for them."""

    positions: Mapping[str, int]
    fitted_terms: int
    idf: npt.NDArray[np.float32]
    background_calls: npt.NDArray[np.float32]
    background_projects: npt.NDArray[np.float32]

    def find_term(self, term: str) -> int | None:
        return self.positions.get(term)


def _fit(corpus: _Corpus, now: datetime) -> _Fit:
    """All of it anew."""
    known, analyzer, counts = corpus.known, corpus.analyzer, corpus.counts
    texts = count_projects(known.projects(), analyzer) if known.kind == "with_projects" else None
    model = fit_model(corpus.calls, counts, corpus.own, analyzer, texts.counts if texts else None)
    of_calls = unit_rows(weigh(on_terms(counts, model.terms), model.idf))
    background = unit_rows(weigh(on_terms(texts.counts, model.terms), model.idf)) if texts else of_calls
    words = texts.keywords if texts else tuple(sorted({k.lower() for call in corpus.calls for k in call.keywords}))
    standard = _standard(corpus.calls, known.day)
    learned = {**background_arrays(background, of_calls), **project_word_arrays(known.projects(), analyzer)}
    return _Fit(model, learned, strangers(words), standard, now)


FEW_LIVE = 100
"""With fewer live calls all of them are the reference that likenesses are measured against."""


def _standard(calls: Sequence[Call], day: date | None) -> frozenset[str]:
    """The calls that likenesses are measured against until the next fit: those that are live now."""
    live = [call.identifier for call in calls if day is None or call.is_live(day)]
    return frozenset(live if len(live) >= FEW_LIVE else [call.identifier for call in calls])


def _kept_fit(previous: Index | None, corpus: _Corpus, now: datetime) -> _Fit | None:
    """What the index before had learned, unless it is time to fit anew."""
    if previous is None or previous.meta["origin"] != corpus.origin:
        return None
    when = datetime.fromisoformat(previous.meta["fitted"])
    before = [name for name, known in zip(previous.identifiers(), previous.arrays["reference"], strict=True) if known]
    present = {call.identifier.upper(): call.identifier for call in corpus.calls}
    reference = frozenset(present[name] for name in before if name in present)
    lost, new = len(before) - len(reference), len(present) - len(reference)
    # A clock that was set back a little is no reason for other fits; a model from far ahead of it would never age.
    if lost + new > MODEL_GROWTH * len(before) or abs(now - when) > MODEL_AGE:
        return None
    learned = {name: previous.arrays[name] for name in LASTING}
    standard = frozenset(previous.meta["standard"])
    return _Fit(_kept_model(previous, reference), learned, tuple(previous.meta["strangers"]), standard, when, previous)


def _kept_model(previous: Index, reference: frozenset[str]) -> Model:
    terms = StringTable(previous.arrays["terms_blob"], previous.arrays["terms_offsets"]).all()
    return Model(
        terms=[term.decode() for term in terms[: previous.fitted_terms]],
        idf=previous.idf[: previous.fitted_terms],
        background_calls=previous.background_calls,
        background_projects=previous.background_projects,
        mean_square=previous.meta["mean_square"],
        reference=reference,
    )


def _postings(weights: sparse.csr_array) -> dict[str, npt.NDArray[Any]]:
    by_term = weights.tocsc()
    by_term.sort_indices()
    return {
        "posting_starts": by_term.indptr.astype(np.int64),
        "posting_rows": by_term.indices.astype(np.int32),
        "posting_weights": by_term.data.astype(np.float32),
    }


def _similar(
    weights: sparse.csr_array,
    fitted_terms: int,
    reference: npt.NDArray[np.bool_],
    calls: Sequence[Call],
    previous: Index | None,
) -> dict[str, npt.NDArray[Any]]:
    """Which calls of the archive each call is like; a call that had its neighbours before keeps them."""
    vectors = telling(weights, fitted_terms, reference)
    pool = np.flatnonzero(reference)
    place = np.full(len(calls), -1, dtype=np.int64)
    place[pool] = np.arange(len(pool))
    found, shares = nearest(vectors, vectors[pool], place)
    rows = pool[found].astype(np.int32) if len(pool) else found
    if previous is not None:
        _keep_neighbours(rows, shares, calls, previous)
    return {"similar_calls": rows, "similar_weights": shares}


def _keep_neighbours(
    rows: npt.NDArray[np.int32], shares: npt.NDArray[np.float32], calls: Sequence[Call], previous: Index
) -> None:
    here = {call.identifier.upper(): row for row, call in enumerate(calls)}
    moved = np.array([here.get(name, -1) for name in previous.identifiers()], dtype=np.int64)
    before, weights = previous.arrays["similar_calls"], previous.arrays["similar_weights"]
    if before.shape[1:] != rows.shape[1:]:
        return
    for old, new in enumerate(moved.tolist()):
        neighbours = moved[before[old]]
        if new >= 0 and (neighbours >= 0).all():
            rows[new], shares[new] = neighbours, weights[old]


def _call_arrays(calls: Sequence[Call], parts: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    positions = {part: i for i, part in enumerate(parts)}
    names = "\n".join(call.identifier.upper() for call in calls)
    return {
        "part": np.array([positions[programme_part(call.identifier)] for call in calls], dtype=np.int32),
        "coordination": np.array([any("CSA" in a.code for a in call.actions) for call in calls], dtype=np.bool_),
        "identifiers": np.frombuffer(names.encode(), dtype=np.uint8),
        "last_deadline": np.array([_last_day(call) for call in calls], dtype=np.int32),
        **StringTable.pack(pack(replace(call, sections=())) for call in calls).arrays("calls"),
        **StringTable.pack(_json([[s.name, s.text] for s in call.sections]) for call in calls).arrays("texts"),
    }


def _members(calls: Sequence[Call], meta: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """Which parts of programmes each call is in, as places in the table that is kept with the index."""
    places = {entry["identifier"]: place for place, entry in enumerate(meta.get("part_table", ()))}
    found = [[places[part.identifier] for part in call.parts] for call in calls]
    return {
        "member_edges": edges_of([len(one) for one in found]),
        "members": np.array([place for one in found for place in one], dtype=np.int32),
    }


@dataclass(frozen=True, slots=True)
class _Read:
    """What profiles say, one after the other: their skills, their own projects, and all of their words together.

    `states` tell when the own projects have to be read again.
    """

    skills: list[tuple[Skill, ...]]
    own: list[OwnSide | None]
    states: list[str]
    queries: list[QueryVector]


def _read_profiles(
    profiles: Sequence[Profile],
    vocabulary: _Vocabulary,
    analyzer: Analyzer,
    arrays: Mapping[str, npt.NDArray[Any]],
    encoding: Encoding | None,
    lender: Index | None,
) -> _Read:
    vectors = PartVectors(analyzer, vocabulary)
    read = _Read([], [], [], [])
    for profile in profiles:
        skills = skills_of(profile, analyzer, vocabulary, arrays)
        state = own_state(profile, skills, vocabulary.fitted_terms)
        own = lent_own_side(lender, profile.identifier, state)
        own = own or own_side(profile, skills, analyzer, vocabulary, vectors)
        read.skills.append(encoding.of_skills(skills) if encoding is not None else skills)
        read.own.append(own)
        read.states.append(state)
        read.queries.append(query_vector(profile, analyzer, vocabulary, own.query if own else None))
    return read


def _with_profiles(facts: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], read: _Read) -> Index:
    """The index with the profiles in it: their terms, their skills, their own projects."""
    skills, own, count = read.skills, read.own, len(read.queries)
    queries = _query_arrays(read.queries)
    bare = Index(Generation(facts, {**arrays, **queries}))
    side, rows = bare.side(everything=False)
    reference = bare.arrays["standard"][rows]
    standards = [chance.standard_of(compare(side, found), reference) for found in skills]
    measured = [own_of(bare, side) if side else None for side in own]
    named = {
        "skills": [[skill.words, skill.source, skill.original] for found in skills for skill in found],
        "own": [[one.mean, one.spread, one.weight] if one else None for one in measured],
        "own_states": read.states,
    }
    everything = {
        **arrays,
        **queries,
        **{f"own_{name}": kept for name, kept in _query_arrays([side.query for side in own if side]).items()},
        **_own_arrays([side.projects if side else () for side in own]),
        **pack_skills(skills),
        "standard_means": np.array([s.means for s in standards]).reshape(count, len(WAYS)),
        "standard_spreads": np.array([s.spreads for s in standards]).reshape(count, len(WAYS)),
        "standard_sums": np.array([s.sums for s in standards]).reshape(count, int(reference.sum())),
    }
    return Index(Generation({**facts, **named}, {name: narrowest(array) for name, array in everything.items()}))


def _own_arrays(sets: Sequence[Sequence[OwnProject]]) -> dict[str, npt.NDArray[Any]]:
    called = StringTable.pack(_json(project_facts(projects)) for projects in sets)
    return {**pack_projects(sets), **called.arrays("owned")}


def _query_arrays(vectors: Sequence[QueryVector]) -> dict[str, npt.NDArray[Any]]:
    return {
        "query_starts": edges_of([len(v.ids) for v in vectors]),
        "query_ids": np.concatenate([np.zeros(0, np.int32), *(v.ids for v in vectors)]),
        "query_weights": np.concatenate([np.zeros(0, np.float32), *(v.weights for v in vectors)]),
        **StringTable.pack(_json(_query_record(v)) for v in vectors).arrays("queries"),
    }


def _query_record(vector: QueryVector) -> dict[str, Any]:
    labels = {label: i for i, label in enumerate(dict.fromkeys(vector.sources))}
    return {
        "words": vector.words,
        "labels": list(labels),
        "sources": [labels[source] for source in vector.sources],
        "originals": vector.originals,
        "wins": dict(vector.wins),
    }


def _last_day(call: Call) -> int:
    """Ordinal of the last deadline; without one the call stays a candidate for ever and `status_on` decides."""
    return call.last_deadline.toordinal() if call.last_deadline else date.max.toordinal()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
