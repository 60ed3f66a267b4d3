"""What an institute's own projects add to its profile, and which terms of theirs and of its decisions it lacks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from matcher.app.decision_copy import decided
from matcher.app.decisions.learned_feedback import examples_of
from matcher.app.kept_index import current_index
from matcher.errors import StoreMissing, UsageError
from matcher.model.institute import Take
from matcher.model.project import OwnProjects, Suggestions
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.model.project import Project
    from matcher.ranking.index import Index
    from matcher.ranking.needs.profile_projects import OwnProject

ADDED = 15
"""Terms of own projects that are named, the heaviest."""

MOST = 20
"""Terms that are suggested, the best."""


def own_projects(home: Home, index: Index, institute: Institute) -> OwnProjects:
    """How many projects count for an institute, since when, and which terms they add."""
    from matcher.ranking.proposals.suggesting import added_terms

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


def switched_projects(home: Home, name: str, drop: Sequence[str]) -> tuple[list[Project], list[Project]]:
    """Projects of CORDIS that count for an institute, newest first, and those that are put out; as `drop` has it."""
    own = current_index(home).need(home.institute(name).identifier).own
    counted = [one.number for one in (own.projects if own is not None else ()) if one.number]
    with home.open_store(read_only=True) as store:
        found = store.projects.named({*counted, *drop})
    found.sort(key=lambda one: (one.date or date.min, one.identifier), reverse=True)
    return [one for one in found if one.identifier not in drop], [one for one in found if one.identifier in drop]


def suggest(home: Home, name: str, *, as_of: date | None = None) -> Suggestions:
    """Terms that own projects or kept calls have and the profile lacks, and those of dismissed calls to exclude.

    Raises UsageError where no project counts for the institute and too few decisions say what suits it.
    """
    from matcher.ranking.proposals.decided_terms import decided_terms
    from matcher.ranking.proposals.suggesting import suggestions
    from matcher.ranking.scores.feedback import LEAST

    institute, index = home.institute(name), current_index(home)
    day, parts = home.day(as_of, index).date, institute.profile().parts
    own = index.need(institute.identifier).own
    examples = [one for _, one in examples_of(index, institute.identifier, decided(home, day), day)]
    if own is None and len(examples) < LEAST:
        raise UsageError(
            "No own project counts for {identifier}: {why}; and fewer than {least} decisions say "
            "what suits it (`matcher keep`, `matcher dismiss`).",
            identifier=institute.identifier,
            why=_why_none(home, institute),
            least=LEAST,
        )
    counted = own.projects if own is not None else ()
    found = suggestions(index, own, parts, [*_kept(home, counted), *institute.projects], MOST) if own else []
    keywords, exclude = decided_terms(index, examples, parts, MOST)
    return Suggestions(institute.identifier, len(counted), tuple(found), tuple(keywords), tuple(exclude))


def _kept(home: Home, counted: Sequence[OwnProject]) -> list[Project]:
    """Those of the projects that count which the store has."""
    numbers = [one.number for one in counted if one.number]
    if not numbers:
        return []
    with home.open_store(read_only=True) as store:
        return store.projects.named(numbers)


def _why_none(home: Home, institute: Institute) -> Saying:
    """Why an institute goes by its keywords alone."""
    try:
        with home.open_store(read_only=True) as store:
            known = bool(store.projects.counts().projects)
    except StoreMissing:
        known = False
    if not known:
        return Saying("no projects were fetched yet; `matcher fetch --projects` brings CORDIS's")
    if not any(institute.pics(take) for take in Take) and not institute.by_hand.add:
        return Saying("its file lists no PIC")
    return Saying("no project has its PICs, or none is like its skills")
