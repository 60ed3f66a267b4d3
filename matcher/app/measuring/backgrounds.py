"""Projects as a background to rank by: those of dumps or of another database, named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matcher.cordis.dumps import Dump
from matcher.cordis.project_tables import Reading, read_projects
from matcher.ranking.build import NOTHING_KNOWN, Known
from matcher.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from matcher.model.project import Project


def background_of(sources: Sequence[str], before: date | None) -> Known:
    """What the projects of these sources, signed before a day, let an index learn; nothing without any.

    Raises:
        ProjectsError: for a source that is no dump.
        StoreError: for a database that cannot be read.
    """
    if not sources:
        return NOTHING_KNOWN
    found = list(_each(sources, before))
    return Known(projects=lambda: found, mark=f"{list(sources)} {before}", count=len(found))


def _each(sources: Iterable[str], before: date | None) -> Iterator[Project]:
    seen: set[str] = set()
    for source in sources:
        for project in _projects(source):
            if project.identifier not in seen:
                seen.add(project.identifier)
                if before is None or (project.date is not None and project.date < before):
                    yield project


def _projects(source: str) -> Iterator[Project]:
    if "://" in source or source.endswith(".db"):
        with Store.open(source if "://" in source else f"sqlite:///{source}", read_only=True) as store:
            yield from store.projects.all()
        return
    with Dump(Path(source)) as dump:
        yield from read_projects(dump, Reading())
