"""Every storage test runs on SQLite, and on PostgreSQL where a server can be started."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from matcher.store.database import Store
from tests.helpers.listings import Fetcher
from tests.helpers.postgres import administer, new_database, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPLATE = "with_tables"


@pytest.fixture(autouse=True)
def tables_by_statements() -> None:
    """Not here, where what the migrations make is what is tested."""


@pytest.fixture(scope="session")
def postgresql_with_tables(postgresql_folder: Path) -> Path:
    """The server, with a database from which others are made, so that not every test makes the tables anew."""
    administer(postgresql_folder, f"CREATE DATABASE {TEMPLATE}")
    Store.open(url_of(postgresql_folder, TEMPLATE)).close()
    return postgresql_folder


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store in which nothing was saved; on SQLite its file is still to be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/matcher.db"
    return new_database(request.getfixturevalue("postgresql_with_tables"), TEMPLATE)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/matcher.db"
    return new_database(request.getfixturevalue("postgresql_folder"))


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file from which others are made."""
    file = tmp_path_factory.mktemp("tables") / "matcher.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(store_url: str, sqlite_with_tables: Path) -> Iterator[Store]:
    """An open store in which nothing was saved."""
    if store_url.startswith("sqlite"):
        file = Path(store_url.removeprefix("sqlite:///"))
        file.parent.mkdir(mode=0o700)
        shutil.copy(sqlite_with_tables, file)
    with Store.open(store_url, wait=5) as opened:
        yield opened


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
