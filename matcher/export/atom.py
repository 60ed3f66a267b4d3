"""Atom (RFC 4287): one feed for an institute. An entry keeps its id for ever, and is updated when its call changed."""

from __future__ import annotations

import io
import json
import uuid
from html import escape
from typing import TYPE_CHECKING, Any

from feedgenerator import Atom1Feed

from matcher.export.content import Thing
from matcher.model.language import Language
from matcher.present import facts
from matcher.present.facts import day, facts_line, stage, status_text
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from matcher.export.content import Content, Portion
    from matcher.export.dated_list import DatedEntry, DatedList
    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.match import Match

PORTAL = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/calls-for-proposals"
"""The portal's list of calls: what a feed, and a call without a page of its own, link to."""

TERMS = 6

_TITLES = {Thing.MATCHES: "Calls for {}", Thing.CALLS: "European calls: {}", Thing.CHANGES: "Changed calls: {}"}

Entry = dict[str, Any]


class _Feed(Atom1Feed):  # type: ignore[misc]
    """Without an entry, a feed was updated at the moment it stands for, not whenever it was written."""

    def latest_post_date(self) -> datetime:
        moments = [item["updateddate"] for item in self.items]
        moment: datetime = max(moments, default=self.feed["now"])
        return moment


def atom_bytes(content: Content, address: str | None = None) -> bytes:
    """The feed of a content of one part; `address` is where it will be served, where that is known."""
    [part] = content.parts
    feed = _Feed(
        title=_TITLES[content.thing].format(untrusted.text(part.name, untrusted.TITLE)),
        link=PORTAL,
        feed_url=address,  # rel="self"
        description=untrusted.text(content.sample) if content.sample else None,
        language="en",
        author_name="matcher",
        feed_guid=urn("feed", content.thing, part.institute),
        now=content.now,
    )
    for entry in _entries(content, part):
        feed.add_item(**entry)
    return _written(feed)


def entries_bytes(found: DatedList, entries: Sequence[DatedEntry]) -> bytes:
    """The feed of the entries of a list, the newest first."""
    feed = _Feed(
        title=untrusted.text(found.title, untrusted.TITLE),
        link=PORTAL,
        description=None,
        language="en",
        author_name="matcher",
        feed_guid=urn("feed", found.kind, found.title),
        now=found.now,
    )
    for one in sorted(entries, key=lambda entry: entry.moment, reverse=True):
        feed.add_item(**_entry(one.title, one.url, urn(*one.name), one.moment, list(one.lines)))
    return _written(feed)


def _written(feed: _Feed) -> bytes:
    out = io.StringIO()
    feed.write(out, "utf-8")
    return out.getvalue().encode()


def urn(*name: str | None) -> str:
    """The id of a thing of that name: the same in every export, from every machine."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "matcher:" + json.dumps(name)).urn


def _entries(content: Content, part: Portion) -> Iterator[Entry]:
    for match in part.matches:
        name = urn("match", part.institute, match.call.identifier.casefold())
        yield _call_entry(match.call, name, content, [f"Fit {match.fit} of 100"], _because(match))
    if content.thing is Thing.CALLS:
        for call in part.calls:
            said = part.beside.get(call.identifier, ())
            of_what = ("call", *([part.institute] if said else []))  # of whom nothing is said, it is one in all feeds
            yield _call_entry(call, urn(*of_what, call.identifier.casefold()), content, list(said), [])
    known = {call.identifier: call for call in part.calls}
    entries = {entry["unique_id"]: entry for entry in (_change_entry(c, known.get(c.call)) for c in part.changes)}
    yield from entries.values()


def _call_entry(call: Call, name: str, content: Content, before: list[str], after: list[str]) -> Entry:
    updated = content.history.updated.get(call.identifier) if content.history else None
    lines = [*before, *_facts(call, content.as_of), *after]
    return _entry(call.title, call.url, name, updated or content.now, lines)


def _facts(call: Call, today: date) -> list[str]:
    """What a reader needs to see at once; no days left, as an entry is read on any day."""
    following = call.next_deadline(today)
    when = f"{day(following.date)}, 17:00 Brussels, {stage(following, call)}" if following else "not known"
    return [f"{call.identifier}, {status_text(call, today)}", f"Deadline: {when}", facts_line(call)]


def _because(match: Match) -> list[str]:
    words = ", ".join(match.words(TERMS))
    own = [f"Like your project {match.own_project}"] if match.own_project else []
    return [*([f"Because of: {words}"] if words else []), *own]


def _change_entry(change: Change, call: Call | None) -> Entry:
    """A change is one entry in whatever feed it stands, so that a reader of several is told once."""
    name = urn("change", change.call, change.field, change.kind, change.seen_at.isoformat(), str(change.new))
    told = facts.changes([change], Words(Language.EN))
    lines = [f"{line.label}: {f'{line.old} → ' if line.old else ''}{line.new}" for line in told]
    title = f"{change.kind.capitalize()}: {call.title if call else change.call}"
    return _entry(title, call.url if call else None, name, change.seen_at, [change.call, *lines])


def _entry(title: str, url: str | None, name: str, updated: datetime, lines: list[str]) -> Entry:
    return {
        "title": untrusted.text(title, untrusted.TITLE),
        "link": untrusted.link(url) or PORTAL,
        "unique_id": name,
        "updateddate": updated,
        "description": "".join(f"<p>{escape(untrusted.text(line))}</p>" for line in lines if line),
    }
