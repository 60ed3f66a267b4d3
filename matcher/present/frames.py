"""Records as tidy pandas frames: one row a thing, dates as dates, money as whole euros, few words as categories.

Every frame has the same columns and dtypes when it is empty. Unknown is `NA` or `NaT`, never 0. Importing this module
imports pandas: keep it off the paths where a person waits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.present.call_rows import (
    CALL_COLUMNS,
    DAY,
    LISTED_COLUMNS,
    MATCH_COLUMNS,
    MOMENT,
    Row,
    call_row,
    listed_row,
    match_row,
)
from matcher.present.decision_shapes import listing_records
from matcher.present.decision_words import decided_line
from matcher.present.project_records import participation_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.consortium import Bid, Partner, Predecessor
    from matcher.model.decision import Decision, DecisionListing
    from matcher.model.institute import Institute
    from matcher.model.match import Evidence, Match, SkillCheck
    from matcher.model.outcomes import RunRecord
    from matcher.model.project import ListedProject, Participation
    from matcher.model.terms import Terms

EVIDENCE_COLUMNS = {
    "institute": "string",
    "call": "string",
    "kind": "category",
    "term": "string",
    "weight": "float64",
    "profile_term": "string",
    "source": "string",
}
"""Column → dtype of one reason for a score; the weights of a match add up to its score."""

DEADLINE_COLUMNS = {"call": "string", "deadline": DAY, "stage": "Int64", "stages": "int64", "days_left": "int64"}
"""Column → dtype of a deadline to come; it is number `stage` of the call's `stages`."""

CHANGE_COLUMNS = {
    "seen_at": MOMENT,
    "call": "string",
    "kind": "category",
    "field": "category",
    "old": "string",
    "new": "string",
    "ratio": "float64",
}
"""Column → dtype of a change; `ratio` is the share of a text that changed, 0 to 1."""

INSTITUTE_COLUMNS = {
    "institute": "string",
    "acronym": "string",
    "name_en": "string",
    "name_fr": "string",
    "label_2015": "boolean",
    "label_current": "boolean",
    "location": "string",
    "website": "string",
    "skills": "int64",
    "labs": "int64",
    "projects": "int64",
}
"""Column → dtype of an institute; `skills` counts its English keywords."""

RUN_COLUMNS = {
    "run": "int64",
    "kind": "category",
    "started": MOMENT,
    "finished": MOMENT,
    "outcome": "category",
}

SKILL_COLUMNS = {
    "skill": "string",
    "language": "category",
    "verdict": "category",
    "calls": "int64",
    "share": "float64",
    "together": "int64",
    "sources": "string",
}
"""Column → dtype of a checked skill: `calls` hold all its words, `together` of them side by side, `share` of all calls
its rarest word; `sources` says where in the profile it stands."""

TERM_COLUMNS = {"term": "string", "weight": "float64", "profile_term": "string", "source": "string"}
"""Column → dtype of a term of a profile and its weight in it."""

PROJECT_COLUMNS = {
    "project": "string",
    "acronym": "string",
    "title": "string",
    "topic": "string",
    "programme": "category",
    "signed": DAY,
    "start": DAY,
    "end": DAY,
    "role": "category",
    "contribution_eur": "Float64",
    "partners": "Int64",
    "selected_by": "string",
}
"""Column → dtype of a project; `partners` counts the others in it, `selected_by` joins skills by `; `."""

PARTICIPATION_COLUMNS = {
    "project": "string",
    "pic": "string",
    "name": "string",
    "country": "category",
    "type": "category",
    "role": "category",
    "contribution_eur": "Float64",
    "net_eur": "Float64",
    "ended": "boolean",
}
"""Column → dtype of an organisation's part in a project."""

TERMS_COLUMNS = {"term": "string", "value": "string", "source": "string", "words": "string"}
"""Column → dtype of a term of entry; `words` say it, where a sentence does."""

