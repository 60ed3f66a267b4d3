"""How each fault is caused: context managers that put it in place and take it away, and what is done meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from matcher.store.database import Store
from tests.helpers.faults.scene import FIRST, PORTAL, Scene
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.portal.failures import Fault as Failure
from tests.helpers.portal.failures import Faults
from tests.helpers.portal.rows import topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.helpers.faults.nursery import Done, Job
    from tests.helpers.portal.rows import Row

    Cause = Callable[[Scene], AbstractContextManager[None]]

PAGE = 3
NOWHERE = "http://127.0.0.1:9/search-api/prod/rest"


# The portal


def portal(**faults: object) -> Cause:
    """A portal that fails so (see `Faults`)."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.portal.faults = Faults(**faults)
        yield
        scene.portal.faults = Faults()

    return cause


def once(*failures: Failure) -> Cause:
    """The next requests fail so, every other one."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        so_far = len(scene.portal.requests)
        scene.portal.faults = Faults(at={so_far + 1 + 2 * number: failure for number, failure in enumerate(failures)})
        yield
        scene.portal.faults = Faults()

    return cause


def page(failure: Failure, settings: str = PORTAL) -> Cause:
    """One page fails so however often it is asked for."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.configure(settings)
        with portal(pages={PAGE: failure})(scene):
            yield
        scene.configure(PORTAL)

    return cause


IMPATIENT = PORTAL.replace("attempts = 2", "attempts = 1").replace("timeout = 5.0", "timeout = 0.75")
"""With these settings an answer may take three seconds."""


@contextmanager
def unreachable(scene: Scene) -> Iterator[None]:
    scene.portal_url = NOWHERE
    yield
    scene.portal_url = ""


@contextmanager
def unreachable_at_first(scene: Scene) -> Iterator[None]:
    shutil.rmtree(scene.home)
    with unreachable(scene):
        yield


def listing(change: Callable[[list[Row]], list[Row]], settings: str = "") -> Cause:
    """The portal lists something else."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.configure(PORTAL + settings)
        scene.portal.index.replace(change(scene.rows))
        yield
        scene.portal.index.replace(scene.rows)
        scene.configure(PORTAL)

    return cause


def claims(rows: int) -> Cause:
    """The portal says that it has so many rows, whatever is asked."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.portal.index.claimed = rows
        yield
        scene.portal.index.claimed = None

    return cause


def with_new_status(rows: list[Row]) -> list[Row]:
    """Some more calls, of a status that nobody knows."""
    return [*rows, *(topic(number, status=["31094577"]) for number in range(1000, 1030))]


def deadlines_moved(rows: list[Row]) -> list[Row]:
    """Every known call closes a year later."""
    later = {"deadlineDate": ["2028-03-01T00:00:00.000+0000"], "actions": None}
    return [*({**row, "metadata": {**row["metadata"], **later}} for row in rows[:-2]), *rows[-2:]]


def spelt_otherwise(rows: list[Row]) -> list[Row]:
    """Every identifier with a blank behind it, and with the hyphens of a word processor."""
    changed = []
    for row in rows:
        identifier = row["metadata"]["identifier"][0]
        changed.append(
            {**row, "metadata": {**row["metadata"], "identifier": [identifier.replace("-", "\u2011") + " "]}}
        )
    return changed


def renamed(field: str, *, every: int = 1) -> Callable[[list[Row]], list[Row]]:
    """Rows in which a field has another name, in every so many."""

    def change(rows: list[Row]) -> list[Row]:
        changed = []
        for number, row in enumerate(rows):
            metadata = dict(row["metadata"])
            if number % every == 0 and field in metadata:
                metadata[f"{field}New"] = metadata.pop(field)
            changed.append({**row, "metadata": metadata})
        return changed

    return change


def unreadable(identifier: str) -> Callable[[list[Row]], list[Row]]:
    """The row of one call lost its identifier's field."""

    def change(rows: list[Row]) -> list[Row]:
        broken = renamed("identifier")
        return [broken([row])[0] if row["metadata"]["identifier"] == [identifier] else row for row in rows]

    return change


# Clocks


@contextmanager
def portal_of_2100(scene: Scene) -> Iterator[None]:
    """The portal's answers are dated in a year that nobody believes."""
    scene.portal.clock = lambda: datetime(2100, 1, 1, tzinfo=UTC)
    yield
    scene.portal.clock = None


