"""grantsTenders.json, the portal's archive back to Horizon 2020, streamed item by item.

The file has about 130 MB and 11,000 items, without descriptions or budgets, with dates as epoch milliseconds
(PROTOCOL.md, static files). One item at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import ijson
import requests

from matcher.config.addresses import address_mistake
from matcher.config.part_file import packaged_parts
from matcher.errors import PortalError, UsageError
from matcher.http import READ_ERRORS, Body, BodyTooLongError
from matcher.model.call import Call, Kind, Source
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal import actions, parsing
from matcher.portal.parsing import IDENTIFIER_LIMIT, identifier_of, topic_page
from matcher.portal.search import STATUSES, TYPES
from matcher.portal.sections import plain_line
from matcher.portal.values import as_text, canonical, fingerprint, mappings, one_line
from matcher.text.counted import counted
from matcher.text.untrusted import Readable, ShortNumbers

if TYPE_CHECKING:
    from types import TracebackType

    from matcher.http import Client

DATASOURCE = "grantsTenders"
TENDER = "0"

MOST_NESTED = 50
"""Lists and objects within one another; a real item has eight."""

_ITEMS = "fundingData.GrantTenderObj.item"
_FILE_LIMIT = 2_000_000_000


class BulkFile:
    """An open archive; iterate once for `ParsedRow | SetAside`. A context manager that closes what it reads.

    `etag` is what to hand to the next `open_bulk`, None when the source gives none. Tenders, which are no calls, and
    repeats of an item (same `ccm2Id` and identifier) are passed over. Iterating raises `PortalError` when
    the file breaks off or is no such archive; what came before stands.
    """

    def __init__(self, name: str, source: Readable, close: IO[bytes] | requests.Response, etag: str | None) -> None:
        self.etag = etag
        self._name = name
        self._source = source
        self._close = close

    def __enter__(self) -> BulkFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._close.close()

    def __iter__(self) -> Iterator[ParsedRow | SetAside]:
        count = 0
        seen: set[tuple[str, str]] = set()
        try:
            for item in ijson.items(ijson.parse(self._events()), _ITEMS):
                count += 1
                if _is_tender(item) or _repeats(item, seen):
                    continue
                yield parse_item(item)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            read = counted(count, "item")
            raise PortalError(f"{self._name} is not the portal's archive, or broken after {read}.") from error
        except BodyTooLongError:
            raise PortalError(f"{self._name} is longer than any real archive.") from None
        except READ_ERRORS as error:
            read = counted(count, "item")
            raise PortalError(f"{self._name} broke off after {read}: try again later.") from error
        if not count:
            raise PortalError(
                f"{self._name} holds no items under `fundingData.GrantTenderObj`: is it grantsTenders.json?"
            )

    def _events(self) -> Iterator[tuple[str, Any]]:
        """The file's JSON events; nesting is bounded before anything is built of them."""
        depth = 0
        for event, value in ijson.basic_parse(ShortNumbers(self._source), use_float=True):
            if event in {"start_map", "start_array"}:
                depth += 1
                if depth > MOST_NESTED:
                    raise PortalError(f"{self._name} holds more than {MOST_NESTED} lists within one another.")
            elif event in {"end_map", "end_array"}:
                depth -= 1
            yield event, value


def open_bulk(client: Client, source: str, etag: str | None) -> BulkFile | None:
    """Open the archive at an address or path; None when it is unchanged since `etag`.

    Raises `UsageError` for a source that is neither, `PortalError` when the address gives no file.
    """
    if "://" in source:
        return _open_address(client, source, etag)
    path = Path(source)
    try:
        facts = path.stat()
        mark = f'"{facts.st_size}-{facts.st_mtime_ns}"'
        if mark == etag:
            return None
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"Cannot read {source}: {error.strerror or error}.") from error
    return BulkFile(source, file, file, mark)


