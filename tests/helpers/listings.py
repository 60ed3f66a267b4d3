"""The portal's rows of calls, written by hand, and how a whole listing of them is saved."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from matcher.model.call import Action, Call, Deadline, Section, Source, Status
from matcher.model.rows import ListingScope, ParsedRow, Saved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.store.database import Store

NOW = datetime(2026, 5, 7, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def call(identifier: str = "HORIZON-CL4-2027-01", **fields: object) -> Call:
    """An open call of Horizon Europe with one deadline in September 2026."""
    base = Call(
        identifier,
        f"Title of {identifier}",
        programme="HORIZON",
        status=Status.OPEN,
        opening=date(2026, 1, 15),
        deadlines=(Deadline(date(2026, 9, 15)),),
        actions=(Action("HORIZON-RIA", "Research and Innovation"),),
        budget_eur=20_000_000,
        keywords=("sensors", "networks"),
        sections=(Section("Scope", "Sensors that last and networks that heal. " * 12),),
    )
    return replace(base, **fields)


def row(subject: Call, ingested: datetime | None = NOW, **raw: object) -> ParsedRow:
    """The portal's row of a call."""
    facts = {"id": subject.identifier, "title": subject.title, "ingested": str(ingested), **raw}
    return ParsedRow(f"SEDIA|{subject.identifier}", subject, json.dumps(facts).encode(), ingested=ingested)


def bulk(subject: Call) -> ParsedRow:
    """The bulk file's poorer row of a call."""
    return row(replace(subject, source=Source.BULK, sections=(), budget_eur=None, keywords=()), ingested=None)


def sample(subject: Call) -> ParsedRow:
    return row(replace(subject, source=Source.SAMPLE), ingested=None)


@dataclass
class Fetcher:
    """Saves a whole listing as one run, the way the daily job does."""

    store: Store

    def __call__(
        self, rows: list[ParsedRow], now: datetime, *, complete: bool = True, scope: ListingScope | None = None
    ) -> Saved:
        with self.run(now) as run_id:
            return self.store.saving.listing(
                rows, run_id=run_id, now=now, complete=complete, scope=scope or ListingScope()
            )

    @contextmanager
    def run(self, now: datetime) -> Iterator[int]:
        run_id = self.store.runs.begin("fetch", now)
        yield run_id
        self.store.runs.finish(run_id, "ok", {}, now)