def portal_clock(**span: float) -> Cause:
    """Our clock is that far ahead of the portal's."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.portal.clock = lambda: datetime.now(UTC) - timedelta(**span)
        yield
        scene.portal.clock = None

    return cause


JUMP = """
import matcher.app.home
from datetime import UTC, datetime, timedelta
from itertools import count
calls = count()
matcher.app.home.Home.__init__.__kwdefaults__["clock"] = lambda: (
    datetime.now(UTC) - timedelta(days=2 if next(calls) > 8 else 0)
)
"""


@contextmanager
def clock_set_back(scene: Scene) -> Iterator[None]:
    scene.prelude = JUMP
    yield
    scene.prelude = ""


@contextmanager
def dead_run_from_tomorrow(scene: Scene) -> Iterator[None]:
    """A run of another machine, whose clock was a day ahead, died with the lock."""
    with Store.open(f"sqlite:///{scene.database}") as store:
        store.runs.begin("run", datetime.now(UTC) + timedelta(days=1))
    _move_lock(scene, "host = 'elsewhere'")
    yield


def _move_lock(scene: Scene, changes: str) -> None:
    with closing(sqlite3.connect(scene.database)) as connection, connection:
        connection.execute(f"UPDATE locks SET {changes}")


# Disk and database files


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """The folder is a file system of its own, with what was there; what comes of it stays."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "matcher-fault", folder], check=True)
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield
        shutil.rmtree(aside)
        shutil.copytree(folder, aside)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()
        aside.rename(folder)


def disk_full(left: int, part: str = "") -> Cause:
    """Only so many bytes are left for the home, or a folder in it."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        folder = scene.home / part
        with mounted(folder):
            filler = folder / "filler"
            filler.write_bytes(bytes(shutil.disk_usage(folder).free - left))
            yield
            filler.unlink()

    return cause


@contextmanager
def read_only(scene: Scene) -> Iterator[None]:
    with mounted(scene.home):
        subprocess.run(["mount", "-o", "remount,ro", scene.home], check=True)
        yield


@contextmanager
def foreign_home(scene: Scene) -> Iterator[None]:
    """The home belongs to another user."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    scene.home.chmod(0o755)
    scene.user = 65534
    yield
    scene.user = 0


