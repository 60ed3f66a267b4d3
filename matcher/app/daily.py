"""Each institute's ranked list as a text and an HTML file, written whole or not at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from matcher.app.mailing import transport_of
from matcher.app.run_context import Heart
from matcher.disk import make_folder, write_file, writing_to
from matcher.errors import PortalUnreachable, RunGoesOn, RunLost
from matcher.model.answers import InstituteLine, RunOutcome
from matcher.model.subscription import Fate
from matcher.present.templating import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from matcher.app.home import Matcher
    from matcher.model.answers import Ranking, Sending
    from matcher.model.day import Progress
    from matcher.model.rows import FetchReport
    from matcher.model.subscription import Freshness
    from matcher.ranking.index import Index
    from matcher.store.database import Store


def write_list(folder: Path, ranking: Ranking, problems: Sequence[str]) -> None:
    """Write `<institute>.txt` and `<institute>.html` into a folder that is private to its owner."""
    make_folder(folder)
    content = {"ranking": ranking, "problems": problems, "today": ranking.as_of}
    for suffix in ("txt", "html"):
        text = environment().get_template(f"list.{suffix}").render(content)
        write_file(folder / f"{ranking.institute}.{suffix}", text.encode(errors="replace"))


PARTLY_DONE = 3


FETCH_FAILED = "the portal could not be read"


FETCH_PARTIAL = "the listing was read in part"


MAILS_FAILED = "mails were not delivered"


RUN_FAILED = "the daily run failed"


@dataclass(frozen=True, slots=True)
class _Fetched:
    """How the fetch went; `error` when the portal could not be reached."""

    report: FetchReport | None = None
    error: PortalUnreachable | None = None
    sample: bool = False  # the packaged listing took its place

    @property
    def problems(self) -> list[str]:
        if self.report is not None:
            return list(self.report.problems)
        return [] if self.sample else [f"{self.error} What follows is from the calls kept before."]


def run_day(
    app: Matcher,
    *,
    as_of: date | None,
    progress: Progress | None,
    say: Callable[[str], None],
    sleep: Callable[[float], None],
    unless: tuple[datetime, datetime] | None = None,
) -> RunOutcome:
    """See `Matcher.run`. Mistakes in the configuration stop it before anything is done.

    Raises:
        RunGoesOn: another run is at work.
        RunLost: another run took over while this one was silent.
        MatcherError: no listing at all, a database that cannot be used…: noted as a failed run, the operator is told.

    """
    _ = app.mailing.subscribers
    transport_of(app.settings).close()
    try:
        return _run_day(app, as_of, progress, say, sleep, unless)
    except (RunGoesOn, RunLost):
        raise  # the other run does the work
    except Exception as error:
        app.mailing.tell(RUN_FAILED, error, sleep=sleep)
        raise


def _run_day(
    app: Matcher,
    as_of: date | None,
    progress: Progress | None,
    say: Callable[[str], None],
    sleep: Callable[[float], None],
    unless: tuple[datetime, datetime] | None,
) -> RunOutcome:
    from matcher.app.run_context import recorded_run

    with app.open_store() as store, recorded_run(store, "run", app.moment, unless=unless) as (run_id, detail):
        heart = Heart(store, run_id, app.moment)
        fetched = _fetch(app, run_id, as_of, progress, say)
        index = app.index()
        heart.check()
        day = app.today(as_of, index)
        work = _Work(app, store, run_id, index, day, fetched, heart.pausing(sleep))
        outcome = work.outcome(mailed=bool(app.mailing.subscribers))
        detail.update(_detail(outcome))
        if fetched.sample:  # a listing of another day is no success of the watch
            detail["problems"] = [str(fetched.error)]
    return outcome


def _fetch(
    app: Matcher, run_id: int, as_of: date | None, progress: Progress | None, say: Callable[[str], None]
) -> _Fetched:
    try:
        return _Fetched(app.fetch(as_of=as_of, progress=progress, within=run_id))
    except PortalUnreachable as error:
        told = PortalUnreachable(str(error))  # as raised it holds the frames of the whole run, and by them the index
        if not app.holds_only_sample():
            return _Fetched(error=told)
        say(f"{error} Going on with the packaged sample listing.")
        app.use_sample(within=run_id)
        return _Fetched(error=told, sample=True)


@dataclass(frozen=True, slots=True)
class _Work:
    """What follows the fetch."""

    app: Matcher
    store: Store
    run_id: int
    index: Index
    day: date
    fetched: _Fetched
    pause: Callable[[float], None]

    def outcome(self, *, mailed: bool) -> RunOutcome:
        problems = self.fetched.problems
        self._tell_of_the_fetch()
        folder: Path | None = None
        lines: tuple[InstituteLine, ...] = ()
        sending = None
        if mailed and not self.fetched.sample:
            sending = self.app.mailing.send_from(
                self.store, self.day, health=self._health(), sleep=self.pause, run_id=self.run_id
            )
            problems += sending.problems
            self._tell_of_mails(sending)
        else:
            with writing_to(self.app.settings.home / "lists"):
                folder, lines = write_lists(self.app, self.index, self.day, problems)
            left = self.app.mailing.deliver(self.store, sleep=self.pause)  # what waits from before, and notices
            problems += left.problems
        code = self._exit_code(sending, problems, mailed=mailed)
        outcome = {0: "ok", PARTLY_DONE: "partial"}.get(code, "failed")
        return RunOutcome(
            self.day,
            "failed" if self.fetched.sample else outcome,
            self.fetched.report,
            self.index.meta["sample"],
            folder,
            lines,
            sending,
            tuple(problems),
            code,
        )

    def _exit_code(self, sending: Sending | None, problems: Sequence[str], *, mailed: bool) -> int:
        """Where people wait for mails, the sample is no success; else it is what a first look is for."""
        if self.fetched.error is not None and (mailed or not self.fetched.sample):
            return self.fetched.error.exit_code
        if sending is None:
            return PARTLY_DONE if problems else 0
        return PARTLY_DONE if self.fetched.problems or sending.partly else 0

    def _health(self) -> Freshness | None:
        """A listing that was read just now is fresh whatever day is replayed; else the store's runs tell."""
        if self.fetched.report is None:
            return None
        from matcher.model.subscription import Freshness as Freshness

        return Freshness(self.app.moment(self.day), stale=False, problems=self.fetched.report.problems)

    def _tell_of_the_fetch(self) -> None:
        if self.fetched.error is not None:
            self.app.mailing.notify(self.store, FETCH_FAILED, [str(self.fetched.error)], self.day)
        elif self.fetched.report is not None:
            self.app.mailing.notify(self.store, FETCH_PARTIAL, self.fetched.report.problems, self.day)

    def _given_up_unheard(self) -> list[str]:
        """Mails that failed for good in the runs right before this one that were killed before they could tell."""
        from itertools import takewhile

        from matcher.mail.delivery import given_up
        from matcher.model.subscription import MailState

        before = self.store.runs(1000, kind="run")[1:]
        since = min((run.started for run in takewhile(lambda run: run.outcome == "interrupted", before)), default=None)
        if since is None:
            return []
        failed = self.store.mails(MailState.FAILED, limit=1000)
        return [given_up(m, m.last_error or "") for m in failed if m.tried_at is not None and m.tried_at >= since]

    def _tell_of_mails(self, sending: Sending) -> None:
        """The notice goes out at once, unless the server did not talk to us: then with the next delivery."""
        problems = dict.fromkeys((*self._given_up_unheard(), *sending.problems))
        told = self.app.mailing.notify(self.store, MAILS_FAILED, list(problems), self.day)
        done = sending.delivery
        if told and (done.sent or done.failed or done.retried or not done.problems):
            self.app.mailing.deliver(self.store, sleep=self.pause)


