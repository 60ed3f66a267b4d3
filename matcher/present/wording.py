"""How the facts of a call are put into words, for the terminal and for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.call import Action, Call, Deadline, Status
from matcher.model.terms import Audience
from matcher.present import entry_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

UNKNOWN = "—"


def money(euros: float | None) -> str:
    """`17.5 M€`, `150 k€`; an em dash when unknown."""
    if euros is None:
        return UNKNOWN
    if euros >= 999_500:  # what would round to 1,000 k€
        return f"{euros / 1_000_000:,.2f}".rstrip("0").rstrip(".").replace(",", " ") + " M€"
    return f"{euros / 1_000:,.0f} k€" if euros >= 1_000 else f"{euros:.0f} €"


def contribution(pair: tuple[int, int] | None) -> str:
    """EU contribution per project: `4–6 M€ each`."""
    if pair is None:
        return UNKNOWN
    low, high = pair
    return money(high) if low == high else f"{money(low).removesuffix(' M€')}–{money(high)}"


def day(when: date | None) -> str:
    """`18 Mar 2027`."""
    return f"{when.day} {when:%b %Y}" if when else UNKNOWN


def levels(trl: tuple[int, int] | None) -> str:
    if trl is None:
        return f"TRL {UNKNOWN}"
    return f"TRL {trl[0]}" if trl[0] == trl[1] else f"TRL {trl[0]}→{trl[1]}"


def action_codes(actions: Sequence[Action]) -> str:
    return ", ".join(action.code for action in actions) or UNKNOWN


def deadline_text(deadline: Deadline | None, call: Call, today: date) -> str:
    """`18 Mar 2027 (115 days, stage 1 of 2)`."""
    if deadline is None:
        return "no deadline known" if call.last_deadline is None else f"closed {day(call.last_deadline)}"
    left = (deadline.date - today).days
    days = "today" if left == 0 else "1 day left" if left == 1 else f"{left} days left"
    return f"{day(deadline.date)} ({days}, {stage_text(deadline, call)})"


def stage_text(deadline: Deadline, call: Call) -> str:
    """`single stage`, `stage 1 of 2`, `cut-off 3 of 10`."""
    count = len(call.deadlines)
    if count == 1:
        return "single stage" if deadline.model in {None, "single-stage"} else str(deadline.model)
    word = "cut-off" if "cut-off" in (deadline.model or "") else "stage"
    return f"{word} {deadline.stage} of {count}"


def status_text(call: Call, today: date) -> str:
    """`open`, or `opens 17 Nov 2026` for what is forthcoming."""
    status = call.status_on(today)
    if status is Status.FORTHCOMING and call.opening:
        return f"opens {day(call.opening)}"
    return status.value if status else "status unknown"


def terms_line(call: Call) -> str:
    """`consortium of 3+; 100% for you; lump sum`; an em dash where nothing is known."""
    return "; ".join(map(str, entry_words.in_short(call.terms))) or UNKNOWN


def closed_line(call: Call) -> str | None:
    """Why a research institute may not enter, with the words that say so; None where it may, or nothing says."""
    term = call.terms.closed_to(Audience.RESEARCH)
    if term is None:
        return None
    said = f": “{term.words}”" if term.words else ""
    return f"{entry_words.who(call.terms)} ({term.source}){said}"


def facts_line(call: Call) -> str:
    """Action, money, grants, TRL, deadline on one line."""
    grants = f"{call.grants} grants" if call.grants and call.grants > 1 else "1 grant" if call.grants else None
    parts = [
        action_codes(call.actions),
        f"budget {money(call.budget_eur)}",
        f"{contribution(call.contribution_eur)} per project" if call.contribution_eur else None,
        grants,
        levels(call.trl) if call.trl else None,
    ]
    return " · ".join(part for part in parts if part)
