"""Keeping a listing: which rows are new, what changed, who left."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from matcher.model.call import LIVE, Call, Section, Source, Status, pack
from matcher.model.caution import USUAL, Caution
from matcher.model.changes import WINDOW, Change, announced, content, content_hash, decide
from matcher.model.day import brussels_day
from matcher.model.rows import ListingScope, ParsedRow, Saved, SetAside
from matcher.store.calls import (
    RANK,
    RAW_IS_USED,
    Head,
    absent_heads,
    bodies_of,
    fold,
    heads_of,
    pending_heads,
    raw_row,
    reports_of,
)
from matcher.store.engines import Transactions, chunks, upsert
from matcher.store.kept_facts import grow_revision
from matcher.store.runs import hold
from matcher.store.schema import calls, changes, clean, raw_rows, set_aside, versions
from matcher.store.unconfirmed import Doubting, Reported

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class _Look:
    """What a call looks like now, and where that comes from."""

    call: Call
    gone: date | None
    ingested: datetime | None
    filled: bool  # its sections are those of topicDetails
    enriched: bool  # from a richer source than what is kept
    raw: bytes | None


@dataclass
class Save:
    """One save on its way: decisions pile up here until `write`."""

    connection: Connection
    run_id: int
    now: datetime
    wrote: bool = False
    tally: Counter[str] = field(default_factory=Counter)
    told: list[Change] = field(default_factory=list)
    doubting: Doubting | None = None
    _new_calls: list[dict[str, Any]] = field(default_factory=list)
    _new_versions: list[dict[str, Any]] = field(default_factory=list)
    _new_changes: list[Change] = field(default_factory=list)
    _raws: dict[str, dict[str, Any]] = field(default_factory=dict)
    _updates: list[dict[str, Any]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day that deadlines are counted in."""
        return brussels_day(self.now)

    @property
    def saved(self) -> Saved:
        """What this save did, once it is written."""
        kinds = Counter(change.kind for change in self.told)
        return Saved(
            new=self.tally["new"],
            changed=self.tally["changed"],
            unchanged=self.tally["unchanged"],
            ignored=self.tally["ignored"],
            closed=kinds["closed"],
            withdrawn=kinds["withdrawn"],
            returned=kinds["returned"] + kinds["reopened"],
            changes=tuple(self.told),
            masses=tuple(self.doubting.masses) if self.doubting else (),
        )

    def rows(self, by_key: Mapping[str, ParsedRow]) -> None:
        """Decides on rows by folded identifier (see `freshest`)."""
        heads = heads_of(self.connection, by_key)
        samples = {
            k: h for k, h in heads.items() if h.source is Source.SAMPLE and by_key[k].call.source is not h.source
        }
        self.wrote |= drop(self.connection, [head.identifier for head in samples.values()])
        differing: dict[str, tuple[Head, ParsedRow]] = {}
        for key, row in by_key.items():
            head = heads.get(key)
            if head is None or key in samples:
                self._add(row)
            elif _is_poorer_or_older(head, row):
                self.tally["ignored"] += 1
            elif self._is_same(head, row):
                self.tally["unchanged"] += 1
            else:
                differing[head.identifier] = (head, row)
        bodies = bodies_of(self.connection, [head for head, _ in differing.values()])
        reports = reports_of(self.connection, differing, self.now - WINDOW)
        looks = {name: self._look(head, bodies[name], row) for name, (head, row) in differing.items()}
        if self.doubting is not None:
            looks = self._believed(self.doubting, looks, bodies, {h.identifier: h for h in heads.values()})
        for name, look in looks.items():
            self._settle(differing[name][0], bodies[name], look, reports.get(name, {}))

    def sections(self, head: Head, kept: Call, sections: tuple[Section, ...]) -> None:
        """Takes over the text of topicDetails for a call that has none of its own."""
        reports = reports_of(self.connection, [head.identifier], self.now - WINDOW)
        call = replace(kept, sections=sections, source=head.source)
        look = _Look(call, head.gone, head.ingested, filled=True, enriched=not head.filled, raw=None)
        self._settle(head, kept, look, reports.get(head.identifier, {}))

    def leave(self, present: Collection[str], scope: ListingScope, doubting: Doubting) -> None:
        """Marks the calls of the scope that a complete listing lacks: closed, or withdrawn ahead of their deadline."""
        self.write()
        absent = absent_heads(self.connection, present, scope)
        staying = heads_of(self.connection, present).values()
        gone = doubting.leaving(absent, sum(map(doubting.is_lasting, [*staying, *absent])))
        self._look_again([(head, self.today) for head in gone])

    def advance(self) -> None:
        """Lets the date do its work on all calls: what opened or closed by now, and what was withheld long enough."""
        self.write()
        heads = pending_heads(self.connection)
        self._look_again([(h, h.gone) for h in heads if h.told or h.status_on(self.today, h.gone) is not h.status])

    def write(self) -> None:
        """Writes all that was decided since the last call."""
        execute = self.connection.execute
        if self._new_calls:
            execute(insert(calls), self._new_calls)
        if self._updates:
            execute(update(calls).where(calls.c.identifier == bindparam("key")), self._updates)
        upsert(self.connection, raw_rows, list(self._raws.values()), replace=False)
        if self._new_versions:
            execute(insert(versions), self._new_versions)
        if self._new_changes:
            execute(insert(changes), [self._change_row(change) for change in self._new_changes])
        self.wrote |= bool(self._new_calls or self._updates or self._new_versions or self._new_changes)
        self.told += self._new_changes
        for pile in (self._new_calls, self._updates, self._raws, self._new_versions, self._new_changes):
            pile.clear()

    def _add(self, row: ParsedRow) -> None:
        call = replace(row.call, identifier=clean(row.call.identifier), gone=None)
        gone = self.today if _closed_early(call, self.today) else None
        status = replace(call, gone=gone).status_on(self.today)
        look = _Look(call, gone, row.ingested, filled=False, enriched=False, raw=row.raw)
        name = call.identifier
        first = {"identifier": name, "folded": fold(name), "first_seen": self.now, "version": 1, "told": None}
        self._new_calls.append({**first, **_state(look, status, content_hash(content(call)))})
        self._version(name, 1, look)
        self.tally["new"] += 1
        if change := announced(name, status, self.now):
            self._new_changes.append(change)

    def _is_same(self, head: Head, row: ParsedRow) -> bool:
        """True when the row says what is kept; a call that left or whose text is filled needs a closer look."""
        settled = head.gone is None and not head.filled and not head.told and head.source is row.call.source
        if not settled or _closed_early(row.call, self.today):
            return False
        return head.content_hash == content_hash(content(replace(row.call, identifier=head.identifier)))

    def _look(self, head: Head, kept: Call, row: ParsedRow) -> _Look:
        call = replace(row.call, identifier=head.identifier, gone=None)
        filled = head.filled and not call.sections
        if filled:
            call = replace(call, sections=kept.sections)
        enriched = RANK[call.source] < RANK[head.source] or (head.filled and not filled)
        return _Look(call, self._gone(head, call), row.ingested, filled, enriched, row.raw)

    def _gone(self, head: Head, call: Call) -> date | None:
        """The day of leaving, after this row: a search row brings a call back, an archive row does not."""
        if _closed_early(call, self.today):
            return head.gone or self.today
        return None if call.source is Source.SEARCH else head.gone

    def _believed(
        self, doubting: Doubting, looks: Mapping[str, _Look], kept: Mapping[str, Call], heads: Mapping[str, Head]
    ) -> dict[str, _Look]:
        """The looks without what too many calls report at once; a call that neither leaves nor returns is left out."""
        same_source = [name for name, look in looks.items() if look.call.source is kept[name].source]
        reported = [
            Reported(heads[name], kept[name], looks[name].call, looks[name].gone)
            for name in same_source
            if not looks[name].enriched
        ]
        believed = doubting.believed(reported, sum(map(doubting.is_lasting, heads.values())))
        self.tally["unchanged"] += len(reported) - len(believed)
        asked = {one.head.identifier for one in reported}
        return {
            name: self._as_believed(heads[name], look, believed.get(name, look.call))
            for name, look in looks.items()
            if name in believed or name not in asked
        }

    def _as_believed(self, head: Head, look: _Look, call: Call) -> _Look:
        return look if call is look.call else replace(look, call=call, gone=self._gone(head, call))

    def _settle(self, head: Head, kept: Call, look: _Look, reports: Mapping[str, Sequence[datetime]]) -> None:
        """Compares a call with what is kept: tells the changes, and plans to write what differs."""
        before, after = content(kept), content(look.call)
        status = replace(look.call, gone=look.gone).status_on(self.today) or head.status
        decision = decide(
            head.identifier,
            before,
            after,
            status=(head.status, status),
            now=self.now,
            told=head.told,
            reports=reports,
            enriched=look.enriched,
        )
        self._new_changes += decision.changes
        differs = before != after
        if not differs:
            look = replace(look, ingested=head.ingested)
        number = head.version + differs
        state = {**_state(look, status, content_hash(after)), "version": number, "told": dict(decision.told) or None}
        self._update(head, state)
        self.tally["changed" if differs else "unchanged"] += 1
        if differs:
            self._version(head.identifier, number, look)

    def _look_again(self, due: Sequence[tuple[Head, date | None]]) -> None:
        """Judges the status of calls that no row spoke of, and what is withheld of them."""
        bodies = bodies_of(self.connection, [head for head, _ in due if head.told])
        reports = reports_of(self.connection, [head.identifier for head, _ in due], self.now - WINDOW)
        for head, gone in due:
            name = head.identifier
            same = content(bodies[name]) if name in bodies else {}
            status = head.status_on(self.today, gone) or head.status
            judged = (head.status, status)
            times = reports.get(name, {})
            decision = decide(name, same, same, status=judged, now=self.now, told=head.told, reports=times)
            self._new_changes += decision.changes
            told = dict(decision.told) or None
            self._update(head, {"gone": gone, "status": status.value if status else None, "told": told})

    def _update(self, head: Head, values: Mapping[str, Any]) -> None:
        current = head.columns()
        if any(current[name] != value for name, value in values.items()):
            self._updates.append({"key": head.identifier, **current, **values})

    def _version(self, identifier: str, number: int, look: _Look) -> None:
        kept = raw_row(look.raw) if look.raw is not None else None
        if kept is not None:
            self._raws[kept["digest"]] = kept
        self._new_versions.append(
            {
                "identifier": identifier,
                "number": number,
                "seen_at": self.now,
                "run_id": self.run_id,
                "body": pack(look.call),
                "raw": kept["digest"] if kept else None,
            }
        )

    def _change_row(self, change: Change) -> dict[str, Any]:
        row = {name: getattr(change, name) for name in ("field", "kind", "old", "new", "ratio", "seen_at")}
        return {"identifier": change.call, "run_id": self.run_id, **row}


