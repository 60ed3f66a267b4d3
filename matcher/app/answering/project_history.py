"""The past that a call is answered from: who was in which project, kept in arrays beside the index."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from matcher.app.answering.project_questions import NO_PROJECTS
from matcher.app.answering.questions import row_of
from matcher.app.kept_index import current_index
from matcher.disk import can_be_written, writing_to
from matcher.errors import IndexMissing, StoreMissing, UsageError
from matcher.model.consortium import NetworkPart, Predecessor, Predecessors, WonBefore
from matcher.model.institute import Take

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.project import Participation, Project
    from matcher.ranking.index import Index
    from matcher.ranking.network.consortia import Consortia
    from matcher.ranking.network.predecessors import Found
    from matcher.store.database import Store

_MOST_SEEN = 5


@contextmanager
def past_of(home: Home) -> Iterator[tuple[Store, Consortia]]:
    """The store, and the consortia of its projects. Raises UsageError before any project was fetched."""
    try:
        with home.open_store(read_only=True) as store:
            if not store.projects.counts().projects:
                raise UsageError(NO_PROJECTS)
            yield store, consortia(home, store)
    except StoreMissing as error:
        raise UsageError(NO_PROJECTS) from error


def consortia(home: Home, store: Store) -> Consortia:
    """The consortia of the store's projects, counted anew when projects came."""
    from matcher.ranking.network.consortia import LAYOUT, Consortia, consortia_of
    from matcher.ranking.texts.generation import open_generation, write_generation

    folder, revision = home.settings.home / "consortia", store.projects.revision
    try:
        kept = open_generation(folder, LAYOUT)
        if kept.meta.get("revision") == revision:
            return Consortia(kept)
    except IndexMissing:
        pass
    projects, parts, organisations = store.projects.lines()
    made = consortia_of(
        [(row.identifier, row.topic, row.signed) for row in projects],
        [(row.project, row.pic, row.role) for row in parts],
        [(row.pic, " ".join(row.name.split()), row.country, row.type, row.sme) for row in organisations],
        {"revision": revision},
    )
    if can_be_written(home.settings.home):
        with writing_to(folder):
            write_generation(folder, LAYOUT, made)
    return Consortia(made)


def predecessors(home: Home, call: str, *, as_of: date | None = None, most: int = 5) -> Predecessors:
    """The closed calls that a call continues, and what they led to. Raises UsageError without projects."""
    from matcher.ranking.network.predecessors import predecessors as found_of

    index = current_index(home)
    day = home.day(as_of, index).date
    row = row_of(index, call)
    with past_of(home) as (store, past):
        told = _told(home, store, index, found_of(index, row, past, day, most), past)
    return Predecessors(index.call(row).identifier, day, told)


def won_before(home: Home, store: Store, index: Index, past: Consortia, call: str, day: date) -> WonBefore | None:
    """What the network won of the call that another continues; None where that is nothing, or not known.

    A call that is only like another is not said to continue it.
    """
    from matcher.ranking.network.predecessors import predecessors as found_of

    row = index.row(call)
    if row is None:
        return None
    found = [one for one in found_of(index, row, past, day, 1) if one.is_close]
    for one in _told(home, store, index, found, past):
        if one.network:
            return WonBefore(one.call, len(one.projects), one.network)
    return None


def _told(home: Home, store: Store, index: Index, found: Sequence[Found], past: Consortia) -> tuple[Predecessor, ...]:
    known = {one.topic: store.projects.named(past.numbers_at(one.rows)) for one in found}
    parts = store.projects.participations(p.identifier for projects in known.values() for p in projects)
    network = _network(home)
    return tuple(_predecessor(index, one, known[one.topic], parts, network) for one in found)


def _predecessor(
    index: Index,
    found: Found,
    projects: Sequence[Project],
    parts: Mapping[str, Sequence[Participation]],
    network: Mapping[str, tuple[str, frozenset[str]]],
) -> Predecessor:
    row = index.row(found.topic)
    amounts = [project.contribution_eur for project in projects if project.contribution_eur]
    names = {part.pic: part.name for p in projects for part in parts.get(p.identifier, ())}
    counted = Counter(pic for p in projects for pic in {part.pic for part in parts.get(p.identifier, ())})
    ordered = sorted(counted, key=lambda pic: (-counted[pic], names[pic]))[:_MOST_SEEN]
    return Predecessor(
        found.topic,
        index.call(row).title if row is not None else None,
        found.score,
        found.reasons,
        tuple(projects),
        sum(amounts) if amounts else None,
        tuple((names[pic], counted[pic]) for pic in ordered),
        tuple(_won(projects, parts, network)),
    )


def _won(
    projects: Iterable[Project],
    parts: Mapping[str, Sequence[Participation]],
    network: Mapping[str, tuple[str, frozenset[str]]],
) -> Iterator[NetworkPart]:
    """The institutes of the network that are in some of these projects: by an entity of their own, or by hand."""
    listed = list(projects)
    pics = {p.identifier: {part.pic for part in parts.get(p.identifier, ())} for p in listed}
    for acronym, marks in network.values():
        theirs = tuple(p.name for p in listed if p.identifier in marks or not marks.isdisjoint(pics[p.identifier]))
        if theirs:
            yield NetworkPart(acronym, theirs)


def _network(home: Home) -> dict[str, tuple[str, frozenset[str]]]:
    """Institute → acronym, and the PICs and numbers of projects that are its own."""
    return {
        one.identifier: (one.acronym, frozenset({*one.pics(Take.ALL), *one.by_hand.add} - {*one.by_hand.drop}))
        for one in home.institutes
    }
