"""Calls that are listed or searched for, whoever they suit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from matcher.app.answering import lookup
from matcher.export import content
from matcher.model.searched import SORTS
from matcher.web.asked_question import asked
from matcher.web.filter_form import filter_fields, sort_field
from matcher.web.list_files import NAMES, checked_format, list_file
from matcher.web.visit import with_query

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.web.visit import Visit

LIMIT = 50
"""Calls of a page where the question does not say how many."""

_NO_WORDS = SORTS[1:]  # relevance is to words


def calls(visit: Visit) -> Response:
    """What `matcher calls` lists, with the sentence that matched where words are searched for."""
    request = asked(visit.request.url.query, None, ("format",))
    if not request.is_tidy:
        return RedirectResponse(with_query("/calls", request.query))
    question = request.question
    if wanted := request.extras.get("format"):
        checked_format(wanted)
        return list_file(visit, content.calls(visit.home, [], question), wanted, "calls")
    limit = question.limit or LIMIT
    shown = replace(question, limit=limit, explain=bool(question.search))
    listing = lookup.calls(visit.home, shown)
    return visit.page(
        "call_list.html",
        question=question,
        listing=listing,
        sample=listing.sample,
        today=listing.as_of,
        query=request.query,
        formats=NAMES,
        more=replace(question, limit=limit * 2).to_query() if len(listing.calls) == limit else None,
        names={one.identifier: one.acronym for one in visit.home.institutes},
        fields=(
            *filter_fields(question, visit.words),
            sort_field(question, SORTS if question.search.words else _NO_WORDS, visit.words),
        ),
    )
