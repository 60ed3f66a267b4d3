"""A decision in words, in English or French."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.day import brussels_day
from matcher.model.decision import Act, Application, Cause, standing
from matcher.present.facts import TERMINAL
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matcher.model.decision import Decision, Entry
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


def own_line(decision: Decision, name: str | None, words: Words) -> str:
    """The decision of the reader's institute (named where he reads several), with who made it and when."""
    line = decision_line(decision, words)
    if decision.by is not None and decision.at is not None:
        by = untrusted.text(decision.by, untrusted.TERM)
        line += f" ({by}, {words.short_day(brussels_day(decision.at))})"
    return line if name is None else words.say("{name}: {said}", name=name, said=line)


def shared_line(decisions: Sequence[Decision], names: Mapping[str, str], words: Words) -> str | None:
    """`2 institutes keep it (BRGM, Cetim); Inria: dismissed: no capacity`: what institutes made of a call."""
    called = {
        one.owner.name: untrusted.text(names.get(one.owner.name, one.owner.name), untrusted.TERM) for one in decisions
    }
    keeping = [called[one.owner.name] for one in decisions if one.is_followed]
    said = []
    if keeping:
        count = words.say_n("{n} institute keeps it", "{n} institutes keep it", len(keeping))
        said.append(f"{count} ({', '.join(keeping)})")
    said += [
        words.say("{name}: {said}", name=called[one.owner.name], said=decision_line(one.as_shared(), words))
        for one in decisions
        if one.is_made and not one.is_followed
    ]
    return words.say("; ").join(said) or None


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


def act_line(entry: Entry, words: Words = TERMINAL) -> str:
    """What one act did: `kept`, `note: …`, `taken back: dismissed`."""
    said = _acted(entry, words)
    return words.say("taken back: {said}", said=said) if entry.undone else said


def _acted(entry: Entry, words: Words) -> str:
    if entry.act is Act.NOTE:
        return (
            words.say("note: {text}", text=untrusted.text(entry.value, untrusted.TITLE))
            if entry.value
            else words.say("note")
        )
    stands = standing([replace(entry, undone=False)])
    said = decision_line(stands, words) if stands is not None else ""
    return said or {Act.ASSIGN: words.say("assigned"), Act.STATE: words.say("state of the application")}.get(
        entry.act, entry.act.value
    )
