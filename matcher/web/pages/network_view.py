"""The network: who matches what, who could apply together, what nobody took, whether the watch is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.app.operation.health import status
from matcher.present.run_words import run_text
from matcher.web.asked_question import day_of
from matcher.web.heat_map import heat_map
from matcher.web.list_files import NAMES, UNDATED, checked_format
from matcher.web.network_files import bids_of, checked_list, fits_of, network_file, summary_of

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from matcher.web.visit import Visit

BIDS = 10

SHOWN = 10
"""Calls that nobody took, and that suit nobody, of each at most; files have all of them."""

RUNS = 5


def network(visit: Visit) -> Response:
    """All institutes at once; or one of the lists, `?list=`, as a file."""
    asked = visit.request.query_params
    as_of, which = day_of(asked.get("as_of")), checked_list(asked.get("list"))
    if wanted := asked.get("format"):
        return network_file(visit, which, checked_format(wanted), as_of)
    threshold = visit.home.settings.digest.threshold
    found = fits_of(visit, as_of)
    names = {one.identifier: one.acronym for one in visit.home.institutes}
    shared, untaken = found.shared(threshold), found.untaken(threshold)
    suited = found.suited(threshold)
    return visit.page(
        "network.html",
        today=found.as_of,
        sample=found.sample,
        names=names,
        shared=shared,
        map=heat_map(shared, sorted(names.items(), key=lambda one: one[1].casefold()), threshold),
        threshold=threshold,
        bids=bids_of(visit, as_of, BIDS).found,
        summary=summary_of(visit, as_of),
        untaken=untaken,
        blind=found.blind(threshold),
        shown=SHOWN,
        query=f"as_of={as_of.isoformat()}&" if as_of else "",
        formats=NAMES,
        undated=UNDATED,
        without=sorted(said for name, said in names.items() if name not in suited and name not in found.failed),
        failed=[names.get(name, name) for name in found.failed],
        **_health(visit, as_of),
    )


def _health(visit: Visit, as_of: date | None) -> dict[str, Any]:
    health = status(visit.home, last=RUNS, as_of=as_of)
    return {"health": health, "runs": [run_text(run, visit.words) for run in health.runs]}
