"""A simulated year of one installation in one process: the real scheduler, a local portal and mail server, no waiting.

The clock stands between two ticks and jumps to the next one. What is not simulated: the portal's pace, the pauses
between mails, and the ticks of APScheduler, of which only those are made at which something can be due.
"""

from __future__ import annotations

import gc
import logging
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from matcher.app.decisions.deciding import decide
from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Cause, Order
from matcher.schedule.loop import Scheduler
from tests.helpers.home import Place, make_config
from tests.helpers.mail.smtp_server import DROP, LocalSmtp
from tests.helpers.mail.smtp_server import Script as Replies
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.server import LocalPortal
from tests.helpers.soak.oracle import READERS
from tests.helpers.soak.script import Down, MailTrouble, Script
from tests.helpers.soak.told import Told, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARIS = ZoneInfo("Europe/Paris")
AT, WEEKLY_AT, AWAKE = time(6, 30), time(2, 30), time(15, 0)
FLEETING = (Fault.TOO_MANY, Fault.ERROR, Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.RESET, Fault.TRUNCATED, Fault.HTML)
DOWN = (Fault.UNAVAILABLE, Fault.RESET, Fault.HTML)

_SETTINGS = """
[portal]
attempts = 8
backoff = 0.001
timeout = 5.0
rate = 1000
[projects]
sources = []
[mail]
rate = 1000
sender = "calls@example.org"
operator = "ops@example.org"
[schedule]
weekly_at = "02:30"
keep_days = {keep_days}
metrics_file = "{metrics}"
"""


@dataclass(frozen=True)
class Sample:
    """Where things stand at the end of a day; sizes in bytes, `kept` that of versions, which are never forgotten."""

    day: int
    calls: int
    versions: int
    store: int
    kept: int
    index: int
    files: int
    descriptors: int
    threads: int
    memory: int
    mails: int
    told: int


@dataclass
class Seen:
    """What came out of a simulation."""

    samples: list[Sample] = field(default_factory=list)
    mails: dict[date, list[Told]] = field(default_factory=dict)
    runs: dict[date, list[tuple[str, str]]] = field(default_factory=dict)  # (kind, outcome), by local day of the start
    overdue: list[tuple[date, str, int]] = field(default_factory=list)  # after a clean-up: what is older than it may be


