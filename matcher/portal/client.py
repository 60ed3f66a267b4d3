"""The portal as all others see it: listing, look-ups, topic files, the archive."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from matcher.http import Client, WrongShapeError
from matcher.portal import bulk, search
from matcher.portal.listing import Listing, fetch_all, fetch_listing, fresh
from matcher.portal.parsing import parse_rows
from matcher.portal.search import Query, identifiers_query, search_query
from matcher.portal.sections import sections
from matcher.portal.values import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta
    from types import TracebackType

    from matcher.config.setting_sections import PortalSettings
    from matcher.model.call import Section
    from matcher.model.rows import ParsedRow

_LOOKUP_SIZE = 50


class Portal:
    """The EU Funding & Tenders Portal over HTTP: one request at a time, paced and retried. A context manager."""

    def __init__(
        self,
        settings: PortalSettings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._client = Client(settings, sleep=sleep, clock=clock)

    def __enter__(self) -> Portal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def requests(self) -> int:
        """Requests sent so far, retries included."""
        return self._client.requests

    @property
    def retries(self) -> int:
        """Requests sent so far because an earlier one failed."""
        return self._client.retries

    def before_requests(self, call: Callable[[], None]) -> None:
        """Call something before each request from now on; what it raises ends the request."""
        self._client.before_request = call

    def clock_ahead(self, now: datetime) -> timedelta | None:
        """How far a clock that says `now` is ahead of the portal's, by its last answer; None when it said no time."""
        return None if self._client.date is None else now - self._client.date.now()

    def listing(self, query: Query, progress: Callable[[int, int], None] | None = None) -> Listing:
        """Every call of a query; `progress(done, total)` counts distinct rows.

        Raises `PortalUnreachable` when the portal gives no usable answer at the first contact, `UsageError` for a
        programme that is not known; whatever fails later is told in `Listing.problems` and the rest is kept.
        """
        return fetch_listing(self._client, query, self._settings.max_passes, progress)

    def count(self, query: Query) -> int:
        """How many rows the portal counts for a query, from one page. Raises `PortalError`."""
        return search.count(self._client, search_query(query))

    def spread(self, query: Query, field: str) -> dict[str, int]:
        """How many rows of a query have each value of a field, from one request. Raises `PortalError`."""
        return search.facet(self._client, search_query(query), field)

    def lookup(self, identifiers: Sequence[str]) -> list[ParsedRow]:
        """The freshest row of each identifier that the portal still has, whatever its status.

        Raises `PortalError` when the portal gives no usable answer.
        """
        wanted = {identifier.casefold() for identifier in identifiers}
        # a cascade call is known here as <parent>/<reference>, and to the portal as its parent
        asked = sorted({name for identifier in identifiers for name in (identifier, identifier.rsplit("/", 1)[0])})
        rows: list[object] = []
        for start in range(0, len(asked), _LOOKUP_SIZE):
            rows += fetch_all(self._client, identifiers_query(asked[start : start + _LOOKUP_SIZE]))
        parsed, _ = parse_rows(rows)
        return fresh(row for row in parsed if row.call.identifier.casefold() in wanted)

    def details(self, identifier: str) -> tuple[Section, ...] | None:
        """The sections of a topic's static file; None when there is none. Raises `PortalError`."""
        return fetch_details(self._client, self._settings.data_url, identifier)

    def open_bulk(self, source: str, etag: str | None = None) -> bulk.BulkFile | None:
        """Open grantsTenders.json at an address or path; None when it is unchanged since `etag`.

        Raises `UsageError` for a source that cannot be read, `PortalError` when the address gives no file.
        """
        return bulk.open_bulk(self._client, source, etag)


def fetch_details(client: Client, data_url: str, identifier: str) -> tuple[Section, ...] | None:
    """The described sections of a topic, empty when the file has none; None when there is no file.

    The portal knows the file by the identifier in lower case only. Raises `PortalError` when it stays bad.
    """
    name = quote(identifier.lower(), safe="")
    return client.get_json(f"{data_url.rstrip('/')}/topicDetails/{name}.json", parse_details)


def parse_details(answer: object) -> tuple[Section, ...]:
    """The sections of a decoded file; raises `WrongShapeError` when it is not one."""
    details = answer.get("TopicDetails") if isinstance(answer, Mapping) else None
    if not isinstance(details, Mapping):
        raise WrongShapeError("the answer holds no `TopicDetails`")
    return sections(as_text(details.get("description")))
