"""A row of the search API → a call, or set aside with the reason; nothing in a row stops the rest of a listing."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from matcher.config.part_file import packaged_parts
from matcher.model.call import SUBMISSION, Call, Kind, Link, Section, Source
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal import actions, amounts, values
from matcher.portal.conditions import where_to_ask
from matcher.portal.entry import terms_of
from matcher.portal.search import STATUSES, TYPES
from matcher.portal.sections import plain_line, plain_text, sections
from matcher.portal.values import (
    as_text,
    canonical,
    embedded,
    fingerprint,
    first,
    mappings,
    one_line,
    parsed,
    strings,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYWORD_LIMIT = 200
"""Keywords of one call, and characters of one keyword, that are kept."""

_WORTHLESS = frozenset({"digitalagenda", "digital agenda"})  # stands on most topics, whatever they are about


def keywords(values: Iterable[str], ids: Iterable[str | None]) -> tuple[str, ...]:
    """Each keyword once, in the portal's order.

    One value may itself be a JSON array (PROTOCOL.md, quirk 5). The topic's and call's own ids and its title, which
    the portal repeats there, are dropped, and so is the Digital Agenda; `crossCuttingPriorities` never count (quirk 6).
    """
    dropped = _WORTHLESS | {plain_line(text).casefold() for text in ids if text}
    found: dict[str, str] = {}
    for word in _unpacked(values):
        line = plain_line(word)[:KEYWORD_LIMIT]
        if line and line.casefold() not in dropped:
            found.setdefault(line.casefold(), line)
    return tuple(found.values())[:KEYWORD_LIMIT]


def _unpacked(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        array = parsed(value) if value.startswith("[") else None
        if isinstance(array, list):
            yield from (text for item in array if (text := as_text(item)))
        else:
            yield value


TOPIC_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"

IDENTIFIER_LIMIT = 200

LINK_LIMIT = 50


_DIVISIONS = 30


def topic_page(identifier: str) -> str:
    """The page of a topic that a person opens."""
    return TOPIC_PAGE + quote(identifier, safe="")


def parse_row(row: object) -> ParsedRow | SetAside:
    """A row as a call, or set aside with the reason. Never raises."""
    try:
        raw = canonical(row)
    except RecursionError:
        return SetAside(fingerprint(b"nested too deep"), "nested too deep to be read", b"null")
    key = row_key(row) or fingerprint(raw)
    if not isinstance(row, Mapping):
        return SetAside(key, "the row is not an object", raw)
    metadata = row.get("metadata")
    if not isinstance(metadata, Mapping):
        return SetAside(key, "no `metadata`", raw)
    code = first(metadata, "type")
    kind = TYPES.get(code or "1")
    if kind is None:
        return SetAside(key, f"`type` {one_line(code or '', 40)!r} is not a grant call", raw)
    identifier, title = _names(row, metadata, kind)
    missing = [name for name, value in (("identifier", identifier), ("title", title)) if not value]
    if missing:
        return SetAside(key, "no " + " and no ".join(f"`{name}`" for name in missing), raw)
    call = _call(row, metadata, kind, identifier, title)
    language = (as_text(row.get("language")) or first(metadata, "language") or "en").lower()[:10]
    return ParsedRow(key, call, raw, language, _datasource(metadata), call.ingested)


def parse_rows(rows: Iterable[object]) -> tuple[list[ParsedRow], list[SetAside]]:
    """Every row, those that became calls apart from those set aside."""
    parsed: list[ParsedRow] = []
    aside: list[SetAside] = []
    for row in rows:
        result = parse_row(row)
        if isinstance(result, ParsedRow):
            parsed.append(result)
        else:
            aside.append(result)
    return parsed, aside


def names_in(aside: SetAside) -> str:
    """The fields of a row set aside that name its own call, case-folded; what it says of other calls is left out."""
    row = json.loads(aside.raw)
    if not isinstance(row, Mapping):
        return aside.raw.decode("utf-8", "replace").casefold()
    own = [as_text(row.get("reference")), as_text(row.get("url"))]
    metadata = row.get("metadata")
    if isinstance(metadata, Mapping):
        own += [text for field in ("identifier", "REFERENCE", "url") for text in strings(metadata, field)]
    return " ".join(own).casefold()


def row_key(row: object) -> str | None:
    """What tells rows apart: `(DATASOURCE, reference, url)`; None for a row that has neither reference nor URL."""
    if not isinstance(row, Mapping):
        return None
    reference, url = as_text(row.get("reference")), as_text(row.get("url"))
    if not reference and not url:
        return None
    return "|".join((_datasource(row.get("metadata")), reference, url))[:1000]


def _datasource(metadata: object) -> str:
    return one_line(first(metadata, "DATASOURCE") or "", 60)


def _names(row: Mapping[str, Any], metadata: Mapping[str, Any], kind: Kind) -> tuple[str, str]:
    """Identifier and title. A cascade row carries its parent topic's: its own are the reference and `callTitle`."""
    identifier = identifier_of(first(metadata, "identifier") or "")
    title = plain_line(first(metadata, "title") or "")
    if kind is Kind.CASCADE:
        stem = _reference_stem(row, metadata)
        identifier = f"{identifier}/{stem}" if identifier and stem else identifier or stem
        title = plain_line(first(metadata, "callTitle") or "") or title
    return identifier, title


