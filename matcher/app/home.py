"""The facade: the same calls serve the command line, the scheduler and notebooks.

Heavy parts (SQLAlchemy, requests, scikit-learn) are imported by the methods that need them: a question that the
saved index answers loads none of them.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.disk import make_folder, writing_to
from matcher.errors import ConfigError, IndexMissing, StoreError, StoreMissing, UsageError
from matcher.model.answers import CallListing, ChangeListing, Health, Ranking, Reason, ShownCall, ShownProfile
from matcher.model.call import LIVE, Call, Kind, Source
from matcher.model.day import Clock, Progress, brussels_day, noon
from matcher.model.question import CallFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matcher.app.mailing import Mailing
    from matcher.config.settings import Settings
    from matcher.evaluation.wins import Built
    from matcher.model.answers import Finding, RunOutcome
    from matcher.model.changes import Change
    from matcher.model.institute import Institute
    from matcher.model.match import SkillCheck, Trial
    from matcher.model.rows import FetchReport
    from matcher.portal.client import Portal
    from matcher.ranking.encoder import Encoding
    from matcher.ranking.index import Index
    from matcher.ranking.matching import Asked
    from matcher.store.database import Store

_NOTHING_FETCHED = "Nothing was fetched yet: start with `matcher run`."


class Matcher:
    """One configuration and its home folder; `clock` gives the moment (aware, UTC)."""

    def __init__(self, settings: Settings, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.settings = settings
        self._clock = clock

    @cached_property
    def institutes(self) -> tuple[Institute, ...]:
        """Every institute of the configuration. Raises ConfigError with every mistake."""
        from matcher.config.institutes import load_institutes

        _ = self._fingerprint  # of the files before they are read: an edit in between makes the index old, not wrong
        return load_institutes(self.settings.config_dir)

    def institute(self, name: str) -> Institute:
        """The institute of that identifier or acronym. Raises UsageError with near names."""
        from matcher.config.institutes import find_institute

        return find_institute(self.institutes, name)

    # questions

    def rank(
        self,
        institute: str | None = None,
        *,
        text: str | None = None,
        wanted: CallFilter | None = None,
        top: int | None = None,
        min_fit: int | None = None,
        as_of: date | None = None,
        explain: bool = True,
    ) -> Ranking:
        """The best calls for an institute or for any text; `explain` adds the sentence where the evidence stands."""
        from matcher.ranking.matching import best_matches

        index = self.index()
        today = self.today(as_of, index)
        asked = self._asked(index, institute, text)
        matches = best_matches(
            asked.scored(index),
            wanted or CallFilter(),
            today,
            top=self.settings.ranking.top if top is None else top,
            min_fit=self.settings.ranking.min_fit if min_fit is None else min_fit,
            sentences=explain,
            pin=asked.pin,
        )
        if not matches and wanted is not None:
            _check_words(index, wanted)
        return Ranking(asked.identifier, asked.name, today, tuple(matches), index.meta["sample"])

    def why(
        self,
        institute: str,
        call: str,
        *,
        wanted: CallFilter | None = None,
        top: int | None = None,
        min_fit: int | None = None,
        as_of: date | None = None,
    ) -> Reason:
        """Why a call was, or was not, recommended to an institute."""
        from matcher.ranking.matching import place

        index = self.index()
        today = self.today(as_of, index)
        asked = self._asked(index, institute, None)
        row = self._row(index, call)
        top = self.settings.ranking.top if top is None else top
        min_fit = self.settings.ranking.min_fit if min_fit is None else min_fit
        placed = place(asked.scored(index), wanted or CallFilter(), today, row, top=top)
        recommended = placed.stopped_by is None and 0 < placed.match.rank <= top and placed.match.fit >= min_fit
        return Reason(
            institute=asked.identifier or institute,
            as_of=today,
            sample=index.meta["sample"],
            match=placed.match,
            recommended=recommended,
            stopped_by=placed.stopped_by,
            candidates=placed.candidates,
            top=top,
            score_needed=placed.score_needed,
            min_fit=min_fit,
        )

    def show(self, call: str, *, institute: str | None = None, as_of: date | None = None) -> ShownCall:
        """A call in full with its history up to the day, and its match for an institute."""
        index = self.index()
        today = self.today(as_of, index)
        row = self._row(index, call)
        match = None
        if institute is not None:
            match = self._asked(index, institute, None).scored(index).match(row, 0, sentence=True)
        identifier = index.call(row).identifier
        with self.open_store(read_only=True) as store:
            changes = _until(today, store.changes(identifier=identifier))
        return ShownCall(index.full_call(row), today, changes, match, index.meta["sample"])

    def calls(self, wanted: CallFilter, *, as_of: date | None = None) -> CallListing:
        """The calls that pass a filter, next deadline first, calls without one last."""
        index = self.index()
        today = self.today(as_of, index)
        rows = index.live_rows(today) if wanted.status and wanted.status <= LIVE else range(len(index))
        passing = [call for call in map(index.call, rows) if wanted.stopped_by(call, today) is None]

        def soonest(call: Call) -> tuple[date, str]:
            following = call.next_deadline(today)
            return (following.date if following else date.max, call.identifier)

        if not passing:
            _check_words(index, wanted)
        return CallListing(tuple(sorted(passing, key=soonest)), today, index.meta["sample"])

    def changes(
        self,
        *,
        call: str | None = None,
        institute: str | None = None,
        min_fit: int | None = None,
        since: date | None = None,
        as_of: date | None = None,
    ) -> ChangeListing:
        """What changed up to a day, newest first: of one call, or of the calls that suit an institute.

        A call suits from a fit of `min_fit` on, by default from the one that digests go by.
        """
        from matcher.digest.compose import GOOD_FIT
        from matcher.ranking.matching import suiting

        index = self.index()
        today = self.today(as_of, index)
        kept = None if call is None else {index.call(self._row(index, call)).identifier}
        if institute is not None:
            asked = self._asked(index, institute, None)
            rows = suiting(asked.scored(index), GOOD_FIT if min_fit is None else min_fit, asked.pin)
            named = {index.call(row).identifier for row in rows}
            kept = named if kept is None else kept & named
        with self.open_store(read_only=True) as store:
            found = _until(today, store.changes(identifier=call))
        first = since or date.min
        seen = (c for c in found if first <= brussels_day(c.seen_at) and (kept is None or c.call in kept))
        return ChangeListing(tuple(seen), today, index.meta["sample"])

    def profile(self, name: str) -> ShownProfile:
        """An institute and its terms as the index reads them."""
        from matcher.ranking.matching import profile_terms

        institute = self.institute(name)
        index = self.index()
        return ShownProfile(institute, profile_terms(index.query(institute.identifier)))

    def check_profile(self, name: str) -> list[SkillCheck]:
        """Each skill of an institute: does it match calls, never, or nearly all of them."""
        from matcher.ranking.skills import check_skills

        return check_skills(self.index(), self.institute(name).profile().parts)

    def try_term(self, name: str, term: str, *, as_of: date | None = None) -> Trial:
        """Which live calls would enter or leave an institute's top list if a term were added to its keywords."""
        from matcher.ranking.skills import try_term

        index = self.index()
        return try_term(index, self.institute(name).profile(), term, self.today(as_of, index))

    # work

    def fetch(
        self,
        *,
        programmes: Sequence[str] = (),
        kinds: Sequence[str] = (),
        full: bool = False,
        as_of: date | None = None,
        progress: Progress | None = None,
        within: int | None = None,
    ) -> FetchReport:
        """Read the listing from the portal, keep it, and refresh the index; `within` is the run it is a part of.

        Raises PortalUnreachable.
        """
        from matcher.app.fetching import fetch_listing
        from matcher.portal.search import Query

        configured = self.settings.portal
        asked = tuple(programmes or configured.programmes)
        _check_programmes(asked)
        query = Query(asked, tuple(map(Kind, kinds or configured.kinds)), full)
        now = self.moment(as_of)
        with self.open_store() as store, self.portal() as portal, self._index_out_of_date(store):
            report = fetch_listing(
                store,
                portal,
                query,
                now=now,
                today=brussels_day(now),
                clock=self._clock,
                progress=progress,
                within=within,
            )
            self._refresh_index(store)
        return report

    def fetch_bulk(self, source: str, *, as_of: date | None = None, progress: Progress | None = None) -> FetchReport:
        """Read grantsTenders.json (a path or a URL) into the archive and refresh the index."""
        from matcher.app.fetching import fetch_bulk

        now = self.moment(as_of)
        with self.open_store() as store, self.portal() as portal, self._index_out_of_date(store):
            report = fetch_bulk(store, portal, source, now=now, clock=self._clock, progress=progress)
            self._refresh_index(store)
        return report

    def run(
        self,
        *,
        as_of: date | None = None,
        progress: Progress | None = None,
        say: Callable[[str], None] = print,
        sleep: Callable[[float], None] = time.sleep,
        unless: tuple[datetime, datetime] | None = None,
    ) -> RunOutcome:
        """The daily job, once: fetch, index, match, digest, deliver; where nobody is subscribed, lists as files.

        Where the portal can't be reached before anything was ever fetched, the packaged sample listing takes its place.
        `sleep` is called before each mail; `unless` is as in `Store.begin_run`. The operator is told of what fails.
        """
        from matcher.app.daily import run_day

        return run_day(self, as_of=as_of, progress=progress, say=say, sleep=sleep, unless=unless)

    @cached_property
    def mailing(self) -> Mailing:
        """Subscribers, digests and the outbox."""
        from matcher.app.mailing import Mailing

        return Mailing(self)

    def status(self, last: int = 10, *, as_of: date | None = None) -> Health:
        """The last runs, and how fresh the listing and the index are; `as_of` fixes the day that calls are live on."""
        try:
            return self._status(last, as_of)
        except StoreMissing:
            return Health((), 0, 0, None, None, False, None)

    def _status(self, last: int, as_of: date | None) -> Health:
        with self.open_store(read_only=True) as store:
            runs = tuple(store.runs(last))
            good = next((r for r in store.runs(1000, kind="fetch") if r.outcome in {"ok", "partial"}), None)
            counted = sum(store.counts().values())
            revision = store.revision
        index = self._opened_index()
        live = len(index.live_rows(self.today(as_of, index))) if index else 0
        current = index is not None and self._is_current(index, revision)
        indexed = str(index.meta["created"]) if index else None
        sample = index.meta["sample"] if index else None
        return Health(runs, counted, live, good.finished if good else None, indexed, current, sample)

    def build_benchmark(self, source: Path, folder: Path, cutoff: date) -> Built:
        """A benchmark folder of CORDIS's dumps, with the texts of the calls that are kept here."""
        from matcher.evaluation.wins import build_benchmark

        try:
            with self.open_store(read_only=True) as store:
                known = list(store.calls())
        except StoreMissing:
            known = []
        return build_benchmark(source, folder, cutoff, known)

    def doctor(self, *, as_of: date | None = None) -> tuple[Finding, ...]:
        """Check configuration, folders, database, index and portal; `as_of` fixes the day that ages are counted to."""
        from matcher.app.doctor import examine

        return examine(self, self.moment(as_of))

    # what the work stands on

    @contextmanager
    def open_store(self, *, read_only: bool = False) -> Iterator[Store]:
        """The store of this configuration, closed at the end."""
        from matcher.store.database import Store

        if not read_only:
            self._make_home()
        with Store.open(self.settings.database_url, read_only=read_only) as store:
            yield store

    def index(self) -> Index:
        """The index in use, built anew when profiles or calls changed since.

        Each home has an index of its own. Whoever writes to the database in this home keeps it up to date, or leaves a
        mark; a database elsewhere is asked for its revision.

        Raises:
            IndexMissing: when nothing was fetched yet.
        """
        index = self._opened_index()
        ours = not self.settings.database.url and not self._stale_marks()
        if index is not None and ours and self._is_as_configured(index):
            return index
        try:
            with self.open_store(read_only=True) as store:
                return self._refresh_index(store)
        except StoreMissing as error:
            if index is not None:
                raise
            raise IndexMissing(_NOTHING_FETCHED) from error

    def portal(self, *, attempts: int | None = None) -> Portal:
        """The portal as configured; a context manager. `attempts` bounds the tries of a mere look."""
        from matcher.portal.client import Portal
        from matcher.portal.options import PortalOptions

        p = self.settings.portal
        try:
            options = PortalOptions(
                url=p.url,
                data_url=p.data_url,
                rate=p.rate,
                timeout=p.timeout,
                attempts=attempts or p.attempts,
                backoff=p.backoff,
                max_passes=p.max_passes,
            )
        except ConfigError as error:
            origins = self.settings.origins
            raise ConfigError([f"{origins.get(m.split(':')[0], 'default')}: {m}" for m in error.mistakes]) from error
        return Portal(options)

    @property
    def _index_folder(self) -> Path:
        return self.settings.home / "index"

    def _make_home(self) -> None:
        home = self.settings.home
        try:
            make_folder(home)
        except OSError as error:
            origin = self.settings.origins.get("home", "default")
            raise ConfigError(
                [f"{origin}: home: found {str(home)!r}, expected a folder that can be made ({error.strerror})"]
            ) from error

    def _stale_marks(self) -> list[Path]:
        """One for each writer that began and was not seen to end: the store may be ahead of the index."""
        return list(self.settings.home.glob("index.stale.*"))

    @contextmanager
    def _index_out_of_date(self, store: Store) -> Iterator[None]:
        """Mark the index as out of date around a write, so that the next question notices a writer that was killed.

        Only a writer takes marks away: its own, and those that stood before it began. A reader that did so could
        take the mark of a writer that is about to save.
        """
        self.encoding()  # what is wrong with it is told before there is anything to undo
        left = self._stale_marks()
        revision = store.revision
        mark = self.settings.home / f"index.stale.{os.urandom(4).hex()}"
        with writing_to(self.settings.home):
            mark.touch(mode=0o600)
        try:
            yield
        except BaseException:
            with suppress(StoreError):
                if store.revision == revision:
                    mark.unlink(missing_ok=True)
            raise
        for done in (*left, mark):
            done.unlink(missing_ok=True)

    @cached_property
    def _fingerprint(self) -> str:
        """Of the institutes' files; kept, as `institutes` is, so that one names what the other holds."""
        from matcher.config.fingerprint import institutes_fingerprint

        return institutes_fingerprint(self.settings.config_dir)

    def _opened_index(self) -> Index | None:
        from matcher.ranking.index import open_index

        try:
            return open_index(self._index_folder)
        except IndexMissing:
            return None

    def _is_current(self, index: Index, revision: int) -> bool:
        return index.meta["revision"] == revision and self._is_as_configured(index)

    def _is_as_configured(self, index: Index) -> bool:
        """Built of these institutes and with this encoder."""
        encoder = index.meta.get("encoder", {}).get("setting", "")
        return bool(index.meta["institutes"] == self._fingerprint and encoder == self.settings.ranking.encoder)

    def _refresh_index(self, store: Store) -> Index:
        """Build the index anew when calls or profiles changed; raises IndexMissing when there is no call."""
        index = self._opened_index()
        revision = store.revision
        if index is None or not self._is_current(index, revision):
            label = _sample_label(store)
            # A writer that was killed can leave sample calls beside real ones; without their label they don't show.
            calls = [call for call in store.calls() if label["sample"] or call.source is not Source.SAMPLE]
            if not calls:
                raise IndexMissing(_NOTHING_FETCHED)
            facts = {"revision": revision, "institutes": self._fingerprint, **label}
            from matcher.ranking.build import build
            from matcher.ranking.generation import write_generation
            from matcher.ranking.index import LAYOUT

            profiles = [institute.profile() for institute in self.institutes]
            encoding = self.encoding(label["sample_day"])
            index = build(calls, profiles, now=self._clock(), meta=facts, previous=index, encoding=encoding)
            with writing_to(self._index_folder):
                write_generation(self._index_folder, LAYOUT, index.generation)
        return index

    def encoding(self, day: str | None = None) -> Encoding | None:
        """How the index gets vectors of the calls that are live on a day; None without one. Raises ConfigError."""
        if not self.settings.ranking.encoder:
            return None
        from matcher.ranking.encoder import index_encoding

        return index_encoding(self.settings, date.fromisoformat(day) if day else brussels_day(self._clock()))

    def _asked(self, index: Index, institute: str | None, text: str | None) -> Asked:
        """What is ranked for: an institute as it was indexed, or a text."""
        from matcher.ranking.matching import asked_institute, asked_text

        if text is not None:
            encoding = self.encoding()
            return asked_text(index, text, encoding.vectors.encoder if encoding else None)
        found = asked_institute(index, institute or "")
        if found is None:
            raise UsageError(f"{self.institute(institute or '').identifier} is in no index; run `matcher run`.")
        return found

    def _row(self, index: Index, call: str) -> int:
        row = index.row(call)
        if row is None:
            raise UsageError(f"No call is known as {call!r}; `matcher calls WORDS --status all` searches them.")
        return row

    def moment(self, as_of: date | None = None) -> datetime:
        """Now, or noon of the day that is replayed."""
        return self._clock() if as_of is None else noon(as_of)

    def today(self, as_of: date | None, index: Index) -> date:
        """The day asked for; else the sample's own day when the sample is shown; else today in Brussels."""
        if as_of is not None:
            return as_of
        sample_day = index.meta["sample_day"]
        return date.fromisoformat(sample_day) if sample_day else brussels_day(self._clock())

    def holds_only_sample(self) -> bool:
        """True when nothing but the sample was ever kept."""
        with self.open_store(read_only=True) as store:
            return set(store.counts()) <= {Source.SAMPLE}

    def use_sample(self, within: int | None = None) -> None:
        """Keep the packaged sample listing, and index it; `within` is the run that this is a part of."""
        from matcher.app import fetching
        from matcher.app.fetching import keep_sample

        with self.open_store() as store, self._index_out_of_date(store):
            keep_sample(store, fetching.load(), clock=self._clock, within=within)
            self._refresh_index(store)


