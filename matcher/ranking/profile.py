"""A profile, or any text, as a vector of terms, each with where it came from."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.institute import Take
from matcher.model.programmes import programme_part
from matcher.ranking import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.model.institute import Profile, ProfilePart
    from matcher.ranking.lexis import Lexis
    from matcher.ranking.skillset import Skill
    from matcher.text.analysis import Analyzer

Floats = npt.NDArray[np.float32]


Vector = dict[int, float]


@dataclass(frozen=True, slots=True)
class QueryVector:
    """`ids` (terms,) ascending, `weights` (terms,) of unit length, 0 where only the background had the term.

    For each term `words` is what the profile calls it in English, `sources` where it comes from, and `originals` its
    French word where it is one. `wins` counts past projects by part of the programme. `meaning` (dimensions,) is the
    vector of a sentence encoder, where one is used.
    """

    ids: npt.NDArray[np.int32]
    weights: Floats
    words: tuple[str, ...]
    sources: tuple[str, ...]
    originals: tuple[str | None, ...]
    wins: Mapping[str, int]
    meaning: Floats | None = None


@dataclass(frozen=True, slots=True)
class _Origin:
    weight: float
    words: str
    source: str
    original: str | None


class _Weigher:
    """Turns the parts of one profile into vectors, and remembers where each term comes from."""

    def __init__(self, analyzer: Analyzer, lexis: Lexis, excluded: frozenset[str]) -> None:
        self.analyzer = analyzer
        self.lexis = lexis
        self.excluded = excluded
        self.origins: dict[int, _Origin] = {}

    def unit(self, part: ProfilePart, share: float = 1.0) -> Vector:
        """The vector of one part, of length `share`; words that no call had when the model was fitted add no length."""
        counts: Counter[int] = Counter()
        found: dict[int, tuple[str, str | None]] = {}
        for term, english, french in self._terms(part):
            position = None if term in self.excluded else self.lexis.find_term(term)
            if position is not None:
                counts[position] += 1
                found.setdefault(position, (english, french))
        vector = {i: (1 + float(np.log(n))) * float(self.lexis.idf[i]) for i, n in counts.items()}
        vector = _scaled(vector, share, self.lexis.fitted_terms)
        for i, weight in vector.items():
            if i not in self.origins or weight > self.origins[i].weight:
                self.origins[i] = _Origin(weight, found[i][0], part.label, found[i][1])
        return vector

    def _terms(self, part: ProfilePart) -> Iterable[tuple[str, str, str | None]]:
        """(term, English words, French words or None) of a part, in either language."""
        if part.language != "fr":
            yield from ((term, english, None) for term, english in self.analyzer.worded_terms(part.text))
            return
        from matcher.text.french import translated

        for english, french in translated(part.text, self._known):
            yield from ((term, shown, french) for term, shown in self.analyzer.worded_terms(english))

    def _known(self, text: str) -> bool:
        """True when calls hold every word of a text."""
        return all(self.lexis.find_term(term) is not None for term in self.analyzer.terms(text) if " " not in term)


def query_vector(profile: Profile, analyzer: Analyzer, lexis: Lexis) -> QueryVector:
    """Weigh a profile; terms that no call holds are left out, because they cannot match."""
    excluded = frozenset(term for text in profile.exclude for term in analyzer.terms(text))
    weigher = _Weigher(analyzer, lexis, excluded)
    written = _written(profile, weigher)
    projects = _mean([weigher.unit(part) for part in profile.parts if part.kind == "project"])
    vectors = [
        _distinctive(written, numbers.BACKGROUND_CALLS, lexis.background_calls, lexis.fitted_terms),
        _distinctive(projects, numbers.BACKGROUND_PROJECTS, lexis.background_projects, lexis.fitted_terms),
    ]
    total = _scaled(_sum(vectors), 1.0, lexis.fitted_terms)
    # What a person wrote stays in the vector even with weight 0: a call's length must not count its own terms.
    return _query(total, weigher, wins_by_part(profile), written)


SELECTED = 5
"""Projects of a larger entity that each skill selects: those most like it."""


def own_query(profile: Profile, skills: Sequence[Skill], analyzer: Analyzer, lexis: Lexis) -> QueryVector | None:
    """The own projects of a profile alone; None where it has none.

    Of projects that are `selected`, each counts for the likeness of the skills that select it.
    """
    own = [part for part in profile.parts if part.kind == "project"]
    weigher = _Weigher(analyzer, lexis, frozenset(term for text in profile.exclude for term in analyzer.terms(text)))
    vectors = [weigher.unit(part) for part in own]
    shares = [1.0] * len(own) if profile.take is Take.ALL or not skills else selection(skills, vectors)
    chosen = [(part, vector, share) for part, vector, share in zip(own, vectors, shares, strict=True) if share > 0]
    if not chosen:
        return None
    total = sum(share for _, _, share in chosen)
    mean = _sum([{i: w * share / total for i, w in vector.items()} for _, vector, share in chosen])
    distinct = _distinctive(mean, numbers.BACKGROUND_PROJECTS, lexis.background_projects, lexis.fitted_terms)
    return _query(distinct, weigher, dict(Counter(programme_part(part.topic) for part, _, _ in chosen if part.topic)))


def selection(skills: Sequence[Skill], vectors: Sequence[Vector]) -> list[float]:
    """How much each project counts: the likeness of the skills that have it among their nearest few."""
    shares = [0.0] * len(vectors)
    for skill in skills:
        terms = dict(zip(skill.ids.tolist(), skill.weights.tolist(), strict=True))
        likeness = [sum(weight * vector.get(i, 0.0) for i, weight in terms.items()) for vector in vectors]
        for row in sorted(range(len(vectors)), key=lambda row: (-likeness[row], row))[:SELECTED]:
            shares[row] += likeness[row]
    return shares


def _query(vector: Vector, weigher: _Weigher, wins: Mapping[str, int], written: Iterable[int] = ()) -> QueryVector:
    """The heaviest terms of a vector, and all that a person wrote, as a query."""
    kept = sorted({*_heaviest(vector, numbers.PROFILE_TERMS), *written})
    origins = [weigher.origins[i] for i in kept]
    return QueryVector(
        ids=np.array(kept, dtype=np.int32),
        weights=np.array([vector.get(i, 0.0) for i in kept], dtype=np.float32),
        words=tuple(o.words for o in origins),
        sources=tuple(o.source for o in origins),
        originals=tuple(o.original for o in origins),
        wins=wins,
    )


def _written(profile: Profile, weigher: _Weigher) -> Vector:
    """Keywords, French ones for less where there are English ones too, and the descriptions for little."""
    english = [p for p in profile.parts if p.kind in {"keyword", "lab"} and p.language == "en"]
    french = [p for p in profile.parts if p.kind in {"keyword", "lab"} and p.language == "fr"]
    texts = [p for p in profile.parts if p.kind in {"description", "text"}]
    share = numbers.FRENCH if english else 1.0
    keywords = _sum([*(weigher.unit(p) for p in english), *(weigher.unit(p, share) for p in french)])
    keywords = _scaled(keywords, 1.0, weigher.lexis.fitted_terms)
    return _sum([keywords, *(weigher.unit(p, numbers.DESCRIPTION / len(texts)) for p in texts)])


def _distinctive(vector: Vector, factor: float, background: Floats, fitted: int) -> Vector:
    """What sets a vector apart from the background, at unit length."""
    cut = {i: w - factor * float(background[i]) if i < len(background) else w for i, w in vector.items()}
    return _scaled({i: w for i, w in cut.items() if w > 0}, 1.0, fitted)


def _scaled(vector: Vector, length: float, fitted: int) -> Vector:
    """The vector at this length, measured over the terms that were fitted (over all of them where there is none)."""
    square = sum(w * w for i, w in vector.items() if i < fitted) or sum(w * w for w in vector.values())
    factor = length / square**0.5 if square else 0.0
    return {i: w * factor for i, w in vector.items()}


def _sum(vectors: Sequence[Vector]) -> Vector:
    total: defaultdict[int, float] = defaultdict(float)
    for vector in vectors:
        for i, weight in vector.items():
            total[i] += weight
    return dict(total)


def _mean(vectors: Sequence[Vector]) -> Vector:
    return {i: w / len(vectors) for i, w in _sum(vectors).items()}


def _heaviest(vector: Vector, most: int) -> list[int]:
    return sorted(vector, key=lambda i: (-vector[i], i))[:most]


def wins_by_part(profile: Profile) -> dict[str, int]:
    """How many past projects of a profile were won in each part of the programme."""
    return dict(Counter(programme_part(part.topic) for part in profile.parts if part.topic))
