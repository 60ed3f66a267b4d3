"""What an institute's list learned from its decisions, in words, and clearing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.app.decision_copy import decided, record
from matcher.app.decisions.deciding import moment_of_deciding, who_decides
from matcher.app.decisions.learned_feedback import examples_of
from matcher.app.kept_index import current_index
from matcher.model.decision import Act, Entry, Owner

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.decision import Decision


@dataclass(frozen=True, slots=True)
class Learned:
    """What a list learned: terms in words with their weights, the decisions that made it, and if they are `used`."""

    institute: str
    used: bool
    terms: tuple[tuple[str, float], ...]
    decisions: tuple[Decision, ...]


def learned(home: Home, name: str, *, as_of: date | None = None) -> Learned:
    """What an institute's list has learned from its decisions. Raises UsageError."""
    from matcher.ranking.proposals.decided_terms import worded
    from matcher.ranking.scores.feedback import LEAST, learned_terms

    institute = home.institute(name).identifier
    index = current_index(home)
    day = home.day(as_of, index).date
    found = examples_of(index, institute, decided(home, day), day)
    weights = dict(learned_terms(index, [example for _, example in found]))
    words = worded(index, weights, [example.row for _, example in found])
    terms = [(words[term], weight) for term, weight in weights.items()]
    used = home.settings.ranking.learn and len(found) >= LEAST
    return Learned(institute, used, tuple(terms), tuple(decision for decision, _ in found))


def clear_learned(home: Home, name: str, *, as_of: date | None = None) -> str:
    """Let an institute's list forget what it learned; the decisions stay. Raises UsageError."""
    institute = home.institute(name).identifier
    with home.open_filled() as store:
        at = moment_of_deciding(home, as_of)
        record(home, store, [Entry(Owner(institute), "", Act.CLEAR, at, by=who_decides(home))])
    return institute
