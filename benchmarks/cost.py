"""What a day and a year cost: a fetch against the bare download of its pages, a run without news, room on the disk."""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.grown import SHARED
from benchmarks.timing import Figure, Taken, as_installed, process
from matcher.config.settings import packaged_config
from matcher.ranking.index import open_index
from tests.helpers.portal.rows import recorded_rows
from tests.helpers.soak.oracle import READERS
from tests.helpers.soak.script import write_script
from tests.helpers.soak.year import Pace, Sample, Year

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROWS = 2_000
PAGES = ROWS // 100
DAY = "2026-05-07"
ROUNDS = 3
SOAK_DAYS, SOAK_KEEP_DAYS = 60, 30
SUBSCRIBERS = """
subscribers:
  - {id: leti, address: leti@example.org, institutes: [cea-leti], frequency: daily}
  - {id: mines, address: mines@example.org, institutes: [mines], frequency: daily}
  - {id: network, address: europe@example.org, institutes: ["*"], frequency: {weekly: monday}}
"""
ROOT = Path(__file__).parents[1]


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="matcher-bench-") as name:
        folder = Path(name)
        write_config(folder / "config")
        with portal(write_rows(folder / "rows", many_rows())) as base:
            figures = _fetching(folder, base)
        return [*figures, *_on_disk(folder / "home-1"), *_in_a_year(folder / "soak")]


def _fetching(folder: Path, base: str) -> list[Figure]:
    """First fetches into empty homes in turns with bare downloads, then runs that find nothing new."""
    fetches, downloads = [], []
    for turn in range(1, ROUNDS + 1):
        fetch = matcher(folder, f"home-{turn}", base, "fetch", "--json")
        sent = json.loads(fetch.out)["requests"]
        fetches.append(fetch)
        script = [sys.executable, str(ROOT / "benchmarks" / "download_script.py"), base, str(PAGES), str(sent)]
        downloads.append(process(script, as_installed()))
    matcher(folder, "home-1", base, "run")
    quiet = [matcher(folder, "home-1", base, "run") for _ in range(ROUNDS)]
    report = json.loads(fetches[0].out)
    seconds, bare = (statistics.median(t.seconds for t in taken) for taken in (fetches, downloads))
    peak, bare_peak = (statistics.median(t.peak for t in taken) for taken in (fetches, downloads))
    size = int(downloads[0].out) / 1e6
    topic, how = f"fetch, {ROWS:,} rows", f"median of {ROUNDS}, in turns"
    return [
        Figure(topic, "requests", report["requests"], "", note=f"{PAGES} pages, local portal, no pace"),
        Figure(topic, "matcher fetch, a process: read, kept, indexed", seconds, note=how),
        Figure(topic, "of which the listing is read and kept", report["seconds"]),
        Figure(topic, "bare download of the same pages, a process", bare, note=f"{how}; {size:.0f} MB"),
        Figure(topic, "fetch / bare download", seconds / bare, "x"),
        Figure(topic, "peak memory of fetch", peak, "MB"),
        Figure(topic, "peak memory of the bare download", bare_peak, "MB"),
        Figure(topic, "fetch / bare download, memory", peak / bare_peak, "x"),
        Figure(
            f"daily run, {ROWS:,} rows",
            "nothing new, a process",
            statistics.median(t.seconds for t in quiet),
            note=f"median of {ROUNDS}",
        ),
        Figure(f"daily run, {ROWS:,} rows", "peak memory", statistics.median(t.peak for t in quiet), "MB"),
    ]


def _on_disk(home: Path) -> list[Figure]:
    store = sum(path.stat().st_size for path in home.glob("matcher.db*"))
    index = sum(int(array.nbytes) for array in open_index(home / "index").arrays.values())
    per = 10_000 / ROWS / 1e6
    topic, how = "on disk", f"from {ROWS:,} rows of the real listing"
    return [
        Figure(topic, "store, 10,000 calls", store * per, "MB", note=how),
        Figure(topic, "index, 10,000 calls", index * per, "MB", note=how),
    ]


def _in_a_year(folder: Path) -> list[Figure]:
    """What the second half of a short soak adds, for a year."""
    script = write_script(date(2026, 10, 5), SOAK_DAYS, [reader.identifier for reader in READERS])
    samples = Year(script, folder, Pace(SOAK_KEEP_DAYS)).run().samples
    before: Sample = next(sample for sample in samples if sample.day >= SOAK_DAYS // 2)
    after = samples[-1]
    growth = (after.store - before.store) * 365 / (after.day - before.day) / 1e6
    versions = (after.versions - before.versions) * 365 / (after.day - before.day)
    note = f"`make soak`'s portal, days {before.day} to {after.day}; {versions:,.0f} versions of calls a year"
    return [Figure("on disk", "store, growth in a year", growth, "MB", note=note)]


def real_rows() -> list[dict[str, Any]]:
    """The recorded rows of topics."""
    return [row for row in recorded_rows(SHARED / "portal" / "recorded") if row["metadata"].get("type") == ["1"]]


def many_rows() -> list[dict[str, Any]]:
    """Real rows, each as often as it takes under another name."""
    texts = [(row["metadata"]["identifier"][0], json.dumps(row)) for row in real_rows()]
    rows = []
    for copy in range(math.ceil(ROWS / len(texts))):
        for name, text in texts:
            row = json.loads(text.replace(name, f"{name}-{copy}") if copy else text)
            row["reference"] = f"{copy}-{row['reference']}"
            rows.append(row)
    return rows[:ROWS]


def write_rows(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A folder that a local portal serves."""
    folder.mkdir()
    (folder / "page-1.json").write_text(json.dumps({"results": rows}), encoding="utf-8")
    return folder


def write_config(folder: Path) -> None:
    """The packaged institutes, three subscribers, and no source of projects."""
    shutil.copytree(packaged_config(), folder)
    (folder / "matcher.toml").write_text("[projects]\nsources = []\n", encoding="utf-8")
    (folder / "subscribers.yaml").write_text(SUBSCRIBERS, encoding="utf-8")


@contextmanager
def portal(rows: Path) -> Iterator[str]:
    """The local portal as a process of its own, so that its memory is not counted."""
    command = [sys.executable, "-m", "tests.helpers.portal.server", "--rows", str(rows), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split("MATCHER_PORTAL_URL=")[1].split()[0]
        finally:
            process.kill()


def matcher(folder: Path, home: str, base: str, *arguments: str) -> Taken:
    """A command of the product as a process, with a home in this folder, against a local portal."""
    environment = {
        "MATCHER_PORTAL_URL": base,
        "MATCHER_PORTAL_DATA_URL": base.partition("/search-api")[0] + "/data",
        "MATCHER_PORTAL_RATE": "1000",
        "MATCHER_HOME": str(folder / home),
        "MATCHER_CONFIG": str(folder / "config"),
    }
    command = [sys.executable, "-m", "matcher", *arguments, "--as-of", DAY]
    return process(command, {**as_installed(), **environment})
