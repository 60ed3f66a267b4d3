"""EU-funded projects, the organisations in them, and their part in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matcher.model.searched import Search

if TYPE_CHECKING:
    import datetime as dt

    from matcher.model.searched import SearchOutcome
    from matcher.text.saying import Saying


@dataclass(frozen=True, slots=True)
class Project:
    """A project: `topic` is the call it won, `date` its signature, `keywords` separated by commas or semicolons.

    `concepts` are paths of the European Science Vocabulary (`/natural sciences/…`); amounts are in euros;
    `updated` is when CORDIS last renewed it.
    """

    identifier: str
    title: str
    text: str = ""
    keywords: str = ""
    topic: str | None = None
    date: dt.date | None = None
    acronym: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    scheme: str = ""
    legal_basis: str = ""
    framework: str = ""
    cost_eur: float | None = None
    contribution_eur: float | None = None
    concepts: tuple[str, ...] = ()
    updated: dt.date | None = None

    @property
    def name(self) -> str:
        """What people call it: the acronym where there is one, else the title."""
        return self.acronym or self.title

    @property
    def label(self) -> str:
        """The name, and the year of the signature or of the beginning: `NAME (2021)`."""
        day = self.date or self.start
        return f"{self.name} ({day.year})" if day else self.name


@dataclass(frozen=True, slots=True)
class Participation:
    """An organisation's part in a project, as one row of CORDIS tells it.

    `pic` is the organisation's code, `role` coordinator, participant, associatedPartner or thirdParty;
    `contribution_eur` is None for those that get none, `net_eur` what the entity itself keeps. `ended` says that it
    left the project; that stays part of its history.
    """

    project: str
    pic: str
    name: str
    role: str
    order: int | None = None
    short_name: str = ""
    country: str = ""
    type: str = ""
    sme: bool | None = None
    contribution_eur: float | None = None
    net_eur: float | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class ProjectQuestion:
    """Which projects are asked for; what is empty asks for all.

    `institute` asks for its own, `organisation` (a PIC, or words of its name) for those it is or was in, `call` for
    those that a call led to, `programmes` by framework (HORIZON, H2020), `search` for those that hold its words in
    number, acronym, title, keywords or objective.
    """

    institute: str | None = None
    organisation: str | None = None
    call: str | None = None
    programmes: frozenset[str] = frozenset()
    search: Search = field(default_factory=Search)
    top: int | None = None


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project as it was asked for, and the part in it of whom it was asked for.

    `role` and `contribution_eur` are of the institute or organisation, None and the whole contribution where none was
    named; `partners` are the others in it. `selected_by` are the skills that select it, None where it is own anyhow.
    """

    project: Project
    role: str | None = None
    contribution_eur: float | None = None
    partners: tuple[str, ...] = ()
    selected_by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """Projects that were asked for; `found` counts those that the bound left out too, `outcome` tells of a search."""

    institute: str | None
    projects: tuple[ListedProject, ...]
    found: int
    outcome: SearchOutcome | None = None


@dataclass(frozen=True, slots=True)
class RowSetAside:
    """A row of a table that could not be read: where it stands (line 0: anywhere), and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class OwnProjects:
    """The own projects that count for an institute: how many, how many of them its skills selected, since when.

    `terms` are the heaviest that they add to its keywords; `why_none` says why none counts.
    """

    count: int
    selected: int
    since: dt.date | None
    terms: tuple[str, ...]
    why_none: Saying | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term that own projects have and a profile lacks: so many calls hold its words; `projects` by name."""

    term: str
    calls: int
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallTerm:
    """A term that `decided` calls share: so many calls hold its words."""

    term: str
    calls: int
    decided: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What an institute's `count` own projects would add to its keywords, and its decisions to those and to `exclude`.

    Best first. `kept` are terms of calls that it kept, `exclude` of those that it dismissed as another field.
    """

    institute: str
    count: int
    suggestions: tuple[Suggestion, ...]
    kept: tuple[CallTerm, ...] = ()
    exclude: tuple[CallTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectSource:
    """A dump by its name: the ISO day on which it was last taken over, and how much it held then."""

    name: str
    day: str
    projects: int
    participations: int


@dataclass(frozen=True, slots=True)
class ProjectHealth:
    """How much is kept of projects; `read` is when its sources were last asked and answered."""

    projects: int
    participations: int
    organisations: int
    read: dt.datetime | None
    sources: tuple[ProjectSource, ...]


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """What one fetch of projects saw and did; the JSON of `matcher fetch --projects`.

    Counts are of projects and of participations; `unchanged_sources` were as they had been before.
    """

    sources: tuple[str, ...]
    unchanged_sources: tuple[str, ...] = ()
    projects: int = 0
    participations: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    participations_new: int = 0
    participations_changed: int = 0
    participations_gone: int = 0
    set_aside: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    wins: tuple[str, ...] = ()  # what of the network's applications was won, or perhaps, in a sentence each

    @property
    def complete(self) -> bool:
        """Whether every source was taken over as a whole."""
        return not self.problems

    @property
    def outcome(self) -> str:
        """How the run of it ended: `ok`, `partial`, or `failed` where no source could be read."""
        if self.complete:
            return "ok"
        return "partial" if self.projects or self.unchanged_sources else "failed"
