"""A call or a match as one row of plain values: the same in frames, in files and behind `--csv`.

It loads no pandas, so that a question that the saved index answers can be asked for its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.terms import Audience, Name
from matcher.present.decision_words import decided_line, decision_line
from matcher.present.facts import terms_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.decision import Decision
    from matcher.model.match import Match
    from matcher.model.subscription import Item

Row = dict[str, Any]

DAY = "datetime64[s]"

MOMENT = "datetime64[s, UTC]"

CALL_COLUMNS = {
    "call": "string",
    "title": "string",
    "status": "category",
    "opening": DAY,
    "next_deadline": DAY,
    "days_left": "Int64",
    "stages": "Int64",
    "deadline_model": "category",
    "programme": "category",
    "parts": "string",
    "action": "category",
    "budget_eur": "Int64",
    "budget_shared_by": "Int64",
    "contribution_min_eur": "Int64",
    "contribution_max_eur": "Int64",
    "grants": "Int64",
    "trl_min": "Int64",
    "trl_max": "Int64",
    "who": "string",
    "rate": "Int64",
    "costs": "string",
    "entry": "string",
    "closed_to_research": "boolean",
    "call_id": "string",
    "destination": "string",
    "url": "string",
}
"""Column → dtype of a call; `stages` counts its deadlines, `action` joins several types of action by `, `,
`budget_shared_by` counts the topics that the budget is for, where it is not for this one alone.

`who` may apply, `rate` is percent for a research organisation, `entry` the terms of entry in a line;
`closed_to_research` is NA where nothing says who may apply."""

MATCH_COLUMNS = {
    "institute": "string",
    "rank": "int64",
    "fit": "int64",
    "score": "float64",
    **CALL_COLUMNS,
    "because": "string",
    "own_project": "string",
    "decision": "string",
}
"""Column → dtype of a match; `because` are the terms that made most of the score, heaviest first, `own_project` is the
nearest own project where own projects speak for the call, `decision` what the institute made of it."""

LISTED_COLUMNS = {**CALL_COLUMNS, "decisions": "string"}
"""Column → dtype of a call in a list; `decisions` are what each institute made of it."""

TERMS_SHOWN = 6


def call_row(call: Call, today: date) -> Row:
    """One call: `CALL_COLUMNS`."""
    status, following = call.status_on(today), call.next_deadline(today)
    lowest, highest = call.contribution_eur or (None, None)
    trl_low, trl_high = call.trl or (None, None)
    return {
        "call": call.identifier,
        "title": call.title,
        "status": status.value if status else None,
        "opening": call.opening,
        "next_deadline": following.date if following else None,
        "days_left": (following.date - today).days if following else None,
        "stages": len(call.deadlines) or None,
        "deadline_model": call.deadline_model,
        "programme": call.programme,
        "parts": "; ".join(part.en for part in call.parts) or None,
        "action": ", ".join(action.code for action in call.actions) or None,
        "budget_eur": call.budget_eur,
        "budget_shared_by": call.budget_shared_by,
        "contribution_min_eur": lowest,
        "contribution_max_eur": highest,
        "grants": call.grants,
        "trl_min": trl_low,
        "trl_max": trl_high,
        "who": call.terms.value(Name.WHO),
        "rate": call.terms.number(Name.RATE),
        "costs": call.terms.value(Name.COSTS),
        "entry": terms_line(call) if call.terms else None,
        "closed_to_research": call.terms.closed_to(Audience.RESEARCH) is not None if call.terms.who else None,
        "call_id": call.call_id,
        "destination": call.destination,
        "url": call.url,
    }


def match_row(match: Match, institute: str | None, today: date) -> Row:
    """One match of an institute, or of a text (None): `MATCH_COLUMNS`."""
    return {
        "institute": institute,
        "rank": match.rank,
        "fit": match.fit,
        "score": match.score,
        **call_row(match.call, today),
        "because": ", ".join(match.words(TERMS_SHOWN)),
        "own_project": match.own_project,
        "decision": decision_line(match.decision) or None if match.decision else None,
    }


def listed_row(call: Call, decisions: Iterable[Decision], today: date) -> Row:
    """One call with what institutes made of it: `LISTED_COLUMNS`."""
    return {**call_row(call, today), "decisions": "; ".join(map(decided_line, decisions)) or None}


ITEM_COLUMNS = ("part", *CALL_COLUMNS, "fit", "institutes", "searches", "because", "reminder", "first", "changed")
"""The columns of a call of a digest: the part of the mail, the call, whom it suits by what, and why it is told now."""


def item_row(item: Item, today: date) -> Row:
    """One call of a digest: `ITEM_COLUMNS`."""
    return {
        "part": item.part.value,
        **call_row(item.call, today),
        "fit": item.fit,
        "institutes": ", ".join(m.institute for m in (*item.matches, *item.others) if m.search is None),
        "searches": "; ".join(match.search.name for match in item.matches if match.search is not None) or None,
        "because": ", ".join(dict.fromkeys(word for match in item.matches for word in match.words(TERMS_SHOWN))),
        "reminder": item.reminder,
        "first": item.first,
        "changed": ", ".join(dict.fromkeys(change.field for change in item.changes)) or None,
    }
