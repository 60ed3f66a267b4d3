"""Every storage test runs on SQLite, and on PostgreSQL where a server can be started."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from matcher.store import ListingScope, Saved, Store
from tests.store.cluster import administer, private_cluster, programs_or_skip, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from matcher.model import ParsedRow

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """A private server on a Unix socket."""
    with private_cluster(programs_or_skip()) as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/matcher.db"
    folder = request.getfixturevalue("postgresql_folder")
    name = f"test{next(_numbers)}"
    administer(folder, f"CREATE DATABASE {name}")
    return url_of(folder, name)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, wait=5) as opened:
        yield opened


@dataclass
class Fetcher:
    """Saves a whole listing as one run, the way the daily job does."""

    store: Store

    def __call__(
        self, rows: list[ParsedRow], now: datetime, *, complete: bool = True, scope: ListingScope | None = None
    ) -> Saved:
        with self.run(now) as run_id:
            return self.store.save_listing(
                rows, run_id=run_id, now=now, complete=complete, scope=scope or ListingScope()
            )

    @contextmanager
    def run(self, now: datetime) -> Iterator[int]:
        run_id = self.store.begin_run("fetch", now)
        yield run_id
        self.store.finish_run(run_id, "ok", {}, now)


@pytest.fixture
def fetch(store: Store) -> Fetcher:
    return Fetcher(store)


@pytest.fixture
def tables(store_url: str) -> Callable[[], dict[str, list[tuple[object, ...]]]]:
    """Reads every row of every table of calls, past the store; on SQLite with the rowids, which a rewrite changes."""

    def read() -> dict[str, list[tuple[object, ...]]]:
        engine = sa.create_engine(store_url)
        physical = "rowid" if engine.dialect.name == "sqlite" else "ctid::text"
        with engine.connect() as connection:
            found = {
                name: [
                    tuple(r) for r in connection.execute(sa.text(f"SELECT {physical}, t.* FROM {name} t ORDER BY 1"))
                ]
                for name in ("calls", "versions", "raw_rows", "changes", "facts")
            }
        engine.dispose()
        return found

    return read
