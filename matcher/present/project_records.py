"""The JSON and CSV shapes of projects, of who was in them, and of who could answer a call."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from matcher.model.call import Call
from matcher.model.consortium import Bid, Partner, Predecessor
from matcher.model.project import ListedProject, Project
from matcher.present.decision_shapes import about_records
from matcher.present.records import Record, iso_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.model.project import Participation, ProjectHealth, ProjectReport


def predecessor_record(one: Predecessor) -> Record:
    """A call that came before, its projects, and who was in them."""
    return {
        "call": one.call,
        "title": one.title,
        "score": one.score,
        "reasons": [str(reason) for reason in one.reasons],
        "funded": len(one.projects),
        "contribution_eur": one.contribution_eur,
        "projects": [
            {"project": p.identifier, "acronym": p.acronym, "title": p.title, "contribution_eur": p.contribution_eur}
            for p in one.projects
        ],
        "organisations": [{"name": name, "projects": times} for name, times in one.organisations],
        "network": [{"institute": part.institute, "projects": list(part.projects)} for part in one.network],
    }


PREDECESSOR_FIELDS = tuple(predecessor_record(Predecessor("", None, 0.0, (), (), None)))
"""The keys of a predecessor, for the header of a listing that is empty."""


def partner_record(one: Partner) -> Record:
    """An organisation to answer a call with, why, and its projects nearest to the call."""
    return {
        "rank": one.rank,
        "pic": one.pic,
        "name": one.name,
        "country": one.country,
        "type": one.type,
        "score": one.score,
        "reasons": [str(reason) for reason in one.reasons],
        "projects": [p.name for p in one.projects],
        "together": one.together,
        "coordinated": one.coordinated,
    }


PARTNER_FIELDS = tuple(partner_record(Partner(0, "", "", "", "", 0.0, ())))
"""The keys of a partner, for the header of a listing that is empty."""


def bid_record(one: Bid, today: date) -> Record:
    """Institutes that cover a call together; `together`, `led` and `outside` are None where no projects are known."""
    following = one.call.next_deadline(today)
    return {
        "call": one.call.identifier,
        "title": one.call.title,
        "next_deadline": following.date.isoformat() if following else None,
        "institutes": [
            {"institute": m.institute, "fit": m.fit, "adds": m.gain, "skills": list(m.skills)} for m in one.members
        ],
        "cover": one.cover,
        "overlaps": [{"institute": name, "fit": fit} for name, fit in one.overlaps],
        "gaps": one.gaps,
        "passages": one.passages,
        "together": None
        if one.together is None
        else [{"institutes": list(t.institutes), "projects": list(t.projects)} for t in one.together],
        "led": None
        if one.led is None
        else [{"institute": o.institute, "projects": o.projects, "in_part": o.inside} for o in one.led],
        "outside": None
        if one.outside is None
        else [
            {"pic": o.pic, "name": o.name, "country": o.country, "type": o.type, "projects": list(o.projects)}
            for o in one.outside
        ],
        "decisions": about_records(one.decisions),
    }


BID_FIELDS = tuple(bid_record(Bid(Call("", ""), (), 0.0, 0, 0), date.min))
"""The keys of a bid, for the header of a listing that is empty."""


def project_report_record(report: ProjectReport) -> Record:
    """What a fetch of projects saw and did, as in `matcher fetch --projects --json`."""
    lists = ("sources", "unchanged_sources", "problems", "wins")
    return {**asdict(report), **{name: list(getattr(report, name)) for name in lists}, "complete": report.complete}


def project_health_record(health: ProjectHealth) -> Record:
    """How much is kept of projects and how old it is, as in `matcher status --json`."""
    return {
        "projects": health.projects,
        "participations": health.participations,
        "organisations": health.organisations,
        "read": health.read.isoformat() if health.read else None,
        "sources": [
            {"source": one.name, "day": one.day, "projects": one.projects, "participations": one.participations}
            for one in health.sources
        ],
    }


def project_record(listed: ListedProject) -> Record:
    """One project, as in `matcher projects --json`: the part in it is of whom it was asked for."""
    one = listed.project
    return {
        "project": one.identifier,
        "acronym": one.acronym or None,
        "title": one.title,
        "topic": one.topic,
        "programme": one.framework or None,
        "signed": iso_day(one.date),
        "start": iso_day(one.start),
        "end": iso_day(one.end),
        "role": listed.role,
        "contribution_eur": listed.contribution_eur,
        "partners": list(listed.partners),
        "selected_by": None if listed.selected_by is None else list(listed.selected_by),
    }


def participation_record(part: Participation) -> Record:
    """An organisation's part in a project, as in `matcher projects NUMBER --json`."""
    return {
        "pic": part.pic,
        "name": part.name,
        "country": part.country or None,
        "type": part.type or None,
        "role": part.role,
        "contribution_eur": part.contribution_eur,
        "net_eur": part.net_eur,
        "ended": part.ended,
    }


def whole_project_record(one: Project, parts: Sequence[Participation]) -> Record:
    """A project in full, as in `matcher projects NUMBER --json`."""
    shown = project_record(ListedProject(one, None, one.contribution_eur))
    return {
        **{key: value for key, value in shown.items() if key not in {"role", "partners", "selected_by"}},
        "cost_eur": one.cost_eur,
        "scheme": one.scheme or None,
        "legal_basis": one.legal_basis or None,
        "keywords": [word.strip() for word in re.split(r"[;,]", one.keywords) if word.strip()],
        "concepts": list(one.concepts),
        "objective": one.text,
        "url": f"https://cordis.europa.eu/project/id/{one.identifier}",
        "participants": [participation_record(part) for part in parts],
    }


PROJECT_FIELDS = tuple(project_record(ListedProject(Project("", ""))))
"""The keys of a project."""