PREDECESSOR_COLUMNS = {
    "call": "string",
    "title": "string",
    "score": "float64",
    "reasons": "string",
    "projects": "int64",
    "contribution_eur": "float64",
    "network": "string",
}
"""Column → dtype of a call that came before: `projects` counts those it led to, `network` who of it was in them."""

PARTNER_COLUMNS = {
    "rank": "int64",
    "pic": "string",
    "name": "string",
    "country": "string",
    "type": "string",
    "score": "float64",
    "together": "int64",
    "coordinated": "int64",
    "reasons": "string",
    "projects": "string",
}
"""Column → dtype of a partner: `together` counts projects with the institute, `coordinated` those that it led."""

BID_COLUMNS = {
    "call": "string",
    "title": "string",
    "institutes": "string",
    "members": "int64",
    "fit": "int64",
    "second_fit": "int64",
    "cover": "float64",
    "adds": "float64",
    "overlaps": "string",
    "gaps": "int64",
    "passages": "int64",
    "led": "string",
    "outside": "string",
    "decided": "string",
}
"""Column → dtype of a joint bid: `fit` of its best and second institute, `adds` what the others add to the first,
`overlaps` whom the call suits too, who add next to nothing.

`led` tells of how many projects, in the call's part of the programme and in all, its institutes coordinated; `outside`
names who could fill the gaps. Both are NA where no projects are known. `decided` says what institutes made of the
call, NA where none decided.
"""

DECISION_COLUMNS = {
    "institute": "string",
    "call": "string",
    "decision": "category",
    "reason": "category",
    "assigned": "string",
    "note": "string",
    "state": "category",
    "by": "string",
    "at": MOMENT,
    "duplicate_of": "string",
    "project": "string",
}
"""Column → dtype of a decision, or of a note, which is a row of its own."""


OUTCOME_COLUMNS = {
    "part": "string",
    "year": "int64",
    "seen": "int64",
    "kept": "int64",
    "dismissed": "int64",
    "applied": "int64",
    "won": "int64",
    "lost": "int64",
    "days": "Float64",
}
"""Column → dtype of what became of the calls of one part of the programme: `seen` in mails, the median `days` from the
first listing to the first decision.
"""

RELIABILITY_COLUMNS = {"fit": "int64", "decided": "int64", "mean_fit": "Float64", "kept": "int64"}
"""Column → dtype of the calls that were decided on, from each fit to the next one."""


def reliability_frame(judged: Iterable[tuple[int, bool]], wide: int = 20) -> pd.DataFrame:
    """(fits, RELIABILITY_COLUMNS): of (fit, was it kept) pairs, those of each `wide` points of fit."""
    listed = list(judged)
    rows = []
    for low in range(0, 100, wide):
        held = [(fit, kept) for fit, kept in listed if low <= fit < low + wide + (low + wide == 100)]
        mean = sum(fit for fit, _ in held) / len(held) if held else None
        rows.append({"fit": low, "decided": len(held), "mean_fit": mean, "kept": sum(kept for _, kept in held)})
    return tidy(rows, RELIABILITY_COLUMNS)


def calls_frame(calls: Iterable[Call], today: date) -> pd.DataFrame:
    """(calls, CALL_COLUMNS), each call as on that day."""
    return tidy((call_row(call, today) for call in calls), CALL_COLUMNS)


def listed_calls_frame(
    calls: Iterable[Call], decisions: Mapping[str, tuple[Decision, ...]], today: date
) -> pd.DataFrame:
    """(calls, LISTED_COLUMNS), each call as on that day, with what institutes made of it."""
    return tidy((listed_row(call, decisions.get(call.identifier, ()), today) for call in calls), LISTED_COLUMNS)


def matches_frame(matches: Iterable[Match], institute: str | None, today: date) -> pd.DataFrame:
    """(matches, MATCH_COLUMNS) of one institute; None leaves each match with its own, which a text has not."""
    return rankings_frame([(institute or match.institute or None, [match]) for match in matches], today)


