"""An institute's list: what suits it and why, what is worth a look, and when it closes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from matcher.app.answering.questions import rank
from matcher.export.content import matches
from matcher.model.families import families
from matcher.model.match import Group
from matcher.model.searched import RANK_SORTS
from matcher.present.facts import GROUP_TITLES
from matcher.web.asked_question import asked
from matcher.web.decision_choices import people_of
from matcher.web.failures import Missing
from matcher.web.filter_form import filter_fields, fit_field, sort_field
from matcher.web.list_files import NAMES, checked_format, list_file
from matcher.web.pages.institute_news import institute_news
from matcher.web.rights import Right
from matcher.web.timeline import timeline
from matcher.web.visit import with_query

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.answers import Ranking
    from matcher.model.match import Match
    from matcher.web.visit import Visit

TOP = 40
"""Calls of a page where the question does not say how many."""

_EXTRAS = ("lab", "format")


def institute(visit: Visit) -> Response:
    """The list of an institute, or of a lab of it (`?lab=`)."""
    found = visit.institute()
    lab = visit.request.query_params.get("lab", "").strip()
    if lab and lab.casefold() not in {one.name.casefold() for one in found.labs}:
        raise Missing("{institute} has no lab of that name.", institute=found.acronym)
    about = f"{found.identifier}/{lab}" if lab else found.identifier
    request = asked(visit.request.url.query, about, _EXTRAS)
    home_address = f"/institutes/{found.identifier}"
    if not request.is_tidy or visit.request.url.path != home_address:
        return RedirectResponse(with_query(home_address, request.query))
    question = request.question
    whole = question if question.top else replace(question, top=TOP)
    if wanted := request.extras.get("format"):
        checked_format(wanted)
        listed = matches(visit.home, [about], whole)
        told = listed if visit.person.knows_persons_of(found.identifier) else listed.as_shared()
        return list_file(visit, told, wanted, found.identifier)
    ranking = visit.answer(("rank", whole), lambda: rank(visit.home, whole))
    if not visit.person.knows_persons_of(found.identifier):
        ranking = replace(ranking, matches=tuple(match.as_shared() for match in ranking.matches))
    return visit.page(
        "institute.html",
        institute=found,
        name=found.name_in(visit.words.language),
        lab=lab,
        ranking=ranking,
        sample=ranking.sample,
        today=ranking.as_of,
        news=institute_news(visit, found),
        query=request.query,
        formats=NAMES,
        people=people_of(visit.home, found),
        decides=visit.person.may(Right.DECIDE, found.identifier),
        fields=(
            *filter_fields(question, visit.words),
            fit_field(question, visit.words),
            sort_field(question, RANK_SORTS, visit.words),
        ),
        **_parts(ranking, visit),
    )


def _parts(ranking: Ranking, visit: Visit) -> dict[str, Any]:
    """The list in its parts: families of calls that suit, folded groups, and what was dismissed."""
    dismissed = [one for one in ranking.matches if _is_dismissed(one)]
    shown = [one for one in ranking.matches if not _is_dismissed(one)]
    main = [one for one in shown if one.group is Group.MAIN]
    groups = {group: [one for one in shown if one.group is group] for group in GROUP_TITLES}
    return {
        "main": families(main, lambda match: match.call),
        "count": len(main),
        "groups": [(g.value, visit.words.say(GROUP_TITLES[g]), found) for g, found in groups.items() if found],
        "dismissed": dismissed,
        "line": timeline((one.call for one in main), ranking.as_of, visit.words),
    }


def _is_dismissed(match: Match) -> bool:
    return match.decision is not None and match.decision.is_dismissed
