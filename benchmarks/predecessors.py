"""`python -m benchmarks.predecessors`: are the winners of a call's predecessors found among its real winners?

For each call of the benchmark that led to projects after the cut, the organisations in the projects of its first one or
three predecessors: the share of them that won the call (precision), and the share of its winners that they are
(recall), with 95% intervals by drawing calls again; against as many topics by chance, and against text alone (the
topics with most of the nearest projects).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.past_calls import CUT, World, world
from matcher.ranking.network.predecessors import predecessors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEED = 0
AGAIN = 300


def main() -> None:
    known = world()
    winners: dict[str, set[str]] = defaultdict(set)
    for project in known.later:
        winners[(project.topic or "").upper()] |= known.members.get(project.identifier, set())
    rng = np.random.default_rng(SEED)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, topic in enumerate(known.past.topics):
        rows_of[topic].append(row)
    rows_of.pop("", None)
    topics = sorted(rows_of)
    found: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for name, won in sorted(winners.items()):
        place = known.index.row(name)
        assert place is not None
        for count in (1, 3):
            chosen: dict[str, Sequence[Iterable[int]]] = {
                "predecessors": [one.rows for one in predecessors(known.index, place, known.past, CUT, count)],
                "text alone": [rows_of[topic] for topic in _by_text(known, place, count)],
                "chance": [rows_of[topics[i]] for i in rng.integers(len(topics), size=count)],
            }
            for label, groups in chosen.items():
                who = _organisations(known, groups)
                found[label, count].append((len(who & won) / max(len(who), 1), len(who & won) / len(won)))
    print(f"{len(winners)} calls, seed {SEED}; precision and recall with 95% intervals")
    for (label, count), values in found.items():
        print(f"{label:13} first {count}: {_interval(values, 0, rng)}   {_interval(values, 1, rng)}")


def _by_text(known: World, row: int, count: int) -> list[str]:
    shares: Counter[str] = Counter()
    arrays = known.index.arrays
    for number, share in zip(arrays["call_near_rows"][row].tolist(), arrays["call_near_shares"][row], strict=True):
        if known.past.topics[number]:
            shares[known.past.topics[number]] += share
    return [topic for topic, _ in shares.most_common(count)]


def _organisations(known: World, groups: Iterable[Iterable[int]]) -> set[str]:
    numbers = (number for rows in groups for number in known.past.numbers_at(rows))
    return {pic for number in numbers for pic in known.members.get(number, ())}


def _interval(values: list[tuple[float, float]], which: int, rng: np.random.Generator) -> str:
    drawn = np.array([value[which] for value in values])
    again = [drawn[rng.integers(len(drawn), size=len(drawn))].mean() for _ in range(AGAIN)]
    low, high = np.percentile(again, [2.5, 97.5])
    return f"{drawn.mean():.3f} ({low:.3f}-{high:.3f})"


if __name__ == "__main__":
    main()
