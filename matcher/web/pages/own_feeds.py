"""A reader's calendar and feed, for programs that sign in nowhere: the address is the proof; its owner renews it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from matcher.app.mails.feed_addresses import feed_addresses
from matcher.app.mails.mail_links import LinkRefused
from matcher.export.formats import FORMATS
from matcher.export.reader_content import reader_content
from matcher.web.failures import Missing
from matcher.web.list_files import TYPES

if TYPE_CHECKING:
    from matcher.app.mails.feed_addresses import FeedAddresses
    from matcher.model.subscription import Subscriber
    from matcher.web.visit import Visit

CALENDAR, FEED = "calendar.ics", "calls.atom"


def calendar(visit: Visit) -> Response:
    """The deadlines of the calls that suit the reader's institutes, in his language."""
    reader = _reader(visit, _addresses(visit))
    return _file(visit, reader, "ics", language=reader.language)


def feed(visit: Visit) -> Response:
    """The calls themselves; an entry is updated when its call changed."""
    addresses = _addresses(visit)
    reader = _reader(visit, addresses)
    return _file(visit, reader, "atom", address=addresses.of(reader, FEED))


def own_addresses(visit: Visit, reader: Subscriber) -> dict[str, str]:
    """The addresses of each for a reader; none where he has no institute, the pages no address, or for trying."""
    known = feed_addresses(visit.home) if reader.institutes and not visit.trial else None
    return {file: known.of(reader, file) for file in (CALENDAR, FEED)} if known else {}


def _addresses(visit: Visit) -> FeedAddresses:
    known = feed_addresses(visit.home)
    if known is None:
        raise Missing("No calendars and feeds are here: [web] address is not set.")
    return known


def _reader(visit: Visit, addresses: FeedAddresses) -> Subscriber:
    try:
        reader = addresses.reader(visit.named("token"))
    except LinkRefused as error:
        raise Missing(error.saying) from error
    if not reader.institutes:
        raise Missing("Whose address this was gets mails for no institute any more.")
    return reader


def _file(visit: Visit, reader: Subscriber, name: str, **options: object) -> Response:
    def made() -> bytes:
        return FORMATS[name].with_options(**options).encode(reader_content(visit.home, reader))

    return Response(visit.answer(("own feed", name, reader), made), media_type=TYPES[name])
