"""When somebody last looked at an institute's list: of a reader the store knows, of who has the machine a cookie."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from matcher.app.reader_looks import DAYS, Look, keep_reader_look, looks_of
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from matcher.web.visit import Visit

_log = logging.getLogger("matcher.web")

LOOKS = "matcher_looks"
"""The cookie: `institute.former.last`, moments in seconds, several with `~` in between, the newest first."""

_MOST = 20


def looked_before(visit: Visit, institute: str) -> datetime | None:
    """When the sitting before ended; None of who looks for the first time."""
    known = _looks(visit).get(institute)
    return known.again(visit.home.clock()).former if known else None


def keep_look(visit: Visit, answer: Response, institute: str) -> None:
    """Remember that an institute's list was looked at now."""
    known, now = _looks(visit), visit.home.clock()
    before = known.get(institute)
    look = before.again(now) if before else Look(None, now)
    if look == before:
        return
    if (reader := visit.person.name) is not None:
        visit.afterwards(answer, lambda: _keep(visit, reader, institute, look))
        return
    others = ((name, one) for name, one in known.items() if name != institute)
    listed = [(institute, look), *others][:_MOST]
    visit.keep(answer, LOOKS, "~".join(map(_written, listed)), days=DAYS)


def _keep(visit: Visit, reader: str, institute: str, look: Look) -> None:
    try:
        keep_reader_look(visit.home, reader, institute, look)
    except MatcherError as error:  # then the same is told as news once more
        _log.warning("When %s looked at the list of %s was not kept: %s", reader, institute, error)


def _looks(visit: Visit) -> Mapping[str, Look]:
    """By institute; asked once for each visit."""
    if (reader := visit.person.name) is None:
        return _of_browser(visit)
    state = visit.request.state
    if not hasattr(state, "looks"):
        state.looks = visit.answer(("looks", reader), lambda: looks_of(visit.home, reader))
    looks: Mapping[str, Look] = state.looks
    return looks


def _of_browser(visit: Visit) -> dict[str, Look]:
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
