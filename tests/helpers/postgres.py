"""A private PostgreSQL server on a Unix socket, for tests and for proofs that run outside of them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.helpers.memory import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator


def server_programs() -> Path | None:
    """The folder of `initdb`; None where PostgreSQL's server is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


_numbers = count(1)

REQUIRED = "MATCHER_TEST_POSTGRESQL"
"""The environment's name for: `required` makes the tests that need PostgreSQL fail where they would be skipped."""


def programs_or_skip() -> Path:
    """The folder of `initdb`; without it, or without the driver, the test that asks is skipped, or fails if it may not.

    `.ci/run` does not let it.
    """
    programs = server_programs()
    missing = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)" if programs is None else None
    if find_spec("psycopg") is None:
        missing = "PostgreSQL's driver is not installed (psycopg)"
    if missing is None and programs is not None:
        return programs
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{missing}, and {REQUIRED} says that it is required.")
    pytest.skip(str(missing))


@contextmanager
def private_cluster(programs: Path) -> Iterator[Path]:
    """The folder of a running server's socket; it refuses to run as root, so root lends it the user `postgres`."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="matcher-pg-", dir=in_memory()))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-A", "trust", "-U", "matcher", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "start", "-w", "-o", settings, "-l", str(folder / "log"))
    try:
        yield folder
    finally:
        run("pg_ctl", "stop", "-m", "immediate")
        shutil.rmtree(folder)


def url_of(folder: Path, database: str) -> str:
    """The URL of a database of a private server."""
    return f"postgresql+psycopg://matcher@/{database}?host={folder}"


def new_database(folder: Path, template: str = "template1") -> str:
    """The URL of a database of its own, empty unless it is made from another one."""
    name = f"test{next(_numbers)}"
    administer(folder, f"CREATE DATABASE {name} TEMPLATE {template}")
    return url_of(folder, name)


def copied_database(url: str) -> str:
    """The URL of a database of its own with what is in another one, in which nobody is."""
    made = sa.make_url(url)
    return new_database(Path(str(made.query["host"])), str(made.database))


def wait_until_alone(url: str) -> None:
    """Returns when nobody else is in the database: a server may still be at the last words of a process that died."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        while connection.execute(sa.text(f"{others} AND backend_type = 'client backend'")).scalar():
            time.sleep(0.001)
    engine.dispose()


def end_others(url: str) -> None:
    """Have the server end every other connection to the database, as when it is started anew."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        connection.execute(sa.text(f"{ended} WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    engine.dispose()


def administer(folder: Path, *statements: str) -> None:
    """Run statements that make or drop databases."""
    server = sa.create_engine(url_of(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    server.dispose()
