"""`matcher schedule`: look every half minute at what is due, and do it, until told to stop.

APScheduler only makes the ticks; what is due comes from the store (`matcher.schedule.due`), so a tick more or less
changes nothing. The work is done in the main thread, where signals arrive: SIGTERM and SIGINT end it at the end of the
step at hand (a page of the listing, a mail), or wherever it is when that takes too long, which the store is made for.
"""

from __future__ import annotations

import gc
import logging
import queue
import signal
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from matcher.app.mails.mailing import Mailing
from matcher.app.operation.daily import run_day
from matcher.app.operation.setup_check import every_mistake
from matcher.app.run_context import Observer
from matcher.app.sources.project_fetching import fetch_projects
from matcher.app.sources.upkeep import clean_up, refresh_archive
from matcher.errors import ConfigError, MatcherError, RunGoesOn, RunLost, StoreMissing
from matcher.model.day import brussels_day
from matcher.model.subscription import MailState
from matcher.schedule.due import SKEW, Attempt, Plan, Task, attempts_of, due, plan_of
from matcher.schedule.lines import outlook, summary
from matcher.schedule.metrics import write_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from types import FrameType

    from matcher.app.home import Home
    from matcher.schedule.due import Slots
    from matcher.store.database import Store

STANDS_STILL = "the scheduler stands still"

MAILS_GIVEN_UP = "mails were given up"

TICK_SECONDS = 30

GRACE_SECONDS = 8.0
"""How long the step at hand may take once it is time to leave."""

_AGAIN_SECONDS = 5.0  # what is interrupted has so long to tidy up before it is interrupted there too

_GLANCE_SECONDS = 0.25  # how soon a signal is noticed while there is nothing to do

_RUNS = 30  # of each kind: more than one slot's attempts

_log = logging.getLogger("matcher.schedule.due")


class Stopped(BaseException):
    """It is time to leave; like KeyboardInterrupt, nothing but the loop catches it."""


