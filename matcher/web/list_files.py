"""A page's list as a file, at the page's own address: `?format=csv`."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from matcher.export.content import with_history
from matcher.export.formats import DATED, FORMATS, dated_bytes
from matcher.web.failures import Refused

if TYPE_CHECKING:
    from matcher.export.content import Content
    from matcher.export.dated_list import DatedList
    from matcher.web.visit import Visit

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
"""The formats of a page, and what each is to a browser."""

NAMES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "ics": "iCal", "atom": "Atom"}
"""What people call them."""

UNDATED = {name: called for name, called in NAMES.items() if name not in DATED}
"""Those of lists of things that have no day."""

_SHOWN = {"json", "atom"}  # which browsers and readers open where they are


def checked_format(name: str) -> str:
    """The format that an address asks for. Raises Refused for one that there is not."""
    if name not in TYPES:
        raise Refused("A list is a page, or {kinds}.", kinds=", ".join(TYPES))
    return name


def list_file(visit: Visit, content: Content, name: str, stem: str) -> Response:
    """The content in a format; `stem` is what the file is called."""
    form = FORMATS[checked_format(name)]
    whole = with_history(visit.home, content) if form.history else content
    return _file(form.encode(whole), name, f"{stem}-{content.as_of.isoformat()}")


def dated_file(found: DatedList, name: str) -> Response:
    """A list of other things than calls in a format. Raises Refused for a calendar or a feed of what has no day."""
    if found.entries is None and checked_format(name) in DATED:
        raise Refused(
            "What is listed here has no day, so that it is no calendar and no feed: it is a page, or {kinds}.",
            HTTPStatus.NOT_ACCEPTABLE,
            kinds=", ".join(UNDATED),
        )
    return _file(dated_bytes(found, checked_format(name)), name, f"{found.kind}-{found.as_of.isoformat()}")


def _file(body: bytes, name: str, stem: str) -> Response:
    how = "inline" if name in _SHOWN else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{stem}.{name}"'}
    return Response(body, media_type=TYPES[name], headers=headers)