def identifier_of(text: str) -> str:
    """An identifier as it is meant: without blanks, and with plain hyphens, whatever a person typed or pasted."""
    meant = "".join(one_line(text, IDENTIFIER_LIMIT).split())
    return "".join("-" if unicodedata.category(c) == "Pd" or c == "\N{MINUS SIGN}" else c for c in meant)


def _reference_stem(row: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """The reference less the language at its end, so that language copies share it."""
    reference = one_line(as_text(row.get("reference")) or first(metadata, "REFERENCE") or "", IDENTIFIER_LIMIT)
    language = as_text(row.get("language")) or first(metadata, "language") or ""
    if len(language) == 2 and reference.lower().endswith(language.lower()):
        return reference[:-2]
    return reference


def _call(row: Mapping[str, Any], metadata: Mapping[str, Any], kind: Kind, identifier: str, title: str) -> Call:
    acts = list(embedded(metadata, "actions"))
    entries = amounts.budget_entries(embedded(metadata, "budgetOverview"))
    lines = amounts.own_lines(entries, identifier)
    paid = amounts.money(lines)
    model = actions.deadline_model(strings(metadata, "deadlineModel"), acts, lines)
    days = actions.deadline_days(strings(metadata, "deadlineDate"), acts, lines)
    text = _sections(row, metadata, title)
    call_id = one_line(first(metadata, "callIdentifier") or "", IDENTIFIER_LIMIT) or None
    call_title = plain_line(first(metadata, "callTitle") or "") or None
    words = [*strings(metadata, "keywords"), *strings(metadata, "tags")]
    call = Call(
        identifier=identifier,
        title=title,
        programme=packaged_parts().abbreviation(one_line(first(metadata, "frameworkProgramme") or "", 60)),
        divisions=tuple({one_line(code, 20): None for code in strings(metadata, "programmeDivision")})[:_DIVISIONS],
        call_id=call_id,
        call_title=call_title,
        kind=kind,
        status=STATUSES.get(first(metadata, "status") or ""),
        opening=actions.opening_day(strings(metadata, "startDate"), acts),
        deadlines=actions.deadlines(days.days, model),
        deadlines_from=days.field,
        deadlines_unread=days.unread,
        deadline_model=model,
        actions=actions.types_of_action(acts, lines, strings(metadata, "typesOfAction")),
        budget_eur=paid.budget_eur or _plain_budget(metadata),
        budget_shared_by=amounts.sharing(entries, identifier),
        contribution_eur=paid.contribution_eur,
        grants=paid.grants,
        trl=amounts.readiness(section.text for section in text),
        destination=plain_line(first(metadata, "destinationDescription") or "") or None,
        keywords=keywords(words, (identifier, call_id, title)),
        sections=text,
        url=_page(row, kind, identifier),
        links=_links(metadata),
        source=Source.SEARCH,
        ingested=max(filter(None, map(values.moment, strings(metadata, "esDA_IngestDate"))), default=None),
    )
    return replace(call, terms=terms_of(call, metadata, acts))


def _sections(row: Mapping[str, Any], metadata: Mapping[str, Any], title: str) -> tuple[Section, ...]:
    """The described sections; where there are none, a summary that says more than the title."""
    found = sections("\n".join(strings(metadata, "descriptionByte")))
    if found:
        return found
    for text in (first(metadata, "description") or "", as_text(row.get("summary")), as_text(row.get("content"))):
        plain = plain_text(text)
        if plain and one_line(plain).casefold() != title.casefold():
            return sections(text)
    return ()


def _plain_budget(metadata: Mapping[str, Any]) -> int | None:
    """The `budget` of external actions, when it is in euros."""
    currency = first(metadata, "currency") or "EUR"
    return whole(first(metadata, "budget")) if currency.upper() == "EUR" else None


def _page(row: Mapping[str, Any], kind: Kind, identifier: str) -> str | None:
    """The page a person opens: built for topics, because their `url` may be a dead one (PROTOCOL.md, quirk 7)."""
    if kind is Kind.TOPIC:
        return topic_page(identifier)
    url = as_text(row.get("url"))
    static = "/data/topicDetails/" in url
    return url if not static and _on_host(url, "ec.europa.eu") else None


def _links(metadata: Mapping[str, Any]) -> tuple[Link, ...]:
    """Entries to the submission forms, one per type of action, and pages where questions are answered."""
    found: dict[str, Link] = {}
    for entry in (entry for value in embedded(metadata, "links") for entry in mappings(value)):
        url = as_text(entry.get("url"))
        if _on_host(url, "europa.eu"):
            named = [plain_line(as_text(entry.get(field))) for field in ("criterionDescription", "mgaDescription")]
            found.setdefault(url, Link(", ".join(filter(None, [SUBMISSION, *named])), url))
    for title, url in where_to_ask((*strings(metadata, "topicConditions"), *strings(metadata, "supportInfo"))):
        if _on_host(url, "europa.eu"):
            found.setdefault(url, Link(title, url))
    return tuple(found.values())[:LINK_LIMIT]


def _on_host(url: str, domain: str) -> bool:
    """True for an https address on a domain or below it, free of characters that have no place in one."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    return parts.scheme == "https" and (host == domain or host.endswith("." + domain)) and "@" not in parts.netloc
