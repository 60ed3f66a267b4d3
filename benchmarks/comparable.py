"""`python -m benchmarks.comparable`: whether a fit means the same however a profile is written, and whoever asks.

On the judged topics, each by numbers that were learned on the others: the institutes by parts of their keywords, and
each kind of topic by what is expected and what is relevant, with 95% bootstrap intervals over topics. Some minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.grown import SHARED
from benchmarks.project_import import REAL
from matcher.app.measuring.backgrounds import background_of
from matcher.evaluation import learning
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.judging import RELEVANT
from matcher.evaluation.measuring import RESAMPLES
from matcher.model.match import THRESHOLD
from matcher.ranking.needs.chance import Numbers, chance, log_odds, percent
from matcher.ranking.scores.asked_anew import asked_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from matcher.evaluation.benchmark import Benchmark
    from matcher.model.profile_parts import ProfilePart
    from matcher.ranking.index import Index

    Keywords = Sequence[ProfilePart]
    Writing = Callable[[Keywords], Keywords]

Doubles = npt.NDArray[np.float64]
JUDGED = SHARED / "benchmark" / "judged"
COUNTS = (40, 20, 10, 5)
"""Keywords that are kept of an institute's fifty."""


@dataclass(frozen=True, slots=True)
class Fits:
    """What some topics are told of the judged calls: `totals` (topics, calls) log-odds, and which calls `suit`."""

    totals: Doubles
    suits: npt.NDArray[np.bool_]

    def of(self, topics: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Fits:
        return Fits(self.totals[topics], self.suits[topics])

    @property
    def expected(self) -> float:
        """How many calls suit a topic by their chances."""
        return float(chance(self.totals).sum() / len(self.totals))

    @property
    def shown(self) -> float:
        """How many calls a list shows."""
        return float(self._shown.sum() / len(self.totals))

    @property
    def said(self) -> float:
        """The mean chance of what is shown."""
        return float(chance(self.totals[self._shown]).mean())

    @property
    def relevant(self) -> float:
        """The share of what is shown that suits."""
        return float(self.suits[self._shown].mean())

    @property
    def share(self) -> float:
        """What is expected against what suits."""
        return float(chance(self.totals).sum() / self.suits.sum())

    @property
    def surplus(self) -> float:
        """How much too sure the fits of what is shown are."""
        return self.said - self.relevant

    @property
    def _shown(self) -> npt.NDArray[np.bool_]:
        return percent(self.totals) >= THRESHOLD


class Judges:
    """The judged topics, with an index of their calls and of the words of these projects."""

    def __init__(self, projects: Path) -> None:
        self._folder: Benchmark = replace(load_benchmark(JUDGED), known=background_of([str(projects)], None))
        self._index: Index = learning.index_of(self._folder)
        self._judged = learning.judged_of(self._folder, load_qrels(JUDGED), self._index)
        self._kinds = np.array([self._folder.groups[profile.identifier]["kind"] for profile in self._folder.profiles])
        self._institutes = np.flatnonzero(self._kinds == "institute").tolist()
        self._numbers = [self._learned_without(place) for place in self._institutes]

    def by_kind(self) -> dict[str, Fits]:
        """Each kind of English topics, as they were judged."""
        fits = Fits(learning.cross_validated(self._judged), self._judged.grades >= RELEVANT)
        return {kind: fits.of(self._kinds == kind) for kind in ("institute", "group", "text")}

    def institutes(self, written: Writing) -> Fits:
        """The institutes with their English keywords `written` so, and nothing else."""
        totals = [
            log_odds(self._found(place, written), numbers)
            for place, numbers in zip(self._institutes, self._numbers, strict=True)
        ]
        return Fits(np.stack(totals), self._judged.grades[self._institutes] >= RELEVANT)

    def _learned_without(self, place: int) -> Numbers:
        others = self._judged.groups != self._judged.groups[place]
        return learning.learn(replace(self._judged, taught=self._judged.taught & others))

    def _found(self, place: int, written: Writing) -> Doubles:
        """(features, calls) of an institute."""
        profile = self._folder.profiles[place]
        keywords = [part for part in profile.parts if part.kind == "keyword" and part.language == "en"]
        asked = asked_profile(self._index, replace(profile, identifier="", parts=tuple(written(keywords))))
        return asked.scored(self._index).found[:, learning.rows_of(self._folder, self._index)]


def as_written(keywords: Keywords) -> Keywords:
    """All of them."""
    return keywords


def with_a_word_more(keywords: Keywords) -> Keywords:
    """All, and each again with one word more."""
    return [*keywords, *(replace(keyword, text=f"{keyword.text} technologies") for keyword in keywords)]


def some(count: int) -> Writing:
    """So many of them, at random."""
    spread = np.random.default_rng(count)
    return lambda keywords: [keywords[i] for i in spread.permutation(len(keywords))[:count].tolist()]


def interval(fits: Fits, of: Callable[[Fits], float]) -> str:
    """A figure with its 95% interval."""
    rng, topics = np.random.default_rng(0), len(fits.totals)
    drawn = [of(fits.of(rng.integers(topics, size=topics))) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return f"{of(fits):.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    judges = Judges(REAL)
    print("keywords            expected  relevant  shown  mean chance  relevant of them")
    ways = {
        "all": as_written,
        **{f"{count} at random": some(count) for count in COUNTS},
        "a word more": with_a_word_more,
    }
    for name, written in ways.items():
        fits = judges.institutes(written)
        there = fits.suits.sum() / len(fits.suits)
        shown = f"{fits.shown:5.1f}  {fits.said:11.2f}  {fits.relevant:16.2f}"
        print(f"{name:18}  {fits.expected:8.1f}  {there:8.1f}  {shown}", flush=True)
    print("kind       topics  expected / relevant  mean chance of what is shown less the share that is relevant")
    for kind, fits in judges.by_kind().items():
        share, surplus = (interval(fits, of) for of in (lambda one: one.share, lambda one: one.surplus))
        print(f"{kind:9}  {len(fits.totals):6}  {share:19}  {surplus}")


if __name__ == "__main__":
    main()
