"""`python -m benchmarks.diversity`: what covering the skills of a profile costs, and what it brings.

On the judged topics (English ones), with the numbers as shipped, which were learned on them: nDCG@10 of the plain order
by score and of the order that lists have. On the packaged institutes and the same listing: how many of `BROAD`'s and of
all institutes' skills and destinations are among the first ten, and how alike the texts of these are. A call's
destination is what the portal says; its skill is the one that speaks most for it, against what that skill has with
calls on the mean. For each weight of `matcher.ranking.scores.diversity`; some two minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.grown import SHARED
from benchmarks.learning import ndcg
from matcher.app.measuring.backgrounds import background_of
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.model.match import THRESHOLD
from matcher.ranking.build import build
from matcher.ranking.needs import chance
from matcher.ranking.scores import diversity
from matcher.ranking.scores.scoring import Scored, score
from matcher.ranking.texts.latent import STEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = 10
WEIGHTS = (0.0, 1.0, 1.5, 2.0, 3.0)
BROAD = ("mines", "ingenierie-lyon", "inria", "star", "mica")
OWN = "own:"
"""Begins the identifiers of packaged profiles: judged ones bear the same names."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Means over institutes, of their first ten calls."""

    skills: float
    destinations: float
    alike: float
    fit: float

    def __str__(self) -> str:
        said = f"{self.skills:.2f} skills, {self.destinations:.2f} destinations"
        return f"{said}, alike {self.alike:.3f}, fit {self.fit:.1f}"


def main() -> None:
    folder = SHARED / "benchmark" / "judged"
    benchmark, grades = load_benchmark(folder), load_qrels(folder)
    own = [institute.profile() for institute in load_institutes(packaged_config())]
    judged = [p for p in benchmark.profiles if "(fr)" not in benchmark.groups[p.identifier]["kind"]]
    profiles = [*judged, *(replace(profile, identifier=OWN + profile.identifier) for profile in own)]
    known = background_of([str(SHARED / "cordis" / "cordis-HORIZONprojects-csv.zip")], None)
    meta = {"sample": None, "sample_day": None}
    index = build(benchmark.calls, profiles, now=datetime.now(UTC), meta=meta, known=known)
    scored = {name: score(index, index.need(name), everything=True) for name in index.profiles}
    topics = {p.identifier: grades[p.identifier] for p in judged if p.identifier in grades}
    for weight in WEIGHTS:
        diversity.WEIGHT = weight
        measured = {name: _ndcg(scored[name], answers) for name, answers in topics.items()}
        print(f"weight {weight}: nDCG@10 {np.mean(list(measured.values())):.4f}")
        for label, names in (("broad", BROAD), ("all", [profile.identifier for profile in own])):
            print(f"  {label}: {_spread([scored[OWN + name] for name in names])}")


def _ordered(scored: Scored) -> list[int]:
    """What suits and is not open to any science, in the order of lists; then all else by score."""
    by_score = np.argsort(-scored.totals, kind="stable").tolist()
    broad = scored.index.call_facts[chance.FACTS.index("broad")]
    main = [row for row in by_score if scored.fit(row) >= THRESHOLD and not broad[row]]
    return [*diversity.diversified(scored, main), *(row for row in by_score if row not in set(main))]


def _ndcg(scored: Scored, grades: Mapping[str, int]) -> float:
    ordered = np.array([grades.get(scored.index.call(row).identifier, 0) for row in _ordered(scored)])
    return ndcg(-np.arange(len(ordered), dtype=np.float64), ordered)


def _spread(institutes: Sequence[Scored]) -> Spread:
    found = [_spread_of(scored) for scored in institutes]
    return Spread(*(float(np.mean([getattr(one, name) for one in found])) for name in Spread.__slots__))


def _spread_of(scored: Scored) -> Spread:
    rows = _ordered(scored)[:FIRST]
    calls = [scored.index.call(row) for row in rows]
    usual = scored.skill_weights(np.flatnonzero(np.isfinite(scored.totals)).tolist()).mean(axis=1, keepdims=True)
    skills = (scored.skill_weights(rows) - usual).argmax(axis=0)
    texts = np.stack([_text(scored, row) for row in rows])
    pairs = (texts @ texts.T)[np.triu_indices(len(rows), 1)]
    return Spread(
        len(set(skills.tolist())),
        len({call.destination or call.call_id for call in calls}),
        float(pairs.mean()),
        float(np.mean([scored.fit(row) for row in rows])),
    )


def _text(scored: Scored, row: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A call in the latent space: the mean of its passages, at unit length."""
    arrays = scored.index.arrays
    start, end = arrays["passage_edges"][row : row + 2]
    mean = arrays["passages"][start:end].mean(axis=0) * STEP
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0))


if __name__ == "__main__":
    main()
