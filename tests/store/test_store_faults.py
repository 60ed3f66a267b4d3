"""Kills, second processes, damaged and foreign files, migrations: what is kept and what a person is told."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import stat
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from matcher.errors import StoreBusy, StoreError
from matcher.model.caution import USUAL
from matcher.model.rows import ListingScope
from matcher.store import database
from matcher.store.database import Store
from matcher.store.runs import STALE_AFTER
from matcher.store.schema import HEAD, metadata
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.listings import DAY, NOW, call, row
from tests.helpers.postgres import wait_until_alone
from tests.helpers.processes import in_child

ROWS = 12


def listing(budget: int):
    return [row(call(f"HORIZON-{n:03}", budget_eur=budget)) for n in range(ROWS)]


def one_fetch(url: str, budget: int) -> None:
    with Store.open(url, wait=10) as store:
        run = store.runs.begin("fetch", NOW)
        believed = replace(USUAL, doubted_share=1.0)
        options = {"run_id": run, "now": NOW, "complete": True, "scope": ListingScope()}
        store.saving.listing(listing(budget), **options, caution=believed)
        store.runs.finish(run, "ok", {}, NOW)


def die_at_statement(number: int) -> None:
    """Arranges a kill -9 of this process just before its n-th statement (commits count as statements)."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)


def check_whole(url: str, was_killed: bool) -> int:
    """The store opens and holds one whole listing, whose budget is returned; the next run finds the dead one."""
    with Store.open(url, wait=10) as store:
        budgets = {c.budget_eur for c in store.calls.all()}
        assert len(budgets) == 1
        assert sum(1 for _ in store.calls.all()) == ROWS
        (budget,) = budgets
        numbers = {len(store.calls.versions(f"HORIZON-{n:03}")) for n in range(ROWS)}
        assert len(numbers) == 1
        amended = [c for c in store.calls.changes() if c.field == "budget_eur"]
        assert len(amended) % ROWS == 0
        last = store.runs.last(limit=1)[0]
        run = store.runs.begin("check", NOW)
        if was_killed and last.kind == "fetch" and last.outcome == "running":
            assert store.runs.last(limit=2)[1].outcome == "interrupted"
        assert [r.identifier for r in store.runs.last(limit=500) if r.outcome == "running"] == [run]
        store.runs.finish(run, "ok", {}, NOW)
    return budget


@has_a_long_form
def test_kill_at_every_statement_leaves_a_whole_store(store_url: str) -> None:
    one_fetch(store_url, 1)
    outcomes = set()
    step = either(short=5 if store_url.startswith("postgresql") else 2, long=1)
    for number in range(1, 200, step):

        def work(number: int = number) -> None:
            die_at_statement(number)
            one_fetch(store_url, number + 1)

        _, status = os.waitpid(in_child(work), 0)
        killed = os.WIFSIGNALED(status)
        outcomes.add(check_whole(store_url, killed) == number + 1)
        if not killed:
            assert os.WEXITSTATUS(status) == 0
            break
    assert not killed, "the last fetch went through"
    assert number > 12, "there were enough points to kill at"
    assert outcomes == {True, False}


@has_a_long_form
def test_kill_at_any_moment_leaves_a_whole_store(store_url: str) -> None:
    one_fetch(store_url, 1)
    moments = random.Random(7)
    for attempt in range(either(short=5, long=12)):

        def work(attempt: int = attempt) -> None:
            for budget in range(1000):
                one_fetch(store_url, 100 + attempt * 1000 + budget)

        pid = in_child(work)
        time.sleep(moments.uniform(0.03, 0.3))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if store_url.startswith("postgresql"):
            wait_until_alone(store_url)
        check_whole(store_url, was_killed=True)
    if store_url.startswith("sqlite"):
        with closing(sqlite3.connect(store_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_kill_while_the_tables_are_made_leaves_a_store_that_opens(empty_url: str) -> None:
    for number in (1, 2, 3, 5, 8, 13, 21, 30):

        def work(number: int = number) -> None:
            die_at_statement(number)
            one_fetch(empty_url, 1)

        os.waitpid(in_child(work), 0)
    one_fetch(empty_url, 1)
    check_whole(empty_url, was_killed=False)


def test_two_processes_lose_nothing(store_url: str) -> None:
    def writer(name: str) -> None:
        with Store.open(store_url, wait=20) as store:
            for number in range(6):
                while True:
                    try:
                        run = store.runs.begin(name, NOW)
                        break
                    except StoreBusy:
                        time.sleep(0.005)
                rows = [row(call(f"{name}-{number}-{n}")) for n in range(20)]
                store.saving.listing(rows, run_id=run, now=NOW, complete=False, scope=ListingScope())
                store.facts.set(f"{name}-{number}", "done")
                store.runs.finish(run, "ok", {}, NOW)

    children = [in_child(lambda name=name: writer(name)) for name in ("ONE", "TWO")]  # the first start is a race too
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0]
    with Store.open(store_url) as store:
        assert sum(1 for _ in store.calls.all()) == 2 * 6 * 20
        assert [r.outcome for r in store.runs.last()] == ["ok"] * 12
        assert store.revision == 12
        assert all(store.facts.get(f"{name}-{n}") == "done" for name in ("ONE", "TWO") for n in range(6))


def test_a_dead_process_is_taken_over_at_once_a_far_one_when_its_heart_stops(store_url: str) -> None:
    def leave_running() -> None:
        Store.open(store_url).runs.begin("fetch", NOW)

    os.waitpid(in_child(leave_running), 0)
    with Store.open(store_url) as store:
        run = store.runs.begin("fetch", NOW)
        assert [r.outcome for r in store.runs.last()] == ["running", "interrupted"]
        execute(store_url, "UPDATE locks SET host = 'another-machine', pid = 1")
        with pytest.raises(StoreBusy, match="another-machine"):
            store.runs.begin("fetch", NOW + STALE_AFTER)
        assert store.runs.begin("fetch", NOW + STALE_AFTER + DAY) > run


def test_a_reused_process_id_is_not_the_owner(store_url: str) -> None:
    with Store.open(store_url) as store:
        run = store.runs.begin("fetch", NOW)
        execute(store_url, "UPDATE locks SET process_start = '1' WHERE host = :host", host=socket.gethostname())
        assert store.runs.begin("fetch", NOW) > run


def execute(url: str, statement: str, **parameters: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), parameters)
    engine.dispose()


