"""A decision in words, in English or French."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.decision import Act, Application, Cause
from matcher.present.facts import TERMINAL
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.model.decision import Decision
    from matcher.present.words import Words


def decision_line(decision: Decision, words: Words = TERMINAL) -> str:
    """`kept, assigned to the Photonics lab, applied`: what stands, in the order it matters."""
    said = []
    if decision.act is Act.KEEP:
        said.append(words.say("kept"))
    elif decision.act is Act.DISMISS:
        said.append(_dismissed(decision, words))
    if decision.assigned is not None:
        said.append(words.say("assigned to {who}", who=untrusted.text(decision.assigned, untrusted.TERM)))
    if decision.state is not None:
        said.append(state_text(decision.state, words))
    if decision.project is not None:
        said.append(words.say("project {number}", number=decision.project))
    count = len(decision.notes)
    if count:
        said.append(words.say_n("{n} note", "{n} notes", count))
    return ", ".join(said)


def _dismissed(decision: Decision, words: Words) -> str:
    if decision.repeats is not None:
        return words.say("dismissed: repeats {call}", call=decision.repeats)
    if decision.reason is None:
        return words.say("dismissed")
    return words.say("dismissed: {reason}", reason=reason_text(decision.reason, words))


def reason_text(reason: Cause, words: Words = TERMINAL) -> str:
    """A reason for dismissal."""
    return {
        Cause.NOT_OUR_FIELD: words.say("not our field"),
        Cause.NOT_ELIGIBLE: words.say("not eligible"),
        Cause.TOO_LATE: words.say("too late"),
        Cause.NO_CAPACITY: words.say("no capacity"),
        Cause.ALREADY_IN: words.say("already in"),
        Cause.DUPLICATE: words.say("duplicate"),
    }[reason]


def state_text(state: Application, words: Words = TERMINAL) -> str:
    """The state of an application."""
    return {
        Application.PREPARING: words.say("preparing"),
        Application.APPLIED: words.say("applied"),
        Application.WON: words.say("won"),
        Application.LOST: words.say("lost"),
    }[state]


def decided_line(decision: Decision, words: Words = TERMINAL) -> str:
    """`brgm: kept`: whose it is, and what others may know of it."""
    return f"{decision.owner.name}: {decision_line(decision.as_shared(), words)}"
