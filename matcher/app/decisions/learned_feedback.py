"""What the decisions of an institute teach its list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.day import brussels_day

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.decision import Decided, Decision
    from matcher.ranking.index import Index
    from matcher.ranking.scores.asked import Asked
    from matcher.ranking.scores.feedback import Example, Feedback

LEAST_GRADE = 2
"""The grade from which on a decision says that a call suits."""


def taught(home: Home, index: Index, asked: Asked, known: Decided, day: date) -> Asked:
    """What is asked for an institute, with what its decisions teach where that is wanted."""
    if asked.identifier is None or not home.settings.ranking.learn:
        return asked
    feedback = feedback_for(index, asked.identifier, known, day)
    return asked if feedback is None else replace(asked, feedback=feedback)


def feedback_for(index: Index, institute: str, known: Decided, day: date) -> Feedback | None:
    """What the decisions of an institute teach on a day; None where there are too few, and for a lab.

    Labs have no decisions of their own, and what the institute wants of all its fields says little of one.
    """
    if "/" in institute:
        return None
    from matcher.ranking.scores.feedback import feedback_of

    return feedback_of(index, [example for _, example in examples_of(index, institute, known, day)])


def examples_of(index: Index, institute: str, known: Decided, day: date) -> list[tuple[Decision, Example]]:
    """The decisions that say whether a call suits, each with the example that it is; too late or no capacity say not.

    None from before the last time that an institute had its list forget what it learned.
    """
    from matcher.ranking.scores.feedback import Example

    since = known.cleared.get(institute)
    found = []
    for decision in known.of(institute).values():
        row, grade, at = index.row(decision.call), decision.grade, decision.at
        if row is None or grade is None or at is None or (since is not None and at <= since):
            continue
        found.append((decision, Example(row, grade >= LEAST_GRADE, (day - brussels_day(at)).days)))
    return found