def _until(day: date, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that were seen by the end of a day, which may be replayed."""
    return tuple(change for change in changes if brussels_day(change.seen_at) <= day)


def _check_words(index: Index, wanted: CallFilter) -> None:
    """Raises UsageError for a filter that names nothing that there is: a slip must not look like a lack of calls.

    Asked only where nothing was found, because it reads every call.
    """
    if not (wanted.programmes or wanted.actions):
        return
    from matcher.model.programmes import ABBREVIATIONS
    from matcher.model.question import unknown_word
    from matcher.portal.actions import USUAL

    if told := unknown_word(wanted, map(index.call, range(len(index))), ABBREVIATIONS.values(), USUAL):
        raise UsageError(told)


def _check_programmes(names: Sequence[str]) -> None:
    """Raises UsageError that names near ones for a programme that the portal does not know."""
    from difflib import get_close_matches

    from matcher.model.programmes import ABBREVIATIONS, codes

    for name in names:
        try:
            codes([name])
        except UsageError as error:
            near = get_close_matches(name.strip().upper(), set(ABBREVIATIONS.values()), n=3, cutoff=0.5)
            if not near:
                raise
            hint = f"did you mean {' or '.join(sorted(near))}?"
            raise UsageError(f"No programme is called {name!r}: {hint}") from error


def _sample_label(store: Store) -> dict[str, str | None]:
    """The note and the day of the packaged sample where a store holds nothing else, else None for both."""
    if set(store.counts()) != {Source.SAMPLE}:
        return {"sample": None, "sample_day": None}
    from matcher.app import fetching

    loaded = fetching.load()
    return {"sample": loaded.note, "sample_day": loaded.as_of.isoformat()}
