"""The start: which institute, and whether the watch is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.operation.health import status
from matcher.model.language import Language

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.web.visit import Visit


def start(visit: Visit) -> Response:
    """Institutes by name, and the health of the watch in words."""
    is_french = visit.words.language is Language.FR
    named = [(one, one.name_fr if is_french else one.name_en) for one in visit.home.institutes]
    seen = [(one, name) for one, name in named if visit.person.sees(one.identifier)]
    health = visit.answer("status", lambda: status(visit.home, last=1))
    by_acronym = sorted(seen, key=lambda found: found[0].acronym.casefold())
    return visit.page("start.html", institutes=by_acronym, health=health, sample=health.sample)
