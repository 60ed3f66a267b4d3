"""One configuration and its store, opened for questions."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from matcher.api.drafts import Draft, new_institute
from matcher.api.results import DigestPage, Matches, Page, Why
from matcher.app import questions
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.config.settings import DatabaseSettings, load_settings
from matcher.errors import IndexMissing, UsageError
from matcher.model.question import CallFilter, Question, listed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    import pandas as pd

    from matcher.api.network import Network
    from matcher.config.settings import Settings
    from matcher.model.answers import RunOutcome
    from matcher.model.rows import FetchReport

Words = str | Iterable[str]
Day = date | str


class Session:
    """Answers questions about calls and matches from one store, as `matcher` on the command line does.

    It only reads, unless it was opened as `writable`: then `fetch` and `run` work. Only they and `doctor` use the
    network. What a question may renew is the index, which is derived from the store.
    """

    def __init__(self, home: Home, *, as_of: date | None = None, writable: bool = False) -> None:
        self._home = home
        self._as_of = as_of
        self._writable = writable
        self._made: Callable[[], object] | None = None

    @property
    def as_of(self) -> date:
        """The day that every answer is judged on."""
        return self._home.day(self._as_of, current_index(self._home)).date

    @property
    def sample(self) -> str | None:
        """The label of the packaged sample listing, when that is what is answered from; None for real calls."""
        label: str | None = current_index(self._home).meta["sample"]
        return label

    # questions

    def rank(
        self,
        institute: str | None = None,
        *,
        text: str | None = None,
        top: int | None = None,
        min_fit: int | None = None,
        status: Words = "live",
        programme: Words = (),
        action: Words = (),
        deadline_before: Day | None = None,
        deadline_after: Day | None = None,
    ) -> Matches:
        """The best calls for an institute or for any text, French or English.

        Args:
            institute: identifier or acronym (`brgm`, `CEA-Leti`).
            text: rank for this instead of for an institute.
            top: how many at most; `ranking.top` of the settings by default.
            min_fit: leave out matches below this fit, 0-100.
            status: `live`, `all`, or one or several of forthcoming, open, closed, withdrawn.
            programme: abbreviations (`HORIZON`, `LIFE`).
            action: types of action (`RIA`, `HORIZON-CSA`).
            deadline_before: the next deadline is before this day.
            deadline_after: the next deadline is after this day.

        Raises:
            UsageError: for an unknown institute or status, or when not exactly one of `institute`, `text` is given.

        Example:
            >>> session.rank("brgm", top=2).frame[["rank", "fit", "call"]]
               rank  fit                                  call
            0     1  ...
            1     2  ...
            >>> session.rank(text="recyclage des batteries", action="RIA", top=1)[0].words(1)
            ('battery',)
        """
        if (institute is None) == (text is None):
            raise UsageError("Say what to rank for: an institute, or text=….")
        wanted = CallFilter.of(
            status=status,
            programme=programme,
            action=action,
            deadline_before=_day(deadline_before),
            deadline_after=_day(deadline_after),
        )
        about = (institute,) if institute is not None else text
        return Matches(questions.rank(self._home, Question(about, wanted, top, min_fit, self._as_of, explain=True)))

    def why(self, institute: str, call: str, *, top: int | None = None, min_fit: int | None = None) -> Why:
        """Why a call was, or was not, recommended to an institute. Raises UsageError when either is unknown.

        Example:
            >>> session.why("brgm", "HORIZON-CL6-2026-01-CIRCBIO-03")
            HORIZON-CL6-2026-01-CIRCBIO-03 for brgm: recommended, rank 1 of 160, fit 100
        """
        return Why(questions.why(self._home, Question((institute,), top=top, min_fit=min_fit, as_of=self._as_of), call))

    def show(self, call: str, institute: str | None = None) -> Page:
        """A call in full, with its evidence for an institute. Raises UsageError when it is unknown.

        Example:
            >>> session.show("HORIZON-CL6-2026-01-CIRCBIO-03", "brgm").match.fit
            100
        """
        return Page(questions.show(self._home, call, institute=institute, as_of=self._as_of))

    def calls(
        self,
        words: Words = (),
        *,
        status: Words = "live",
        programme: Words = (),
        action: Words = (),
        deadline_before: Day | None = None,
        deadline_after: Day | None = None,
    ) -> pd.DataFrame:
        """The calls whose identifier or title holds every one of `words`, next deadline first.

        Returns:
            (calls, `matcher.frames.CALL_COLUMNS`); money in euros, days as dates, unknown as NA.

        Example:
            >>> session.calls("hydrogen", programme="HORIZON")[["status", "next_deadline"]].dtypes.tolist()
            [CategoricalDtype(...), dtype('<M8[s]')]
        """
        from matcher.present.frames import calls_frame

        wanted = CallFilter.of(
            status=status,
            programme=programme,
            action=action,
            deadline_before=_day(deadline_before),
            deadline_after=_day(deadline_after),
            words=words,
        )
        listing = questions.calls(self._home, Question(filter=wanted, as_of=self._as_of))
        return calls_frame(listing.calls, listing.as_of)

    def changes(
        self,
        *,
        call: str | None = None,
        institute: str | None = None,
        since: Day | None = None,
        min_fit: int | None = None,
    ) -> pd.DataFrame:
        """What changed, newest first: in one call, or in the calls that suit an institute (fit 90, or `min_fit`).

        Returns:
            (changes, `matcher.frames.CHANGE_COLUMNS`)

        Example:
            >>> session.changes(institute="brgm", since="2026-05-01").empty
            True
        """
        from matcher.present.frames import changes_frame

        question = Question((institute,) if institute is not None else None, min_fit=min_fit, as_of=self._as_of)
        listing = questions.changes(self._home, question, call=call, since=_day(since))
        return changes_frame(listing.changes)

    def institutes(self) -> pd.DataFrame:
        """The institutes that calls are matched for: (institutes, `matcher.frames.INSTITUTE_COLUMNS`).

        Example:
            >>> session.institutes().loc[0, ["institute", "acronym"]].tolist()
            ['3bcar', '3BCAR']
        """
        from matcher.present.frames import institutes_frame

        return institutes_frame(self._home.institutes)

    def profile(self, institute: str) -> Draft:
        """An institute's profile, to look at, change, rank and compare; its file stays as it is.

        Example:
            >>> session.profile("BRGM").add("hydrogen storage")
            brgm: ... keywords, 0 projects
              + hydrogen storage
        """
        saved = self._home.institute(institute)
        return Draft(saved, saved, current_index(self._home), self.as_of)

    def new_profile(self, identifier: str, name: str) -> Draft:
        """An empty profile, to be filled with `add`, `add_projects` and the terms that it then suggests.

        Example:
            >>> session.new_profile("my-lab", "My lab").add("sodium-ion batteries").rank(top=1)
            My lab: 1 best calls as of 2026-05-07
                1  fit 100  ...
        """
        made = new_institute(identifier, name)
        return Draft(made, made, current_index(self._home), self.as_of)

    # the network

    def fits(self, institutes: Iterable[str] | None = None, *, status: Words = "live") -> pd.DataFrame:
        """The fit of every call for every institute.

        Returns:
            (institutes, calls) of 0-100; rows are identifiers of institutes, columns those of calls. 0 also where the
            two have nothing in common.

        Example:
            >>> session.fits(["brgm", "inria"]).shape
            (2, 160)
        """
        from matcher.api.network import fits

        names = [self._home.institute(name).identifier for name in institutes] if institutes is not None else None
        return fits(current_index(self._home), names, CallFilter.of(status=status), self.as_of)

    def network(self, *, status: Words = "live", min_fit: int = 95) -> Network:
        """All institutes at once: who matches the same calls, joint bids, calls that nobody matches.

        Args:
            status: as for `rank`.
            min_fit: from which fit on a call counts as matched.

        Example:
            >>> network = session.network()
            >>> network.shared.loc["3bcar"].drop("3bcar").idxmax()  # who matches the same calls most
            'polynat'
            >>> len(network.joint_bids), len(network.unmatched)
            (87, 44)
        """
        from matcher.api.network import Network

        return Network(
            current_index(self._home), self._home.institutes, CallFilter.of(status=status), self.as_of, min_fit
        )

    def first_recommended(
        self, institute: str, *, since: Day, until: Day | None = None, top: int = 10, min_fit: int = 0
    ) -> pd.DataFrame:
        """Each call's first working day among the `top` open ones of an institute, between two days.

        Returns:
            (calls, 6) `call`, `day`, `rank`, `fit`, `deadline`, `lead_days`: days from the first day to the deadline.
            Calls count from their opening day on.

        Example:
            >>> session.first_recommended("brgm", since="2026-01-01", top=3).columns.tolist()
            ['call', 'day', 'rank', 'fit', 'deadline', 'lead_days']
        """
        from matcher.api.network import first_recommended

        name = self._home.institute(institute).identifier
        first, last = _day(since), _day(until) or self.as_of
        return first_recommended(current_index(self._home), name, first or last, last, top=top, min_fit=min_fit)

    # mails and health

    def digest(
        self,
        subscriber: str | None = None,
        *,
        institute: str | None = None,
        language: Literal["fr", "en"] | None = None,
    ) -> DigestPage:
        """The mail that somebody would get; nothing is queued. With an `institute`: what a new subscriber would get.

        Example:
            >>> session.digest(institute="brgm", language="en").due
            True
        """
        from matcher.app.mailing import Mailing
        from matcher.model.subscription import Language

        wanted = Language(language) if language is not None else None
        return DigestPage(
            Mailing(self._home).preview(subscriber, institute=institute, language=wanted, as_of=self._as_of)
        )

    def subscribers(self) -> pd.DataFrame:
        """Who gets mail: (subscribers, 17), the keys of `matcher subscribers --json`.

        Example:
            >>> "address" in session.subscribers()
            True
        """
        import pandas as pd

        from matcher.app.mailing import Mailing
        from matcher.present.records import SUBSCRIBER_FIELDS, subscriber_record

        return pd.DataFrame(map(subscriber_record, Mailing(self._home).listed()), columns=list(SUBSCRIBER_FIELDS))

    def status(self, last: int = 10) -> pd.DataFrame:
        """The last runs, newest first: (runs, `matcher.frames.RUN_COLUMNS`).

        Example:
            >>> session.status().loc[0, ["kind", "outcome"]].tolist()
            ['sample', 'ok']
        """
        from matcher.present.frames import runs_frame

        return runs_frame(questions.status(self._home, last, as_of=self._as_of).runs)

    def doctor(self) -> pd.DataFrame:
        """What is wrong with the set-up: (checks, 3) `check`, `ok`, `detail`. Asks the portal whether it is there.

        Example:
            >>> session.doctor().columns.tolist()
            ['check', 'ok', 'detail']
        """
        from matcher.app.doctor import examine
        from matcher.present.frames import tidy

        found = examine(self._home, as_of=self._as_of)
        rows = ({"check": f.check, "ok": f.ok, "detail": f.detail} for f in found)
        return tidy(rows, {"check": "string", "ok": "bool", "detail": "string"})

    def config(self) -> pd.DataFrame:
        """Each setting and where it came from, secrets masked: (settings, 3) `setting`, `value`, `origin`.

        Example:
            >>> session.config().loc[0, "setting"]
            'home'
        """
        from matcher.present.frames import tidy

        rows = (
            {"setting": key, "value": value, "origin": origin} for key, value, origin in self._home.settings.shown()
        )
        return tidy(rows, dict.fromkeys(("setting", "value", "origin"), "string"))

    # work

    def fetch(self, *, programme: Words = (), full: bool = False, bulk: str | None = None) -> FetchReport:
        """Pull the listing from the portal, or an archive file (`bulk`, a path or a URL). Uses the network.

        Raises:
            UsageError: when the session only reads.
            PortalUnreachable: when the portal does not answer.

        Example:
            >>> session.fetch()
            Traceback (most recent call last):
            matcher.errors.UsageError: This session only reads: open it with matcher.open(writable=True) to fetch.
        """
        from matcher.app.fetching import fetch, fetch_bulk, query_of

        self._must_write("fetch")
        if bulk is not None:
            return fetch_bulk(self._home, bulk, as_of=self._as_of)
        return fetch(self._home, query_of(self._home, listed(programme), full=full), as_of=self._as_of)

    def run(self) -> RunOutcome:
        """The daily job, once: fetch, rank, mail. Uses the network and sends what is due. Raises like `fetch`.

        Example:
            >>> session.run()
            Traceback (most recent call last):
            matcher.errors.UsageError: This session only reads: open it with matcher.open(writable=True) to run.
        """
        from matcher.app.daily import run_day

        self._must_write("run")
        return run_day(self._home, as_of=self._as_of)

    # life

    def close(self) -> None:
        """Remove what was made for this session only: the sample's temporary folder.

        Example:
            >>> with matcher.open(sample=True) as other:
            ...     len(other.calls.all())
            160
        """
        if self._made is not None:
            self._made()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        calls = len(current_index(self._home))
        return f"<matcher session of {self._home.settings.home}: {calls} calls as of {self.as_of}>"

    def _must_write(self, what: str) -> None:
        if not self._writable:
            raise UsageError(f"This session only reads: open it with matcher.open(writable=True) to {what}.")


def open_session(
    home: str | Path | None = None,
    *,
    config: str | Path | None = None,
    as_of: Day | None = None,
    sample: bool | None = None,
    writable: bool = False,
) -> Session:
    """Open a store for questions; nothing is fetched.

    Args:
        home: the folder of all state; `MATCHER_HOME`, else the data folder of this user.
        config: the configuration folder; `MATCHER_CONFIG`, else `./config`, else the packaged one.
        as_of: fixes today, so that any past day can be replayed.
        sample: True answers from the packaged sample listing, False never does; by default it is taken, labelled as
            such, where nothing was fetched yet.
        writable: allows `fetch` and `run`.

    Raises:
        ConfigError: with every mistake of the configuration.
        IndexMissing: when nothing was fetched yet and `sample` is False.

    Example:
        >>> matcher.open(sample=True, as_of="2026-06-01").as_of
        datetime.date(2026, 6, 1)
    """
    if sample and writable:
        raise UsageError("The sample is only read: leave out writable, or sample.")
    settings, day = load_settings(home=_path(home), config_dir=_path(config)), _day(as_of)
    if sample:
        return _sample_session(settings, day)
    opened = Home(settings)
    if not writable:
        try:
            current_index(opened)
        except IndexMissing:
            if sample is False:
                raise
            return _sample_session(settings, day)
    return Session(opened, as_of=day, writable=writable)


def _sample_session(settings: Settings, day: date | None) -> Session:
    """A session on the packaged sample, in a folder that goes with it; no database of the settings is touched."""
    from matcher.app.fetching import use_sample

    folder = tempfile.mkdtemp(prefix="matcher-sample-")
    session = Session(Home(replace(settings, home=Path(folder), database=DatabaseSettings())), as_of=day)
    session._made = weakref.finalize(session, shutil.rmtree, folder, ignore_errors=True)
    use_sample(session._home)
    return session


def _day(value: Day | None) -> date | None:
    """A day, given as one or as `2026-05-07`. Raises UsageError."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{value!r} is no date; write it as 2026-05-07.") from None


def _path(value: str | Path | None) -> Path | None:
    return Path(value) if value is not None else None
