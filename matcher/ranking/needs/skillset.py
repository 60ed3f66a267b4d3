"""The skills of a profile, one by one: what a person wrote, as terms, as its nearest texts, as a place in the space."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.model.profile_parts import ProfilePart
from matcher.ranking.texts.background import Background, Expanded, Near
from matcher.ranking.texts.generation import edges_of
from matcher.ranking.texts.latent import fold
from matcher.ranking.texts.vocabulary import is_fitted, knows
from matcher.text.untrusted import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matcher.model.profile_parts import Profile
    from matcher.ranking.texts.generation import Whole
    from matcher.ranking.texts.vocabulary import Vocabulary
    from matcher.text.analysis import Analyzer

Floats = npt.NDArray[np.float32]
WRITTEN = frozenset({"keyword", "lab", "text"})
"""Kinds of parts that are skills."""


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill: `words` in English, `original` in French where it is written so, `source` where it stands.

    `ids` (terms,) ascending and `weights` (terms,) of unit length are its terms; empty where no text knows any;
    `unknown` words of it no text knows. `meaning` (dimensions,) is where a sentence encoder puts it, if there is one.
    """

    words: str
    source: str
    original: str | None
    ids: Whole
    weights: Floats
    near: Near
    expanded: Expanded
    place: Floats
    passage: int = 0  # of a long text, from 1
    weight: float = 1.0  # against the others, where a person said so
    unknown: int = 0
    meaning: npt.NDArray[np.int8] | None = None


def skills_of(
    profile: Profile, analyzer: Analyzer, vocabulary: Vocabulary, arrays: Mapping[str, npt.NDArray[Any]]
) -> tuple[Skill, ...]:
    """The skills of a profile that some text knows, each once; excluded terms count in none of them.

    A French list that pairs up with an English one says the same again: only what is beyond it counts.
    """
    from matcher.ranking.texts.compounds import part_weights  # who reads an index gets by without

    background = Background(arrays)
    excluded = excluded_terms(profile, analyzer)
    found: dict[tuple[int, ...], Skill] = {}
    for part in _skills(profile, vocabulary, arrays):
        words = _english(part, analyzer, vocabulary)
        counts = Counter(t for t in analyzer.asked_terms(words, partial(is_fitted, vocabulary)) if t not in excluded)
        known = {i: n for term, n in counts.items() if (i := vocabulary.find_term(term)) is not None}
        if not known:
            continue
        ids = np.array(sorted(known), dtype=np.int32)
        parts = {vocabulary.find_term(term): share for term, share in part_weights(words, analyzer, vocabulary).items()}
        weights = np.array(
            [(1 + np.log(known[i])) * vocabulary.idf[i] * parts.get(i, 1.0) for i in ids.tolist()], dtype=np.float32
        )
        # Words of calls that came after the fit add no length, or they would move what the others score.
        weights /= np.linalg.norm(weights[ids < vocabulary.fitted_terms]) or np.linalg.norm(weights)
        near = background.nearest(ids, weights)
        original = part.text if part.language == "fr" else None
        shown = " ".join(words.split())
        single = {term for term in counts if " " not in term}
        unknown = sum(vocabulary.find_term(word) is None for word in single)
        skill = Skill(
            shown,
            part.label,
            original,
            ids,
            weights,
            near,
            background.expanded(near),
            fold(arrays, ids, weights),
            part.passage,
            part.weight,
            unknown,
        )
        told = tuple(ids[ids < vocabulary.fitted_terms].tolist())
        found[told] = _with_late_words(found[told], skill) if told in found else skill
    return tuple(found.values())


def _with_late_words(skill: Skill, same: Skill) -> Skill:
    """One of two skills that nothing told apart at the fit, with the words that calls since then have of the other.

    Two skills instead of one would move what every call scores.
    """
    late = ~np.isin(same.ids, skill.ids)
    ids, weights = np.append(skill.ids, same.ids[late]), np.append(skill.weights, same.weights[late])
    order = np.argsort(ids)
    return replace(skill, ids=ids[order], weights=weights[order])


def _skills(profile: Profile, vocabulary: Vocabulary, arrays: Mapping[str, npt.NDArray[Any]]) -> Iterator[ProfilePart]:
    """What a person wrote, one part a skill: a long text is as many as it has expressions, up to a bound."""
    from matcher.ranking.needs.statements import MOST, expressions, is_long
    from matcher.ranking.texts.searching import SNIPPET

    for part in written_parts(profile):
        if part.kind != "text" or not is_long(part.text):
            yield part
            continue
        for one in expressions(part.text, vocabulary, arrays)[:MOST]:
            label = f"passage {one.passage}: “{text(one.sentence, SNIPPET)}”"
            yield ProfilePart("text", label, one.text, one.language, passage=one.passage)