class Clock:
    """The time; each look at it takes a little."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=20)
        return self.now

    def reach(self, moment: datetime) -> None:
        self.now = max(self.now, moment)


@dataclass(frozen=True)
class Pace:
    """How much of a simulation is done: what a long one is made with."""

    keep_days: int = 90  # of schedule.keep_days
    measured_every: int = 30  # days
    looks: tuple[int, ...] = (0, 1, 2, 3, 4, 8, 12, 16, 20, 24)  # hours of a day after which the scheduler ticks


class Year:
    """One simulation in a folder; `run` does it."""

    def __init__(self, script: Script, folder: Path, pace: Pace) -> None:
        self.script = script
        self.pace = pace
        self.place = Place(folder / "home", make_config(folder / "config", ("cea-leti", "mines")))
        self.seen = Seen()
        self._clock = Clock(datetime.combine(script.start, time(), tzinfo=PARIS).astimezone(UTC))
        settings = _SETTINGS.format(keep_days=pace.keep_days, metrics=folder / "matcher.prom")
        (self.place.config / "matcher.toml").write_text(settings, encoding="utf-8")
        (self.place.config / "subscribers.yaml").write_text(_subscribers(), encoding="utf-8")

    def run(self, progress: Callable[[Sample], None] = lambda _sample: None) -> Seen:
        rows = self.script.rows(self.script.start)
        with _silence(), LocalPortal(rows, clock=lambda: self._clock.now) as portal, LocalSmtp() as smtp:
            self.place.portal = portal.url
            scheduler = Scheduler(lambda: self._load(smtp.url), clock=self._clock)
            for number, day in enumerate(self.script.calendar(), 1):
                with portal.lock:
                    portal.index.replace(self.script.rows(day))
                    portal.archive = self.script.archive(day)
                smtp.script = self._replies(day)
                self._live(day, scheduler, portal)
                self._decide(day)
                self._collect(day, portal, smtp)
                if number == 1:
                    gc.freeze()  # what is loaded by now stays: the scheduler collects garbage after each task
                if day.day == 1:
                    scheduler.reload()
                if number % self.pace.measured_every == 0 or number in {1, self.script.days}:
                    self.seen.samples.append(self._measure(number))
                    progress(self.seen.samples[-1])
        return self.seen

    def _load(self, smtp: str) -> Home:
        environment = self.place.environment | {"MATCHER_SMTP_URL": smtp}
        return Home(load_settings(environ=environment), clock=self._clock)

    def _live(self, day: date, scheduler: Scheduler, portal: LocalPortal) -> None:
        """The ticks of one day, those on the change of the clocks included."""
        for moment in self._moments(day):
            self._clock.reach(moment)
            is_up = not self._is_down(day, moment)
            kind = DOWN[day.toordinal() % len(DOWN)]
            portal.faults = Faults(0.03, kinds=FLEETING, seed=day.toordinal()) if is_up else Faults(always=kind)
            scheduler.tick()

    def _decide(self, day: date) -> None:
        """What institutes make of calls in the evening."""
        for one in self.script.decisions:
            if one.day == day:
                order = Order(Act.KEEP) if one.kept else Order(Act.DISMISS, Cause.NO_CAPACITY)
                decide(self._load(""), one.institute, [one.call], replace(order, by="soak"))

    def _moments(self, day: date) -> list[datetime]:
        """Some of each night and day, three around the daily run, and more on a morning on which something fails."""
        midnight = datetime.combine(day, time(), tzinfo=PARIS).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=PARIS).astimezone(UTC)
        due = datetime.combine(day, AT, tzinfo=PARIS).astimezone(UTC)
        moments = {midnight + timedelta(minutes=15 + 60 * n) for n in self.pace.looks}
        moments |= {due + timedelta(seconds=n) for n in (-20, 10, 40)}
        if day in self.script.down or day in self.script.mail:
            moments |= {due + timedelta(minutes=n, seconds=30) for n in (*range(5, 60, 5), *range(60, 280, 20))}
        if day in self.script.asleep:
            awake = datetime.combine(day, AWAKE, tzinfo=PARIS).astimezone(UTC)
            moments = {moment for moment in moments if moment >= awake}
        return sorted(moment for moment in moments if moment < end)

    def _is_down(self, day: date, moment: datetime) -> bool:
        how = self.script.down.get(day)
        return how is Down.ALL_DAY or (how is Down.A_QUARTER and moment.astimezone(PARIS).time() < time(6, 45))

    def _replies(self, day: date) -> Replies:
        replies = Replies()
        kind, reader = self.script.mail.get(day, (None, ""))
        address = f"{reader}@example.org"
        if kind is MailTrouble.BUSY:
            replies.at_rcpt(address, "451 4.2.1 busy", "451 4.2.1 busy")
        elif kind is MailTrouble.LOST:
            replies.at_rcpt(address, DROP)
        elif kind is MailTrouble.SERVER:
            replies.mail.append("421 4.3.2 closing")
        return replies

    def _collect(self, day: date, portal: LocalPortal, smtp: LocalSmtp) -> None:
        """What the day brought; the servers' own logs are emptied, or they would be what grows."""
        with portal.lock:
            portal.requests.clear()
            portal.headers.clear()
        for path in (self.place.home / "index").iterdir():  # what is out of use goes by the disk's time
            os.utime(path, (path.stat().st_mtime - 86_400,) * 2)
        self.seen.mails[day] = [told(accepted.body) for accepted in smtp.accepted]
        smtp.accepted.clear()
        begin = datetime.combine(day, time(), tzinfo=PARIS)
        with self._load("").open_store(read_only=True) as store:
            runs = [run for run in store.runs.last(60) if run.started >= begin]
        self.seen.runs[day] = [(run.kind, run.outcome) for run in reversed(runs)]
        if any(run.kind == "clean" for run in runs):
            self.seen.overdue += self._overdue(day)

    def _overdue(self, day: date) -> list[tuple[date, str, int]]:
        """Rows that the clean-up of this day should have taken; looked at past the product."""
        before = datetime.combine(day - timedelta(days=self.pace.keep_days), WEEKLY_AT, tzinfo=PARIS).astimezone(UTC)
        asked = {
            "texts of mails": "SELECT count(*) FROM outbox WHERE created < ? AND length(body) > 20",
            "raw rows": "SELECT count(*) FROM versions v JOIN calls c USING (identifier) "
            "WHERE v.raw IS NOT NULL AND v.number < c.version AND v.seen_at < ?",
            "rows set aside": "SELECT count(*) FROM set_aside s JOIN runs r ON r.id = s.run_id WHERE r.started < ?",
            "unused raw rows": "SELECT count(*) FROM raw_rows WHERE ? != '' AND digest NOT IN "
            "(SELECT raw FROM versions WHERE raw IS NOT NULL UNION SELECT raw FROM set_aside WHERE raw IS NOT NULL)",
        }
        moment = f"{before.replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
        with self._database() as database:
            found = [(day, what, database.execute(query, (moment,)).fetchone()[0]) for what, query in asked.items()]
        return [(day, what, count) for day, what, count in found if count]

    def _measure(self, number: int) -> Sample:
        with self._database() as database:
            calls = database.execute("SELECT count(*) FROM calls").fetchone()[0]
            versions, kept = database.execute("SELECT count(*), sum(length(body)) FROM versions").fetchone()
        home = self.place.home
        files = [path for path in home.rglob("*") if path.is_file()]
        mails = [mail for mails in self.seen.mails.values() for mail in mails]
        return Sample(
            number,
            calls,
            versions,
            sum(path.stat().st_size for path in home.glob("matcher.db*")),
            kept,
            sum(path.stat().st_size for path in files if "index" in path.relative_to(home).parts[0]),
            len(files),
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            _resident(),
            len(mails),
            sum(len(mail.items) for mail in mails),
        )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.place.home / 'matcher.db'}?mode=ro", uri=True)) as database:
            yield database


def _resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _subscribers() -> str:
    """The readers of the oracle, as a person would write them down."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    lines = ["subscribers:"]
    for reader in READERS:
        frequency = "daily" if reader.weekday is None else f"{{weekly: {days[reader.weekday]}}}"
        lines.append(
            f"  - {{id: {reader.identifier}, address: {reader.address}, institutes: {reader.institutes}, "
            f"language: {reader.language}, frequency: {frequency}, threshold: 0, most: 200, "
            f"programmes: {'[DIGITAL]' if reader.digital_only else '[]'}, reminders: {list(reader.reminders)}"
            + (f", mute: {{calls: [{reader.mutes}]}}" if reader.mutes else "")
            + "}"
        )
    return "\n".join(lines) + "\n"


@contextmanager
def _silence() -> Iterator[None]:
    """The scheduler tells of every fault; here they are wanted."""
    logger = logging.getLogger("matcher")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
