"""The start: which institute, and whether the watch is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.operation.health import status
from matcher.export.dated_list import DatedList
from matcher.model.day import brussels_day
from matcher.model.language import Language
from matcher.present.records import institute_record
from matcher.web.list_files import UNDATED, dated_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from matcher.model.institute import Institute
    from matcher.web.visit import Visit


def start(visit: Visit) -> Response:
    """Institutes by name, and the health of the watch in words."""
    is_french = visit.words.language is Language.FR
    named = [(one, one.name_fr if is_french else one.name_en) for one in visit.home.institutes]
    seen = [(one, name) for one, name in named if visit.person.sees(one.identifier)]
    health = visit.answer("status", lambda: status(visit.home, last=1))
    by_acronym = sorted(seen, key=lambda found: found[0].acronym.casefold())
    if wanted := visit.request.query_params.get("format"):
        return dated_file(_listed(visit, [one for one, _ in by_acronym]), wanted)
    return visit.page("start.html", institutes=by_acronym, health=health, sample=health.sample, formats=UNDATED)


def _listed(visit: Visit, institutes: Sequence[Institute]) -> DatedList:
    """The institutes as a file."""
    rows, now = [institute_record(one) for one in institutes], visit.home.clock()
    fields = tuple(rows[0]) if rows else ("institute",)
    return DatedList("institutes", visit.words.say("Institutes"), brussels_day(now), now, fields, rows)
