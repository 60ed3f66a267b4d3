"""Upkeep: what is forgotten and what never is, copies, backups, checks, and every earlier schema's upgrade."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from matcher.errors import StoreBusy, StoreError
from matcher.model.call import pack
from matcher.model.decision import Act, Entry, Owner
from matcher.model.outcomes import Cleaned
from matcher.model.rows import ListingScope, SetAside
from matcher.model.subscription import Mail, Told
from matcher.store import database
from matcher.store.database import Store
from matcher.store.schema import HEAD, metadata
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.listings import DAY, NOW, call, row
from tests.helpers.postgres import new_database

A, B = (call(f"HORIZON-CL4-2027-0{n}") for n in (1, 2))
SECRET = "text of the mail "
KEPT = NOW + 200 * DAY


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request, tmp_path) -> str:
    """Another, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other/matcher.db"
    return new_database(request.getfixturevalue("postgresql_folder"))


def mail(number: int, day: date) -> Mail:
    name = f"<{number}@example.org>"
    return Mail(
        name, f"s{number}", f"s{number}@example.org", day, "Subject", SECRET.encode() * 9, f"<p>{SECRET}", "digest"
    )


def filled(store: Store, fetch) -> None:
    """Two calls, one of them with three versions; rows set aside; a mail sent, one given up, one waiting."""
    fetch([row(A), row(B)], NOW)
    for number in (1, 2):
        with fetch.run(NOW + number * DAY) as run_id:
            changed = row(replace(A, grants=number), NOW + number * DAY)
            scope = ListingScope()
            store.saving.listing([changed, row(B)], run_id=run_id, now=NOW + number * DAY, complete=True, scope=scope)
            store.saving.set_aside([SetAside("k", "odd", b'{"a":%d}' % number)], run_id=run_id, now=NOW + number * DAY)
    fetch([row(replace(A, grants=2), NOW + 2 * DAY), row(B)], NOW + 3 * DAY)
    for number in (1, 2, 3):
        store.outbox.queue(mail(number, NOW.date()), [Told(A.identifier, {"grants": 1})], now=NOW)
    for number in (1, 2):
        store.outbox.claim(f"<{number}@example.org>", NOW)
    store.outbox.sent("<1@example.org>", NOW)
    store.outbox.failed("<2@example.org>", NOW, "refused", blame=True)
    store.decisions.add([Entry(Owner("s1", is_reader=True), B.identifier, Act.DISMISS, NOW, by="s1")])
    store.facts.set("description.none X", "2026-05-07")
    store.facts.set("bulk.etag x", "abc")


def clean(store: Store, before) -> Cleaned:
    run_id = store.runs.begin("clean", KEPT)
    cleaned = store.maintenance.clean(run_id=run_id, before=before)
    store.runs.finish(run_id, "ok", {}, KEPT)
    return cleaned


def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {t.name: sorted(map(repr, connection.execute(sa.select(t)))) for t in metadata.sorted_tables}
    engine.dispose()
    return found


