"""Every storage test runs on SQLite, and on PostgreSQL where a server can be started."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from matcher.store import ListingScope, Saved, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from matcher.model import ParsedRow

_numbers = count(1)


def _server_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """A private server on a Unix socket; it refuses to run as root, so root lends it the user `postgres`."""
    pytest.importorskip("psycopg", reason="PostgreSQL's driver is not installed")
    programs = _server_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="matcher-pg-"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-A", "trust", "-U", "matcher", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "start", "-w", "-o", settings, "-l", str(folder / "log"))
    yield folder
    run("pg_ctl", "stop", "-m", "immediate")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/matcher.db"
    folder = request.getfixturevalue("postgresql_folder")
    server = sa.create_engine(f"postgresql+psycopg://matcher@/postgres?host={folder}", isolation_level="AUTOCOMMIT")
    name = f"test{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return f"postgresql+psycopg://matcher@/{name}?host={folder}"


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