def test_a_writer_waits_for_another_then_says_busy(store_url: str) -> None:
    with Store.open(store_url, wait=0.2) as hasty, Store.open(store_url, wait=20) as patient:
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with Store.open(store_url) as other, other._transactions.writing():
                entered.set()
                leave.wait(20)

        thread = threading.Thread(target=hold)
        thread.start()
        entered.wait(20)
        with pytest.raises(StoreBusy, match="run again later"):
            hasty.facts.set("key", "hasty")
        threading.Timer(0.3, leave.set).start()
        patient.facts.set("key", "patient")
        thread.join()
        assert hasty.facts.get("key") == "patient"


class TestSchema:
    def test_the_tables_are_those_the_migrations_make(self, empty_url: str) -> None:
        Store.open(empty_url).close()
        engine = sa.create_engine(empty_url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        engine.dispose()

    def test_the_newest_migration_is_the_head(self) -> None:
        folder = Path(database.__file__).parent / "migrations"
        config = Config()
        config.set_main_option("script_location", str(folder))
        assert ScriptDirectory.from_config(config).get_current_head() == HEAD

    def test_a_newer_schema_is_refused(self, store_url: str) -> None:
        Store.open(store_url).close()
        execute(store_url, "UPDATE alembic_version SET version_num = '9999'")
        for read_only in (False, True):
            with pytest.raises(StoreError, match="newer matcher: upgrade matcher"):
                Store.open(store_url, read_only=read_only)

    def test_an_older_or_empty_schema_is_not_read(self, store_url: str) -> None:
        Store.open(store_url).close()
        execute(store_url, "UPDATE alembic_version SET version_num = '0000'")
        with pytest.raises(StoreError, match="older matcher: run `matcher db upgrade`"):
            Store.open(store_url, read_only=True)
        execute(store_url, "DROP TABLE alembic_version")
        with pytest.raises(StoreError, match="nothing in the database"):
            Store.open(store_url, read_only=True)


class TestSqliteFiles:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "deep" / "home" / "matcher 100%.db"

    @pytest.fixture
    def url(self, path: Path) -> str:
        return f"sqlite:///{path}"

    def test_files_and_folders_are_private(self, url: str, path: Path) -> None:
        with Store.open(url) as store:
            store.facts.set("key", "value")
            for file in path.parent.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        Store.open(url).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_the_file_is_marked_and_in_wal_mode(self, url: str, path: Path) -> None:
        Store.open(url).close()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA application_id").fetchone()[0] == int.from_bytes(b"MATC")
            assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"

    def test_an_unchanged_fetch_commits_no_page_of_calls(self, url: str, path: Path) -> None:
        with Store.open(url) as store, closing(sqlite3.connect(path)) as watcher:
            run = store.runs.begin("fetch", NOW)
            options = {"run_id": run, "now": NOW, "complete": True, "scope": ListingScope()}
            store.saving.listing(listing(1), **options)
            version = watcher.execute("PRAGMA data_version").fetchone()
            store.saving.listing(listing(1), **options)
            assert watcher.execute("PRAGMA data_version").fetchone() == version
            store.saving.listing(listing(2), **options)
            assert watcher.execute("PRAGMA data_version").fetchone() != version

    def test_not_a_database(self, url: str, path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"something else entirely, long enough to be looked at" * 20)
        for read_only in (False, True):
            with pytest.raises(StoreError, match="is not a database: move it away"):
                Store.open(url, read_only=read_only)

    def test_another_programs_database(self, url: str, path: Path) -> None:
        path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        with pytest.raises(StoreError, match="another program's database"):
            Store.open(url)

    def test_a_damaged_database(self, url: str, path: Path) -> None:
        one_fetch(url, 1)
        data = bytearray(path.read_bytes())
        data[4096:] = os.urandom(len(data) - 4096)
        path.write_bytes(data)
        with pytest.raises(StoreError, match="is damaged: put back a backup"), Store.open(url) as store:
            list(store.calls.all())

    def test_nothing_there_to_read(self, url: str) -> None:
        with pytest.raises(StoreError, match=r"no database at .* yet: run `matcher fetch` first"):
            Store.open(url, read_only=True)

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StoreError, match=r"cannot be made or written .*check the folder"):
            Store.open(f"sqlite:///{tmp_path}/file/matcher.db")

    def test_a_folder_without_leave_to_write(self, tmp_path: Path) -> None:
        def work() -> None:
            if os.geteuid() == 0:
                os.setuid(65534)  # root may write everywhere
            for read_only, advice in ((False, "check the folder and its permissions"), (True, "check the permissions")):
                with pytest.raises(StoreError, match=advice):
                    Store.open(f"sqlite:///{tmp_path}/sealed/matcher.db", read_only=read_only)

        (tmp_path / "sealed").mkdir(mode=0)
        assert os.waitpid(in_child(work), 0)[1] == 0

    @pytest.mark.parametrize("left", [(), ("-wal", "-shm"), ("-wal",)], ids=["closed", "in use", "half a copy"])
    def test_a_folder_that_is_only_read(self, tmp_path: Path, left: tuple[str, ...]) -> None:
        """What stands in the log beside the file is read, or missed aloud, never silently."""
        url = f"sqlite:///{tmp_path}/matcher.db"
        sealed = Path(tempfile.mkdtemp())  # which others can be let into
        with Store.open(url):
            one_fetch(url, 1)
            for end in ("", *left) if left else ():
                shutil.copy(tmp_path / f"matcher.db{end}", sealed)
        if not left:
            shutil.copy(tmp_path / "matcher.db", sealed)
        for copy in sealed.iterdir():
            copy.chmod(0o444)

        def work() -> None:
            if os.geteuid() == 0:
                os.setuid(65534)  # root may write everywhere
            assert not os.access(sealed, os.W_OK)
            if left == ("-wal",):
                with pytest.raises(StoreError, match="copy the folder elsewhere"):
                    Store.open(f"sqlite:///{sealed}/matcher.db", read_only=True)
            else:
                with Store.open(f"sqlite:///{sealed}/matcher.db", read_only=True) as store:
                    assert sum(store.calls.counts().values()) == ROWS

        sealed.chmod(0o555)
        try:
            assert os.waitpid(in_child(work), 0)[1] == 0
        finally:
            sealed.chmod(0o700)
            shutil.rmtree(sealed)

    def test_a_full_disk(self, url: str) -> None:
        with Store.open(url) as store:
            run = store.runs.begin("fetch", NOW)
            with store._transactions.engine.connect() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

            @sa.event.listens_for(store._transactions.engine, "begin")
            def fill(connection: sa.Connection) -> None:
                connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

            with pytest.raises(StoreError, match="disk is full and nothing was saved"):
                store.saving.listing(
                    [row(replace(r.call, title=os.urandom(300).hex())) for r in listing(1)],
                    run_id=run, now=NOW, complete=True, scope=ListingScope(),
                )  # fmt: skip
            assert list(store.calls.all()) == []


