"""Reading CORDIS's dumps of projects into the store."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from matcher.app.kept_index import index_out_of_date, refresh_index
from matcher.app.run_context import begun
from matcher.app.sources.project_sources import name_of, remember, remembered
from matcher.app.sources.won_projects import close_wins
from matcher.config.setting_sections import OFFICIAL
from matcher.cordis.downloads import Cordis
from matcher.cordis.dumps import Dump
from matcher.cordis.project_tables import Members, Reading, read_projects
from matcher.errors import IndexMissing, PortalError, ProjectsError, UsageError
from matcher.model.day import brussels_day
from matcher.model.project import ProjectReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.app.run_context import Observer, Run
    from matcher.model.project import Project
    from matcher.store.project_saving import SavedProjects

LEAST_KEPT = 0.75
"""A dump with less than this share of the last one's projects or participations is not taken over."""

_TOLD = 3

REFITTED = "Fitting the ranking anew, by what the projects say…"


def fetch_projects(
    home: Home,
    sources: Sequence[str] = (),
    *,
    accept: bool = False,
    observer: Observer | None = None,
    attempts: int | None = None,
    refitted: str = REFITTED,
) -> ProjectReport:
    """Bring the dumps that are named, by default those that are configured, and keep them.

    One that cannot be read, or is not to be believed, is told in `problems` and stops no other; what is kept of it
    stays; with `accept` somebody knows that what is named holds what it should. `attempts` bounds the tries of a
    request, `refitted` is said before the ranking is fitted anew.

    Raises:
        UsageError: for a source that is neither an address nor a path that can be read.
        StoreBusy: when another process is writing.
    """
    started = time.monotonic()
    wanted = tuple(sources or home.settings.projects.sources)
    if accept and not sources:
        raise UsageError("Say which SOURCE is right: --accept goes with those that are named.")
    if not wanted:
        raise UsageError("No source of projects is set: name one, or set [projects] sources.")
    with home.open_store() as store, index_out_of_date(home, store):
        before = store.projects.revision
        with begun(store, "projects", home.clock, observer) as run:
            results = _each(home, run, wanted, attempts, accept=accept)
            report = _total(wanted, results, run, time.monotonic() - started)
            run.detail |= {"report": asdict(report), "problems": list(report.problems), "outcome": report.outcome}
        if store.projects.revision != before:
            report = replace(report, wins=close_wins(home, store))
            run.observer.say(refitted)
        with suppress(IndexMissing):  # projects can be there before the first call
            refresh_index(home, store)
    return report


def _each(
    home: Home, run: Run, sources: Sequence[str], attempts: int | None, *, accept: bool
) -> list[SavedProjects | None]:
    """What came of each source: None where it was unchanged or could not be taken over."""
    results: list[SavedProjects | None] = []
    settings = home.settings.portal
    with Cordis(settings if attempts is None else replace(settings, attempts=attempts)) as cordis:
        for source in sources:
            try:
                results.append(_import(home, run, cordis, source, accept=accept))
            except (ProjectsError, PortalError) as error:
                results.append(None)
                run.detail.setdefault("problems", []).append(str(error))
    return results


def _import(home: Home, run: Run, cordis: Cordis, source: str, *, accept: bool) -> SavedProjects | None:
    name = name_of(source)
    kept = {**remembered(run.store, name)}
    kept["accepted"] = accept or kept.get("accepted", False)
    with cordis.bring(source, kept.get("mark", ""), home.settings.home, run.observer.progress) as brought:
        run.alive()
        digest = _digest(brought.path) if brought is not None else None
        if brought is None or (digest and digest == kept.get("digest")):
            run.detail.setdefault("unchanged", []).append(source)
            return None
        saved, filled = _keep(run, source, brought.path, {"accepted": True} if accept else kept)
    facts = {"mark": brought.mark, "digest": digest, "day": brussels_day(run.clock()).isoformat()}
    facts |= {"accepted": kept["accepted"]}
    counts = {"projects": saved.projects, "participations": saved.participations}
    remember(run.store, name, {**facts, **counts, "filled": filled})
    return saved


