"""A small world for stories: a real store, days that pass, fetches that succeed or fail, mails that arrive or don't."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from matcher.app.mishaps import Mishaps
from matcher.app.sources.renewed_calls import renewed_calls
from matcher.digest.compose import compose, is_due, is_worth_sending
from matcher.digest.inputs import Inputs, for_subscriber
from matcher.digest.network_part import compose_network
from matcher.digest.news import told_by
from matcher.digest.threshold_crossing import standing_after
from matcher.digest.verdicts import Verdicts
from matcher.model.call import Action, Call, Deadline, Section, Status
from matcher.model.day import BRUSSELS
from matcher.model.decision import Act, Decided, Entry, Owner
from matcher.model.rows import ListingScope, ParsedRow
from matcher.model.subscription import Digest, Frequency, Freshness, Mail, MailSection, MailState, Subscriber
from tests.helpers.matches import find_of, match_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matcher.model.changes import Change
    from matcher.model.match import Match
    from matcher.model.searched import SavedSearch
    from matcher.store.database import Store

MONDAY = date(2026, 6, 1)
FIT = 95

ANA = Subscriber("ana", "Ana", "ana@example.org", institutes=("brgm",), frequency=Frequency.DAILY, threshold=50)


BRGM = Owner("brgm")


def day(number: int) -> date:
    """Day 0 is a Monday."""
    return MONDAY + timedelta(days=number)


def call(name: str, closes: int = 120, **fields: object) -> Call:
    """An open call that closes on that day of the story."""
    base = Call(
        name,
        f"Title of {name}",
        programme="HORIZON",
        status=Status.OPEN,
        opening=day(-60),
        deadlines=(Deadline(day(closes)),),
        actions=(Action("HORIZON-RIA"),),
        budget_eur=10_000_000,
        sections=(Section("Scope", "Rocks that are warm. " * 20),),
    )
    return replace(base, **fields)


@dataclass
class World:
    """`listing` is what the portal shows; `fits` what it would score (95 unless said); `finds` what searches find."""

    store: Store
    listing: dict[str, Call] = field(default_factory=dict)
    fits: dict[str, int] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    finds: dict[SavedSearch, tuple[str, ...]] = field(default_factory=dict)
    problem: str | None = None
    standings: bool = True  # False: mails as they were before they kept what they leave untold
    absent: frozenset[str] = frozenset()
    shared: int = 1  # so many of the best calls suit cetim too

    def show(self, *calls: Call) -> None:
        self.listing |= {c.identifier: c for c in calls}

    def fetch(self, number: int) -> None:
        now = datetime.combine(day(number), time(6), tzinfo=BRUSSELS)
        run = self.store.runs.begin("fetch", now)
        rows = [ParsedRow(f"S|{c.identifier}", c, c.title.encode(), ingested=now) for c in self.listing.values()]
        self.store.saving.listing(rows, run_id=run, now=now, complete=True, scope=ListingScope())
        self.store.runs.finish(run, "ok", {}, now)

    def inputs(self, number: int) -> Inputs:
        matches = sorted(
            (
                match_of(c, self.fits.get(c.identifier, FIT), *self.words.get(c.identifier, ()))
                for c in self.store.calls.all()
            ),
            key=lambda match: -match.fit,
        )
        changes: dict[str, list[Change]] = {}
        for change in self.store.calls.changes():
            changes.setdefault(change.call, []).append(change)
        health = Freshness(None, stale=self.problem is not None, problems=(self.problem,) if self.problem else ())
        of_both = {"brgm": matches, "cetim": [replace(match, institute="cetim") for match in matches[: self.shared]]}
        decided = Decided.on(self.store.decisions.history(), day(number))
        renewed = renewed_calls(self.store, decided, set(self.listing), day(number), Mishaps())
        verdicts = Verdicts(decided, renewed, self.absent)
        return Inputs(
            day(number),
            of_both,
            {"brgm": "BRGM"},
            health,
            changes,
            verdicts=verdicts,
            first_seen=self.store.calls.first_seen(),
            found={search: self._found(search, calls) for search, calls in self.finds.items()},
        )

    def _found(self, search: SavedSearch, calls: Sequence[str]) -> tuple[Match, ...]:
        """What a search finds, and the rest of the calls as found no more."""
        known = {c.identifier: c for c in self.store.calls.all()}
        order = [*(name for name in calls if name in known), *(name for name in known if name not in calls)]
        fits = ((name, self.fits.get(name, FIT)) for name in order)
        return tuple(
            find_of(known[name], search, place, fit, found=name in calls) for place, (name, fit) in enumerate(fits, 1)
        )

    def decide(self, number: int, act: Act, call: str, value: str | None = None, owner: Owner = BRGM) -> None:
        """An act at noon of a day."""
        at = datetime.combine(day(number), time(12), tzinfo=BRUSSELS)
        self.store.decisions.add([Entry(owner, call, act, at, value, by="bea")])

    def composed(self, number: int, subscriber: Subscriber = ANA) -> Digest:
        own = for_subscriber(self.inputs(number), self.store, subscriber)
        if not subscriber.is_network:
            return compose(subscriber, own)
        return compose_network(subscriber, own, self.store.told.seen_by_anyone(before=day(number)))

    def morning(
        self, number: int, subscriber: Subscriber = ANA, *, fetch: bool = True, end: MailState = MailState.SENT
    ) -> Digest | None:
        """A day's job for one subscriber: the digest that was mailed, or None when there was no mail."""
        if fetch:
            self.fetch(number)
        today, now = day(number), datetime.combine(day(number), time(7), tzinfo=BRUSSELS)
        last = self.store.told.last_day(subscriber.identifier)
        digest = self.composed(number, subscriber)
        if not is_due(subscriber, today, last) or not is_worth_sending(digest):
            return None
        name = subscriber.identifier
        mail = Mail(f"<{name}.{today}@example.org>", name, subscriber.address, today, "Digest", b"body", "<p>")
        telling = told_by(digest)
        standing = standing_after(digest, telling) if self.standings else None
        assert self.store.outbox.queue(mail, telling, now=now, standing=standing)
        if end is not MailState.QUEUED:
            self.store.outbox.claim(mail.message_id, now)
        if end is MailState.SENT:
            self.store.outbox.sent(mail.message_id, now)
        if end is MailState.FAILED:
            self.store.outbox.failed(mail.message_id, now, "550 no such mailbox", blame=True)
        return digest


def told(digest: Digest | None) -> Mapping[str, Sequence[str]]:
    """{section: calls} of a mail, sections without calls left out."""
    assert digest is not None, "there was no mail"
    parts = {part.value: [item.call.identifier for item in digest.of(part)] for part in MailSection}
    return {part: calls for part, calls in parts.items() if calls}


def changed(digest: Digest | None) -> Sequence[tuple[str, str, str]]:
    """(call, field, kind) of every change in a mail."""
    assert digest is not None
    return [(item.call.identifier, c.field, c.kind) for item in digest.items for c in item.changes]