def freshest(rows: Iterable[ParsedRow]) -> dict[str, ParsedRow]:
    """One row per folded identifier: the one of the latest ingest date, the first of equals."""
    found: dict[str, ParsedRow] = {}
    for row in rows:
        other = found.setdefault(fold(row.call.identifier), row)
        if row.ingested is not None and (other.ingested is None or row.ingested > other.ingested):
            found[fold(row.call.identifier)] = row
    return found


def drop(connection: Connection, identifiers: Sequence[str]) -> bool:
    """Deletes calls with all their history and the raw rows that nothing else uses; True when there were any."""
    for names in chunks(identifiers):
        connection.execute(delete(calls).where(calls.c.identifier.in_(names)))
    if identifiers:
        connection.execute(delete(raw_rows).where(~RAW_IS_USED))
    return bool(identifiers)


def _state(look: _Look, status: Status | None, digest: str) -> dict[str, Any]:
    call = look.call
    return {
        "kind": call.kind.value,
        "programme": clean(call.programme) if call.programme is not None else None,
        "source": call.source.value,
        "claim": call.status.value if call.status else None,
        "status": status.value if status else None,
        "opening": call.opening,
        "last_deadline": call.last_deadline,
        "gone": look.gone,
        "ingested": look.ingested,
        "content_hash": digest,
        "filled": look.filled,
    }