def write_lists(
    app: Matcher, index: Index, today: date, problems: Sequence[str]
) -> tuple[Path, tuple[InstituteLine, ...]]:
    """Each institute's list as a text and an HTML file; a summary line for each."""
    folder = app.settings.home / "lists" / today.isoformat()
    lines = []
    for profile in index.meta["profiles"]:
        ranking = app.rank(profile["id"], as_of=today)
        write_list(folder, ranking, problems)
        best = ranking.matches[0] if ranking.matches else None
        lines.append(
            InstituteLine(
                profile["id"],
                len(ranking.matches),
                best.call.identifier if best else None,
                best.fit if best else None,
                best.call.title if best else "no match",
            )
        )
    return folder, tuple(lines)


def _detail(outcome: RunOutcome) -> dict[str, Any]:
    """What the store keeps of a run."""
    detail: dict[str, Any] = {"outcome": outcome.outcome, "problems": list(outcome.problems)}
    if outcome.fetch is not None:
        detail["report"] = asdict(outcome.fetch)
    if outcome.sending is not None:
        fates = [line.fate for line in outcome.sending.lines]
        detail["digests"] = {fate.value: fates.count(fate) for fate in Fate if fate in fates}
        delivery = outcome.sending.delivery
        detail["delivery"] = {"sent": delivery.sent, "retried": delivery.retried, "failed": delivery.failed}
        detail["duplicates_possible"] = list(delivery.duplicates_possible)
    return detail
