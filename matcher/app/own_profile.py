"""What an institute's own projects add to its profile, and which terms of theirs it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.errors import StoreMissing, UsageError
from matcher.model.institute import Take
from matcher.model.project import OwnProjects, Suggestions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.model.project import Project
    from matcher.ranking.index import Index
    from matcher.ranking.profile_projects import OwnProject

ADDED = 15
"""Terms of own projects that are named, the heaviest."""

MOST = 20
"""Terms that are suggested, the best."""


def own_projects(home: Home, index: Index, institute: Institute) -> OwnProjects:
    """How many projects count for an institute, since when, and which terms they add."""
    from matcher.ranking.suggesting import added_terms

    need = index.need(institute.identifier)
    counted = need.own.projects if need.own is not None else ()
    kept = _kept(home, counted)
    days = [one.date for one in (*kept, *institute.projects) if one.date is not None]
    return OwnProjects(
        count=len(counted),
        selected=sum(one.skills is not None for one in counted),
        since=min(days, default=None),
        terms=added_terms(need, ADDED),
        why_none=None if counted else _why_none(home, institute),
    )


def suggest(home: Home, name: str) -> Suggestions:
    """Terms that the own projects of an institute have, that calls use and its profile lacks.

    Raises UsageError where no project counts for it.
    """
    from matcher.ranking.suggesting import suggestions

    institute, index = home.institute(name), current_index(home)
    own = index.need(institute.identifier).own
    if own is None:
        raise UsageError(f"No own project counts for {institute.identifier}: {_why_none(home, institute)}.")
    kept = [*_kept(home, own.projects), *institute.projects]
    found = suggestions(index, own, institute.profile().parts, kept, MOST)
    return Suggestions(institute.identifier, len(own.projects), tuple(found))


def _kept(home: Home, counted: Sequence[OwnProject]) -> list[Project]:
    """Those of the projects that count which the store has."""
    numbers = [one.number for one in counted if one.number]
    if not numbers:
        return []
    with home.open_store(read_only=True) as store:
        return store.projects.named(numbers)


def _why_none(home: Home, institute: Institute) -> str:
    """Why an institute goes by its keywords alone."""
    try:
        with home.open_store(read_only=True) as store:
            known = bool(store.projects.counts().projects)
    except StoreMissing:
        known = False
    if not known:
        return "no projects were fetched yet; `matcher fetch --projects` brings CORDIS's"
    if not any(institute.pics(take) for take in Take) and not institute.by_hand.add:
        return "its file lists no PIC"
    return "no project has its PICs, or none is like its skills"
