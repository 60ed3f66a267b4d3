"""What a listing reports of too many calls at once: kept beside the calls until another day confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from matcher.model.call import LIVE
from matcher.model.caution import CLOSING, LASTING, LEAVING, RETURNING, Caution, MassChange, Unconfirmed
from matcher.model.changes import content, content_hash, reported_fields
from matcher.model.day import brussels_day
from matcher.store.calls import fold, heads_of
from matcher.store.schema import unconfirmed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from matcher.model.call import Call
    from matcher.store.calls import Head
    from matcher.store.engines import Transactions

_LONG = frozenset({"text", "keywords"})
_ATTRIBUTES = {"text": "sections"}


@dataclass(frozen=True, slots=True)
class Reported:
    """What a row says of a call that is kept: the call as kept, and as it would be now, with the day it left."""

    head: Head
    kept: Call
    call: Call
    gone: date | None


@dataclass
class Doubting:
    """One listing held against the bounds. Ask `believed`, then `leaving`, then `write`; `of` counts live calls."""

    connection: Connection
    now: datetime
    caution: Caution
    masses: list[MassChange] = field(default_factory=list)
    _known: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    _held: dict[tuple[str, str], tuple[str, object]] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)  # calls that this listing should hold

    def __post_init__(self) -> None:
        rows = self.connection.execute(select(unconfirmed))
        self._known = {(row.identifier, row.what): (row.digest, row.since) for row in rows}

    def believed(self, reported: Sequence[Reported], of: int) -> dict[str, Call]:
        """The calls as they are to be taken, by identifier; those that are to stay as they are, are left out."""
        staying = self._lives(reported, of)
        return self._fields([one for one in reported if one.head.identifier not in staying], of)

    def _lives(self, reported: Sequence[Reported], of: int) -> set[str]:
        """The calls that too many others close, or come back, with."""
        ways: dict[str, list[str]] = {CLOSING: [], RETURNING: []}
        for one in reported:
            before = one.head.status_on(self._today, one.head.gone) in LIVE
            after = replace(one.call, gone=one.gone).status_on(self._today) in LIVE
            if before and one.gone is not None and not after:
                ways[CLOSING].append(one.head.identifier)
            elif after and not before and one.head.status not in LIVE:
                ways[RETURNING].append(one.head.identifier)
        held = [self._judge(way, dict.fromkeys(names, None), names, of) for way, names in ways.items()]
        return set().union(*held)

    def _fields(self, reported: Sequence[Reported], of: int) -> dict[str, Call]:
        """The calls with what too many others changed put back to what is kept, by identifier."""
        changed: dict[str, dict[str, object]] = {}
        counted: dict[str, list[str]] = {}
        for one in reported:
            before, after = content(one.kept), content(one.call)
            for name in reported_fields(before, after):
                changed.setdefault(name, {})[one.head.identifier] = after[name]
                if self.is_lasting(one.head):
                    counted.setdefault(name, []).append(one.head.identifier)
        back = {name: self._judge(name, values, counted.get(name, ()), of) for name, values in changed.items()}
        return {one.head.identifier: self._put_back(one, back) for one in reported}

    def leaving(self, heads: Sequence[Head], of: int) -> list[Head]:
        """Those of the absent calls that may be taken as gone; `of` counts live calls, they among them."""
        ahead = [head.identifier for head in heads if head.status_on(self._today, None) in LIVE]
        counted = [head.identifier for head in heads if self.is_lasting(head)]
        held = self._judge(LEAVING, dict.fromkeys(ahead, None), counted, of)
        self._absent = {head.identifier for head in heads}
        return [head for head in heads if head.identifier not in held]

    def write(self, listed: Collection[str]) -> None:
        """Keep what is held back; what is no longer said of calls that were asked for is dropped.

        `listed` are the folded identifiers of the listing. Of calls that it could not hold nothing can be told, but
        that one which is over by its dates cannot leave any more.
        """
        fresh = {key: said for key, said in self._held.items() if self._known.get(key, ("",))[0] != said[0]}
        heads = heads_of(self.connection, {fold(name) for name, what in self._known if what == LEAVING})
        over = {
            (name, what)
            for name, what in self._known.keys() - self._held.keys()
            if fold(name) in listed
            or name in self._absent
            or (what == LEAVING and heads[fold(name)].status_on(self._today, None) not in LIVE)
        }
        for name, what in sorted(over | (fresh.keys() & self._known.keys())):
            this = (unconfirmed.c.identifier == name) & (unconfirmed.c.what == what)
            self.connection.execute(delete(unconfirmed).where(this))
        if fresh:
            rows = [
                {"identifier": name, "what": what, "digest": digest, "reported": shown, "since": self.now}
                for (name, what), (digest, shown) in fresh.items()
            ]
            self.connection.execute(insert(unconfirmed), rows)

    def is_lasting(self, head: Head) -> bool:
        """True for a call that is live and whose deadline is not near."""
        near = head.last_deadline is not None and head.last_deadline <= self._today + LASTING
        return not near and head.status_on(self._today, head.gone) in LIVE

    @property
    def _today(self) -> date:
        return brussels_day(self.now)

    def _judge(self, what: str, said: Mapping[str, object], counted: Iterable[str], of: int) -> set[str]:
        """Those of the calls whose change is held back: all that no earlier day reported, when they are too many."""
        digests = {name: content_hash({"said": value}) for name, value in said.items()}
        confirmed = {name for name, digest in digests.items() if self._is_confirmed(name, what, digest)}
        fresh = [name for name in counted if name not in confirmed]
        if confirmed:
            self.masses.append(MassChange(what, len(confirmed), of, believed=True, confirmed=True))
        if self.caution.is_normal(len(fresh), of):
            return set()
        doubted = self.caution.is_doubted(len(fresh), of)
        self.masses.append(MassChange(what, len(fresh), of, believed=not doubted))
        if not doubted:
            return set()
        held = digests.keys() - confirmed
        shown = {name: None if what in _LONG else said[name] for name in held}
        self._held |= {(name, what): (digests[name], shown[name]) for name in held}
        return held

    def _is_confirmed(self, name: str, what: str, digest: str) -> bool:
        known, since = self._known.get((name, what), ("", self.now))
        return known == digest and brussels_day(since) < self._today

    def _put_back(self, one: Reported, held: Mapping[str, Collection[str]]) -> Call:
        names = [name for name, calls in held.items() if one.head.identifier in calls]
        kept: dict[str, Any] = {_ATTRIBUTES.get(n, n): getattr(one.kept, _ATTRIBUTES.get(n, n)) for n in names}
        return replace(one.call, **kept) if kept else one.call


class Doubts:
    """Reading what was reported and is not confirmed."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def of_call(self, identifier: str) -> tuple[Unconfirmed, ...]:
        """What is not confirmed of one call."""
        with self._transactions.reading() as connection:
            query = select(unconfirmed).where(unconfirmed.c.identifier == identifier).order_by(unconfirmed.c.what)
            return tuple(map(_read, connection.execute(query)))

    def counts(self) -> dict[str, tuple[int, datetime]]:
        """How many calls wait for a second day, and since when the first, by what was reported of them."""
        with self._transactions.reading() as connection:
            found: dict[str, tuple[int, datetime]] = {}
            for row in connection.execute(select(unconfirmed.c.what, unconfirmed.c.since)):
                count, since = found.get(row.what, (0, row.since))
                found[row.what] = (count + 1, min(since, row.since))
            return dict(sorted(found.items()))


def _read(row: Row[Any]) -> Unconfirmed:
    return Unconfirmed(row.identifier, row.what, row.reported, row.since)
