"""The start: which institute, and whether the watch is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.operation.health import status
from matcher.export.dated_list import DatedList
from matcher.model.day import brussels_day
from matcher.present.records import INSTITUTE_FIELDS, institute_record
from matcher.web.list_files import UNDATED, dated_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from matcher.model.institute import Institute
    from matcher.web.visit import Visit


def start(visit: Visit) -> Response:
    """Institutes by name, and the health of the watch in words."""
    seen = [one for one in visit.home.institutes if visit.person.sees(one.identifier)]
    by_acronym = sorted(seen, key=lambda one: one.acronym.casefold())
    if wanted := visit.request.query_params.get("format"):
        return dated_file(_listed(visit, by_acronym), wanted)
    health = visit.answer("status", lambda: status(visit.home, last=1))
    return visit.page("start.html", institutes=by_acronym, health=health, sample=health.sample, formats=UNDATED)


def _listed(visit: Visit, institutes: Sequence[Institute]) -> DatedList:
    """The institutes as a file."""
    rows, now = [institute_record(one) for one in institutes], visit.home.clock()
    return DatedList("institutes", visit.words.say("Institutes"), brussels_day(now), now, INSTITUTE_FIELDS, rows)
