"""One configuration and its store, opened for questions."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from matcher.api.call_frames import DayLike, Words, day_of
from matcher.api.reading import Questions
from matcher.api.results import DigestPage
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.operation import health
from matcher.app.operation.setup_check import opened
from matcher.config.setting_sections import DatabaseSettings
from matcher.errors import ConfigError, IndexMissing, UsageError
from matcher.model.question import check_limits, listed
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from types import TracebackType
    from typing import Self

    import pandas as pd

    from matcher.config.settings import Settings
    from matcher.model.outcomes import RunOutcome
    from matcher.model.rows import FetchReport


class Session(Questions):
    """Answers questions about calls and matches from one store, as `matcher` on the command line does.

    It only reads, unless it was opened as `writable`: then `fetch`, `run` and `decide` work. Only the first
    two and `doctor` use the network. What a question may renew is the index, which is derived from the store.
    """

    def __init__(self, home: Home, *, as_of: date | None = None, writable: bool = False) -> None:
        super().__init__(home, as_of=as_of)
        self._writable = writable
        self._made: Callable[[], object] | None = None

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
        from matcher.app.mails.mailing import Mailing
        from matcher.model.language import Language

        wanted = Language(language) if language is not None else None
        return DigestPage(
            Mailing(self._home).preview(subscriber, institute=institute, language=wanted, as_of=self._as_of)
        )

    def subscribers(self) -> pd.DataFrame:
        """Who gets mail: (subscribers, 19), the keys of `matcher subscribers --json`.

        Example:
            >>> "address" in session.subscribers()
            True
        """
        import pandas as pd

        from matcher.app.mails.mailing import Mailing
        from matcher.present.mail_records import SUBSCRIBER_FIELDS, subscriber_record

        rows = map(subscriber_record, Mailing(self._home).listed())
        return self._labelled(pd.DataFrame(rows, columns=list(SUBSCRIBER_FIELDS)))

    def status(self, last: int = 10) -> pd.DataFrame:
        """The last runs, newest first: (runs, `matcher.present.frames.RUN_COLUMNS`).

        Example:
            >>> session.status().loc[0, ["kind", "outcome"]].tolist()
            ['sample', 'ok']
        """
        from matcher.present.frames import runs_frame

        check_limits(last, name="last")
        return self._labelled(runs_frame(health.status(self._home, last, as_of=self._as_of).runs))

    def doctor(self) -> pd.DataFrame:
        """What is wrong with the set-up: (checks, 3) `check`, `ok`, `detail`. Asks the portal whether it is there.

        Example:
            >>> session.doctor().columns.tolist()
            ['check', 'ok', 'detail']
        """
        from matcher.app.operation.doctor import examine
        from matcher.present.frames import tidy

        found = examine(self._home, as_of=self._as_of)
        rows = ({"check": f.check, "ok": f.ok, "detail": f.detail} for f in found)
        return self._labelled(tidy(rows, {"check": "string", "ok": "bool", "detail": "string"}))

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
        return self._labelled(tidy(rows, dict.fromkeys(("setting", "value", "origin"), "string")))

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
        from matcher.app.sources.fetching import fetch, fetch_bulk, query_of

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
        from matcher.app.operation.daily import run_day

        self._must_write("run")
        return run_day(self._home, as_of=self._as_of)

    # life

    def close(self) -> None:
        """Answer no more, and remove what was made for this session only: the sample's temporary folder.

        Example:
            >>> with matcher.open(sample=True) as other:
            ...     len(other.calls())
            160
        """
        self._opened = None
        if self._made is not None:
            self._made()

    def __enter__(self) -> Self:
        _ = self._home  # one that was closed is refused here
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._opened is None:
            return "<matcher session, closed>"
        try:
            calls = f"{counted(len(current_index(self._home)), 'call')} as of {self.as_of}"
        except IndexMissing:
            return f"<matcher session of {self._home.settings.home}: nothing was fetched yet>"
        return f"<matcher session of {self.sample or self._home.settings.home}: {calls}>"


def open_session(
    home: str | Path | None = None,
    *,
    config: str | Path | None = None,
    as_of: DayLike | None = None,
    sample: bool | None = None,
    writable: bool = False,
) -> Session:
    """Open a store for questions; nothing is fetched.

    Args:
        home: the folder of all state; `MATCHER_HOME`, else the data folder of this user.
            One that is named must be there, unless it is to be written to (`writable`).
        config: the configuration folder; `MATCHER_CONFIG`, else `./config`, else the packaged one.
        as_of: fixes today, so that any past day can be replayed.
        sample: True answers from the packaged sample listing, False never does; by default it is taken, labelled as
            such, where nothing was fetched yet.
        writable: allows `fetch`, `run` and `decide`.

    Raises:
        UsageError: for a folder without a name, a day that is none, and a sample that is to be written to.
        ConfigError: with every mistake of the configuration, or when a folder that was named is not there.
        IndexMissing: when nothing was fetched yet and `sample` is False.

    Example:
        >>> matcher.open(sample=True, as_of="2026-06-01").as_of
        datetime.date(2026, 6, 1)
    """
    if sample and writable:
        raise UsageError("The sample is only read: leave out writable, or sample.")
    found, day = opened(_path(home), _path(config)), day_of(as_of)
    settings = found.settings
    for slip in settings.unread.slips:
        warnings.warn(str(slip), stacklevel=2)
    if sample:
        return _sample_session(settings, day)
    if not writable:
        try:
            current_index(found)
        except IndexMissing:
            _must_be_there(settings)
            if sample is False:
                raise
            return _sample_session(settings, day)
    return Session(found, as_of=day, writable=writable)


def _sample_session(settings: Settings, day: date | None) -> Session:
    """A session on the packaged sample, in a folder that goes with it; no database of the settings is touched."""
    from matcher.app.sources.fetching import use_sample

    folder = tempfile.mkdtemp(prefix="matcher-sample-")
    session = Session(Home(replace(settings, home=Path(folder), database=DatabaseSettings())), as_of=day)
    session._made = weakref.finalize(session, shutil.rmtree, folder, ignore_errors=True)
    use_sample(session._home)
    return session


def _must_be_there(settings: Settings) -> None:
    """A name with a slip in it must not look like a store in which nothing was fetched yet. Raises ConfigError."""
    origin = settings.origins.get("home")
    if origin is not None and not settings.home.is_dir():
        said = "home=" if origin == "--home" else origin
        hint = "`matcher run` or writable=True makes it, sample=True answers from the packaged sample"
        raise ConfigError([f"{said}: found {str(settings.home)!r}, expected a folder that is there ({hint})"])


def _path(value: str | Path | None) -> Path | None:
    """A folder that is named; an empty name is a variable that was not set, and no folder. Raises UsageError."""
    if value == "":
        raise UsageError("A folder's name is empty: leave out home or config for the one of the settings.")
    return Path(value) if value is not None else None