class TestForgetting:
    def test_what_is_old_goes_and_what_was_told_stays(self, store: Store, fetch) -> None:
        filled(store, fetch)
        versions, changes = store.calls.versions(A.identifier), store.calls.changes()
        told = {name: store.told.delivered(name) for name in ("s1", "s2", "s3")}
        raw = store.calls.raw(A.identifier)
        assert clean(store, NOW + 100 * DAY) == Cleaned(raw_rows=4, set_aside=2, mails=2, runs=0)
        assert (store.calls.versions(A.identifier), store.calls.changes()) == (versions, changes)
        assert {name: store.told.delivered(name) for name in told} == told
        assert store.decisions.history(Owner("s1", is_reader=True))
        assert (store.calls.raw(A.identifier), store.calls.raw(B.identifier)) == (raw, row(B).raw)
        assert store.calls.set_aside() == []
        assert [SECRET in store.outbox.get(f"<{n}@example.org>").mail.body.decode() for n in (1, 2, 3)] == [
            False,
            False,
            True,
        ]
        assert clean(store, NOW + 100 * DAY) == Cleaned()
        assert store.maintenance.check() == []

    def test_what_is_young_stays(self, store: Store, fetch, tables) -> None:
        filled(store, fetch)
        before = tables()
        assert clean(store, NOW) == Cleaned()
        assert tables() == before

    def test_a_mail_whose_text_was_forgotten_is_not_sent_again(self, store: Store, fetch) -> None:
        filled(store, fetch)
        assert store.outbox.requeue("<1@example.org>", NOW)
        store.outbox.claim("<1@example.org>", NOW)
        store.outbox.sent("<1@example.org>", NOW)
        clean(store, KEPT)
        assert not store.outbox.requeue("<1@example.org>", KEPT)
        assert not store.outbox.requeue("<2@example.org>", KEPT)

    def test_years_of_days_with_nothing_new_leave_a_bounded_number_of_runs(self, store: Store, fetch) -> None:
        fetch([row(A)], NOW)
        for number in range(1, 60):
            now = NOW + number * DAY
            for kind in ("fetch", "run"):
                store.runs.finish(store.runs.begin(kind, now), "ok", {"problems": ["x" * 100]}, now)
            run_id = store.runs.begin("clean", now)
            store.maintenance.clean(run_id=run_id, before=now - 10 * DAY)
            store.runs.finish(run_id, "ok", {}, now)
        kept = store.runs.last(1000)
        assert len(kept) <= 3 * 11 + 1
        assert kept[-1].started == NOW  # the version refers to it
        assert kept[-1].detail == {}

    def test_the_newest_run_of_each_kind_stays(self, store: Store) -> None:
        for number in range(3):
            now = NOW + number * DAY
            store.runs.finish(store.runs.begin("run", now), "ok", {"a": number}, now)
        assert clean(store, KEPT - DAY).runs == 2
        assert [run.detail for run in store.runs.last(kind="run")] == [{"a": 2}]

    def test_dated_facts(self, store: Store) -> None:
        store.facts.set("description.none X", "2026-05-07")
        store.facts.set("description.none Y", "2026-06-07")
        store.facts.set("descriptionZnone Y", "2026-05-07")
        assert store.facts.forget("description.none ", date(2026, 6, 1)) == 1
        assert store.facts.get("description.none X") is None
        assert store.facts.get("description.none Y") == store.facts.get("descriptionZnone Y").replace("05", "06")

    def test_needs_the_lock(self, store: Store) -> None:
        with pytest.raises(StoreBusy):
            store.maintenance.clean(run_id=7, before=NOW)

    def test_a_file_gives_freed_space_back(self, tmp_path) -> None:
        file = tmp_path / "matcher.db"
        with Store.open(f"sqlite:///{file}") as store:
            store.facts.set("a", "x" * 2_000_000)
            store.facts.set("a", None)
            store.maintenance.compact()
            assert file.stat().st_size < 1_000_000


class TestCopying:
    def test_everything_in_both_directions(self, store: Store, store_url: str, other_url: str, fetch) -> None:
        filled(store, fetch)
        with Store.open(other_url) as other:
            counts = store.maintenance.copy_to(other.maintenance)
            assert counts["versions"] == 4
            assert other.maintenance.check() == []
            assert list(other.calls.all()) == list(store.calls.all())
            assert other.calls.changes() == store.calls.changes()
            assert other.told.delivered("s1") == store.told.delivered("s1")
            assert [m.mail for m in other.outbox.listed()] == [m.mail for m in store.outbox.listed()]
            # numbers go on: nothing that is added meets what was copied
            run_id = other.runs.begin("fetch", KEPT)
            assert run_id == max(run.identifier for run in store.runs.last(100)) + 1
            saved = other.saving.listing(
                [row(replace(B, grants=9), KEPT)],
                run_id=run_id,
                now=KEPT,
                complete=False,
                scope=ListingScope(),
            )
            assert saved.changed == 1
            other.saving.set_aside([SetAside("k", "odd", b"{}")], run_id=run_id, now=KEPT)
            other.runs.finish(run_id, "ok", {}, KEPT)

    def test_to_and_fro_is_the_same(self, store: Store, store_url: str, other_url: str, tmp_path, fetch) -> None:
        filled(store, fetch)
        back = f"sqlite:///{tmp_path}/back.db"
        with Store.open(other_url) as other, Store.open(back) as again:
            store.maintenance.copy_to(other.maintenance)
            other.maintenance.copy_to(again.maintenance)
        assert content(back) == content(store_url)

    def test_a_target_that_holds_anything_is_refused_and_left_alone(self, store: Store, other_url: str, fetch) -> None:
        fetch([row(A)], NOW)
        with Store.open(other_url) as other:
            other.facts.set("only", "this")
            with pytest.raises(StoreError, match="is not empty"):
                store.maintenance.copy_to(other.maintenance)
            assert list(other.calls.all()) == []

    def test_a_run_at_work_is_not_at_work_in_the_copy(self, store: Store, other_url: str) -> None:
        store.runs.begin("run", NOW)
        with Store.open(other_url) as other:
            store.maintenance.copy_to(other.maintenance)
            assert [run.outcome for run in other.runs.last()] == ["interrupted"]
            other.runs.begin("run", NOW)


