"""When somebody last looked at an institute's list, as his browser keeps it.

A sitting lasts while no four hours lie between two looks: what is news is told through all of it, and is counted from
the end of the sitting before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.web.visit import Visit

LOOKS = "matcher_looks"
"""The cookie: `institute.former.last`, moments in seconds, several with `~` in between, the newest first."""

SITTING = timedelta(hours=4)

DAYS = 365
"""How long a browser keeps it."""

_OFTEN = timedelta(minutes=10)
_MOST = 20


@dataclass(frozen=True, slots=True)
class Look:
    """Until when an institute's list was looked at: in the sitting before (None: there was none), and in this one."""

    former: datetime | None
    last: datetime

    def again(self, now: datetime) -> Look:
        """The look of now: one more of the same sitting, or the first of another."""
        if now - self.last >= SITTING:
            return Look(self.last, now)
        return self if now - self.last < _OFTEN else Look(self.former, now)


def looked_before(visit: Visit, institute: str) -> datetime | None:
    """When the sitting before ended; None of who looks for the first time."""
    known = _looks(visit).get(institute)
    return known.again(visit.home.clock()).former if known else None


def keep_look(visit: Visit, answer: Response, institute: str) -> None:
    """Have the browser keep that an institute's list was looked at now."""
    known, now = _looks(visit), visit.home.clock()
    before = known.pop(institute, None)
    look = before.again(now) if before else Look(None, now)
    if look != before:
        listed = [(institute, look), *known.items()][:_MOST]
        visit.keep(answer, LOOKS, "~".join(map(_written, listed)), days=DAYS)


def _looks(visit: Visit) -> dict[str, Look]:
    """What the browser says; whoever makes it up deceives nobody but himself, and what cannot be read is left out."""
    found = {}
    for part in visit.request.cookies.get(LOOKS, "").split("~")[:_MOST]:
        name, _, moments = part.partition(".")
        former, _, last = moments.partition(".")
        if (at := _moment(last)) is not None:
            found[name] = Look(_moment(former), at)
    return found


def _written(one: tuple[str, Look]) -> str:
    name, look = one
    former = int(look.former.timestamp()) if look.former else ""
    return f"{name}.{former}.{int(look.last.timestamp())}"


def _moment(word: str) -> datetime | None:
    plain = word.isascii() and word.isdigit() and len(word) <= 11
    return datetime.fromtimestamp(int(word), UTC) if plain else None
