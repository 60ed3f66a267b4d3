"""The daily job: fetch, index, match, digest, deliver; lists as files where nobody is subscribed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from matcher.app.answering.questions import ranked
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.mails.day_inputs import freshness
from matcher.app.mails.mailing import Mailing, transport_of
from matcher.app.mishaps import Mishaps
from matcher.app.run_context import Observer, Run, begun
from matcher.app.sources.fetching import fetch, query_of, use_sample
from matcher.app.sources.project_fetching import REFITTED, fetch_projects
from matcher.app.sources.project_sources import missing_sources
from matcher.disk import make_folder, write_file, writing_to
from matcher.errors import MatcherError, PortalUnreachable, RunGoesOn, RunLost
from matcher.mail.delivery import given_up
from matcher.model.day import noon
from matcher.model.families import families
from matcher.model.match import Group
from matcher.model.outcomes import PARTLY_DONE, InstituteLine, RunOutcome
from matcher.model.question import Question
from matcher.model.subscription import Fate, Freshness, MailState
from matcher.present.facts import GROUP_TITLES
from matcher.present.templating import environment
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from matcher.model.answers import Ranking
    from matcher.model.day import Day
    from matcher.model.outcomes import Sending
    from matcher.model.rows import FetchReport
    from matcher.ranking.index import Index

FETCH_FAILED = "the portal could not be read"

FETCH_PARTIAL = "the listing was read in part"

MAILS_FAILED = "mails were not delivered"

RUN_FAILED = "the daily run failed"


PROJECTS_COME = (
    "Fetching the EU-funded projects of CORDIS, once, to rank by what the institutes have won (some minutes; "
    "[projects] sources = [] leaves them out)…"
)


WRITTEN_AGAIN = "Fitting the ranking anew, by what the projects say, and writing the lists again…"


_log = logging.getLogger("matcher.runs")


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
    home: Home,
    *,
    as_of: date | None = None,
    observer: Observer | None = None,
    unless: tuple[datetime, datetime] | None = None,
) -> RunOutcome:
    """The daily job, once: fetch, index, match, digest, deliver; where nobody is subscribed, lists as files.

    Where the portal can't be reached before anything was ever fetched, the packaged sample listing takes its place.
    `unless` is as in `Runs.begin`. Mistakes in the configuration stop it before anything is done.

    Raises:
        RunGoesOn: another run is at work.
        RunLost: another run took over while this one was silent.
        MatcherError: no listing at all, a database that cannot be used…: noted as a failed run, the operator is told.

    """
    observer = observer or Observer()
    _check_files(home)
    transport_of(home.settings).close()
    try:
        with home.open_store() as store:
            with begun(store, "run", home.clock, observer, unless=unless) as run:
                outcome = _run(home, run, as_of)
            missing = missing_sources(home, store) if outcome.fetch is not None else ()
    except (RunGoesOn, RunLost):
        raise  # the other run does the work
    except Exception as error:
        Mailing(home).tell(RUN_FAILED, error, sleep=observer.sleep)
        raise
    return _with_projects(home, outcome, missing, observer) if missing else outcome


def _check_files(home: Home) -> None:
    """Raises ConfigError for a mistake in what people edit; what the database says is asked once it is opened."""
    files = Home(home.settings, clock=home.clock)
    files.standing_profiles = {}
    _ = files.subscribers


def _with_projects(home: Home, outcome: RunOutcome, missing: Sequence[str], observer: Observer) -> RunOutcome:
    """The day's work is done: the projects that this machine never had come, and its lists are written by them again.

    What goes wrong here is said, and tried again by the next run; the day stays as good as it was.
    """
    observer.say(PROJECTS_COME)
    lists = outcome.folder is not None
    try:
        report = fetch_projects(
            home, missing, observer=observer, attempts=1, refitted=WRITTEN_AGAIN if lists else REFITTED
        )
        for problem in dict.fromkeys(report.problems):
            observer.say(_tried_again(problem))
        if lists and report.projects:
            _, lines, amiss = write_lists(home, current_index(home), outcome.as_of, outcome.problems)
            for problem in amiss:
                observer.say(_tried_again(problem))
            outcome = replace(outcome, lines=lines)
    except Exception as error:  # noqa: BLE001  (nothing that is wrong with them undoes a day whose lists and mails are out)
        if not isinstance(error, MatcherError):
            _log.exception("The projects failed in a way that nobody foresaw.")
        observer.say(_tried_again(f"The projects could not be brought: {error}"))
        return outcome
    return replace(outcome, projects=report)


def _tried_again(problem: str) -> str:
    return f"{problem.rstrip('.')}. The next run tries again."


def _run(home: Home, run: Run, as_of: date | None) -> RunOutcome:
    fetched = _fetch(home, run, as_of)
    index = current_index(home)
    run.check()
    outcome = _Work(home, run, index, home.day(as_of, index), fetched).outcome(mailed=bool(home.subscribers))
    run.detail.update(_detail(outcome))
    if fetched.sample:  # a listing of another day is no success of the watch
        run.detail["problems"] = [str(fetched.error)]
    return outcome


def _fetch(home: Home, run: Run, as_of: date | None) -> _Fetched:
    try:
        return _Fetched(fetch(home, query_of(home), as_of=as_of, within=run))
    except PortalUnreachable as error:
        told = PortalUnreachable(str(error))  # as raised it holds the frames of the whole run, and by them the index
        if not home.holds_only_sample():
            return _Fetched(error=told)
        run.observer.say(f"{error} Going on with the packaged sample listing.")
        use_sample(home, within=run)
        return _Fetched(error=told, sample=True)


@dataclass(frozen=True, slots=True)
class _Work:
    """What follows the fetch."""

    home: Home
    run: Run
    index: Index
    day: Day
    fetched: _Fetched

    @property
    def mailing(self) -> Mailing:
        return Mailing(self.home)

    def outcome(self, *, mailed: bool) -> RunOutcome:
        problems = self.fetched.problems
        self._tell_of_the_fetch()
        folder: Path | None = None
        lines: tuple[InstituteLine, ...] = ()
        sending = None
        if mailed and not self.fetched.sample:
            sending = self.mailing.send_within(self.run, self.day.date, health=self._freshness())
            problems += sending.problems
            self._tell_of_mails(sending)
        else:
            with writing_to(self.home.settings.home / "lists"):
                folder, lines, amiss = write_lists(self.home, self.index, self.day.date, problems)
            problems += amiss
            left = self.mailing.deliver(self.run.store, sleep=self.run.pause)  # what waits from before, and notices
            problems += left.problems
        code = self._exit_code(sending, problems, mailed=mailed)
        outcome = {0: "ok", PARTLY_DONE: "partial"}.get(code, "failed")
        return RunOutcome(
            self.run.number,
            self.day.date,
            "failed" if self.fetched.sample else outcome,
            self.fetched.report,
            self.day.sample,
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

    def _freshness(self) -> Freshness:
        """A listing that was read just now is fresh whatever day is replayed, and one that was not is a fault of it."""
        if self.fetched.report is None:
            kept = freshness(self.run.store, self.index, self.day.date)
            return replace(kept, problems=tuple(self.fetched.problems))
        return Freshness(noon(self.day.date), stale=False, problems=self.fetched.report.problems)

    def _tell_of_the_fetch(self) -> None:
        store, on = self.run.store, self.day.date
        if self.fetched.error is not None:
            self.mailing.notify(store, FETCH_FAILED, [str(self.fetched.error)], on)
        elif self.fetched.report is not None:
            self.mailing.notify(store, FETCH_PARTIAL, self.fetched.report.problems, on)

    def _given_up_unheard(self) -> list[str]:
        """Mails that failed for good in the runs right before this one that were killed before they could tell."""
        before = self.run.store.runs.last(1000, kind="run")[1:]
        since = min((run.started for run in takewhile(lambda run: run.outcome == "interrupted", before)), default=None)
        if since is None:
            return []
        failed = self.run.store.outbox.listed(MailState.FAILED, limit=1000)
        return [given_up(m, m.last_error or "") for m in failed if m.tried_at is not None and m.tried_at >= since]

    def _tell_of_mails(self, sending: Sending) -> None:
        """The notice goes out at once, unless the server did not talk to us: then with the next delivery."""
        problems = dict.fromkeys((*self._given_up_unheard(), *sending.problems))
        told = self.mailing.notify(self.run.store, MAILS_FAILED, list(problems), self.day.date)
        done = sending.delivery
        if told and (done.sent or done.failed or done.retried or not done.problems):
            self.mailing.deliver(self.run.store, sleep=self.run.pause)


def write_list(folder: Path, ranking: Ranking, problems: Sequence[str]) -> None:
    """Write `<institute>.txt` and `<institute>.html` into a folder that is private to its owner."""
    make_folder(folder)
    beside = [(title, [m for m in ranking.matches if m.group is group]) for group, title in GROUP_TITLES.items()]
    content = {
        "ranking": ranking,
        "families": families((m for m in ranking.matches if m.group is Group.MAIN), lambda match: match.call),
        "beside": [(title, members) for title, members in beside if members],
        "problems": problems,
        "today": ranking.as_of,
    }
    for suffix in ("txt", "html"):
        text = environment().get_template(f"list.{suffix}").render(content)
        write_file(folder / f"{ranking.institute}.{suffix}", text.encode(errors="replace"))


def write_lists(
    home: Home, index: Index, today: date, problems: Sequence[str]
) -> tuple[Path, tuple[InstituteLine, ...], list[str]]:
    """Each institute's list as a text and an HTML file; a summary line for each, and what went wrong with some."""
    folder = home.settings.home / "lists" / today.isoformat()
    mishaps = Mishaps()

    def written(name: str) -> InstituteLine:
        ranking, _ = ranked(home, index, Question((name,), as_of=today, explain=True))
        write_list(folder, ranking, problems)
        return _line(ranking)

    names = [profile["id"] for profile in index.meta["profiles"]]
    lines, _ = mishaps.each(written, names, lambda name: Saying("The list of {name} could not be made", name=name))
    return folder, tuple(lines.values()), mishaps.problems


def _line(ranking: Ranking) -> InstituteLine:
    main = [match for match in ranking.matches if match.group is Group.MAIN]
    best = main[0] if main else None
    return InstituteLine(
        ranking.institute or "",
        len(main),
        best.call.identifier if best else None,
        best.fit if best else None,
        best.call.title if best else "no call suits",
    )


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
