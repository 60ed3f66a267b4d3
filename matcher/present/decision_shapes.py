"""Decisions as other programs read them. Where several institutes read, an institute decided and no person is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.day import brussels_day
from matcher.model.decision import Decision, Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matcher.model.decision import DecisionListing, Entry, Note

Record = dict[str, Any]


def decision_record(decision: Decision, *, shared: bool = False) -> Record:
    """What stands of a call; `note` is of the notes, which are records of their own (`note_record`)."""
    decision = decision.as_shared() if shared else decision
    return {
        "institute": decision.owner.name,
        "call": decision.call,
        "decision": decision.act.value if decision.act else None,
        "reason": decision.reason.value if decision.reason else None,
        "assigned": decision.assigned,
        "note": None,
        "state": decision.state.value if decision.state else None,
        "by": decision.by,
        "at": decision.at.isoformat() if decision.at else None,
        "duplicate_of": decision.repeats,
        "project": decision.project,
    }


def match_decision_record(decision: Decision) -> Record:
    """The same beside a match, which names institute and call itself."""
    record = decision_record(decision)
    return {name: value for name, value in record.items() if name not in {"institute", "call", "note"}}


def about_records(decisions: Iterable[Decision], institute: str | None = None) -> list[Record]:
    """What institutes made of one call; persons and notes are told of the `institute` that reads."""
    found = []
    for one in decisions:
        own = one.owner.name == institute
        found.append(decision_record(one, shared=not own))
        found += [note_record(one, note) for note in one.notes] if own else []
    return found


def note_record(decision: Decision, note: Note, *, shared: bool = False) -> Record:
    """A note as a record of its own, with the keys of a decision."""
    bare = decision_record(Decision(decision.owner, decision.call))
    by = decision.owner.name if shared and note.by is not None else note.by
    return {**bare, "note": note.text, "by": by, "at": note.at.isoformat()}


def entry_record(entry: Entry) -> Record:
    """One act of the history."""
    return {
        "number": entry.number,
        "institute": entry.owner.name,
        "call": entry.call,
        "act": entry.act.value,
        "undone": entry.undone,
        "value": entry.value,
        "detail": entry.detail,
        "by": entry.by,
        "at": entry.at.isoformat(),
    }


def listing_records(listing: DecisionListing) -> Iterator[Record]:
    """Every decision that was made, and every note, from the day that was asked for on."""
    for one in listing.decisions:
        if one.is_made and one.at is not None and listing.reaches(brussels_day(one.at)):
            yield decision_record(one, shared=listing.shared)
        for note in one.notes:
            if listing.reaches(brussels_day(note.at)):
                yield note_record(one, note, shared=listing.shared)


def qrels_lines(listing: DecisionListing) -> list[str]:
    """`institute 0 call grade` of each decision that says how relevant a call is: what was won or applied for 3, kept
    or assigned 2, dismissed as another field 0; other reasons say nothing of relevance.
    """
    graded = ((one, grade) for one in listing.decisions if (grade := one.grade) is not None)
    return [f"{one.owner.name} 0 {one.call} {grade}" for one, grade in graded]


DECISION_FIELDS = tuple(decision_record(Decision(Owner(""), "")))
"""The keys of a decision, for the header of a listing that is empty."""
