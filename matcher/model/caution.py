"""How many calls may change at once: normal, told to the operator, or not believed until another day confirms it.

Next to nothing leaves a real listing ahead of its deadline, and a portal that loses a field loses it for every call: a
change of very many calls on one day is more often a fault than news.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from datetime import datetime

LEAVING = "leaving"
CLOSING = "closing"
RETURNING = "returning"

LASTING = timedelta(days=7)
"""A call with less to its deadline may leave or move as calls do: it is not counted."""

_DONE = {
    LEAVING: "left the listing ahead of their deadline",
    CLOSING: "are closed ahead of their deadline",
    RETURNING: "came back that were over",
    "text": "have another text",
    "budget_eur": "have another budget",
    "contribution_eur": "have other amounts for a project",
    "opening": "open on another day",
    "deadlines": "have other deadlines",
    "trl": "have other TRLs",
}


def reported_text(what: str) -> str:
    """What was reported, as the end of a sentence that begins with calls."""
    return _DONE.get(what, f"have another `{what}`")


@dataclass(frozen=True, slots=True)
class Caution:
    """Bounds on how many calls may change in the same way at once; shares are of the calls that could."""

    normal_share: float
    normal_count: int
    doubted_share: float
    doubted_count: int

    def is_normal(self, count: int, of: int) -> bool:
        """True when nobody needs to be told: within the share or the count."""
        return count <= max(self.normal_count, math.ceil(self.normal_share * of))

    def is_doubted(self, count: int, of: int) -> bool:
        """True when it is not believed on one day: beyond the share and the count."""
        return count > self.doubted_count and count > self.doubted_share * of


USUAL = Caution(normal_share=0.02, normal_count=5, doubted_share=0.10, doubted_count=20)


@dataclass(frozen=True, slots=True)
class MassChange:
    """Calls that a listing changed in the same way at once: `count` of the `of` that could.

    `what` is LEAVING, CLOSING, RETURNING or a field of a call.
    """

    what: str
    count: int
    of: int
    believed: bool
    confirmed: bool = False

    def __str__(self) -> str:
        seen = f"{self.count} of {self.of} live calls {reported_text(self.what)}"
        if not self.believed:
            return (
                f"{seen}: not believed on one day, they stay as they were. A fetch on another day confirms it, or not."
            )
        return f"{seen}, which a second day confirmed." if self.confirmed else f"{seen}: more than on a normal day."


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What the portal reported of a call among too many others to believe it; `reported` is None for a text."""

    call: str
    what: str
    reported: object
    since: datetime
