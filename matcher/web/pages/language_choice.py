"""The reader's choice of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.language import Language
from matcher.web.failures import Refused
from matcher.web.tongue import CHOICE

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.web.visit import Visit

_DAYS = 365


def choose(visit: Visit) -> Response:
    """Keep the language, and go back to the page that was read."""
    chosen = visit.form.get("language", "")
    if chosen not in {language.value for language in Language}:
        raise Refused("There are pages in English and in French.")
    answer = visit.see_other(visit.form.get("back", "/"))
    visit.keep(answer, CHOICE, chosen, days=_DAYS)
    return answer