def _digest(path: Path) -> str | None:
    """Of a zip, so that one that comes again without an ETag is known; None for a folder."""
    if path.is_dir():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(run: Run, source: str, path: Path, kept: Mapping[str, Any]) -> tuple[SavedProjects, dict[str, float]]:
    """What was kept of a dump, and the share of rows that fill each column of it."""
    name, reading = name_of(source), Reading()
    with Dump(path) as dump, Members(dump, reading) as members:

        def accept(read: SavedProjects) -> None:
            members.put_rest_aside()
            _refuse(source, reading, read, kept)

        saved = run.store.project_saving.dump(
            name,
            _shown(run, read_projects(dump, reading)),
            members.of,
            run_id=run.number,
            now=run.clock(),
            accept=accept,
        )
    problems = [f"{name}: {alarm}" for alarm in reading.alarms()]
    first = [str(row) for row in reading.set_aside[:_TOLD]]
    for row in first:
        run.observer.say(f"{name}: set aside, as one that cannot be read: {row}.")
    run.detail.setdefault("problems", []).extend(problems)
    run.detail.setdefault("set_aside", []).extend(first)
    run.detail["set_aside_rows"] = run.detail.get("set_aside_rows", 0) + reading.aside.total()
    return saved, reading.filled()


def _shown(run: Run, projects: Iterator[Project]) -> Iterator[Project]:
    for count, project in enumerate(projects):
        if count % 500 == 0 and run.observer.progress is not None:
            run.observer.progress(count, 0)
        yield project


def _refuse(source: str, reading: Reading, read: SavedProjects, kept: Mapping[str, Any]) -> None:
    """Raises ProjectsError for a dump that cannot be read, or is not to be believed unless somebody knows better.

    `kept` is what the dump is held to: nothing of one that is accepted as it is. The bounds of an official one hold
    until one beyond them was accepted.
    """
    if unusable := list(reading.unusable()):
        raise ProjectsError(f"{name_of(source)} was not taken over: {'; '.join(unusable)}.")
    counts = {"projects": read.projects, "participations": read.participations}
    doubts = list(reading.emptied(kept.get("filled", {})))
    doubts += [
        f"it holds {now:,} {noun}, and held {kept[noun]:,}"
        for noun, now in counts.items()
        if now < LEAST_KEPT * kept.get(noun, 0)
    ]
    bounds = {} if kept["accepted"] else OFFICIAL.get(source, {})
    doubts += [
        f"it holds {counts[noun]:,} {noun}, expected {least:,} to {most:,}"
        for noun, (least, most) in bounds.items()
        if not least <= counts[noun] <= most
    ]
    if doubts:
        raise ProjectsError(
            f"{name_of(source)} was not taken over, and what is kept stays: {'; '.join(doubts)}. Whoever knows that it "
            f"is right: `matcher fetch --projects --accept {source}`."
        )


def _total(sources: Sequence[str], results: Sequence[SavedProjects | None], run: Run, seconds: float) -> ProjectReport:
    saved = [result for result in results if result is not None]

    def total(name: str) -> int:
        return sum(getattr(result, name) for result in saved)

    return ProjectReport(
        sources=tuple(sources),
        unchanged_sources=tuple(run.detail.get("unchanged", ())),
        projects=total("projects"),
        participations=total("participations"),
        new=total("new"),
        changed=total("changed"),
        gone=total("gone"),
        participations_new=total("parts_new"),
        participations_changed=total("parts_changed"),
        participations_gone=total("parts_gone"),
        set_aside=run.detail.get("set_aside_rows", 0),
        seconds=round(seconds, 3),
        problems=tuple(run.detail.get("problems", ())),
    )
