"""The JSON and CSV shapes of DESIGN: what other programs read. Unknown is `None`, never 0."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.model.answers import PartLine
from matcher.model.call import Call
from matcher.model.families import by_part
from matcher.model.institute import Institute
from matcher.model.match import REASONS, Away, Match
from matcher.model.parts import Part, PartKind
from matcher.model.terms import Audience, Name
from matcher.present.decision_shapes import match_decision_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from matcher.model.caution import Unconfirmed
    from matcher.model.changes import Change
    from matcher.model.searched import SearchOutcome, Unknown
    from matcher.model.terms import Terms

SCHEMA = 1

Record = dict[str, Any]


def call_record(call: Call, today: date) -> Record:
    """One call, as in `matcher calls --json`; money in euros, dates as ISO days."""
    status = call.status_on(today)
    following = call.next_deadline(today)
    return {
        "call": call.identifier,
        "title": call.title,
        "status": status.value if status else None,
        "opening": iso_day(call.opening),
        "deadlines": [{"date": d.date.isoformat(), "stage": d.stage, "model": d.model} for d in call.deadlines],
        "next_deadline": following.date.isoformat() if following else None,
        "days_left": (following.date - today).days if following else None,
        "programme": call.programme,
        "parts": [part.en for part in call.parts],
        "actions": [action.code for action in call.actions],
        "budget_eur": call.budget_eur,
        "budget_shared_by": call.budget_shared_by,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "grants": call.grants,
        "trl": list(call.trl) if call.trl else None,
        "terms": [{"term": term.name.value, "value": term.value} for term in call.terms.found],
        "closed_to": [who.value for who in Audience if call.terms.closed_to(who)],
        "url": call.url,
    }


def part_record(line: PartLine) -> Record:
    """A programme or a part of one with its live calls, as in `matcher programmes --json`."""
    part = line.part
    return {
        "part": part.identifier,
        "name": part.en,
        "name_fr": part.fr,
        "kind": part.kind.value,
        "within": list(part.within),
        "names": list(part.names),
        "live": line.live,
        "open": line.open,
        "forthcoming": line.forthcoming,
    }


PART_FIELDS = tuple(part_record(PartLine(Part("", PartKind.PROGRAMME, "", ""), 0, 0, 0)))
"""The keys of a part, for the header of a listing that is empty."""


def terms_record(terms: Terms) -> Record:
    """Every term of entry: value, source and words; None where it is unknown."""
    found = {
        term.name: {"value": term.value, "source": term.source, "words": term.words or None} for term in terms.found
    }
    return {name.value: found.get(name) for name in Name}


def outcome_record(outcome: SearchOutcome) -> Record:
    """What a search says beside its calls: how many there are, and of nothing found why."""
    return {
        "found": outcome.found,
        "missing": {word: list(near) for word, near in outcome.missing.items()},
        "elsewhere": outcome.elsewhere,
        "guessed": outcome.guessed,
    }


def unknown_record(unknown: Unknown) -> dict[str, list[str]]:
    """The words of a text that nothing has, each with near ones."""
    return {word: list(near) for word, near in unknown.words.items()}


def part_records(calls: Iterable[Call]) -> Record:
    """What is listed by the part of a programme that each call is told under: `by_part`, in the order of the list."""
    groups = by_part(calls, lambda call: call)
    return {
        "by_part": [
            {
                "part": part.identifier if part else None,
                "name": part.en if part else None,
                "name_fr": part.fr if part else None,
                "calls": [call.identifier for call in members],
            }
            for part, members in groups
        ]
    }


def match_record(match: Match, today: date, *, explained: bool = False) -> Record:
    """One match, as in `matcher rank --json`; `evidence` holds the reasons that a person reads.

    `explained` has all of them, which add up to the score with the base, and adds to each term the profile's word and
    where it comes from, and the sentence it stands in. What a long text says has the number of its `passage`.
    """
    record = call_record(match.call, today)
    head = {"rank": match.rank, "call": record.pop("call"), "title": record.pop("title")}
    reasons = match.evidence if explained else match.reasons(REASONS)
    evidence: list[Record] = [
        {"term": e.term, "weight": e.weight, **({"passage": e.passage} if e.passage else {})} for e in reasons
    ]
    numbers = {"score": match.score, "fit": match.fit}
    decision = match_decision_record(match.decision) if match.decision else None
    own = {"own_project": match.own_project, "group": match.group.value, "decision": decision}
    whole = {**head, **numbers, **record, "evidence": evidence, **own}
    if not explained:
        return whole
    for entry, e in zip(evidence, match.evidence, strict=True):
        entry |= {"profile_term": e.profile_term, "source": e.source, "kind": e.kind.value}
        entry |= {"words": list(e.words), "sentence": e.sentence}
    return {**whole, "base": match.base, "sentence": match.sentence}


def away_records(away: Sequence[Away]) -> Record:
    """The calls that an excluded or muted term keeps away, under `away`; nothing where there are none."""
    listed = [
        {"call": one.call.identifier, "title": one.call.title, "fit": one.fit, "term": one.term, "by": one.by}
        for one in away
    ]
    return {"away": listed} if listed else {}


def sample_label(note: str | None) -> Record:
    """The label that every answer from the packaged sample carries; nothing for real calls."""
    return {"sample": note} if note else {}


def unconfirmed_record(report: Unconfirmed) -> dict[str, object]:
    """What was reported of a call and waits for a second day."""
    return {"what": report.what, "reported": report.reported, "since": report.since.isoformat()}


def change_record(change: Change) -> Record:
    """One change of a call: when it was seen, which field, old and new value."""
    return {
        "call": change.call,
        "field": change.field,
        "kind": change.kind,
        "old": change.old,
        "new": change.new,
        "seen_at": change.seen_at.isoformat(),
        "ratio": change.ratio,
    }


def envelope(**content: Any) -> Record:
    """The one object that `--json` prints."""
    return {"schema": SCHEMA, **content}


def iso_day(day: date | None) -> str | None:
    """A day as records have it; unknown is None."""
    return day.isoformat() if day else None


def iso_moment(moment: datetime | None) -> str | None:
    """A moment as records have it; unknown is None."""
    return moment.isoformat() if moment else None


def institute_record(institute: Institute) -> dict[str, Any]:
    return {
        "institute": institute.identifier,
        "acronym": institute.acronym,
        "name_en": institute.name_en,
        "name_fr": institute.name_fr,
        "label_2015": institute.label_2015,
        "label_current": institute.label_current,
        "label_note": institute.label_note,
        "successor": institute.successor,
        "location": institute.location,
        "website": institute.website,
        "legal_names": [
            {"name": n.name, "pic": n.pic, "take": n.take.value if n.pic else None} for n in institute.legal_names
        ],
        "keywords_en": list(institute.keywords_en),
        "keywords_fr": list(institute.keywords_fr),
        "labs": [lab.name for lab in institute.labs],
    }


INSTITUTE_FIELDS = tuple(institute_record(Institute("", "", "", "")))
"""The keys of an institute, for the header of a listing that is empty."""

CALL_FIELDS = tuple(call_record(Call("", ""), date.min))
"""The keys of a call, for the header of a listing that is empty."""
