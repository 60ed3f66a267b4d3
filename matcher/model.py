"""The nouns of the product: frozen, without I/O, importing nothing heavy.

Words and rules follow the EU Funding & Tenders Portal. Unknown is `None` (or an empty tuple), never 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

SECTION_DESCRIPTION = "Description"


class Status(StrEnum):
    """Where a call stands on a given day."""

    FORTHCOMING = "forthcoming"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({Status.FORTHCOMING, Status.OPEN})


class Kind(StrEnum):
    """The portal's `type` of a grant row."""

    TOPIC = "topic"  # type 1
    EXTERNAL = "external-action"  # type 2 (PROSPECT)
    CASCADE = "cascade"  # type 8 (financial support to third parties)


class Source(StrEnum):
    """Where a call's row came from, richest first."""

    SEARCH = "search"
    BULK = "bulk"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One submission deadline: the Brussels calendar day; `stage` counts stages or cut-offs from 1."""

    date: date
    stage: int = 1
    model: str | None = None  # single-stage, two-stage, multiple cut-off, continuous


@dataclass(frozen=True, slots=True)
class Action:
    """A type of action: `code` as the portal writes it (`HORIZON-RIA`), with its label."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a call's text, as plain text; `name` is the portal's heading (`Scope`)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the call that the portal points at (entry to a submission form), https on an europa.eu host."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """An EU topic that one applies to, as the portal lists it.

    Money is in whole euros; `contribution_eur` is the (lowest, highest) EU contribution per project and
    `trl` the (start, end) technology readiness levels. `deadlines` are in date order.
    """

    identifier: str
    title: str
    programme: str | None = None  # abbreviation: HORIZON, H2020, DIGITAL, EDF, LIFE…
    call_id: str | None = None
    call_title: str | None = None
    kind: Kind = Kind.TOPIC
    status: Status | None = None  # as the portal claims; see `status_on`
    opening: date | None = None
    deadlines: tuple[Deadline, ...] = ()
    deadline_model: str | None = None
    actions: tuple[Action, ...] = ()
    budget_eur: int | None = None
    contribution_eur: tuple[int, int] | None = None
    grants: int | None = None
    trl: tuple[int, int] | None = None
    destination: str | None = None
    keywords: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    url: str | None = None
    links: tuple[Link, ...] = ()
    source: Source = Source.SEARCH
    ingested: datetime | None = None  # the portal's esDA_IngestDate: the freshness of the row
    gone: date | None = None  # the day it left the listing, or was closed ahead of its deadline

    @property
    def last_deadline(self) -> date | None:
        return self.deadlines[-1].date if self.deadlines else None

    def next_deadline(self, today: date) -> Deadline | None:
        """The first deadline that is not past on `today` (the day itself still counts)."""
        return next((d for d in self.deadlines if d.date >= today), None)

    def status_on(self, today: date) -> Status | None:
        """Status on a day: dates decide, the portal's own status only where there are none.

        The portal leaves `open` on calls whose last deadline is past (PROTOCOL.md, quirk 3).
        `None` when neither dates nor a status are known.
        """
        last = self.last_deadline
        if last is not None and last < today:
            return Status.CLOSED
        if self.gone is not None and self.gone <= today:
            return Status.CLOSED if self.status is Status.CLOSED else Status.WITHDRAWN
        if last is None:
            return self.status
        if self.opening is not None:
            return Status.FORTHCOMING if self.opening > today else Status.OPEN
        return self.status if self.status in LIVE else Status.OPEN

    def is_live(self, today: date) -> bool:
        return self.status_on(today) in LIVE

    def section(self, name: str) -> str:
        """Text of the sections of that name, joined; empty when there is none."""
        return "\n".join(s.text for s in self.sections if s.name == name)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row of the portal that became a call; `key` tells rows apart (source, reference, url).

    `raw` is the row as canonical JSON, kept for inspection; `ingested` is the row's esDA_IngestDate.
    """

    key: str
    call: Call
    raw: bytes
    language: str = "en"
    datasource: str = "SEDIA"
    ingested: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """One row that could not become a call, with the reason and the row itself for inspection."""

    key: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A field-level difference between two versions of a call; `old`/`new` are JSON-ready."""

    call: str
    field: str  # call (new, opened, closed, withdrawn, returned, reopened), deadlines, budget_eur, text…
    kind: str  # new, opened, closed, withdrawn, returned, reopened, moved, amended, revised
    old: object
    new: object
    seen_at: datetime
    ratio: float | None = None  # for texts: the share that changed, 0-1


