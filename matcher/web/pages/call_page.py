"""One call: facts, terms of entry, its text with the words that matched, why, its past, with whom, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from matcher.app.answering.partnering import partners
from matcher.app.answering.project_history import predecessors
from matcher.app.answering.questions import show, why
from matcher.app.decision_copy import listing as decisions_of
from matcher.errors import UsageError
from matcher.model.consortium import PartnerQuestion
from matcher.model.decision import DecisionQuestion
from matcher.model.match import EvidenceKind
from matcher.model.question import Question
from matcher.present import facts
from matcher.present.entry_words import entry_rows
from matcher.text import untrusted
from matcher.web.asked_question import day_of
from matcher.web.call_files import CALL, CallLists
from matcher.web.decision_choices import people_of
from matcher.web.failures import Missing
from matcher.web.list_files import NAMES, UNDATED, checked_format
from matcher.web.marking import marked
from matcher.web.rights import Right
from matcher.web.visit import with_query

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from matcher.model.answers import Reason, ShownCall
    from matcher.model.consortium import Partners, Predecessors
    from matcher.model.decision import Decision
    from matcher.model.institute import Institute
    from matcher.model.match import Evidence, Match
    from matcher.web.visit import Visit

PARTNERS = 8

PREDECESSORS = 3

_TOLD = {EvidenceKind.TERM, EvidenceKind.PROJECTS, EvidenceKind.LEARNED}
"""The kinds of reasons that say something of the call; the others are numbers, which `matcher why` lists."""


def call(visit: Visit) -> Response:
    """A call, for an institute where one is named (`?for=`)."""
    name, institute = visit.named("call"), _institute(visit)
    as_of = day_of(visit.request.query_params.get("as_of"))
    try:
        shown = show(visit.home, name, institute=institute.identifier if institute else None, as_of=as_of)
    except UsageError as error:
        raise Missing(error.saying) from error
    if shown.call.identifier != name:
        return RedirectResponse(with_query(f"/calls/{shown.call.identifier}", visit.request.url.query))
    own = _own(visit, shown, institute, as_of)
    others = [one for one in shown.decisions if institute is None or one.owner.name != institute.identifier]
    if wanted := visit.request.query_params.get("format"):
        seen = [*([own] if own else []), *(one.as_shared() for one in others)]
        lists = CallLists(visit, shown, institute, seen, as_of)
        return lists.file(visit.request.query_params.get("list") or CALL, checked_format(wanted))
    return visit.page(
        "call.html",
        shown=shown,
        call=shown.call,
        today=shown.as_of,
        sample=shown.sample,
        institute=institute,
        name=institute.name_in(visit.words.language) if institute else None,
        reason=_reason(visit, shown, institute, as_of),
        own=own,
        others=others,
        names={one.identifier: one.acronym for one in visit.home.institutes},
        sections=_sections(shown),
        changes=facts.changes(shown.changes, visit.words),
        history=shown.changes,
        terms=list(entry_rows(shown.call.terms, visit.words)),
        links=[link for link in shown.call.links_on(shown.as_of) if untrusted.link(link.url)],
        evidence=_evidence(shown.match),
        people=people_of(visit.home, institute) if institute else [],
        decides=institute is not None and visit.person.may(Right.DECIDE, institute.identifier),
        institutes=[one for one in visit.home.institutes if visit.person.sees(one.identifier)],
        query=_query(institute, as_of),
        formats=NAMES,
        undated=UNDATED,
        **_past(visit, shown, institute, as_of),
    )


def _query(institute: Institute | None, as_of: date | None) -> str:
    """What addresses of the page's files ask beside the list."""
    asked = {"for": institute.identifier if institute else "", "as_of": as_of.isoformat() if as_of else ""}
    return urlencode({name: value for name, value in asked.items() if value})


def _institute(visit: Visit) -> Institute | None:
    """The institute that the call is looked at for. Raises Missing for one that is unknown, or not this person's."""
    named = visit.request.query_params.get("for", "").strip()
    return visit.institute_named(named) if named else None


def _reason(visit: Visit, shown: ShownCall, institute: Institute | None, as_of: date | None) -> Reason | None:
    """Why the call is in the institute's list, or not."""
    if institute is None:
        return None
    return why(visit.home, Question((institute.identifier,), as_of=as_of), shown.call.identifier)


def _own(visit: Visit, shown: ShownCall, institute: Institute | None, as_of: date | None) -> Decision | None:
    """What the institute made of the call, its notes too, which alone decide nothing."""
    if institute is None:
        return None
    kept = decisions_of(visit.home, DecisionQuestion(institute.identifier, as_of=as_of)).decisions
    found = next((one for one in kept if one.call == shown.call.identifier), None)
    return found if found is None or visit.person.knows_persons_of(institute.identifier) else found.as_shared()


def _sections(shown: ShownCall) -> list[tuple[str, list[Any]]]:
    """The call's text by its sections, each paragraph in pieces, with the words that matched."""
    evidence = shown.match.evidence if shown.match else ()
    words = [word for one in evidence if one.weight > 0 for word in (*one.words, *_term(one))]
    return [
        (section.name, [marked(line, words) for line in section.text.split("\n") if line.strip()])
        for section in shown.call.sections
    ]


def _term(one: Evidence) -> tuple[str, ...]:
    return (one.term,) if one.kind is EvidenceKind.TERM else ()


def _evidence(match: Match | None) -> list[Evidence]:
    """The reasons that speak for the call, heaviest first."""
    if match is None:
        return []
    shown = (one for one in match.evidence if one.kind in _TOLD and one.weight > 0)
    return sorted(shown, key=lambda one: -one.weight)[:10]


def _past(visit: Visit, shown: ShownCall, institute: Institute | None, as_of: date | None) -> dict[str, Any]:
    """What came before, and with whom to apply; or what is `missing`, as both are known once projects were fetched."""
    before: Predecessors | None = None
    found: Partners | None = None
    missing = None
    try:
        before = predecessors(visit.home, shown.call.identifier, as_of=as_of, most=PREDECESSORS)
        if institute is not None:
            question = PartnerQuestion(shown.call.identifier, institute.identifier, top=PARTNERS, as_of=as_of)
            found = partners(visit.home, question)
    except UsageError as error:  # no projects, or too few of them
        missing = visit.words.tell(error.saying)
    return {"before": before, "partners": found, "missing": missing}