class TestBackup:
    def test_is_a_database_of_its_own(self, store: Store, tmp_path, fetch) -> None:
        filled(store, fetch)
        file = tmp_path / "backup.db"
        store.maintenance.back_up(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["backup.db"]
        moved = tmp_path / "elsewhere" / "matcher.db"
        moved.parent.mkdir()
        shutil.copy(file, moved)
        with Store.open(f"sqlite:///{moved}") as copy:
            assert copy.maintenance.check() == []
            assert list(copy.calls.all()) == list(store.calls.all())
            assert copy.runs.begin("fetch", KEPT)

    def test_replaces_an_earlier_one_and_nothing_else(self, store: Store, tmp_path, fetch) -> None:
        file = tmp_path / "backup.db"
        store.maintenance.back_up(file)
        fetch([row(A)], NOW)
        store.maintenance.back_up(file)
        with Store.open(f"sqlite:///{file}", read_only=True) as copy:
            assert list(copy.calls.all()) == [A]
        file.write_text("a letter")
        with pytest.raises(StoreError, match="no database of matcher"):
            store.maintenance.back_up(file)
        assert file.read_text() == "a letter"
        with pytest.raises(StoreError, match="cannot be made"):
            store.maintenance.back_up(tmp_path / "none" / "backup.db")

    def test_over_the_database_itself_is_refused(self, tmp_path) -> None:
        file, link = tmp_path / "own.db", tmp_path / "link.db"
        link.symlink_to(file)
        with Store.open(f"sqlite:///{file}") as store:
            before = file.stat().st_ino
            for name in (file, link):
                with pytest.raises(StoreError, match="is the database itself"):
                    store.maintenance.back_up(name)
            assert file.stat().st_ino == before
            store.runs.finish(store.runs.begin("fetch", NOW), "ok", {}, NOW)

    def test_is_whole_while_a_writer_works(self, store: Store, store_url: str, tmp_path, fetch) -> None:
        fetch([row(A)], NOW)
        done = threading.Event()

        def write() -> None:
            with Store.open(store_url) as writer:
                for number in count(1):
                    if done.is_set():
                        return
                    now = NOW + number * DAY / 1000
                    run_id = writer.runs.begin("fetch", now)
                    rows = [row(replace(A, grants=number), now), *(row(call(f"X-{number}-{n}"), now) for n in range(5))]
                    scope = ListingScope()
                    writer.saving.listing(rows, run_id=run_id, now=now, complete=False, scope=scope)
                    writer.runs.finish(run_id, "ok", {}, now)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            for number in range(5):
                file = tmp_path / f"{number}.db"
                store.maintenance.back_up(file)
                with Store.open(f"sqlite:///{file}", read_only=True) as copy:
                    assert copy.maintenance.check() == []
                    assert len(list(copy.calls.all())) % 5 == 1
        finally:
            done.set()
            thread.join()


class TestChecking:
    @pytest.mark.parametrize(
        ("statement", "says"),
        [
            ("UPDATE versions SET body = :junk WHERE number = 1", "Version 1 of HORIZON-CL4-2027-02 cannot be read"),
            ("UPDATE calls SET version = 7", "Version 7 of HORIZON-CL4-2027-01, the current one, is not there"),
            ("UPDATE calls SET content_hash = 'x'", "is not the one that its hash was made of"),
            ("UPDATE raw_rows SET data = :junk", "cannot be read"),
            ("UPDATE raw_rows SET data = :other", "is not the one that its hash was made of"),
            ("UPDATE outbox SET body = :junk", "The mail <1@example.org> cannot be read"),
            ("DELETE FROM versions WHERE number = 2", "HORIZON-CL4-2027-01 has 2 versions, and the newest is number 3"),
        ],
    )
    def test_tells_what_is_wrong(self, store: Store, store_url: str, fetch, statement: str, says: str) -> None:
        filled(store, fetch)
        assert store.maintenance.check() == []
        values = {"junk": b"junk", "other": zlib.compress(b"other")}
        engine = sa.create_engine(store_url)
        with engine.begin() as connection:
            connection.execute(sa.text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
        engine.dispose()
        assert any(says in finding for finding in store.maintenance.check())

    def test_a_body_that_is_another_call(self, store: Store, store_url: str, fetch) -> None:
        filled(store, fetch)
        engine = sa.create_engine(store_url)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE versions SET body = :body WHERE number = 3"), {"body": pack(B)})
        engine.dispose()
        assert any("its hash" in finding for finding in store.maintenance.check())

    def test_references_and_pages_of_a_file(self, tmp_path) -> None:
        file = tmp_path / "matcher.db"
        with Store.open(f"sqlite:///{file}") as store:
            store.runs.finish(store.runs.begin("fetch", NOW), "ok", {}, NOW)
            with closing(sqlite3.connect(file, isolation_level=None)) as connection:
                connection.execute("INSERT INTO set_aside (run_id, key, reason, raw) VALUES (99, 'k', 'r', 'none')")
                connection.execute("PRAGMA writable_schema=ON")
                connection.execute("DELETE FROM sqlite_master WHERE name = 'ix_runs_outcome'")
        with Store.open(f"sqlite:///{file}", read_only=True) as store:
            findings = store.maintenance.check()
        assert any("refers to a row of runs that is not there" in f for f in findings)
        assert any(f.startswith("SQLite: ") for f in findings)


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    return sorted(s.revision for s in ScriptDirectory.from_config(config).walk_revisions())


def at_revision(url: str, revision: str) -> sa.Engine:
    """A database as an earlier version of the product left it."""
    from alembic import command

    if url.startswith("sqlite"):
        Store.open(url).close()  # marks the file as ours
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
                if not name.startswith("sqlite_"):
                    connection.execute(f"DROP TABLE {name}")
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


SCHEMAS = {"sqlite": revisions(), "postgresql": either(short=revisions()[::3], long=revisions())}


@has_a_long_form
@pytest.mark.parametrize(
    ("empty_url", "revision"), [(name, one) for name, found in SCHEMAS.items() for one in found], indirect=["empty_url"]
)
def test_every_earlier_schema_is_brought_up_to_date_with_its_data(empty_url: str, tmp_path, revision: str) -> None:
    with Store.open(f"sqlite:///{tmp_path}/now.db") as now:
        from tests.helpers.listings import Fetcher

        filled(now, Fetcher(now))
        expected = list(now.calls.all()), now.calls.changes(), now.calls.versions(A.identifier), now.calls.set_aside()
    engine = at_revision(empty_url, revision)
    old = sa.MetaData()
    old.reflect(engine)
    known = [t for t in metadata.sorted_tables if t.name in old.tables]
    newer = sa.create_engine(f"sqlite:///{tmp_path}/now.db")
    with newer.connect() as reading, engine.begin() as connection:
        for t in known:
            rows = [
                {k: v for k, v in r.items() if k in old.tables[t.name].c}
                for r in reading.execute(sa.select(t)).mappings()
            ]
            if rows:
                columns = [c.name for c in t.columns if c.name in old.tables[t.name].c]
                connection.execute(sa.insert(t).values({c: sa.bindparam(c) for c in columns}), rows)
        if engine.dialect.name == "postgresql":
            for t in known:
                if "id" in t.c:
                    connection.execute(sa.text(f"SELECT setval('{t.name}_id_seq', 1000)"))
    engine.dispose()
    newer.dispose()
    if revision != HEAD:
        with pytest.raises(StoreError, match="db upgrade"):
            Store.open(empty_url, read_only=True)
    with Store.open(empty_url) as store:
        assert (
            list(store.calls.all()),
            store.calls.changes(),
            store.calls.versions(A.identifier),
            store.calls.set_aside(),
        ) == expected
        assert store.maintenance.check() == []
        run_id = store.runs.begin("fetch", KEPT)
        store.runs.finish(run_id, "ok", {}, KEPT)
        assert store.outbox.queue(mail(9, NOW.date()), [], now=NOW)


def test_a_command_for_each(tmp_path, run, fetched) -> None:
    there = f"sqlite:///{tmp_path}/copy.db"
    here = f"sqlite:///{fetched.home}/matcher.db"
    assert run(fetched, "db", "upgrade").code == 0
    assert '"table": "versions"' in run(fetched, "db", "copy", here, there, "--json").out
    again = run(fetched, "db", "copy", here, there)
    assert (again.code, "is not empty" in again.err) == (1, True)
    assert run(fetched, "db", "backup", str(tmp_path / "backup.db")).code == 0
    assert run(fetched, "db", "check").out == "Everything that is kept is whole.\n"
    with closing(sqlite3.connect(fetched.home / "matcher.db")) as connection, connection:
        connection.execute("UPDATE calls SET content_hash = 'x'")
    broken = run(fetched, "db", "check", "--csv")
    assert broken.code == 1
    assert broken.out.count("its hash") == 12
    (fetched.home / "matcher.db").write_bytes(b"SQLite format 3\0" + b"junk" * 5000)
    assert run(fetched, "db", "check").code == 1


def test_nothing_there(run, place) -> None:
    answer = run(place, "db", "check")
    assert (answer.code, "There is no database" in answer.err) == (1, True)
    assert run(place, "db", "upgrade").code == 0
    assert run(place, "db", "check").code == 0


def test_help_names_every_part(place) -> None:
    import sys

    done = subprocess.run([sys.executable, "-m", "matcher", "db", "--help"], capture_output=True, text=True, check=True)
    assert all(part in done.stdout for part in ("upgrade", "copy", "backup", "check"))