IN_A_HURRY = """
from matcher.store.database import Store
Store.open.__func__.__kwdefaults__["wait"] = 1.0
"""


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Another program holds the database for longer than anybody waits."""
    scene.prelude = IN_A_HURRY
    with closing(sqlite3.connect(scene.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    scene.prelude = ""


@contextmanager
def removed(scene: Scene) -> Iterator[None]:
    _files(scene, Path.unlink)
    yield


def _files(scene: Scene, change: Callable[[Path], object]) -> None:
    for path in scene.home.glob("matcher.db*"):
        change(path)


@contextmanager
def nothing(scene: Scene) -> Iterator[None]:
    """What goes wrong happens while the run is at work."""
    yield


def run_with_database_removed(scene: Scene) -> Done:
    """The file is moved away half-way, and put back after the run."""
    with held(scene) as job:
        kept = [(path, path.rename(path.with_name(f"away-{path.name}"))) for path in scene.home.glob("matcher.db*")]
    done = job.wait()
    _files(scene, Path.unlink)
    for path, away in kept:
        away.rename(path)
    return done


@contextmanager
def held(scene: Scene) -> Iterator[Job]:
    """A run that stands still while it reads the listing, and goes on at the end."""
    scene.configure(PORTAL.replace("rate = 1000", "rate = 2"))
    so_far = len(scene.portal.requests)
    job = scene.start_run()
    wait_for(lambda: len(scene.portal.requests) > so_far)
    job.stop(signal.SIGSTOP)
    scene.configure(PORTAL)
    try:
        yield job
    finally:
        job.stop(signal.SIGCONT)


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.01)


def damaged(damage: Callable[[bytes], bytes]) -> Cause:
    """The database file is damaged, and put back from a backup afterwards."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        backup = scene.folder / "backup.db"
        with Store.open(f"sqlite:///{scene.database}") as store:
            store.maintenance.back_up(backup)
        with closing(sqlite3.connect(scene.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _files(scene, lambda path: path.unlink() if path.suffix != ".db" else None)
        broken = damage(scene.database.read_bytes())
        scene.database.write_bytes(broken)
        yield
        if scene.database.read_bytes()[: len(broken)] != broken:
            raise AssertionError("the damaged file was written to")
        _files(scene, Path.unlink)
        shutil.copy2(backup, scene.database)

    return cause


def head_lost(content: bytes) -> bytes:
    return b"\0" * 4096 + content[4096:]


def pages_lost(content: bytes) -> bytes:
    return content[:4096] + b"\xa5" * (len(content) - 4096)


@contextmanager
def newer(scene: Scene) -> Iterator[None]:
    _version(scene, "9999")
    yield
    _version(scene, scene_version())


def scene_version() -> str:
    from matcher.store.schema import HEAD

    return HEAD


def _version(scene: Scene, number: str) -> None:
    with closing(sqlite3.connect(scene.database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (number,))


# The index


@contextmanager
def index_cut(scene: Scene) -> Iterator[None]:
    """The index lost its second half."""
    path = scene.home / "index" / "generation"
    os.truncate(path, path.stat().st_size // 2)
    yield


@contextmanager
def index_head_garbled(scene: Scene) -> Iterator[None]:
    path = scene.home / "index" / "generation"
    path.write_bytes(b"\xff\0../../etc\n" + path.read_bytes().partition(b"\n")[2])
    yield


# Two at once


def second_run(scene: Scene) -> Done:
    """A run while another one reads the listing; what the second says is looked at, the first one must go well."""
    with held(scene) as first:
        second = scene.run()
    if (done := first.wait()).code:
        raise AssertionError(f"the first run ended with {done}")
    return second


def silent_run(scene: Scene) -> Done:
    """A run on another machine gave no sign for an hour, is taken over, and wakes up again."""
    with held(scene) as first:
        before = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
        _move_lock(scene, f"host = 'elsewhere', heartbeat = '{before}'")
        if (done := scene.run()).code:
            raise AssertionError(f"the run that took over ended with {done}")
    return first.wait()


SCHEDULER = f"""
import time
import matcher.app.home, matcher.schedule.loop
from datetime import datetime, timedelta
began = time.time()
morning = datetime.fromisoformat("{FIRST + timedelta(days=1)}T08:00+00:00")
clock = lambda: morning + timedelta(seconds=time.time() - began)
matcher.app.home.Home.__init__.__kwdefaults__["clock"] = clock
matcher.schedule.loop.Scheduler.__init__.__kwdefaults__["clock"] = clock
"""


def two_schedulers(scene: Scene) -> Done:
    """Two schedulers that both find the daily run and the clean-up due."""
    scene.configure(PORTAL, '[schedule]\narchive = ""\n')
    jobs = [scene.start("--quiet", "schedule", prelude=SCHEDULER) for _ in range(2)]
    wait_for(lambda: {"run", "clean"} <= {run.kind for run in _ended(scene)})
    time.sleep(1)
    for job in jobs:
        job.stop()
    dones = [job.wait() for job in jobs]
    kinds = [run.kind for run in _ended(scene)]
    if (kinds.count("run"), kinds.count("clean")) != (2, 1):  # one of them on the good day
        raise AssertionError(f"not once: {kinds}; {dones}")
    scene.configure(PORTAL)
    return next((done for done in dones if done.code), dones[0])


def _ended(scene: Scene) -> list:
    with scene.store() as store:
        return [run for run in store.runs.last(50) if run.outcome in {"ok", "partial"}]


# The mail server


@contextmanager
def no_mail_server(scene: Scene) -> Iterator[None]:
    scene.elsewhere = {"MATCHER_SMTP_URL": "smtp://127.0.0.1:9"}
    yield
    scene.elsewhere = {}


def other_server(password: str = "", **options: object) -> Cause:
    """A mail server that is not as the set-up has it."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        with LocalSmtp(**options) as server:
            scene.elsewhere = {"MATCHER_SMTP_URL": server.url, "MATCHER_SMTP_PASSWORD": password}
            yield
        scene.elsewhere = {}

    return cause


def at_mail(reply: str) -> Cause:
    """What the server says to every mail before it knows whom it is for."""

    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.smtp.script.mail.extend([reply] * 9)
        yield
        scene.smtp.script.mail.clear()

    return cause


@contextmanager
def one_mail_each(scene: Scene) -> Iterator[None]:
    """The server closes each connection after a mail; today there are three to send."""
    scene.subscribe("".join(_OTHER.format(number=number) for number in range(2)))
    scene.smtp.script.most = 1
    yield
    scene.smtp.script.most = 0


_OTHER = "  - {{address: other{number}@example.org, institutes: [cea-leti], frequency: daily, threshold: 5}}\n"


def at_rcpt(address: str, reply: str) -> Cause:
    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.smtp.script.always_rcpt[address] = reply
        yield
        scene.smtp.script.always_rcpt.clear()

    return cause


def at_data(address: str, reply: str) -> Cause:
    @contextmanager
    def cause(scene: Scene) -> Iterator[None]:
        scene.smtp.script.at_data(address, reply)
        yield

    return cause
