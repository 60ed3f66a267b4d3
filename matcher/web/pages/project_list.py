"""EU-funded projects that are searched for, or that a call or an institute has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.answering.project_questions import projects as asked_projects
from matcher.errors import UsageError
from matcher.model.project import ProjectQuestion
from matcher.model.searched import Search

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.project import ProjectListing
    from matcher.web.visit import Visit

TOP = 50


def projects(visit: Visit) -> Response:
    """Projects with words (`?words=`), of a call (`?call=`), of an institute (`?institute=`)."""
    asked = visit.request.query_params
    words, call, named = (asked.get(name, "").strip() for name in ("words", "call", "institute"))
    institute = visit.institute_named(named) if named else None
    listing: ProjectListing | None = None
    told = None
    if words or call or institute:
        question = ProjectQuestion(
            institute=institute.identifier if institute else None,
            call=call or None,
            search=Search(tuple(words.split()), asked.get("phrase") == "1"),
            top=TOP,
        )
        try:
            listing = asked_projects(visit.home, question)
        except UsageError as error:
            told = str(error)
    return visit.page(
        "project_list.html",
        listing=listing,
        problem=told,
        search=words,
        call=call,
        phrase=asked.get("phrase") == "1",
        institute=institute,
    )
