"""Decisions as other programs read them. Where several institutes read, an institute decided and no person is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.day import brussels_day
from matcher.model.decision import Decision, Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matcher.model.decision import DecisionListing, Entry, Note

Record = dict[str, Any]


def decision_record(decision: Decision) -> Record:
    """What stands of a call; `note` is of the notes, which are records of their own (`note_record`)."""
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
        found.append(decision_record(one if own else one.as_shared()))
        found += [note_record(one, note) for note in one.notes] if own else []
    return found


def note_record(decision: Decision, note: Note) -> Record:
    """A note as a record of its own, with the keys of a decision."""
    bare = decision_record(Decision(decision.owner, decision.call))
    return {**bare, "note": note.text, "by": note.by, "at": note.at.isoformat()}


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
    """Every decision that was made, and every note of an institute, from the day that was asked for on."""
    for one in listing.decisions:
        shown = one.as_shared() if listing.shared else one
        if shown.is_made and shown.at is not None and listing.reaches(brussels_day(shown.at)):
            yield decision_record(shown)
        yield from (note_record(one, note) for note in shown.notes if listing.reaches(brussels_day(note.at)))


def qrels_lines(listing: DecisionListing) -> list[str]:
    """`institute 0 call grade` of each decision that says how relevant a call is: what has a state 3, kept or
    assigned 2, dismissed as another field 0; other reasons say nothing of relevance.
    """
    graded = ((one, grade) for one in listing.decisions if (grade := one.grade) is not None)
    return [f"{one.owner.name} 0 {one.call} {grade}" for one, grade in graded]


DECISION_FIELDS = tuple(decision_record(Decision(Owner(""), "")))
"""The keys of a decision, for the header of a listing that is empty."""
