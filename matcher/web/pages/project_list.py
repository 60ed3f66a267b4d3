"""EU-funded projects that are searched for, or that a call or an institute has."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from matcher.app.answering.project_questions import projects as asked_projects
from matcher.errors import UsageError
from matcher.export.dated_list import DatedEntry, DatedList
from matcher.model.day import brussels_day, noon
from matcher.model.project import ProjectQuestion
from matcher.model.searched import Search
from matcher.present.project_records import PROJECT_FIELDS, project_record
from matcher.web.list_files import NAMES, dated_file

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from matcher.model.project import ListedProject, ProjectListing
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
            told = visit.words.tell(error.saying)
    if (wanted := asked.get("format")) and listing is not None:
        return dated_file(_listed(visit, listing), wanted)
    given = {"words": words, "phrase": asked.get("phrase", ""), "call": call, "institute": named}
    return visit.page(
        "project_list.html",
        listing=listing,
        problem=told,
        search=words,
        call=call,
        phrase=asked.get("phrase") == "1",
        institute=institute,
        query=urlencode({name: value for name, value in given.items() if value}),
        formats=NAMES,
    )


def _listed(visit: Visit, listing: ProjectListing) -> DatedList:
    """The projects as a file; in feeds and calendars a project stands at the day of its end, else of its signature."""
    now = visit.home.clock()
    rows = [project_record(one) for one in listing.projects]
    entries = tuple(_entry(one, day) for one in listing.projects if (day := one.project.end or one.project.date))
    return DatedList("projects", visit.words.say("Projects"), brussels_day(now), now, PROJECT_FIELDS, rows, entries)


def _entry(one: ListedProject, day: date) -> DatedEntry:
    project = one.project
    lines = (project.identifier, project.topic or "", ", ".join(one.partners))
    title = f"{project.name}: {project.title}"
    address = f"https://cordis.europa.eu/project/id/{project.identifier}"
    return DatedEntry(("project", project.identifier), title, noon(day), lines, address)
