"""How fitting and asking grow as the listing doubles, inside one process."""

from __future__ import annotations

import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.grown import TODAY, grown
from benchmarks.timing import Figure, stopwatch
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.model.question import CallFilter
from matcher.ranking.build import build
from matcher.ranking.index import LAYOUT, Index, open_index
from matcher.ranking.scores.asked import asked_institute
from matcher.ranking.scores.matching import Depth, best_matches
from matcher.ranking.texts.generation import write_generation

SIZES = (5_000, 10_000, 20_000, 40_000)
TARGETS = {20_000: (30.0, 0.2)}
INSTITUTES = 40
ROUNDS = 5
META = {"sample": None, "sample_day": None}


def measure() -> list[Figure]:
    profiles = [institute.profile() for institute in load_institutes(packaged_config())]
    figures = []
    for size in SIZES:
        calls = grown(size)
        most_fit, most_asked = TARGETS.get(size, (None, None))
        with stopwatch() as fit:
            built = build(calls, profiles, now=datetime.now(UTC), meta=META)
        with tempfile.TemporaryDirectory(prefix="matcher-bench-") as folder:
            with stopwatch() as saved:
                write_generation(Path(folder), LAYOUT, built.generation)
            index = open_index(Path(folder))
            scored, listed = _ask_all(index)
        terms = f"{len(index.idf):,} terms"
        topic = f"in process, {size:,} calls"
        figures += [
            Figure(topic, f"fit for {len(profiles)} institutes", fit.seconds, most=most_fit, note=terms),
            Figure(topic, "index saved", saved.seconds),
            Figure(topic, f"{INSTITUTES} institutes scored", scored, most=most_asked, note=f"median of {ROUNDS}"),
            Figure(topic, f"{INSTITUTES} institutes, top 10 live with evidence", listed, note=f"median of {ROUNDS}"),
        ]
    return figures


def _ask_all(index: Index) -> tuple[float, float]:
    """Seconds to score every call for each institute, and to make each one's list of matches besides."""
    names = [profile["id"] for profile in index.meta["profiles"][:INSTITUTES]]
    scores, lists = [], []
    for _ in range(ROUNDS):
        with stopwatch() as watch:
            asked = [(asked_institute(index, name)) for name in names]
            scored = [one.scored(index) for one in asked if one is not None]
        scores.append(watch.seconds)
        with stopwatch() as more:
            for one in scored:
                best_matches(one, CallFilter(), TODAY, Depth(10))
        lists.append(watch.seconds + more.seconds)
    return statistics.median(scores), statistics.median(lists)
