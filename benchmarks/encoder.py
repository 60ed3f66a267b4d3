"""What a sentence encoder gains and costs: `python -m benchmarks.encoder MODEL` (folder or name).

The calls that can be chosen count as live and are encoded, as in the product; the rest of the archive is not. French
and English keywords are measured on the 2014 calls of h2020, past projects on some organisations of horizon-europe.
Vectors are kept in MATCHER_HOME, so that a second run encodes nothing.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.grown import SHARED
from matcher.config.settings import load_settings
from matcher.evaluation import measuring
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.measuring import judged
from matcher.model.call import Status
from matcher.ranking.build import build
from matcher.ranking.encoder import Encoding, KeptVectors, SentenceEncoder, text_to_encode
from matcher.ranking.index import fit_in
from matcher.ranking.numbers import MEANING_WEIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.evaluation.benchmark import Benchmark, Qrels
    from matcher.ranking.encoder import Encoder

WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORGANISATIONS = 90
TIMED = 200
SHOWN = ("ndcg@10", "recall@50", "map")


def main(encoder: Encoder, home: Path) -> None:
    folder = SHARED / "benchmark" / "h2020"
    _cost(encoder, load_benchmark(folder))
    written, qrels = load_benchmark(folder, calls="*2014*"), load_qrels(folder)
    for parts in ("keywords_fr", "keywords"):
        _gain(
            f"h2020, 2014 calls, {parts}", written.only(frozenset({parts})), qrels, encoder, home / "vectors-h2020.db"
        )
    folder = SHARED / "benchmark" / "horizon-europe"
    sampled = _sample(load_benchmark(folder), load_qrels(folder))
    _gain("horizon-europe, a sample", sampled, load_qrels(folder), encoder, home / "vectors-horizon.db")


def _cost(encoder: Encoder, benchmark: Benchmark) -> None:
    texts = [
        encoder.prefixes.call + text_to_encode(call)
        for call in benchmark.calls[:: len(benchmark.calls) // TIMED][:TIMED]
    ]
    start = time.perf_counter()
    encoder.encode(texts[:1])
    loaded = time.perf_counter()
    vectors = encoder.encode(texts)
    each = (time.perf_counter() - loaded) / len(texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"loaded in {loaded - start:.1f} s; 1,000 calls: {1000 * each:.0f} s, {vectors[0].nbytes / 1e3:.2f} MB", end=""
    )
    print(f"; {memory:.0f} MB of memory in all")


def _sample(benchmark: Benchmark, qrels: Qrels) -> Benchmark:
    """Every fourth of the organisations that won, of those with few past projects: each of those is encoded."""
    answers = judged(benchmark, qrels)
    few = [p for p in benchmark.profiles if p.identifier in answers and len(p.parts) <= 12]
    return replace(benchmark, profiles=tuple(few[::4][:ORGANISATIONS]))


def _gain(title: str, benchmark: Benchmark, qrels: Qrels, encoder: Encoder, path: Path) -> None:
    calls = [_live(call) if call.identifier in benchmark.candidates else call for call in benchmark.calls]
    encoding = Encoding(title, KeptVectors(encoder, path), NOW.date())
    start = time.perf_counter()
    index = build(calls, benchmark.profiles, now=NOW, meta={}, encoding=encoding)
    seconds = time.perf_counter() - start
    answers = judged(benchmark, qrels)
    names = sorted(benchmark.candidates)
    rows = np.array([index.row(name) for name in names])
    size = sum(array.nbytes for name, array in index.arrays.items() if name.startswith("meaning")) / 1e6
    print(f"\n{title}: {len(rows)} calls, {len(answers)} profiles; built in {seconds:.0f} s; {size:.2f} MB of vectors")
    terms, meanings = {}, {}
    for profile in answers:
        scores = index.scores(index.query(profile))
        terms[profile], meanings[profile] = scores.lasting, scores.meaning / MEANING_WEIGHT
    print(f"{'weight':8s}  nDCG@10   R@50    MAP     p (nDCG@10, R@50)   calls of fit 90 and more")
    base = None
    for weight in (*WEIGHTS, None):
        run, high = {}, []
        for profile in answers:
            total = meanings[profile] if weight is None else terms[profile] + weight * meanings[profile]
            run[profile] = dict(zip(names, total[rows].tolist(), strict=True))
            high.append((fit_in(index.distribution(total, profile), total[rows]) >= 90).mean())
        values = measuring.per_profile(run, answers, list(answers))
        base = values if base is None else base
        p_values = {c.measure: c.p_value for c in measuring.compare(values, base)}
        figures = "  ".join(f"{values[name].mean():.4f}" for name in SHOWN)
        tested = "  ".join(f"{p_values[name]:.3f}" for name in SHOWN[:2])
        print(f"{'alone' if weight is None else weight!s:8s}  {figures}  {tested}  {np.mean(high):.3f}", flush=True)


def _live(call):
    return replace(call, status=Status.OPEN, deadlines=())


if __name__ == "__main__":
    main(SentenceEncoder(sys.argv[1]), load_settings().home)