class TestPostgresql:
    def test_no_server(self) -> None:
        pytest.importorskip("psycopg")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(StoreError, match="cannot be reached: check that it runs") as caught:
            Store.open(f"postgresql+psycopg://matcher:secret@127.0.0.1:{port}/matcher")
        assert "secret" not in str(caught.value)

    def test_no_such_database_or_user(self, postgresql_folder: Path) -> None:
        with pytest.raises(StoreError, match=r"no such database .*createdb"):
            Store.open(f"postgresql+psycopg://matcher@/nowhere?host={postgresql_folder}")
        with pytest.raises(StoreError, match="refused the user or password"):
            Store.open(f"postgresql://nobody@/postgres?host={postgresql_folder}")

    def test_a_user_without_rights(self, postgresql_folder: Path) -> None:
        admin = f"postgresql+psycopg://matcher@/postgres?host={postgresql_folder}"
        execute(admin, "CREATE ROLE reader LOGIN")
        with pytest.raises(StoreError, match="lacks a right"):
            Store.open(f"postgresql+psycopg://reader@/postgres?host={postgresql_folder}")

    def test_the_connection_comes_back_after_the_server_dropped_it(self, postgresql_folder: Path) -> None:
        url = f"postgresql+psycopg://matcher@/postgres?host={postgresql_folder}"
        with Store.open(url) as store:
            store.facts.set("key", "before")
            execute(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            assert store.facts.get("key") == "before"


@pytest.mark.parametrize("url", ["", "matcher.db", "sqlite://", "sqlite:///:memory:", "mysql://host/db"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(StoreError, match="write it as sqlite:///PATH or postgresql"):
        Store.open(url)
