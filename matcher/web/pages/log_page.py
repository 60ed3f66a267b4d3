"""Who did what and when, for whoever decides for an institute; the operator sees everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from matcher.app.decisions.audit_log import audit_log
from matcher.export.dated_list import DatedEntry, DatedList
from matcher.model.day import brussels_day
from matcher.present.decision_words import act_line
from matcher.present.edit_words import edit_text
from matcher.web.asked_question import day_of
from matcher.web.list_files import NAMES, dated_file
from matcher.web.rights import Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from matcher.app.decisions.audit_log import Deed
    from matcher.present.words import Words
    from matcher.web.visit import Visit

SHOWN = 200
"""Lines of the page; files have all of them."""

FIELDS = ("at", "institute", "by", "what", "call", "act", "undone", "value", "detail")


def log(visit: Visit) -> Response:
    """What was done for an institute (`?institute=`), or for all that the person decides for (`?since=` a day)."""
    asked = visit.request.query_params
    named, since = asked.get("institute", "").strip(), day_of(asked.get("since"))
    institute = visit.institute_named(named, Right.DECIDE) if named else None
    deeds = audit_log(visit.home, [institute.identifier] if institute else _own(visit), since=since)
    if wanted := asked.get("format"):
        return dated_file(_listed(visit, deeds), wanted)
    given = {"institute": institute.identifier if institute else "", "since": since.isoformat() if since else ""}
    return visit.page(
        "log.html",
        deeds=[(one, _said(one, visit.words)) for one in deeds[:SHOWN]],
        count=len(deeds),
        names={one.identifier: one.acronym for one in visit.home.institutes},
        institutes=[one for one in visit.home.institutes if visit.person.may(Right.DECIDE, one.identifier)],
        institute=institute,
        since=since,
        query=urlencode({name: value for name, value in given.items() if value}),
        formats=NAMES,
    )


def _own(visit: Visit) -> frozenset[str] | None:
    return None if visit.person.may(Right.OPERATE) else visit.person.institutes


def _said(one: Deed, words: Words) -> str:
    if one.entry is None:
        return words.say("profile: {said}", said=edit_text(one.summary or "", words))
    return act_line(one.entry, words)


def _listed(visit: Visit, deeds: Sequence[Deed]) -> DatedList:
    words, now = visit.words, visit.home.clock()
    entries = tuple(
        DatedEntry(
            one.name,
            f"{one.owner}: {one.entry.call + ' ' if one.entry else ''}{_said(one, words)}",
            one.at,
            (one.by or "",),
        )
        for one in deeds
    )
    title = words.say("Who did what")
    return DatedList("log", title, brussels_day(now), now, FIELDS, [_row(one) for one in deeds], entries)


def _row(one: Deed) -> dict[str, Any]:
    entry = one.entry
    return {
        "at": one.at.isoformat(),
        "institute": one.owner,
        "by": one.by,
        "what": "decision" if entry else "profile",
        "call": entry.call if entry else None,
        "act": entry.act.value if entry else "edit",
        "undone": entry.undone if entry else None,
        "value": entry.value if entry else one.summary,
        "detail": entry.detail if entry else None,
    }
