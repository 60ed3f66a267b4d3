"""EU-funded projects, the organisations in them, and their part in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


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
class RowSetAside:
    """A row of a table that could not be read: where it stands, and why."""

    file: str
    line: int
    reason: str


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

    @property
    def complete(self) -> bool:
        """Whether every source was taken over as a whole."""
        return not self.problems
