"""`python -m benchmarks.bids`: would past consortia of two institutes of the network have been proposed?

Legal entities that carry institutes (by PIC), in projects signed from the cut on in calls of the benchmark: of the
pairs that were in one project together, for how many does the bid for its call hold an institute of each; against
pairs of such entities drawn by chance for the same calls. `own` are entities that are the institute, `all` hosts
too. Profiles are those of today.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from benchmarks.past_calls import World, world
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.model.institute import Take
from matcher.model.match import THRESHOLD
from matcher.ranking.network.bids import Covering, best_first, by_call, suiting

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
    real: list[tuple[int, Pair]] = []
    for project in known.later:
        row = known.index.row(project.topic or "")
        inside = sorted(pic for pic in known.members.get(project.identifier, ()) if pic in carried)
        real += [(row, pair) for pair in combinations(inside, 2) if row is not None]
    rows = sorted({row for row, _ in real})
    index, covering = known.index, Covering(known.index, {})
    fits = by_call({name: suiting(index, name, rows, THRESHOLD, {}, everything=False) for name in index.profiles})
    covers = best_first(covering.cover(row, suited) for row, suited in fits.items())
    proposed = {one.row: {m.institute for m in one.members} for one in covers}
    rng = np.random.default_rng(SEED)
    pics = sorted(carried)

    def hits(pairs: list[tuple[int, Pair]]) -> int:
        return sum(all(carried[pic] & proposed.get(row, set()) for pic in pair) for row, pair in pairs)

    drawn = [hits([(row, tuple(rng.choice(pics, 2, replace=False).tolist())) for row, _ in real]) for _ in range(AGAIN)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    one = sum(any(carried[pic] & proposed.get(row, set()) for pic in pair) for row, pair in real)
    print(f"{label}: {len(real)} pairs in {len(rows)} calls, a bid for {len(proposed)} of them; seed {SEED}")
    print(
        f"  both in the bid: {hits(real)}, by chance {np.mean(drawn):.1f} ({low:.0f}-{high:.0f}); one at least: {one}"
    )


if __name__ == "__main__":
    main()
