"""`python -m benchmarks.partners [--learn] [--cut DAY] [FILE]`: from a call and a member of a consortium, the others.

Projects signed from the cut on in calls of the benchmark, of three or more members that were in a project before
(affiliated entities left out, those that left kept); one of them, drawn with a seed, is given. The others are to be
among the first 50 and 100 of all organisations with a past. FILE gets the list of projects and given members.
`--learn` prints weights learned on half of the topics, with what they find on the other half, and those of all.
`--cut 2024-01-01` takes another day for what is known and what is asked about; with `--learn` the weights are learned
from the consortia that were signed before it, and measured on those since.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from benchmarks.past_calls import CUT, World, world
from matcher.ranking.network.earlier import Earlier
from matcher.ranking.network.partner_signals import WEIGHTS
from matcher.ranking.network.partners import Candidates
from matcher.ranking.network.team import team_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

SEED = 0
RIDGE, NEAR = 0.001, 0.003
STEPS = 40

FIRST = 75
"""Between the 50 and the 100 that are measured."""

DRAWN, HARDEST = 600, 1200
"""Organisations that are drawn in the first step, and those that the second one sees."""

SOFTNESS = 0.35
"""Of the step from not being among the first to being among them."""

ALONE = ("number", "words", "ranked", "with_these", "around", "from_ours")
"""Signals that are measured by themselves too."""

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
    return Candidates(known.index, row, past, team_of(past, own, [given]), known.day)


def recall(known: World, case: Case, scores: npt.NDArray[np.floating]) -> tuple[float, float]:
    return shares_found(scores, {place for pic in case[3] if (place := known.past.position(pic)) is not None})


def shares_found(scores: npt.NDArray[np.floating], others: Collection[int]) -> tuple[float, float]:
    """The share of the others among the first 50 and 100."""
    order, wanted = np.argsort(-scores, kind="stable")[:100].tolist(), set(others)
    return len(wanted & set(order[:50])) / len(wanted), len(wanted & set(order)) / len(wanted)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("file", nargs="?")
    asked.add_argument("--learn", action="store_true")
    asked.add_argument("--cut", type=date.fromisoformat, default=CUT)
    given = asked.parse_args()
    if given.learn and given.cut > CUT:
        learn_before(given.cut)
        return
    known = world(day=given.cut)
    chosen = cases(known)
    if given.file:
        lines = "\n".join(f"{number}\t{member}" for number, _, member, _ in chosen)
        Path(given.file).write_text(f"project\tgiven\n{lines}\n", encoding="utf-8")
    if given.learn:
        learn(known, chosen)
        return
    found = measured(known, chosen, {"all signals": WEIGHTS, **{name: {name: 1.0} for name in ALONE}})
    count = int((Earlier(known.past, known.day).number > 0).sum())
    print(f"{len(chosen)} consortia, {count} organisations, seed {SEED}; recall at 50, at 100")
    for name, values in found.items():
        print(f"{name:12}", interval(values))


def measured(
    known: World, chosen: Sequence[Case], ways: Mapping[str, Mapping[str, float]]
) -> dict[str, list[tuple[float, float]]]:
    """The recall at 50 and at 100 of each consortium, by each way to weigh signals."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for case in chosen:
        these = candidates(known, case)
        for name, weights in ways.items():
            scores = sum(w * these.signals[signal] for signal, w in weights.items())
            found[name].append(recall(known, case, np.where(np.isfinite(these.scores), scores, -np.inf)))
    return found


def interval(values: Sequence[tuple[float, float]]) -> str:
    """Both means, each with its 95% interval by drawing consortia again."""
    rng, drawn = np.random.default_rng(SEED), np.array(values)
    again = [drawn[rng.integers(len(drawn), size=len(drawn))].mean(axis=0) for _ in range(300)]
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    mean = drawn.mean(axis=0)
    return "   ".join(f"{mean[i]:.3f} ({low[i]:.3f}-{high[i]:.3f})" for i in (0, 1))


@dataclass(frozen=True, slots=True)
class Seen:
    """The signals (signals × organisations) of the others and of some of the rest, of so many in `all`."""

    others: Floats
    rest: Floats
    all: int


