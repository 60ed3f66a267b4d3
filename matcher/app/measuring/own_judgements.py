"""How relevant calls turned out to be, by what institutes decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.decision_copy import listing
from matcher.app.own_projects import whole_projects
from matcher.errors import UsageError
from matcher.model.institute import Graded

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.decision import DecisionQuestion


def judged_by_decisions(home: Home, question: DecisionQuestion) -> tuple[tuple[Graded, ...], tuple[Call, ...]]:
    """Each institute whose decisions say how relevant calls are, and the calls to rank: those that are live or judged.

    Its projects are those of entities that it owns. Raises UsageError where no decision says anything.
    """
    found = listing(home, question)
    grades: dict[str, dict[str, int]] = {}
    for one in found.decisions:
        if one.grade is not None:
            grades.setdefault(one.owner.name, {})[one.call] = one.grade
    if not grades:
        raise UsageError("No decision says how relevant a call is: `matcher keep` and `matcher dismiss` calls first.")
    judged = {call for by_call in grades.values() for call in by_call}
    with home.open_store(read_only=True) as store:
        calls = tuple(c for c in store.calls.all() if c.identifier in judged or c.is_live(found.as_of))
        known = {call.identifier for call in calls}
        institutes = [one for one in home.institutes if one.identifier in grades]
        return tuple(
            Graded(
                one,
                tuple(store.projects.named(whole_projects(store.projects, one))),
                {call: grade for call, grade in grades[one.identifier].items() if call in known},
            )
            for one in institutes
        ), calls
