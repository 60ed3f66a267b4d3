"""What a form of decisions can be answered with, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.model.decision import Application, Cause
from matcher.present.decision_words import reason_text, state_text

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.present.words import Words


@dataclass(frozen=True, slots=True)
class DecisionChoices:
    """Values, each with its words: why a call is dismissed, how far an application has come."""

    reasons: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]


def decision_choices(words: Words) -> DecisionChoices:
    """The choices; a duplicate names another call, which takes a field of its own."""
    causes = (one for one in Cause if one is not Cause.DUPLICATE)
    return DecisionChoices(
        tuple((one.value, reason_text(one, words)) for one in causes),
        tuple((one.value, state_text(one, words)) for one in Application),
    )


def people_of(home: Home, institute: Institute) -> list[str]:
    """The subscribers who read of an institute, to whom a call can be given."""
    return [one.identifier for one in home.subscribers if institute.identifier in one.of_institutes]