@dataclass(frozen=True)
class Learning:
    """The signals of each consortium's organisations (signals × organisations) and the places of its others.

    What is learned sees the others and some of the rest: drawn ones, each for many, and then those that stand first.
    """

    blocks: list[npt.NDArray[np.float16]]
    targets: list[npt.NDArray[np.intp]]

    def weights(self, which: Sequence[int]) -> npt.NDArray[np.float64]:
        """Those of a choice among all organisations, moved towards finding more of the others among the first."""
        rng = np.random.default_rng(SEED)
        drawn = {one: self._seen(one, rng.choice(self.blocks[one].shape[1], DRAWN, replace=False)) for one in which}
        chosen = self._least(partial(_choice, drawn), which, np.zeros(len(WEIGHTS)))
        ranked = {one: np.argsort(-self._scores(chosen, one))[:HARDEST] for one in which}
        hardest = {one: self._seen(one, rows) for one, rows in ranked.items()}
        return self._least(partial(_among_first, hardest), which, chosen, towards=chosen)

    def _seen(self, one: int, rest: npt.NDArray[np.intp]) -> Seen:
        block, others = self.blocks[one], self.targets[one]
        rest = np.setdiff1d(rest, others)
        return Seen(block[:, others].astype(np.float32), block[:, rest].astype(np.float32), block.shape[1])

    def _scores(self, weights: npt.NDArray[np.float64], one: int) -> Floats:
        return np.asarray(weights.astype(np.float32) @ self.blocks[one].astype(np.float32))

    def _least(
        self,
        loss: Callable[[int, Floats], tuple[float, Floats]],
        which: Sequence[int],
        start: npt.NDArray[np.float64],
        towards: npt.NDArray[np.float64] | None = None,
    ) -> npt.NDArray[np.float64]:
        """The weights of least loss; `towards` are weights that they should stay near, for zero."""
        middle, ridge = (np.zeros(len(start)), RIDGE) if towards is None else (towards, NEAR)

        def total(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
            value, slope = 0.0, np.zeros(len(weights))
            for one in which:
                lost, steep = loss(one, weights.astype(np.float32))
                value += lost
                slope += steep
            away = weights - middle
            return value / len(which) + ridge * float(away @ away), slope / len(which) + 2 * ridge * away

        found = minimize(total, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        return np.asarray(found.x)

    def hits(self, weights: npt.NDArray[np.float64], one: int) -> tuple[float, float]:
        return shares_found(self._scores(weights, one), self.targets[one].tolist())


def _choice(seen: Mapping[int, Seen], one: int, weights: Floats) -> tuple[float, Floats]:
    """How improbable the others are, were each drawn from all by its score (a conditional logit)."""
    of = seen[one]
    others, rest = weights @ of.others, weights @ of.rest + np.log((of.all - len(of.others.T)) / len(of.rest.T))
    highest = max(others.max(), rest.max())
    shares, of_rest = np.exp(others - highest), np.exp(rest - highest)
    total = shares.sum() + of_rest.sum()
    lost = float(np.log(total) - (others - highest).mean())
    return lost, (of.others @ shares + of.rest @ of_rest) / total - of.others.mean(axis=1)


def _among_first(seen: Mapping[int, Seen], one: int, weights: Floats) -> tuple[float, Floats]:
    """How many of the others are not among the first `FIRST`, each counted by a soft step."""
    of = seen[one]
    others, rest = weights @ of.others, weights @ of.rest
    edge = int(np.argpartition(-rest, FIRST)[FIRST])
    inside = 1 / (1 + np.exp((rest[edge] - others) / SOFTNESS))
    steep = inside * (1 - inside) / SOFTNESS / len(others)
    return -float(inside.mean()), of.rest[:, edge] * steep.sum() - of.others @ steep


def learning(known: World, chosen: list[Case]) -> Learning:
    blocks, targets = [], []
    for case in chosen:
        these = candidates(known, case)
        usable = np.flatnonzero(np.isfinite(these.scores))
        blocks.append(np.stack([these.signals[name][usable] for name in WEIGHTS]).astype(np.float16))
        place = {known.past.organisation(one)[0]: i for i, one in enumerate(usable.tolist())}
        targets.append(np.array(sorted(place[pic] for pic in case[3])))
    return Learning(blocks, targets)


def learn(known: World, chosen: list[Case]) -> None:
    """Weights learned on half of the topics, measured on the others, and those of all."""
    known_of = learning(known, chosen)
    rows = np.array([case[1] for case in chosen])
    held: dict[int, tuple[float, float]] = {}
    for half in (0, 1):
        weights = known_of.weights(np.flatnonzero(rows % 2 == half).tolist())
        held |= {int(one): known_of.hits(weights, int(one)) for one in np.flatnonzero(rows % 2 != half)}
    print("learned on half of the topics, measured on the other:", interval(list(held.values())))
    every = known_of.weights(range(len(chosen)))
    print({name: round(float(weight), 2) for name, weight in zip(WEIGHTS, every, strict=True)})


def learn_before(day: date) -> None:
    """Weights learned from the consortia that were signed before a day, measured on those since."""
    known = world()
    signed = {project.identifier: project.date for project in known.later}
    before = [case for case in cases(known) if (when := signed[case[0]]) and when < day]
    weights = learning(known, before).weights(range(len(before)))
    now = world(day=day)
    since = cases(now)
    found = measured(now, since, {"learned": dict(zip(WEIGHTS, weights.tolist(), strict=True))})
    print(
        f"learned from {len(before)} consortia before {day}, measured on {len(since)} since:",
        interval(found["learned"]),
    )


if __name__ == "__main__":
    main()
