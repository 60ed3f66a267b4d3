"""The JSON shapes of DESIGN: what other programs read from `--json`. Unknown is `None`, never 0."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.model.call import Call
from matcher.model.match import Match
from matcher.text.untrusted import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from matcher.model.answers import RunRecord
    from matcher.model.changes import Change
    from matcher.model.rows import FetchReport

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
        "opening": _day(call.opening),
        "deadlines": [{"date": d.date.isoformat(), "stage": d.stage, "model": d.model} for d in call.deadlines],
        "next_deadline": following.date.isoformat() if following else None,
        "days_left": (following.date - today).days if following else None,
        "programme": call.programme,
        "actions": [action.code for action in call.actions],
        "budget_eur": call.budget_eur,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "grants": call.grants,
        "trl": list(call.trl) if call.trl else None,
        "url": call.url,
    }


def match_record(match: Match, today: date, *, explained: bool = False) -> Record:
    """One match, as in `matcher rank --json`; the evidence weights add up to the score.

    `explained` adds to each term the profile's word and where it comes from, and the sentence it stands in.
    """
    record = call_record(match.call, today)
    head = {"rank": match.rank, "call": record.pop("call"), "title": record.pop("title")}
    evidence: list[Record] = [{"term": e.term, "weight": e.weight} for e in match.evidence]
    whole = {**head, "score": match.score, "fit": match.fit, **record, "evidence": evidence}
    if not explained:
        return whole
    for entry, e in zip(evidence, match.evidence, strict=True):
        entry |= {"profile_term": e.profile_term, "source": e.source}
    return {**whole, "sentence": match.sentence}


def sample_label(note: str | None) -> Record:
    """The label that every answer from the packaged sample carries; nothing for real calls."""
    return {"sample": note} if note else {}


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


def fetch_record(report: FetchReport) -> Record:
    """What a fetch saw and did, as in `matcher fetch --json`."""
    return {**asdict(report), "problems": list(report.problems)}


def run_record(run: RunRecord) -> Record:
    """One run of the daily job or of a part of it."""
    return {
        "run": run.identifier,
        "kind": run.kind,
        "started": run.started.isoformat(),
        "finished": _moment(run.finished),
        "outcome": run.outcome,
        "detail": dict(run.detail),
    }


def envelope(**content: Any) -> Record:
    """The one object that `--json` prints."""
    return {"schema": SCHEMA, **content}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


CALL_FIELDS = tuple(call_record(Call("", ""), date.min))
"""The keys of a call, for the header of a listing that is empty."""


MATCH_FIELDS = tuple(match_record(Match(0, Call("", ""), 0.0, 0), date.min))
"""The keys of a match."""


def csv_text(rows: Iterable[Mapping[str, Any]], fields: Sequence[str] = ()) -> str:
    """Rows as CSV with a header line; lists are joined by a semicolon, unknown is empty."""
    listed = list(rows)
    names = list(listed[0]) if listed else list(fields)
    buffer = io.StringIO()
    if names:
        writer = csv.DictWriter(buffer, fieldnames=names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: csv_cell(value) for key, value in row.items()} for row in listed)
    return buffer.getvalue()
