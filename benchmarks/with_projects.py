"""What 57,000 projects cost: fitting anew, the index on disk, a question as a process, an ordinary day's run.

The projects are CORDIS's to 2024 and rows of Horizon 2020's layout mixed from them (`project_import.older`).
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cost import ROWS, many_rows, matcher, portal, write_config, write_rows
from benchmarks.grown import TODAY, grown
from benchmarks.processes import AGAINST_BARE, BARE, INSTITUTE, keep
from benchmarks.project_import import PROJECTS, REAL, older
from benchmarks.timing import Figure, Taken, as_installed, process
from matcher.app.home import Home
from matcher.config.settings import load_settings, packaged_config
from matcher.ranking.index import open_index
from matcher.ranking.texts.generation import FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 9
DAYS = 3
NEWS = 20
"""Calls that are new on an ordinary day."""

LARGEST = 20
"""Arrays of the index that are told one by one."""

CALLS = 2_000
"""What the portal lists, and some years of its archive."""

TOPIC = f"{CALLS:,} calls, {PROJECTS:,} projects"


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="matcher-bench-") as name:
        folder = Path(name)
        sources = [str(REAL), str(older(folder / "cordis-h2020projects-csv.zip"))]
        return [*_asking(folder, sources), *_daily(folder, sources)]


def _asking(folder: Path, sources: Sequence[str]) -> list[Figure]:
    home = folder / "home"
    fetch = [sys.executable, "-m", "matcher", "--home", str(home), "fetch", "--projects", *sources]
    process(fetch, as_installed())
    keep(Home(load_settings(home=home, config_dir=packaged_config(), environ={})), grown(CALLS))
    rank = [*fetch[:5], "rank", INSTITUTE, "--as-of", TODAY.isoformat()]
    fitted = process(rank, as_installed())
    asked, bare = [], []
    for _ in range(ROUNDS):
        asked.append(process(rank, as_installed()))
        bare.append(process([sys.executable, "-c", "import click, numpy"], as_installed()))
    return [
        Figure(TOPIC, "fitted anew, a process", fitted.seconds, most=300, note=f"{fitted.computed:.0f} s of processor"),
        Figure(TOPIC, "its peak memory", fitted.peak, "MB", 3000),
        Figure(TOPIC, "index on disk", (home / "index" / FILE).stat().st_size / 1e6, "MB", 300),
        Figure(TOPIC, "peak memory of rank", statistics.median(t.peak for t in asked), "MB", 250),
        Figure(
            TOPIC,
            f"rank / {BARE}",
            _computed(asked) / _computed(bare),
            "x",
            AGAINST_BARE["rank"],
            f"processor's time, medians of {ROUNDS}, in turns",
        ),
        *_sizes(home / "index"),
    ]


def _sizes(folder: Path) -> list[Figure]:
    """The arrays that take most of the index, and all others together."""
    arrays = sorted(open_index(folder).arrays.items(), key=lambda item: -item[1].nbytes)
    rest = sum(int(array.nbytes) for _, array in arrays[LARGEST:]) / 1e6
    return [
        *(
            Figure(TOPIC, f"of the index, {name}", array.nbytes / 1e6, "MB", note=f"{array.size:,} of {array.dtype}")
            for name, array in arrays[:LARGEST]
        ),
        Figure(TOPIC, f"of the index, {len(arrays) - LARGEST} others", rest, "MB"),
    ]


def _daily(folder: Path, sources: Sequence[str]) -> list[Figure]:
    """A run that finds some calls that are new, in homes with projects and in homes without, in turns.

    Both have had such a day before: what is made once of the projects (who was in which) is there.
    """
    write_config(folder / "config")
    rows = many_rows()
    with portal(write_rows(folder / "first", rows[: -2 * NEWS])) as base:
        matcher(folder, "without", base, "run")
        shutil.copytree(folder / "without", folder / "with")
        process(
            [sys.executable, "-m", "matcher", "--home", str(folder / "with"), "fetch", "--projects", *sources],
            {**as_installed(), "MATCHER_CONFIG": str(folder / "config")},
        )
        matcher(folder, "with", base, "run")
    with portal(write_rows(folder / "before", rows[:-NEWS])) as base:
        for kind in ("with", "without"):
            matcher(folder, kind, base, "run")
    days: dict[str, list[Taken]] = {"with": [], "without": []}
    with portal(write_rows(folder / "after", rows)) as base:
        for day in range(DAYS):
            for kind, taken in days.items():
                home = shutil.copytree(folder / kind, folder / f"{kind}-{day}")
                taken.append(matcher(folder, home.name, base, "run"))
                shutil.rmtree(home)
    topic, how = f"an ordinary day's run, {ROWS:,} rows of which {NEWS} are new", f"median of {DAYS}, in turns"
    return [
        Figure(topic, "with projects", statistics.median(t.seconds for t in days["with"]), note=how),
        Figure(topic, "without", statistics.median(t.seconds for t in days["without"]), note=how),
        Figure(
            topic, "with / without, processor's time", _computed(days["with"]) / _computed(days["without"]), "x", 1.2
        ),
        Figure(topic, "peak memory with projects", statistics.median(t.peak for t in days["with"]), "MB"),
    ]


def _computed(taken: Sequence[Taken]) -> float:
    return statistics.median(t.computed for t in taken)
