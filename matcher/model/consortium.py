"""What came before a call, and with whom one could answer it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.decision import Decision
    from matcher.model.project import Project
    from matcher.text.saying import Saying


@dataclass(frozen=True, slots=True)
class NetworkPart:
    """An institute of the network in the projects of a predecessor, by their names."""

    institute: str
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WonBefore:
    """What the network won of the call that another continues: `projects` is how many that one led to."""

    call: str
    projects: int
    network: tuple[NetworkPart, ...]


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A call that another continues, and the projects it led to.

    `reasons` say why it is taken for one; `contribution_eur` is that of all its projects; `organisations` are those in
    most of them, with the number; `network` the institutes of the network that won one.
    """

    call: str
    title: str | None
    score: float
    reasons: tuple[Saying, ...]
    projects: tuple[Project, ...]
    contribution_eur: float | None
    organisations: tuple[tuple[str, int], ...] = ()
    network: tuple[NetworkPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Predecessors:
    """What came before a call, best first."""

    call: str
    as_of: date
    found: tuple[Predecessor, ...]


class OrganisationType(StrEnum):
    """What an organisation is, in words: by CORDIS's code, and whether it is a small or medium-sized company."""

    RTO = "RTO"
    UNIVERSITY = "university"
    COMPANY = "company"
    SME = "SME"
    LARGE = "large"
    PUBLIC = "public"
    OTHER = "other"

    @classmethod
    def of(cls, code: str, sme: bool | None) -> OrganisationType | None:
        """The closest word for a code; a company of unknown size is just one. None for a code that there is not."""
        if code == _COMPANY:
            return {True: cls.SME, False: cls.LARGE, None: cls.COMPANY}[sme]
        return _CODES.get(code)

    def holds(self, other: OrganisationType | None) -> bool:
        """Whether who asks for this means the other one too: a company is one of any size."""
        return other is self or (self is self.COMPANY and other in {self.SME, self.LARGE})


_COMPANY = "PRC"
_CODES = {
    "REC": OrganisationType.RTO,
    "HES": OrganisationType.UNIVERSITY,
    "PUB": OrganisationType.PUBLIC,
    "OTH": OrganisationType.OTHER,
}


@dataclass(frozen=True, slots=True)
class PartnerQuestion:
    """With whom an institute could answer a call; empty fields ask for everybody.

    `countries` are the EU's codes (EL, UK); `leaders` asks for those first that coordinated a project like the call.
    """

    call: str
    institute: str
    countries: frozenset[str] = frozenset()
    types: frozenset[OrganisationType] = frozenset()
    leaders: bool = False
    top: int = 20
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation to answer a call with; `reasons` say why, `projects` are those of its past that are nearest to
    the call, `together` counts its projects with the institute.
    """

    rank: int
    pic: str
    name: str
    country: str
    type: str
    score: float
    reasons: tuple[Saying, ...]
    projects: tuple[Project, ...] = ()
    together: int = 0
    coordinated: int = 0


@dataclass(frozen=True, slots=True)
class Partners:
    """Organisations ranked for a call and an institute, best first."""

    call: str
    institute: str
    as_of: date
    found: tuple[Partner, ...]


@dataclass(frozen=True, slots=True)
class BidMember:
    """An institute in a bid: its `fit`, what it adds to the cover beyond those before it, by which of its skills."""

    institute: str
    fit: int
    gain: float
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Two institutes that were in projects together, by their names."""

    institutes: tuple[str, str]
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Led:
    """How many projects an institute coordinated, and how many of them in the call's `part` of the programme."""

    institute: str
    projects: int
    inside: int
    part: str


@dataclass(frozen=True, slots=True)
class Outsider:
    """An organisation outside the network that could fill the gaps of a bid, with its projects nearest to them."""

    pic: str
    name: str
    country: str
    type: str
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bid:
    """Institutes that cover a call together, who begins first: `cover` is from 0 to 1, `gaps` of its `passages` nobody
    covers, and `outside` who could. `overlaps` are institutes that the call suits too and that add next to nothing,
    with their fit. `together`, `led` and `outside` are None where no projects are known; `decisions` are those of all
    institutes.
    """

    call: Call
    members: tuple[BidMember, ...]
    cover: float
    gaps: int
    passages: int
    together: tuple[Together, ...] | None = None
    led: tuple[Led, ...] | None = None
    outside: tuple[Outsider, ...] | None = None
    decisions: tuple[Decision, ...] = ()
    overlaps: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Bids:
    """Joint bids of the network on a day, best first; `problems` are of institutes and calls that failed."""

    as_of: date
    found: tuple[Bid, ...]
    sample: str | None = None
    problems: tuple[str, ...] = ()
