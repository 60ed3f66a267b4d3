"""A won project closes the loop: what an institute kept or applied for, and is in a project of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.decision_copy import record
from matcher.model.day import brussels_day
from matcher.model.decision import Act, Application, Decided, Entry
from matcher.model.institute import Take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.app.home import Home
    from matcher.model.decision import Decision
    from matcher.model.institute import Institute
    from matcher.model.project import Participation
    from matcher.store.database import Store

CORDIS = "cordis"
"""Who is said to have decided that an application was won."""


def close_wins(home: Home, store: Store) -> tuple[str, ...]:
    """Set what was won, where the legal entity is the institute itself; propose it where others share the entity.

    Returns a sentence for each.
    """
    now = home.clock()
    entries, said = [], []
    institutes = {institute.identifier: institute for institute in home.institutes}
    for decision in Decided.on(store.decisions.history(), brussels_day(now)):
        institute = institutes.get(decision.owner.name)
        if institute is None or not _may_be_won(decision):
            continue
        own, shared = _projects(store, institute, decision.call)
        if own:
            value, owner = Application.WON.value, decision.owner
            entries.append(Entry(owner, decision.call, Act.STATE, now, value, own[0], CORDIS))
            said.append(f"{institute.identifier} won {decision.call} (project {', '.join(own)}).")
        said += [
            f"Project {number} of {decision.call} is perhaps {institute.identifier}'s: confirm with "
            f"`matcher state {institute.identifier} {decision.call} --is won --project {number}`."
            for number in (() if own else shared)
        ]
    if entries:
        record(home, store, entries)
    return tuple(said)


def _may_be_won(decision: Decision) -> bool:
    """Kept or applied for, and not known to be won already."""
    wanted = decision.is_followed or decision.state is Application.LOST
    return wanted and decision.state is not Application.WON


def _projects(store: Store, institute: Institute, call: str) -> tuple[list[str], list[str]]:
    """The projects of a call with the institute's own legal entities in them, and those with shared ones."""
    members = store.projects.participations(project.identifier for project in store.projects.of_call(call))
    return list(_with(members, institute.pics(Take.ALL))), list(_with(members, institute.pics(Take.SELECTED)))


def _with(members: dict[str, list[Participation]], pics: tuple[str, ...]) -> Iterator[str]:
    return (number for number, parts in sorted(members.items()) if any(part.pic in pics for part in parts))
