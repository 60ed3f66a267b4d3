"""`python -m benchmarks.small_listings`: how far fits move in a small store without projects when calls come.

Calls are drawn from the judged listing, more than a tenth as many come, and the model is fitted anew, as it is when so
many are new to it. Fits of the calls that were there before are compared for every packaged institute.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from benchmarks.grown import SHARED
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.evaluation.benchmark import load_benchmark
from matcher.model.match import THRESHOLD
from matcher.ranking.build import build
from matcher.ranking.needs.chance import percent
from matcher.ranking.scores.scoring import score

SIZES = (12, 25, 50)
DRAWS = 3
SEED = 20260507


def main() -> None:
    rng = np.random.default_rng(SEED)
    everything = load_benchmark(SHARED / "benchmark" / "judged").calls
    profiles = [institute.profile() for institute in load_institutes(packaged_config())]

    def fits(rows: npt.NDArray[np.int64], first: int) -> npt.NDArray[np.int64]:
        """(institutes, first) of the first calls of a listing."""
        calls = [everything[row] for row in rows.tolist()]
        index = build(calls, profiles, now=datetime.now(UTC), meta={})
        places = [row for call in calls[:first] if (row := index.row(call.identifier)) is not None]
        return np.stack(
            [percent(score(index, index.need(p.identifier), everything=True).totals[places]) for p in profiles]
        )

    print(
        f"{DRAWS} listings of each size, {len(profiles)} institutes, seed {SEED}; of calls that show before or after:"
    )
    print("calls  come  show   move by 5 or more  most  cross the threshold")
    for size in SIZES:
        more = max(size // 10, 1) + 1
        drawn = [rng.permutation(len(everything))[: size + more] for _ in range(DRAWS)]
        before = np.concatenate([fits(rows[:size], size).ravel() for rows in drawn])
        after = np.concatenate([fits(rows, size).ravel() for rows in drawn])
        shown = (before >= THRESHOLD) | (after >= THRESHOLD)
        moved = np.abs(after - before)[shown]
        crossed = ((before >= THRESHOLD) != (after >= THRESHOLD))[shown].mean()
        print(
            f"{size:5}  {more:4}  {shown.sum():4}  {(moved >= 5).mean():17.2f}  {moved.max():4}  {crossed:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