def _open_address(client: Client, source: str, etag: str | None) -> BulkFile | None:
    mistake = address_mistake(source)
    if mistake:
        raise UsageError(f"Bulk source: {mistake}.")
    response = client.open(source, {"If-None-Match": etag} if etag else {})
    if response.status_code == requests.codes.not_modified:
        response.close()
        return None
    return BulkFile(source, Body(response, _FILE_LIMIT), response, response.headers.get("ETag"))


def parse_item(item: object) -> ParsedRow | SetAside:
    """One item of the archive as a call, or set aside with the reason. Never raises."""
    raw = canonical(item)
    if not isinstance(item, Mapping):
        return SetAside(fingerprint(raw), "the item is not an object", raw)
    identifier = identifier_of(as_text(item.get("identifier")))
    title = plain_line(as_text(item.get("title")))
    key = "|".join((DATASOURCE, one_line(as_text(item.get("ccm2Id")), 40), identifier))
    missing = [name for name, value in (("identifier", identifier), ("title", title)) if not value]
    if missing:
        return SetAside(fingerprint(raw), "no " + " and no ".join(f"`{name}`" for name in missing), raw)
    kind = TYPES.get(as_text(item.get("type")) or "1")
    if kind is None:
        return SetAside(key, f"`type` {one_line(as_text(item.get('type')), 40)!r} is not a grant call", raw)
    return ParsedRow(key, _call(item, kind, identifier, title), raw, "en", DATASOURCE)


def _call(item: Mapping[str, Any], kind: Kind, identifier: str, title: str) -> Call:
    acts = [item.get("actions")]
    model = actions.deadline_model([actions.procedure_name(item)], acts, [])
    days = actions.deadline_days(_array(item, "deadlineDatesLong"), acts, [])
    call_id = one_line(as_text(item.get("callIdentifier")), IDENTIFIER_LIMIT) or None
    words = [text for name in ("keywords", "tags") for value in _array(item, name) if (text := as_text(value))]
    return Call(
        identifier=identifier,
        title=title,
        programme=_programme(item),
        call_id=call_id,
        call_title=plain_line(as_text(item.get("callTitle"))) or None,
        kind=kind,
        status=STATUSES.get(_coded(item, "status")),
        opening=actions.opening_day(_array(item, "plannedOpeningDateLong"), acts),
        deadlines=actions.deadlines(days.days, model),
        deadlines_from=days.field,
        deadlines_unread=days.unread,
        deadline_model=model,
        actions=actions.types_of_action(acts, [], []),
        keywords=parsing.keywords(words, (identifier, call_id, title)),
        url=topic_page(identifier) if kind is Kind.TOPIC else None,
        source=Source.BULK,
    )


def _programme(item: Mapping[str, Any]) -> str | None:
    """The abbreviation by code where that is known, else as the file writes it."""
    code = one_line(_coded(item, "frameworkProgramme"), 60)
    short = packaged_parts().abbreviation(code)
    if short != code:
        return short
    written = next((as_text(entry.get("abbreviation")) for entry in mappings(item.get("frameworkProgramme"))), "")
    return one_line(written, 60) or short


def _coded(item: Mapping[str, Any], field: str) -> str:
    return next((as_text(entry.get("id")) for entry in mappings(item.get(field))), "")


def _array(item: Mapping[str, Any], field: str) -> list[object]:
    value = item.get(field)
    return value if isinstance(value, list) else [value]


def _is_tender(item: object) -> bool:
    return isinstance(item, Mapping) and as_text(item.get("type")) == TENDER


def _repeats(item: object, seen: set[tuple[str, str]]) -> bool:
    """True for an item that came before; items without a `ccm2Id` never count as repeats."""
    if not isinstance(item, Mapping):
        return False
    name = (as_text(item.get("ccm2Id")), as_text(item.get("identifier")))
    if not name[0]:
        return False
    known = name in seen
    seen.add(name)
    return known
