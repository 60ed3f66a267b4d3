"""The network: who matches what, who could apply together, what nobody took, whether the watch is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.app.answering.bidding import bids
from matcher.app.answering.network_fits import network_fits
from matcher.app.decisions.decision_summary import summary
from matcher.app.operation.health import status
from matcher.export.content import matches
from matcher.model.question import Question
from matcher.model.searched import order_of
from matcher.present.run_words import run_text
from matcher.web.asked_question import day_of
from matcher.web.heat_map import heat_map
from matcher.web.list_files import NAMES, checked_format, list_file

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from matcher.app.answering.network_fits import NetworkFits, SuitedCall
    from matcher.app.home import Home
    from matcher.export.content import Content
    from matcher.web.visit import Visit

BIDS = 10

SHOWN = 10
"""Calls that nobody took, and that suit nobody, of each at most."""

SEVERAL = 3
"""Institutes that a call suits, from which on it is told that nobody took it."""

RUNS = 5

FILED = 1000
"""Calls of an institute at most, in the network's files."""


def network(visit: Visit) -> Response:
    """All institutes at once."""
    as_of = day_of(visit.request.query_params.get("as_of"))
    if wanted := visit.request.query_params.get("format"):
        checked_format(wanted)
        return list_file(visit, network_content(visit.home, as_of, wanted), wanted, "network")
    threshold = visit.home.settings.digest.threshold
    found: NetworkFits = visit.answer(("network fits", as_of), lambda: network_fits(visit.home, as_of=as_of))
    names = {one.identifier: one.acronym for one in visit.home.institutes}
    shared = _shared(found, threshold)
    return visit.page(
        "network.html",
        today=found.as_of,
        sample=found.sample,
        names=names,
        shared=shared,
        map=heat_map(shared, sorted(names.items(), key=lambda one: one[1].casefold()), threshold),
        threshold=threshold,
        bids=visit.answer(("bids", as_of), lambda: bids(visit.home, top=BIDS, as_of=as_of)).found,
        summary=visit.answer(("decisions", as_of), lambda: summary(visit.home, as_of=as_of)),
        untaken=_untaken(found, threshold)[:SHOWN],
        blind=_blind(found, threshold),
        shown=SHOWN,
        query=f"as_of={as_of.isoformat()}" if as_of else "",
        formats=NAMES,
        without=_without(found, threshold, names),
        **_health(visit, as_of),
    )


def network_content(home: Home, as_of: date | None, form: str) -> Content:
    """The calls that suit an institute: for tables a line for each of both; a feed has each call once."""
    question = Question(top=FILED, min_fit=home.settings.digest.threshold, as_of=as_of)
    found = matches(home, [], question)
    return found.of_calls() if form == "atom" else found


def _shared(found: NetworkFits, threshold: int) -> list[SuitedCall]:
    """Calls that suit several, those first whose second best fit is best."""
    several = [one for one in found.calls if len(one.suits(threshold)) > 1]
    return sorted(several, key=lambda one: (-one.fits[1][1], -one.fits[0][1], one.call.identifier))


def _untaken(found: NetworkFits, threshold: int) -> list[SuitedCall]:
    """Calls that suit several and that none of them follows, next deadline first."""
    kept = {one.call for one in found.decided if one.is_followed}
    left = [one for one in found.calls if len(one.suits(threshold)) >= SEVERAL and one.call.identifier not in kept]
    soonest = order_of("deadline", found.as_of)
    return sorted(left, key=lambda one: soonest(one.call))


def _blind(found: NetworkFits, threshold: int) -> list[SuitedCall]:
    """Calls that suit nobody, most money first."""
    richest = order_of("budget", found.as_of)
    return sorted((one for one in found.calls if not one.suits(threshold)), key=lambda one: richest(one.call))


def _without(found: NetworkFits, threshold: int, names: dict[str, str]) -> list[str]:
    """The institutes that no call suits."""
    matched = {name for one in found.calls for name in one.suits(threshold)}
    return sorted(said for name, said in names.items() if name not in matched)


def _health(visit: Visit, as_of: date | None) -> dict[str, Any]:
    health = status(visit.home, last=RUNS, as_of=as_of)
    return {"health": health, "runs": [run_text(run, visit.words) for run in health.runs]}
