"""`python -m benchmarks.partners [--learn] [FILE]`: from a call and one member of a real consortium, the others.

Projects signed from the cut on in calls of the benchmark, of three or more members that were in a project before
(affiliated entities left out, those that left kept); one of them, drawn with a seed, is given. The others are to be
among the first 50 and 100 of all organisations with a past. FILE gets the list of projects and given members.
`--learn` prints weights learned on half of the topics, with what they find on the other half, and those of all.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from benchmarks.past_calls import CUT, World, world
from matcher.ranking.network.partners import WEIGHTS, Candidates, team_of

if TYPE_CHECKING:
    import numpy.typing as npt

SEED = 0
RIDGE = 0.001
STEPS = 40

Case = tuple[str, int, str, frozenset[str]]


def cases(known: World) -> list[Case]:
    """Project, row of its call, the member that is given, the others."""
    rng = np.random.default_rng(SEED)
    found = []
    for project in known.later:
        row = known.index.row(project.topic or "")
        before = sorted(p for p in known.members.get(project.identifier, ()) if known.past.position(p) is not None)
        if len(before) >= 3 and row is not None:
            given = before[int(rng.integers(len(before)))]
            found.append((project.identifier, row, given, frozenset(before) - {given}))
    return found


def candidates(known: World, case: Case) -> Candidates:
    _, row, given, _ = case
    past = known.past
    place = past.position(given)
    own = past.numbers_at(past.projects_of[past.members == place].tolist())
    country = past.organisation(place)[2] if place is not None else ""
    return Candidates(known.index, row, past, team_of(past, own, [given], country), CUT)


def recall(known: World, case: Case, scores: npt.NDArray[np.floating]) -> tuple[float, float]:
    order = np.argsort(-scores, kind="stable")[:100].tolist()
    named = [known.past.organisation(one)[0] for one in order]
    others = case[3]
    return len(others & set(named[:50])) / len(others), len(others & set(named)) / len(others)


def main() -> None:
    known = world()
    chosen = cases(known)
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    if wanted:
        lines = "\n".join(f"{number}\t{given}" for number, _, given, _ in chosen)
        Path(wanted[0]).write_text(f"project\tgiven\n{lines}\n", encoding="utf-8")
    if "--learn" in sys.argv:
        learn(known, chosen)
        return
    ways = {"all signals": WEIGHTS, **{name: {name: 1.0} for name in ("number", "together", "around", "asked")}}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for case in chosen:
        these = candidates(known, case)
        for name, weights in ways.items():
            scores = sum(w * these.signals[signal] for signal, w in weights.items())
            out = np.where(np.isfinite(these.scores), scores, -np.inf)
            found[name].append(recall(known, case, out))
    print(f"{len(chosen)} consortia, {int((these.number > 0).sum())} organisations, seed {SEED}; recall at 50, at 100")
    rng = np.random.default_rng(SEED)
    for name, values in found.items():
        drawn = np.array(values)
        again = [drawn[rng.integers(len(drawn), size=len(drawn))].mean(axis=0) for _ in range(300)]
        low, high = np.percentile(again, [2.5, 97.5], axis=0)
        mean = drawn.mean(axis=0)
        print(f"{name:12}", "   ".join(f"{mean[i]:.3f} ({low[i]:.3f}-{high[i]:.3f})" for i in (0, 1)))


def learn(known: World, chosen: list[Case]) -> None:
    names = list(WEIGHTS)
    blocks, targets = [], []
    for case in chosen:
        these = candidates(known, case)
        usable = np.flatnonzero(these.number > 0)
        block = np.stack([these.signals[name][usable] for name in names]).astype(np.float16)
        place = {known.past.organisation(one)[0]: i for i, one in enumerate(usable.tolist())}
        blocks.append(block)
        targets.append(np.array(sorted(place[pic] for pic in case[3])))
    rows = np.array([case[1] for case in chosen])

    def fit(which: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
            total, slope = 0.0, np.zeros(len(names))
            for i in which:
                block = blocks[i].astype(np.float32)
                scores = weights.astype(np.float32) @ block
                shares = np.exp(scores - scores.max())
                shares /= shares.sum()
                total -= float(np.log(shares[targets[i]] + 1e-30).mean())
                slope -= block[:, targets[i]].mean(axis=1) - block @ shares
            n = len(which)
            return total / n + RIDGE * float(weights @ weights), slope / n + 2 * RIDGE * weights

        found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        return np.asarray(found.x)

    def hits(weights: npt.NDArray[np.float64], i: int) -> tuple[float, float]:
        scores = weights.astype(np.float32) @ blocks[i].astype(np.float32)
        order = np.argsort(-scores, kind="stable")[:101].tolist()
        true = set(targets[i].tolist())
        return len(true & set(order[:50])) / len(true), len(true & set(order[:100])) / len(true)

    held = []
    for half in (0, 1):
        weights = fit(np.flatnonzero(rows % 2 == half))
        held += [hits(weights, int(i)) for i in np.flatnonzero(rows % 2 != half)]
    print("learned on half of the topics, measured on the other:", np.mean(held, axis=0).round(3))
    print({name: round(float(w), 2) for name, w in zip(names, fit(np.arange(len(chosen))), strict=True)})


if __name__ == "__main__":
    main()
