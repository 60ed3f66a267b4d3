"""`python -m benchmarks.bids`: would past consortia of two institutes of the network have been proposed?

Legal entities that carry institutes (by PIC), in projects signed from the cut on in calls of the benchmark: of the
pairs that were in one project together, for how many does the bid for its call hold an institute of each, by itself
and with those that overlap; against the five institutes that suit the call best by text alone, whatever their fit;
and how many pairs of such entities would have been, drawn by chance for the same calls. 95% intervals by drawing
calls again. `own` are entities that are the institute, `all` hosts too. Profiles are those of today.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.past_calls import World, world
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.model.institute import Take
from matcher.model.match import THRESHOLD
from matcher.ranking.network.bids import MOST, Covering, best_first, by_call, suiting
from matcher.ranking.scores.scoring import score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.ranking.index import Index

SEED = 0
AGAIN = 300

Pair = tuple[str, str]  # PICs


def main() -> None:
    institutes = load_institutes(packaged_config())
    known = world([institute.profile() for institute in institutes])
    for label, takes in (("own", (Take.ALL,)), ("all", (Take.ALL, Take.SELECTED))):
        carried: dict[str, set[str]] = {}
        for institute in institutes:
            for take in takes:
                for pic in institute.pics(take):
                    carried.setdefault(pic, set()).add(institute.identifier)
        measure(label, known, carried)


def measure(label: str, known: World, carried: dict[str, set[str]]) -> None:
    real: dict[int, list[Pair]] = {}
    for project in known.later:
        row = known.index.row(project.topic or "")
        inside = sorted(pic for pic in known.members.get(project.identifier, ()) if pic in carried)
        if row is not None and len(inside) > 1:
            real.setdefault(row, []).extend(combinations(inside, 2))
    rows, rng = sorted(real), np.random.default_rng(SEED)
    bids, wider = _bids(known.index, rows)
    print(f"{label}: {sum(map(len, real.values()))} pairs in {len(rows)} calls, a bid for {len(bids)}; seed {SEED}")
    for way, proposed in (("bids", bids), ("and overlaps", wider), ("text alone", _by_text(known.index, rows))):
        met = {row: [_met(carried, pair, proposed.get(row, set())) for pair in real[row]] for row in rows}
        both = [met[row].count(2) for row in rows]
        again = [rng.choice(both, len(both)).sum() for _ in range(AGAIN)]
        drawn = [_by_chance(carried, proposed, real, rng) for _ in range(AGAIN)]
        one = sum(len(met[row]) - met[row].count(0) for row in rows)
        print(
            f"  {way:12} both proposed: {sum(both)} ({_interval(again)}), by chance {np.mean(drawn):.1f}"
            f" ({_interval(drawn)}); one at least: {one}"
        )


def _by_chance(
    carried: Mapping[str, set[str]],
    proposed: Mapping[int, set[str]],
    real: Mapping[int, Sequence[Pair]],
    rng: np.random.Generator,
) -> int:
    """How many pairs are proposed where as many are drawn for each call."""
    pics = sorted(carried)
    drawn = ((row, rng.choice(pics, 2, replace=False).tolist()) for row in sorted(real) for _ in real[row])
    return sum(_met(carried, pair, proposed.get(row, set())) == 2 for row, pair in drawn)


def _met(carried: Mapping[str, set[str]], pair: Iterable[str], proposed: set[str]) -> int:
    """How many entities of a pair carry an institute that is proposed."""
    return sum(bool(carried[pic] & proposed) for pic in pair)


def _bids(index: Index, rows: list[int]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Row of a call → the institutes of its bid; and with those that overlap."""
    covering = Covering(index, {})
    fits = by_call({name: suiting(index, name, rows, THRESHOLD, {}, everything=False) for name in index.profiles})
    covers = best_first(covering.cover(row, suited) for row, suited in fits.items())
    members = {one.row: {member.institute for member in one.members} for one in covers}
    return members, {one.row: members[one.row] | {name for name, _ in one.overlaps} for one in covers}


def _by_text(index: Index, rows: list[int]) -> dict[int, set[str]]:
    """Row of a call → as many institutes as a bid may have, those of the highest score."""
    names = list(index.profiles)
    totals = np.stack([score(index, index.need(name), everything=True).totals[rows] for name in names])
    best = np.argsort(-totals, axis=0, kind="stable")[:MOST]
    return {row: {names[one] for one in best[:, place].tolist()} for place, row in enumerate(rows)}


def _interval(values: Sequence[float]) -> str:
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.0f}-{high:.0f}"


if __name__ == "__main__":
    main()
