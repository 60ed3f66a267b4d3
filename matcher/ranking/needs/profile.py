"""A profile, or any text, as a vector of terms, each with where it came from."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.model.programmes import programme_part
from matcher.ranking.needs.profile_projects import HEAVIEST, OwnProject, chosen_projects, own_weight
from matcher.ranking.needs.skillset import excluded_terms
from matcher.ranking.texts import numbers
from matcher.ranking.texts.vocabulary import knows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.model.profile_parts import Profile, ProfilePart
    from matcher.ranking.needs.skillset import Skill
    from matcher.ranking.texts.generation import Whole
    from matcher.ranking.texts.vocabulary import Vocabulary
    from matcher.text.analysis import Analyzer

Floats = npt.NDArray[np.float32]

Vector = dict[int, float]


@dataclass(frozen=True, slots=True)
class QueryVector:
    """`ids` (terms,) ascending, `weights` (terms,) of unit length, 0 where only the background had the term.

    For each term `words` is what the profile calls it in English, `sources` where it comes from, and `originals` its
    French word where it is one. `wins` counts past projects by part of the programme.
    """

    ids: Whole
    weights: Floats
    words: tuple[str, ...]
    sources: tuple[str, ...]
    originals: tuple[str | None, ...]
    wins: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Origin:
    weight: float
    words: str
    source: str
    original: str | None


class _Weigher:
    """Turns the parts of one profile into vectors, and remembers where each term comes from.

    With `fitted` words that calls brought since the fit do not count.
    """

    def __init__(
        self, analyzer: Analyzer, vocabulary: Vocabulary, excluded: frozenset[str], *, fitted: bool = False
    ) -> None:
        self.analyzer = analyzer
        self.vocabulary = vocabulary
        self.excluded = excluded
        self._bound = vocabulary.fitted_terms if fitted else None
        self.origins: dict[int, _Origin] = {}

    def unit(self, part: ProfilePart, share: float = 1.0) -> Vector:
        """The vector of one part, of length `share`; words that no call had when the model was fitted add no length."""
        counts: Counter[int] = Counter()
        found: dict[int, tuple[str, str | None]] = {}
        for term, english, french in self._terms(part):
            position = None if term in self.excluded else self.vocabulary.find_term(term)
            if position is not None and (self._bound is None or position < self._bound):
                counts[position] += 1
                found.setdefault(position, (english, french))
        vector = {i: (1 + float(np.log(n))) * float(self.vocabulary.idf[i]) for i, n in counts.items()}
        vector = _scaled(vector, share, self.vocabulary.fitted_terms)
        for i, weight in vector.items():
            if i not in self.origins or weight > self.origins[i].weight:
                self.origins[i] = _Origin(weight, found[i][0], part.label, found[i][1])
        return vector

    def adopted(self, query: QueryVector) -> Vector:
        """A query as a vector again; where its terms come from is known from then on, unless it was before."""
        for row, i in enumerate(query.ids.tolist()):
            self.origins.setdefault(i, _Origin(0.0, query.words[row], query.sources[row], query.originals[row]))
        return dict(zip(query.ids.tolist(), query.weights.tolist(), strict=True))

    def _terms(self, part: ProfilePart) -> Iterable[tuple[str, str, str | None]]:
        """(term, English words, French words or None) of a part, in either language."""
        if part.language != "fr":
            yield from ((term, english, None) for term, english in self.analyzer.worded_terms(part.text))
            return
        from matcher.text.french import translated

        for english, french in translated(part.text, partial(knows, self.vocabulary, self.analyzer)):
            yield from ((term, shown, french) for term, shown in self.analyzer.worded_terms(english))


def query_vector(
    profile: Profile, analyzer: Analyzer, vocabulary: Vocabulary, own: QueryVector | None = None
) -> QueryVector:
    """Weigh a profile, its `own` projects too; terms that no call holds are left out, because they cannot match."""
    weigher = _Weigher(analyzer, vocabulary, excluded_terms(profile, analyzer))
    written = _written(profile, weigher)
    vectors = [_distinctive(written, numbers.BACKGROUND_CALLS, vocabulary.background_calls, vocabulary.fitted_terms)]
    if own is not None:
        vectors.append(weigher.adopted(own))
    total = _scaled(_sum(vectors), 1.0, vocabulary.fitted_terms)
    # What a person wrote stays in the vector even with weight 0: a call's length must not count its own terms.
    return _query(total, weigher, own.wins if own is not None else {}, written)


@dataclass(frozen=True, slots=True)
class OwnSide:
    """The own projects of a profile alone: what they say together, each of those that count, what they weigh."""

    query: QueryVector
    projects: tuple[OwnProject, ...]
    weight: float


class PartVectors:
    """The vectors of parts, each made once however many profiles hold it."""

    def __init__(self, analyzer: Analyzer, vocabulary: Vocabulary) -> None:
        self._weigher = _Weigher(analyzer, vocabulary, frozenset(), fitted=True)
        self._made: dict[ProfilePart, tuple[npt.NDArray[np.int32], Floats]] = {}

    def __call__(self, part: ProfilePart) -> tuple[npt.NDArray[np.int32], Floats]:
        """Ids ascending and weights of unit length."""
        if part not in self._made:
            self._made[part] = _arrays(self._weigher.unit(part))
        return self._made[part]


def own_side(
    profile: Profile,
    skills: Sequence[Skill],
    analyzer: Analyzer,
    vocabulary: Vocabulary,
    vectors: PartVectors | None = None,
) -> OwnSide | None:
    """The own projects of a profile that count, in the words of the fit; None where none does.

    So they say the same until the next fit, whichever calls come: a new call's words would else push out of their
    heaviest terms what other calls are scored by.
    """
    chosen = chosen_projects(profile.parts, skills, vectors or PartVectors(analyzer, vocabulary))
    if not chosen:
        return None
    weigher = _Weigher(analyzer, vocabulary, excluded_terms(profile, analyzer), fitted=True)
    units = [weigher.unit(one.part) for one in chosen]
    total = sum(one.share for one in chosen)
    mean = _sum([_times(unit, one.share / total) for one, unit in zip(chosen, units, strict=True)])
    distinct = _distinctive(mean, numbers.BACKGROUND_PROJECTS, vocabulary.background_projects, vocabulary.fitted_terms)
    query = _query(distinct, weigher, wins_by_part(one.part for one in chosen))
    projects = (
        OwnProject(one.part.number, one.part.label, one.share, one.skills, *_telling(unit, query))
        for one, unit in zip(chosen, units, strict=True)
    )
    return OwnSide(query, tuple(projects), own_weight(chosen, profile.parts))


def joined(written: OwnSide | None, kept: OwnSide, excluded: frozenset[int], fitted: int) -> OwnSide:
    """Projects that a person wrote out, and those of CORDIS that an index keeps; each side counts by their number."""
    kept = OwnSide(kept.query, tuple(project for project in kept.projects if project.number), kept.weight)
    sides = [kept] if written is None else [written, kept]
    origins: dict[int, tuple[str, str, str | None]] = {}
    vectors: list[Vector] = []
    wins: Counter[str] = Counter()
    for side in sides:
        query, size = side.query, sum(project.share for project in side.projects)
        terms = zip(query.ids.tolist(), query.weights.tolist(), strict=True)
        vectors.append({i: weight * size for i, weight in terms if i not in excluded})
        for row, i in enumerate(query.ids.tolist()):
            origins.setdefault(i, (query.words[row], query.sources[row], query.originals[row]))
        wins.update(query.wins)
    ids, weights = _arrays(_scaled(_sum(vectors), 1.0, fitted))
    words, sources, originals = zip(*(origins[i] for i in ids.tolist()), strict=True) if len(ids) else ((), (), ())
    query = QueryVector(ids, weights, words, sources, originals, wins)
    sizes = [sum(project.share for project in side.projects) for side in sides]
    weight = sum(side.weight * size for side, size in zip(sides, sizes, strict=True)) / (sum(sizes) or 1.0)
    return OwnSide(query, tuple(project for side in sides for project in side.projects), weight)


def written_projects(parts: Iterable[ProfilePart]) -> str:
    """Tells one set of projects that a person wrote out from another; CORDIS's are told apart by their revision."""
    texts = (part.text for part in parts if part.kind == "project" and not part.number)
    import hashlib  # loads OpenSSL, and an institute that was indexed is not read again

    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def own_mark(profile: Profile) -> str:
    """Tells whether what a person says of the own projects of a profile is still as it was indexed."""
    return "\0".join((written_projects(profile.parts), *profile.exclude))


def _telling(vector: Vector, query: QueryVector) -> tuple[npt.NDArray[np.int32], Floats]:
    """The heaviest terms of a project among those that the own projects are scored by."""
    counted = {i for i, weight in zip(query.ids.tolist(), query.weights.tolist(), strict=True) if weight > 0}
    told = {i: weight for i, weight in vector.items() if i in counted}
    return _arrays({i: told[i] for i in _heaviest(told, HEAVIEST)})


def _arrays(vector: Vector) -> tuple[npt.NDArray[np.int32], Floats]:
    ids = sorted(vector)
    return np.array(ids, dtype=np.int32), np.array([vector[i] for i in ids], dtype=np.float32)


def _times(vector: Vector, factor: float) -> Vector:
    return {i: weight * factor for i, weight in vector.items()}


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
    keywords = _scaled(keywords, 1.0, weigher.vocabulary.fitted_terms)
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


def _heaviest(vector: Vector, most: int) -> list[int]:
    return sorted(vector, key=lambda i: (-vector[i], i))[:most]


def wins_by_part(parts: Iterable[ProfilePart]) -> dict[str, int]:
    """How many past projects were won in each part of the programme."""
    return dict(Counter(programme_part(part.topic) for part in parts if part.topic))