def _closed_early(call: Call, today: date) -> bool:
    return call.status is Status.CLOSED and replace(call, gone=None).status_on(today) in LIVE


def _is_poorer_or_older(head: Head, row: ParsedRow) -> bool:
    if RANK[row.call.source] != RANK[head.source]:
        return RANK[row.call.source] > RANK[head.source]
    return row.ingested is not None and head.ingested is not None and row.ingested < head.ingested


_BATCH = 500


class Saving:
    """Keeping what was read; every save needs the number of a run that was begun and has not ended."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def absent(self, rows: Iterable[ParsedRow], scope: ListingScope, today: date) -> list[str]:
        """Identifiers in the scope that are live by their dates and that this complete listing lacks.

        Look them up at the portal and pass what was found to `listing` with the rest: whatever is still
        absent there is taken as withdrawn.
        """
        with self._transactions.reading() as connection:
            heads = absent_heads(connection, {fold(row.call.identifier) for row in rows}, scope)
        return [head.identifier for head in heads if head.status_on(today, None) in LIVE]

    def listing(
        self,
        rows: Iterable[ParsedRow],
        *,
        run_id: int,
        now: datetime,
        complete: bool,
        scope: ListingScope,
        caution: Caution = USUAL,
    ) -> Saved:
        """Keeps a listing, in one transaction: new calls, versions, changes and, when complete, who left.

        What it changes for more calls than `caution` allows is kept as unconfirmed until a listing of another day says
        the same. Also lets the date do its work on every call (opened, closed), and tells what was withheld long
        enough.
        """
        by_key = freshest(rows)
        with self._saving(run_id, now) as save:
            save.doubting = doubting = Doubting(save.connection, now, caution)
            save.rows(by_key)
            if complete:
                save.leave(by_key.keys() | set(map(fold, scope.unread)), scope, doubting)
            doubting.write(by_key.keys())
            save.advance()
        return save.saved

    def archive(self, rows: Iterable[ParsedRow | SetAside], *, run_id: int, now: datetime) -> Saved:
        """Keeps rows of a poorer source (bulk file, sample) as they stream in, a batch per transaction.

        They never overwrite a richer row and never bring a call back that left. Rows set aside are kept as such.
        """
        stream = iter(rows)
        parts: list[Saved] = []
        while batch := list(islice(stream, _BATCH)):
            odd = [row for row in batch if isinstance(row, SetAside)]
            with self._saving(run_id, now) as save:
                save.rows(freshest(row for row in batch if isinstance(row, ParsedRow)))
                _keep_set_aside(save.connection, odd, run_id)
            parts.append(Saved.total([save.saved, Saved(set_aside=len(odd))]))
        return Saved.total(parts)

    def set_aside(self, items: Iterable[SetAside], *, run_id: int, now: datetime) -> None:
        """Keeps rows that could not become calls, for inspection."""
        with self._saving(run_id, now) as save:
            _keep_set_aside(save.connection, list(items), run_id)

    def sections(
        self, identifier: str, sections: Iterable[Section], *, run_id: int, now: datetime
    ) -> tuple[Change, ...]:
        """Gives a call the text of topicDetails where the listing had none; returns the changes told.

        The first text is enrichment and tells nothing; a call with a text of its own, or an unknown one, is left alone.
        """
        text = tuple(sections)
        with self._saving(run_id, now) as save:
            head = heads_of(save.connection, [fold(identifier)]).get(fold(identifier))
            if head is not None and text:
                kept = bodies_of(save.connection, [head])[head.identifier]
                if head.filled or not kept.sections:
                    save.sections(head, kept, text)
        return save.saved.changes

    def purge_sample(self, run_id: int) -> int:
        """Drops sample calls with all their history once real calls are kept; returns how many."""
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            sample = calls.c.source == Source.SAMPLE.value
            names = connection.execute(select(calls.c.identifier).where(sample)).scalars().all()
            if not names or connection.execute(select(calls.c.identifier).where(~sample).limit(1)).first() is None:
                return 0
            drop(connection, names)
            grow_revision(connection)
            return len(names)

    @contextmanager
    def _saving(self, run_id: int, now: datetime) -> Iterator[Save]:
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            save = Save(connection, run_id, now)
            yield save
            save.write()
            if save.wrote:
                grow_revision(connection)


def _keep_set_aside(connection: Connection, items: list[SetAside], run_id: int) -> None:
    if not items:
        return
    kept = [raw_row(item.raw) for item in items]
    upsert(connection, raw_rows, list({row["digest"]: row for row in kept}.values()), replace=False)
    rows = [
        {"run_id": run_id, "key": item.key, "reason": item.reason, "raw": row["digest"]}
        for item, row in zip(items, kept, strict=True)
    ]
    connection.execute(insert(set_aside), rows)
