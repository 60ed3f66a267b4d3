"""Calls of Horizon Europe and the projects before them, as on the day that the benchmark is cut at.

What is known was signed before `CUT`; what is asked about on that day or later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from benchmarks.grown import SHARED
from matcher.cordis.dumps import Dump
from matcher.cordis.project_tables import Reading, read_participations, read_projects
from matcher.evaluation.benchmark import load_benchmark
from matcher.ranking.build import Known, build
from matcher.ranking.network.consortia import AFFILIATED, Consortia, consortia_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.model.profile_parts import Profile
    from matcher.model.project import Participation, Project
    from matcher.ranking.index import Index

CUT = date(2023, 7, 1)


@dataclass(frozen=True)
class World:
    """The index of the calls, the consortia before the cut, the projects after it, and who is in each project."""

    index: Index
    past: Consortia
    later: list[Project]
    members: dict[str, set[str]]
    day: date = CUT


def world(profiles: Sequence[Profile] = (), day: date = CUT) -> World:
    """What is known on a day; some 20 seconds of work."""
    with Dump(SHARED / "cordis" / "cordis-HORIZONprojects-csv.zip") as dump:
        projects = sorted(read_projects(dump, Reading()), key=lambda project: project.identifier)
        parts = [part for part in read_participations(dump, Reading()) if part.role != AFFILIATED]
    early = [project for project in projects if project.date and project.date < day]
    calls = load_benchmark(SHARED / "benchmark" / "horizon-europe").calls
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    known = Known(projects=lambda: early, count=len(early))
    index = build(calls, profiles, now=now, meta={"sample": None, "sample_day": None}, known=known)
    members: dict[str, set[str]] = {}
    for part in parts:
        members.setdefault(part.project, set()).add(part.pic)
    later = [p for p in projects if p.date and p.date >= day and p.topic and index.row(p.topic) is not None]
    return World(index, _past(early, parts), later, members, day)


def _past(projects: list[Project], parts: list[Participation]) -> Consortia:
    lines = [(project.identifier, project.topic, project.date) for project in projects]
    kept = {number for number, _, _ in lines}
    own = [part for part in parts if part.project in kept]
    named = {part.pic: (part.pic, " ".join(part.name.split()), part.country, part.type, part.sme) for part in own}
    return Consortia(consortia_of(lines, [(p.project, p.pic, p.role) for p in own], named.values(), {}))
