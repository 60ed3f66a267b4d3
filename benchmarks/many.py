"""200,000 calls against 2,000 written profiles, the 50 best of each, in a process of its own.

What is timed is `top_matches`: scoring, what similar calls lend, and finding the 50 best. Fitting and weighing the
profiles' terms is not. Memory is the most that the process and each of its workers ever held, added up, although
they share most of it: the mapped index is counted in each.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.enlarged import enlarged
from benchmarks.grown import grown
from benchmarks.timing import Figure, stopwatch
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.ranking.batch import top_matches
from matcher.ranking.build import build
from matcher.ranking.generation import write_generation
from matcher.ranking.index import LAYOUT, open_index
from matcher.ranking.profile import query_vector
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from matcher.model.profile_parts import Profile

FITTED = 10_000
PROFILES = 2_000
TOP = 50
SIZES = (50_000, 100_000, 200_000)
TARGETS = {200_000: (15.0, 4.0)}


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
    return figures


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
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    held = own_peak() + (os.cpu_count() or 1) * workers.ru_maxrss
    facts = {
        "seconds": watch.seconds,
        "gigabytes": held * 1024 / 1e9,
        "processor": workers.ru_utime + workers.ru_stime,
        "terms": sum(len(query.ids) for query in queries) / PROFILES,
        "postings": sum(int((starts[q.ids + 1] - starts[q.ids]).sum()) for q in queries) / PROFILES,
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