def rankings_frame(rankings: Iterable[tuple[str | None, Iterable[Match]]], today: date) -> pd.DataFrame:
    """(matches of all, MATCH_COLUMNS) of several institutes, each with its matches."""
    return tidy((match_row(match, name, today) for name, matches in rankings for match in matches), MATCH_COLUMNS)


def decisions_frame(listing: DecisionListing) -> pd.DataFrame:
    """(decisions and notes, DECISION_COLUMNS), by institute and call."""
    return tidy(listing_records(listing), DECISION_COLUMNS)


def deadlines_frame(calls: Iterable[Call], today: date) -> pd.DataFrame:
    """(deadlines from today on, DEADLINE_COLUMNS), call by call."""
    rows = (
        {
            "call": call.identifier,
            "deadline": deadline.date,
            "stage": deadline.stage,
            "stages": len(call.deadlines),
            "days_left": (deadline.date - today).days,
        }
        for call in calls
        for deadline in call.deadlines
        if deadline.date >= today
    )
    return tidy(rows, DEADLINE_COLUMNS)


def evidence_frame(matches: Iterable[Match], institute: str | None) -> pd.DataFrame:
    """(reasons of all matches, EVIDENCE_COLUMNS); None as the institute leaves each match with its own."""
    rows = (
        {
            "institute": institute or match.institute or None,
            "call": match.call.identifier,
            "kind": e.kind.value,
            **_term_row(e),
        }
        for match in matches
        for e in match.evidence
    )
    return tidy(rows, EVIDENCE_COLUMNS)


def changes_frame(changes: Iterable[Change]) -> pd.DataFrame:
    """(changes, CHANGE_COLUMNS), as they come."""
    rows = (
        {
            "seen_at": change.seen_at,
            "call": change.call,
            "kind": change.kind,
            "field": change.field,
            "old": _value(change.old),
            "new": _value(change.new),
            "ratio": change.ratio,
        }
        for change in changes
    )
    return tidy(rows, CHANGE_COLUMNS)


def institutes_frame(institutes: Iterable[Institute]) -> pd.DataFrame:
    """(institutes, INSTITUTE_COLUMNS)."""
    rows = (
        {
            "institute": i.identifier,
            "acronym": i.acronym,
            "name_en": i.name_en,
            "name_fr": i.name_fr,
            "label_2015": i.label_2015,
            "label_current": i.label_current,
            "location": i.location,
            "website": i.website,
            "skills": len(i.keywords_en),
            "labs": len(i.labs),
            "projects": len(i.projects),
        }
        for i in institutes
    )
    return tidy(rows, INSTITUTE_COLUMNS)


def runs_frame(runs: Iterable[RunRecord]) -> pd.DataFrame:
    """(runs, RUN_COLUMNS), newest first."""
    rows = (
        {
            "run": run.identifier,
            "kind": run.kind,
            "started": run.started,
            "finished": run.finished,
            "outcome": run.outcome,
        }
        for run in runs
    )
    return tidy(rows, RUN_COLUMNS)


def skills_frame(checks: Iterable[SkillCheck]) -> pd.DataFrame:
    """(skills, SKILL_COLUMNS)."""
    rows = (
        {
            "skill": c.skill,
            "language": c.language,
            "verdict": c.verdict.value,
            "calls": c.calls,
            "share": c.share,
            "together": c.together,
            "sources": ", ".join(c.sources),
        }
        for c in checks
    )
    return tidy(rows, SKILL_COLUMNS)


def terms_frame(terms: Iterable[Evidence]) -> pd.DataFrame:
    """(terms, TERM_COLUMNS), in the order given."""
    return tidy(map(_term_row, terms), TERM_COLUMNS)


def projects_frame(projects: Iterable[ListedProject]) -> pd.DataFrame:
    """(projects, PROJECT_COLUMNS), as they come."""
    rows = (
        {
            "project": one.project.identifier,
            "acronym": one.project.acronym or None,
            "title": one.project.title,
            "topic": one.project.topic,
            "programme": one.project.framework or None,
            "signed": one.project.date,
            "start": one.project.start,
            "end": one.project.end,
            "role": one.role,
            "contribution_eur": one.contribution_eur,
            "partners": len(one.partners),
            "selected_by": None if one.selected_by is None else "; ".join(one.selected_by),
        }
        for one in projects
    )
    return tidy(rows, PROJECT_COLUMNS)