@dataclass(frozen=True, slots=True)
class LegalName:
    """A legal entity that carries an institute, with its PIC on the portal where known."""

    name: str
    pic: str | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """A unit of an institute with skills of its own."""

    name: str
    keywords_en: tuple[str, ...] = ()
    keywords_fr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A past project of an institute: its `topic` is the call it won, `date` its signature."""

    identifier: str
    title: str
    text: str = ""
    keywords: str = ""
    topic: str | None = None
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Institute:
    """A Carnot institute and its skill profile."""

    identifier: str
    acronym: str
    name_en: str
    name_fr: str
    label_2015: bool | None = None  # None: uncertain, see `label_note`
    label_current: bool | None = None
    label_note: str = ""
    successor: str | None = None
    location: str = ""
    website: str | None = None
    legal_names: tuple[LegalName, ...] = ()
    domains: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    keywords_fr: tuple[str, ...] = ()
    description_en: str = ""
    description_fr: str = ""
    labs: tuple[Lab, ...] = ()
    projects: tuple[Project, ...] = ()
    include: tuple[str, ...] = ()  # terms that count on top of the keywords
    exclude: tuple[str, ...] = ()  # terms that never count
    pin: tuple[str, ...] = ()  # a call that holds one of these is always shown

    def profile(self) -> Profile:
        """The ranking profile: every text the institute has, each with where it comes from."""
        parts = [ProfilePart("keyword", k, k, "en") for k in (*self.keywords_en, *self.domains, *self.include)]
        parts += [ProfilePart("keyword", k, k, "fr") for k in self.keywords_fr]
        for lab in self.labs:
            parts += [ProfilePart("lab", lab.name, k, "en") for k in lab.keywords_en]
            parts += [ProfilePart("lab", lab.name, k, "fr") for k in lab.keywords_fr]
        if self.description_en:
            parts.append(ProfilePart("description", "description", self.description_en, "en"))
        if self.description_fr:
            parts.append(ProfilePart("description", "description", self.description_fr, "fr"))
        parts += map(project_part, self.projects)
        return Profile(self.identifier, self.name_en, tuple(parts), self.exclude, self.pin, self.acronym)


@dataclass(frozen=True, slots=True)
class ProfilePart:
    """One text of a profile and where it comes from (`label` is shown as evidence)."""

    kind: str  # keyword, lab, description, project, text
    label: str
    text: str
    language: str = "en"
    topic: str | None = None
    date: date | None = None


def project_part(project: Project) -> ProfilePart:
    """A past project as a part of a profile: title, text and each of its keywords on a line of its own."""
    text = "\n".join((project.title, project.text, *re.split(r"[,;]", project.keywords)))
    return ProfilePart("project", project.title, text, "en", project.topic, project.date)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a call is scored against."""

    identifier: str
    name: str
    parts: tuple[ProfilePart, ...]
    exclude: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    acronym: str = ""


class EvidenceKind(StrEnum):
    """What a share of a score rests on."""

    TERM = "term"
    SIMILAR = "similar calls"
    HISTORY = "past projects in the same part of the programme"
    ACTION = "coordination and support action"
    MEANING = "likeness of the whole texts, by a sentence encoder"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score: a term of the call or a named signal, its share, and where it comes from."""

    term: str
    weight: float
    profile_term: str | None = None  # the profile's word where it differs (French → English)
    source: str | None = None  # the skill, lab or project it comes from; the call or part of the programme of a signal
    kind: EvidenceKind = EvidenceKind.TERM


@dataclass(frozen=True, slots=True)
class Match:
    """A call scored for a profile; `score` is the model's number, `fit` 0-100 its place in the archive."""

    rank: int
    call: Call
    score: float
    fit: int
    evidence: tuple[Evidence, ...] = ()
    sentence: str | None = None  # the sentence of the call where most of the evidence stands
    pinned: bool = False

    def words(self, most: int) -> tuple[str, ...]:
        """The terms that made the score, heaviest first, without those that say again what a heavier one said."""
        shown: list[str] = []
        for item in self.evidence:
            new = item.kind is EvidenceKind.TERM and not any(_within(item.term, other) for other in shown)
            if new and len(shown) < most:
                shown = [other for other in shown if not _within(other, item.term)] + [item.term]
        return tuple(shown)


def _within(term: str, other: str) -> bool:
    """True when every word of a term stands in another."""
    return set(term.split()) <= set(other.split())


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are asked for; empty fields ask for everything."""

    status: frozenset[Status] = LIVE
    programmes: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()  # codes or their endings: RIA matches HORIZON-RIA
    deadline_before: date | None = None
    deadline_after: date | None = None
    words: tuple[str, ...] = ()

    def stopped_by(self, call: Call, today: date) -> str | None:
        """The name of the first filter that stops this call, or None when it passes."""
        if self.status and call.status_on(today) not in self.status:
            return "status"
        if self.programmes and (call.programme or "").upper() not in self.programmes:
            return "programme"
        if self.actions and not any(action_matches(a.code, self.actions) for a in call.actions):
            return "action"
        deadline = call.next_deadline(today)
        day = deadline.date if deadline else call.last_deadline
        if self.deadline_before and (day is None or day >= self.deadline_before):
            return "deadline-before"
        if self.deadline_after and (day is None or day <= self.deadline_after):
            return "deadline-after"
        haystack = " ".join((call.identifier, call.title, call.call_title or "")).casefold()
        if not all(word.casefold() in haystack for word in self.words):
            return "words"
        return None


def action_matches(code: str, wanted: Iterable[str]) -> bool:
    """True when a type-of-action code is asked for, in full or by its ending (`RIA` for `HORIZON-JU-RIA`)."""
    upper = code.upper()
    return any(upper == w or upper.endswith("-" + w) for w in wanted)


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one fetch saw and did; the JSON of `matcher fetch`.

    `seen` counts rows received, `distinct` the different ones among them and `counted` what the portal says
    it holds; `complete` is True when every counted row was seen or the difference was explained.
    """

    seen: int = 0
    distinct: int = 0
    counted: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    set_aside: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    complete: bool = True
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution of the daily job or of a part of it, as kept in the store."""

    identifier: int
    kind: str  # run, fetch, bulk
    started: datetime
    finished: datetime | None
    outcome: str  # running, ok, partial, failed, interrupted
    detail: Mapping[str, object] = field(default_factory=dict)
