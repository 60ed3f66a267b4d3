"""200,000 calls against 2,000 written profiles, the 50 best of each, in a process of its own.

What is timed is `top_matches`: scoring, what similar calls lend, and finding the 50 best. Fitting and weighing the
profiles' terms is not. Memory is the most that the process and each of its workers ever held, added up, although
they share most of it: the arrays are counted in each. From there it is reckoned what fifty times the profiles take.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from joblib.externals.loky import get_reusable_executor

from benchmarks.enlarged import enlarged
from benchmarks.grown import grown
from benchmarks.timing import Figure, stopwatch
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.ranking.batch import top_matches
from matcher.ranking.build import build
from matcher.ranking.index import LAYOUT, open_index
from matcher.ranking.needs.profile import query_vector
from matcher.ranking.texts.generation import write_generation
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from matcher.model.profile_parts import Profile

FITTED = 10_000
PROFILES = 2_000
TOP = 50
SIZES = (50_000, 100_000, 200_000)
TARGETS = {200_000: (15.0, 4.0)}
PLANNED = 100_000
SENT = ("posting_rows", "posting_weights", "similar_calls", "similar_weights")
"""The arrays that nearly all of what a worker is sent consists of."""


def measure() -> list[Figure]:
    figures = []
    profiles = [institute.profile() for institute in load_institutes(packaged_config())]
    index = build(grown(FITTED), profiles, now=datetime.now(UTC), meta={"sample": None, "sample_day": None})
    for size in SIZES:
        most_seconds, most_memory = TARGETS.get(size, (None, None))
        with tempfile.TemporaryDirectory(prefix="matcher-bench-") as folder:
            write_generation(Path(folder), LAYOUT, enlarged(index, size // FITTED))
            command = [sys.executable, "-m", "benchmarks.many", folder]
            taken = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        topic = f"{size:,} calls × {PROFILES:,} profiles"
        note = f"{taken['processor']:.1f} s of processor; {taken['terms']:.0f} terms a profile"
        figures += [
            Figure(topic, f"top {TOP} of each", taken["seconds"], most=most_seconds, note=note),
            Figure(topic, "memory at most", taken["gigabytes"], "GB", most_memory, "with worker processes"),
        ]
    return figures + planned(taken)


def planned(taken: dict[str, float]) -> list[Figure]:
    """Fifty times the profiles against as many calls: blocks know nothing of each other, so that time is linear."""
    topic = f"{SIZES[-1]:,} calls × {PLANNED:,} profiles"
    hours = taken["processor"] * PLANNED / PROFILES / 3600
    return [
        Figure(topic, "processor time", hours, "h", note="extrapolated; start of the workers counted in"),
        Figure(
            topic, "memory of a worker", taken["worker"], "GB", note="measured; the same for any number of profiles"
        ),
        Figure(
            topic, "arrays sent to a worker, once", taken["sent"], "GB", note="on one machine the workers share them"
        ),
        Figure(topic, "the profiles' terms", PLANNED * taken["terms"] * 8 / 1e9, "GB", note="extrapolated"),
        Figure(topic, "the answer", PLANNED * TOP * 12 / 1e9, "GB", note="a row and a score of each"),
    ]


def blended(profiles: list[Profile], size: int) -> list[Profile]:
    """Profiles as long as the written ones: half of the skills of one and half of another, the first's description."""
    chance = random.Random(20260601)
    mixed = []
    for number in range(size):
        first, second = chance.sample(profiles, 2)
        described = [part for part in first.parts if part.kind == "description"]
        skills = [part for part in (*first.parts, *second.parts) if part.kind != "description"]
        chosen = chance.sample(skills, len(skills) // 2)
        mixed.append(replace(first, identifier=f"p{number}", parts=(*described, *chosen)))
    return mixed


def own_peak() -> int:
    """Kilobytes that this process held at most; `getrusage` would count what its parent held too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def main() -> None:
    index = open_index(Path(sys.argv[1]))
    profiles = [institute.profile() for institute in load_institutes(packaged_config())]
    analyzer = Analyzer()
    queries = [query_vector(profile, analyzer, index) for profile in blended(profiles, PROFILES)]
    with stopwatch() as watch:
        best = top_matches(index, queries, TOP)
    if best.rows.shape != (PROFILES, TOP):
        sys.exit("some profile has too few calls")
    starts = index.arrays["posting_starts"]
    count = joblib.effective_n_jobs(-1)
    worker = max(joblib.Parallel(n_jobs=-1)(joblib.delayed(own_peak)() for _ in range(4 * count)))
    get_reusable_executor().shutdown(wait=True)  # the processor time of a process is told when it has ended
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    facts = {
        "seconds": watch.seconds,
        "gigabytes": (own_peak() + count * worker) * 1024 / 1e9,
        "worker": worker * 1024 / 1e9,
        "sent": sum(index.arrays[name].nbytes for name in SENT) / 1e9,
        "processor": workers.ru_utime + workers.ru_stime,
        "terms": sum(len(query.ids) for query in queries) / PROFILES,
        "postings": sum(int((starts[q.ids + 1] - starts[q.ids]).sum()) for q in queries) / PROFILES,
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