def participations_frame(parts: Iterable[Participation]) -> pd.DataFrame:
    """(participations, PARTICIPATION_COLUMNS), in the order of the project."""
    rows = ({"project": part.project, **participation_record(part)} for part in parts)
    return tidy(rows, PARTICIPATION_COLUMNS)


def terms_of_entry_frame(terms: Terms) -> pd.DataFrame:
    """(terms that are known, TERMS_COLUMNS)."""
    rows = (
        {"term": term.name.value, "value": str(term.value), "source": term.source, "words": term.words or None}
        for term in terms.found
    )
    return tidy(rows, TERMS_COLUMNS)


def predecessors_frame(found: Iterable[Predecessor]) -> pd.DataFrame:
    """(predecessors, PREDECESSOR_COLUMNS), as they come."""
    rows = (
        {
            "call": one.call,
            "title": one.title,
            "score": one.score,
            "reasons": "; ".join(map(str, one.reasons)),
            "projects": len(one.projects),
            "contribution_eur": one.contribution_eur,
            "network": ", ".join(part.institute for part in one.network) or None,
        }
        for one in found
    )
    return tidy(rows, PREDECESSOR_COLUMNS)


def partners_frame(found: Iterable[Partner]) -> pd.DataFrame:
    """(partners, PARTNER_COLUMNS), best first."""
    rows = (
        {
            **{name: getattr(one, name) for name in PARTNER_COLUMNS},
            "reasons": "; ".join(map(str, one.reasons)),
            "projects": ", ".join(project.name for project in one.projects) or None,
        }
        for one in found
    )
    return tidy(rows, PARTNER_COLUMNS)


def bids_frame(found: Iterable[Bid]) -> pd.DataFrame:
    """(joint bids, BID_COLUMNS), best first."""
    rows = []
    for one in found:
        fits = sorted((member.fit for member in one.members), reverse=True)
        rows.append(
            {
                "call": one.call.identifier,
                "title": one.call.title,
                "institutes": ", ".join(member.institute for member in one.members),
                "members": len(one.members),
                "fit": fits[0],
                "second_fit": fits[1],
                "cover": one.cover,
                "adds": sum(member.gain for member in one.members[1:]),
                "overlaps": ", ".join(name for name, _ in one.overlaps),
                "gaps": one.gaps,
                "passages": one.passages,
                "led": _led(one),
                "outside": None if one.outside is None else ", ".join(o.name for o in one.outside),
                "decided": "; ".join(map(decided_line, one.decisions)) or None,
            }
        )
    return tidy(rows, BID_COLUMNS)


def _led(one: Bid) -> str | None:
    return None if one.led is None else ", ".join(f"{o.institute} {o.inside} of {o.projects}" for o in one.led)


def tidy(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame of exactly these columns (name → dtype), also without a row."""
    listed = list(rows)
    return pd.DataFrame({name: _column([row[name] for row in listed], dtype) for name, dtype in columns.items()})


def _column(values: list[Any], dtype: str) -> pd.Series[Any]:
    raw = pd.Series([_readable(value) for value in values], dtype="object")
    timed = pd.to_datetime(raw, utc=dtype == MOMENT) if dtype in {DAY, MOMENT} else raw
    return timed.astype(pd.api.types.pandas_dtype(dtype))


def _readable(value: Any) -> Any:
    """Text without halves of characters, which Arrow refuses; the portal's JSON can hold some."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _term_row(evidence: Evidence) -> Row:
    return {
        "term": evidence.term,
        "weight": evidence.weight,
        "profile_term": evidence.profile_term,
        "source": evidence.source,
    }


def _value(value: object) -> str | None:
    """An old or new value as text: lists of several as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
