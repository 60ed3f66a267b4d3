"""The forms by which an institute decides: what `matcher keep`, `dismiss`, `assign`, `note` and `state` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.decisions.deciding import decide
from matcher.model.decision import Act, Order
from matcher.present.decision_words import decision_line
from matcher.web.failures import Refused
from matcher.web.rights import Right

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.decision import Settled
    from matcher.web.visit import Visit

ACTS = {act.value: act for act in (Act.KEEP, Act.DISMISS, Act.ASSIGN, Act.NOTE, Act.STATE)}
"""What a form can do with a call."""


def decide_on(visit: Visit) -> Response:
    """Keep what the form says of its call, and go back to the page that it stood on."""
    institute = visit.institute(Right.DECIDE)
    order, call = _order(visit), visit.form.get("call", "").strip()
    if not call:
        raise Refused("The form names no call.")
    settled = decide(visit.home, institute.identifier, [call], order)
    answer = visit.see_other(f"{visit.form.get('back', '/')}#{next(iter(settled.calls))}")
    visit.tell(answer, _told(settled, visit), *map(visit.words.tell, settled.remarks))
    return answer


def _order(visit: Visit) -> Order:
    """What the form wants done; a field that is left empty says nothing. Raises Refused, UsageError."""
    act = ACTS.get(visit.form.get("act", ""))
    if act is None:
        raise Refused("The form does not say what to do with the call.")
    undo = visit.form.get("undo") == "1"
    value, detail = (None if undo else visit.form.get(name, "").strip() or None for name in ("value", "detail"))
    return Order.of(act, value, detail, undo=undo, by=visit.person.name)


def _told(settled: Settled, visit: Visit) -> str:
    [(call, decision)] = settled.calls.items()
    line = "" if decision is None else decision_line(decision, visit.words)
    return visit.words.say("{name}: {said}", name=call, said=line or visit.words.say("nothing is decided"))