class Scheduler:
    """The loop; `load` gives a configuration anew (raises ConfigError), `clock` the aware time."""

    def __init__(self, load: Callable[[], Home], *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._load = load
        self._clock = clock
        self._home = _checked(load())
        self._tried: list[Attempt] = []
        self._past: list[Attempt] = []
        self._stands_still: tuple[str, date] | None = None
        self._stopping = False
        self._reloading = False
        self._working = False

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        ticks: queue.Queue[None] = queue.Queue(maxsize=1)
        with self._signals(), _ticking(ticks, TICK_SECONDS):
            self._upgrade()
            _log.info("Started; %s.", self._outlook())
            while not self._stopping:
                if self._reloading:
                    self.reload()
                if _ticked(ticks):
                    self.tick()
            _log.info("Stopped.")

    def tick(self) -> None:
        """Do what is due, one task after the other; what fails is told, and tried again when `schedule.due` says so."""
        self._working = True
        try:
            done: set[Task] = set()
            # Asked anew after each task: another process may have done the next one in the meantime.
            while not self._stopping and (tasks := [task for task in self._due() if task not in done]):
                done.add(tasks[0])
                self._do(tasks[0])
        except Stopped:
            _log.info("The work was interrupted; it goes on at the next start.")
        finally:
            self._working = False

    def reload(self) -> None:
        """Take over the configuration as it is now; one with mistakes is told and the former one stays."""
        self._reloading = False
        try:
            self._home = _checked(self._load())
        except MatcherError as error:
            _log.error("The configuration was not taken over, the former one stays: %s", error)
        else:
            _log.info("The configuration was read again; %s.", self._outlook())

    def _upgrade(self) -> None:
        """A database of an older version is brought up to date; looking at what is due only reads."""
        try:
            with self._home.open_store():
                pass
        except MatcherError as error:
            _log.error("%s", error)

    def _due(self) -> list[Task]:
        now = self._clock()
        noted: list[Attempt] = []
        waiting = False
        try:
            with self._home.open_store(read_only=True) as store:
                for task in Task:
                    noted += attempts_of(store.runs.last(_RUNS, task.value))
                waiting = bool(store.outbox.due(now, 1)) or _stuck(store)
        except StoreMissing:
            pass  # the first run makes it
        except MatcherError as error:
            self._stand_still(error, now)
            return []
        self._stands_still = None
        self._tried = [a for a in self._tried if a.started > now - timedelta(days=8) and not _is_noted(a, noted)]
        self._past = [*noted, *self._tried]
        return due(now, self._plan, self._past, mails_waiting=waiting)

    @property
    def _plan(self) -> Plan:
        settings = self._home.settings
        return plan_of(settings.schedule, projects=bool(settings.projects.sources))

    def _stand_still(self, error: MatcherError, now: datetime) -> None:
        """The database says nothing of what is due: log it and tell the operator, once a day for each reason."""
        reason = (str(error), now.date())
        if reason != self._stands_still:
            self._stands_still = reason
            _log.error("%s", error)
            Mailing(self._home).tell(STANDS_STILL, error)

    def _once(self, slots: Slots) -> tuple[datetime, datetime] | None:
        """Between which times another process may have answered the slot since this one asked what is due."""
        now = self._clock()
        slot = slots.last(now)
        return (slot, now + SKEW) if slot is not None else None

    def _do(self, task: Task) -> None:
        started = self._clock()
        outcome = "failed"
        try:
            outcome = _WORK[task](self)
        except (RunGoesOn, RunLost) as error:
            outcome = "running"
            _log.info("Left to another process: %s", error)
        except Stopped:
            outcome = "interrupted"
            raise
        except Exception as error:  # noqa: BLE001  (told in full; a mistake in one task must not end the loop)
            if isinstance(error, MatcherError):
                _log.error("%s failed: %s", task.name.lower(), error)
            else:
                _log.exception("%s failed in a way that nobody foresaw.", task.name.lower())
            if task in _TOLD:
                Mailing(self._home).tell(_TOLD[task], error, sleep=self._sleep)
        finally:
            if outcome != "running":
                self._tried.append(Attempt(task, started, outcome))
            self._measure()
            # An error of a library can hold the frames of a run in a circle, and by them the open files of its index.
            gc.collect()

    def _daily(self) -> str:
        once = self._once(self._plan.daily)
        began = time.monotonic()
        outcome = run_day(self._home, observer=Observer(self._progress, _log.info, self._sleep), unless=once)
        for problem in outcome.problems:
            _log.warning("%s", problem)
        _log.info("%s", summary(outcome, time.monotonic() - began))
        return outcome.outcome

    def _deliver(self) -> str:
        with self._home.open_store() as store:
            report = Mailing(self._home).deliver(store, sleep=self._sleep)
            day = brussels_day(self._clock())
            if report.failed and Mailing(self._home).notify(store, MAILS_GIVEN_UP, report.problems, day):
                Mailing(self._home).deliver(store, sleep=self._sleep)
        for problem in report.problems:
            _log.warning("%s", problem)
        _log.info("Mails: %d sent, %d wait, %d failed.", report.sent, report.retried, report.failed)
        return "partial" if report.problems else "ok"

    def _archive(self) -> str:
        report = refresh_archive(self._home, self._progress)
        if report is not None:
            _log.info("The archive was read: %d rows, %d new, %d changed.", report.seen, report.new, report.changed)
            for problem in report.problems:
                _log.warning("%s", problem)
        return "ok"

    def _projects(self) -> str:
        report = fetch_projects(self._home, observer=Observer(self._progress, _log.info, self._sleep))
        for problem in report.problems:
            _log.warning("%s", problem)
        if report.problems:
            told = MatcherError(" ".join(report.problems))
            Mailing(self._home).tell(_TOLD[Task.PROJECTS], told, sleep=self._sleep)
        _log.info("The projects were read: %d, %d new, %d changed.", report.projects, report.new, report.changed)
        return report.outcome

    def _clean(self) -> str:
        cleaned = clean_up(self._home, self._clock, unless=self._once(self._plan.clean))
        _log.info("Forgotten: %d raw rows, %d rows set aside, %d mail texts, %d runs.",
                  cleaned.raw_rows, cleaned.set_aside, cleaned.mails, cleaned.runs)  # fmt: skip
        return "ok"

    def _measure(self) -> None:
        try:
            write_metrics(self._home, self._clock())
        except (MatcherError, OSError) as error:
            _log.warning("The metrics were not written: %s", error)

    def _progress(self, _done: int, _total: int) -> None:
        if self._stopping:
            raise Stopped

    def _sleep(self, seconds: float) -> None:
        """Between two mails: the place to leave."""
        end = time.monotonic() + seconds
        while True:
            if self._stopping:
                raise Stopped
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _GLANCE_SECONDS))

    def _outlook(self) -> str:
        return outlook(self._plan, self._clock(), self._due(), self._past)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        handlers = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
            signal.SIGHUP: self._hang_up,
            signal.SIGALRM: self._out_of_time,
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS, _AGAIN_SECONDS)

    def _hang_up(self, _number: int, _frame: FrameType | None) -> None:
        self._reloading = True

    def _out_of_time(self, _number: int, _frame: FrameType | None) -> None:
        if self._working:
            raise Stopped


_TOLD = {
    Task.ARCHIVE: "the archive could not be read",
    Task.PROJECTS: "the projects could not be read",
    Task.CLEAN: "the weekly clean-up failed",
}
"""What the operator is told of where it fails; the daily run and the delivery of mails tell for themselves."""

_WORK: dict[Task, Callable[[Scheduler], str]] = {
    Task.DAILY: Scheduler._daily,
    Task.DELIVER: Scheduler._deliver,
    Task.ARCHIVE: Scheduler._archive,
    Task.PROJECTS: Scheduler._projects,
    Task.CLEAN: Scheduler._clean,
}


def _checked(home: Home) -> Home:
    """The same. Raises ConfigError with every mistake in the files that people edit, and in what they name."""
    if mistakes := every_mistake(home):
        raise ConfigError(mistakes)
    for slip in home.settings.unread.slips:
        _log.warning("%s", slip)
    return home


def _ticked(ticks: queue.Queue[None]) -> bool:
    try:
        ticks.get(timeout=_GLANCE_SECONDS)
    except queue.Empty:
        return False
    return True


def _is_noted(attempt: Attempt, noted: Sequence[Attempt]) -> bool:
    """Whether the store has the run of an attempt that this process remembers."""
    return any(other.task is attempt.task and other.started >= attempt.started for other in noted)


def _stuck(store: Store) -> bool:
    """Whether a mail is with a process, which may have died."""
    return store.outbox.counts().get(MailState.SENDING, 0) > 0


@contextmanager
def _ticking(ticks: queue.Queue[None], seconds: int) -> Iterator[None]:
    """A tick now and every so many seconds; one that finds the last one unanswered is dropped."""
    from apscheduler.schedulers.background import BackgroundScheduler

    def tick() -> None:
        with suppress(queue.Full):
            ticks.put_nowait(None)

    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(tick, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1)
    scheduler.start()
    tick()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
