"""CORDIS's projects into an empty store, and again: seconds, memory, room on the disk.

The real dump of Horizon Europe, and one of Horizon 2020's size in its older layout, mixed from the real rows: other
orders and names of columns, several topics in a field, dates with a time, line breaks and entities in objectives.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.grown import SHARED
from benchmarks.timing import Figure, Taken, as_installed, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

REAL = SHARED / "cordis" / "cordis-HORIZONprojects-csv.zip"
PROJECTS, PARTICIPATIONS = 57_000, 300_000
SEED = 20260601
TOPIC = f"import, {PROJECTS:,} projects, {PARTICIPATIONS:,} participations"

_PROJECT = (
    "rcn", "id", "acronym", "status", "programme", "topics", "frameworkProgramme", "title", "startDate", "endDate",
    "objective", "totalCost", "ecMaxContribution", "fundingScheme", "ecSignatureDate", "contentUpdateDate", "keywords",
)  # fmt: skip
_ORGANISATION = (
    "projectRcn", "projectID", "projectAcronym", "role", "organisationID", "name", "shortName", "activityType",
    "endOfParticipation", "ecContribution", "country", "netEcContribution", "SME", "order",
)  # fmt: skip


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="matcher-bench-") as name:
        folder = Path(name)
        sources = [str(shutil.copy(REAL, folder)), str(older(folder / "cordis-h2020projects-csv.zip"))]
        first = _fetch(folder, sources)
        store = sum(path.stat().st_size for path in (folder / "home").glob("matcher.db*")) / 1e6
        for source in sources:
            os.utime(source)
        again = _fetch(folder, sources)
        _renewed(Path(sources[0]))
        renewed = _fetch(folder, sources[:1])
    report, later = json.loads(first.out), json.loads(renewed.out)
    counts = f"{report['projects']:,} projects, {report['participations']:,} participations"
    changed = f"{later['projects']:,} projects read, {later['changed']} of them changed"
    return [
        Figure(TOPIC, "first import, a process", first.seconds, most=90, note=f"{counts}; {_computed(first)}"),
        Figure(TOPIC, "the same files again", again.seconds, most=5, note=f"no row is written; {_computed(again)}"),
        Figure(
            TOPIC,
            "the dump of Horizon Europe with one project changed",
            renewed.seconds,
            note=f"{changed}; {_computed(renewed)}",
        ),
        Figure(TOPIC, "peak memory", max(first.peak, renewed.peak), "MB", 300),
        Figure(TOPIC, "growth of the store", store, "MB", 300),
    ]


def _computed(taken: Taken) -> str:
    return f"{taken.computed:.1f} s of processor time"


def _fetch(folder: Path, sources: list[str]) -> Taken:
    command = [sys.executable, "-m", "matcher", "fetch", "--projects", *sources, "--json"]
    return process(command, {**as_installed(), "MATCHER_HOME": str(folder / "home")})


def older(path: Path) -> Path:
    """Writes a dump with what the real one lacks of the projects and participations."""
    chance = random.Random(SEED)
    projects = list(_rows("project.csv"))
    parts = list(_rows("organization.csv"))
    more = PROJECTS - len(projects)
    share = (PARTICIPATIONS - len(parts)) / (len(parts) * more / len(projects))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        numbers = {}
        with archive.open("csv/project.csv", "w") as file:
            write = _writer(file, _PROJECT)
            for number in range(more):
                row = projects[number % len(projects)]
                numbers[row["id"], number // len(projects)] = str(600_000 + number)
                write(_project(row, str(600_000 + number), chance.choice(projects), chance))
        with archive.open("csv/organization.csv", "w") as file:
            write = _writer(file, _ORGANISATION)
            for copy in range(more // len(projects) + 1):
                for row in parts:
                    made = numbers.get((row["projectID"], copy))
                    if made is not None and chance.random() < share:
                        write({**row, "projectRcn": made, "projectID": made})
    return path


def _project(row: Mapping[str, str], number: str, other: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """A project of the older layout whose text is mixed of two real ones."""
    sentences = [*row["objective"].split(". "), *other["objective"].split(". ")]
    mixed = [sentence.replace("and", "&amp;", 1) for sentence in sentences if chance.random() < 1 / 2]
    return {
        **row,
        "rcn": number,
        "id": number,
        "programme": "H2020-EU.1.1.",
        "frameworkProgramme": "H2020",
        "topics": f"{row['topics']},{other['topics']}",
        "title": f"{row['title'][:60]} {other['title'][:60]}",
        "startDate": f"{row['startDate']} 00:00:00",
        "objective": ".\n".join(mixed),
        "totalCost": row["totalCost"].partition(",")[0] + ",50",
    }


def _renewed(path: Path) -> None:
    """The same dump with one title changed."""
    with zipfile.ZipFile(path) as archive:
        tables = {name: archive.read(name) for name in archive.namelist()}
    title = next(_rows("project.csv"))["title"].encode()
    tables["project.csv"] = tables["project.csv"].replace(title, title + b" (renewed)", 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(name, content)


def _rows(table: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1_000_000)
    with zipfile.ZipFile(REAL) as archive, archive.open(table) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline=""), delimiter=";")


def _writer(file: IO[bytes], columns: tuple[str, ...]) -> Callable[[Mapping[str, str]], object]:
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, columns, delimiter=";", quoting=csv.QUOTE_ALL, extrasaction="ignore")
    writer.writeheader()
    return writer.writerow