def excluded_terms(profile: Profile, analyzer: Analyzer) -> frozenset[str]:
    """The terms that never count for a profile."""
    return frozenset(term for text in profile.exclude for term in analyzer.terms(text))


def written_parts(profile: Profile) -> Iterator[ProfilePart]:
    """What a person wrote, the French list only where it says more than the English one."""
    for kind in ("keyword", "lab", "text"):
        parts = [part for part in profile.parts if part.kind == kind]
        for label in dict.fromkeys(part.label if kind == "lab" else "" for part in parts):
            same = [part for part in parts if kind != "lab" or part.label == label]
            english = [part for part in same if part.language != "fr"]
            french = [part for part in same if part.language == "fr"]
            yield from english
            yield from french[len(english) :]


def _english(part: ProfilePart, analyzer: Analyzer, vocabulary: Vocabulary) -> str:
    if part.language != "fr":
        return part.text
    from matcher.text.french import in_english

    return in_english(part.text, partial(knows, vocabulary, analyzer))


def pack_skills(sets: Sequence[tuple[Skill, ...]]) -> dict[str, npt.NDArray[Any]]:
    """The skills of several profiles as arrays; their words are kept apart (`skill_facts`)."""
    skills = [skill for found in sets for skill in found]
    dimensions = max((len(skill.place) for skill in skills), default=1)

    def joined(pieces: list[npt.NDArray[Any]], kind: type) -> npt.NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype=kind), *pieces]).astype(kind)

    meanings = [skill.meaning for skill in skills if skill.meaning is not None]
    return {
        **({"skill_meanings": np.stack(meanings)} if meanings else {}),
        "skill_profiles": edges_of([len(found) for found in sets]),
        "skill_edges": edges_of([len(skill.ids) for skill in skills]),
        "skill_ids": joined([skill.ids for skill in skills], np.int32),
        "skill_weights": joined([skill.weights for skill in skills], np.float32),
        "skill_near_edges": edges_of([len(skill.near.rows) for skill in skills]),
        "skill_near_rows": joined([skill.near.rows for skill in skills], np.int32),
        "skill_near_shares": joined([skill.near.shares for skill in skills], np.float32),
        "skill_expanded_edges": edges_of([len(skill.expanded.ids) for skill in skills]),
        "skill_expanded_ids": joined([skill.expanded.ids for skill in skills], np.int32),
        "skill_expanded_weights": joined([skill.expanded.weights for skill in skills], np.float32),
        "skill_unknown": np.array([skill.unknown for skill in skills], dtype=np.int32),
        "skill_lengths": np.array([skill.expanded.length for skill in skills], dtype=np.float64),
        "skill_places": np.array([skill.place for skill in skills], dtype=np.float32).reshape(len(skills), dimensions),
    }


def unpack_skills(
    arrays: Mapping[str, npt.NDArray[Any]], facts: Sequence[Sequence[str | None]], profile: int
) -> tuple[Skill, ...]:
    """The skills of one profile again; `facts` are words, source and original of every skill."""
    first, last = arrays["skill_profiles"][profile : profile + 2].tolist()

    def span(name: str, row: int) -> slice:
        start, end = arrays[name][row : row + 2].tolist()
        return slice(start, end)

    found = []
    for row in range(first, last):
        words, source, original = facts[row]
        terms, near, expanded = (span(f"skill_{name}edges", row) for name in ("", "near_", "expanded_"))
        found.append(
            Skill(
                words or "",
                source or "",
                original,
                arrays["skill_ids"][terms],
                arrays["skill_weights"][terms],
                Near(arrays["skill_near_rows"][near], arrays["skill_near_shares"][near]),
                Expanded(
                    arrays["skill_expanded_ids"][expanded],
                    arrays["skill_expanded_weights"][expanded],
                    float(arrays["skill_lengths"][row]),
                ),
                arrays["skill_places"][row],
                unknown=int(arrays["skill_unknown"][row]),
                meaning=arrays["skill_meanings"][row] if "skill_meanings" in arrays else None,
            )
        )
    return tuple(found)
