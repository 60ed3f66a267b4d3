"""A configuration and its home folder: what questions and work stand on.

Heavy parts (SQLAlchemy, requests) are imported by the methods that need them: a question that the saved index answers
loads none of them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from matcher.config.mistaken import found_and_expected
from matcher.disk import make_folder
from matcher.errors import ConfigError, StoreMissing, system_reason
from matcher.model.call import Source
from matcher.model.day import Clock, Day
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matcher.config.settings import Settings
    from matcher.model.institute import Institute
    from matcher.model.part_table import PartTable
    from matcher.model.subscription import Subscriber
    from matcher.portal.client import Portal
    from matcher.ranking.index import Index
    from matcher.store.database import Store


NOTHING_FETCHED = Saying("Nothing was fetched yet: start with `matcher run`.")


class Renewal(Protocol):
    """What gives pages an index while a new one is being built (`matcher.app.index_renewal`)."""

    @property
    def is_under_way(self) -> bool:
        """Whether what is answered is of before the last change."""

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes with the index that is answered from."""

    def index(self, home: Home, former: Index | None) -> Index:
        """The index to answer from; `former` as it was saved."""


class Home:
    """One configuration and its home folder; `clock` gives the true time (aware, UTC).

    With a `renewal` questions are answered from the former index while a new one is being built.
    """

    def __init__(self, settings: Settings, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.settings = settings
        self.clock = clock
        self.renewal: Renewal | None = None

    @cached_property
    def institutes(self) -> tuple[Institute, ...]:
        """Every institute of the configuration. Raises ConfigError with every mistake."""
        from matcher.config.institutes import load_institutes

        _ = self.fingerprint  # of the files before they are read: an edit in between makes the index old, not wrong
        return load_institutes(self.settings.config_dir, self.standing_profiles)

    @cached_property
    def standing_profiles(self) -> Mapping[str, str]:
        """What stands in the database above institutes' files, by institute. Raises StoreError."""
        from matcher.app.standing_profiles import standing_profiles

        return standing_profiles(self)

    def institute(self, name: str) -> Institute:
        """The institute of that identifier or acronym. Raises UsageError with near names.

        One that is asked for by its identifier is read alone, since the files of all take longer than most answers.
        """
        from matcher.config.institutes import find_institute, institute_of_file

        if "institutes" not in self.__dict__ and not self.standing_profiles:
            _ = self.fingerprint  # as of the institutes
            if (alone := institute_of_file(self.settings.config_dir, name)) is not None:
                return alone
        return find_institute(self.institutes, name)

    @cached_property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """Everybody of `subscribers.yaml`. Raises ConfigError with every mistake, of the files that it rests on too."""
        from matcher.config.institutes import read_institutes
        from matcher.config.part_file import read_parts
        from matcher.config.subscribers import load_subscribers, read_subscribers

        folder = self.settings.config_dir
        try:
            return load_subscribers(folder, self.institutes, self.settings.digest.threshold, self.parts)
        except ConfigError as error:
            read = read_institutes(folder)
            parts, wrong_parts = read_parts(folder)
            mistakes = read_subscribers(folder, read.institutes, unread=read.unread, parts=parts)[1]
            raise ConfigError([*read.mistakes, *wrong_parts, *mistakes]) from error

    def subscriber(self, name: str) -> Subscriber:
        """The subscriber of that id or address. Raises UsageError."""
        from matcher.config.subscribers import find_subscriber

        return find_subscriber(self.subscribers, name)

    def subscriber_at(self, address: str) -> Subscriber | None:
        """The subscriber whose mails go to an address; None where there is none."""
        from matcher.config.subscribers import subscriber_at

        return subscriber_at(self.subscribers, address)

    @cached_property
    def parts(self) -> PartTable:
        """Programmes and their parts by name. Raises ConfigError with every mistake of `parts.yaml`."""
        from matcher.config.part_file import load_parts

        _ = self.fingerprint  # as of the institutes
        return load_parts(self.settings.config_dir)

    @cached_property
    def fingerprint(self) -> str:
        """Of what an index is built of, files and what stands above them.

        Kept, as `institutes` is, so that one names what the other holds.
        """
        from matcher.config.fingerprint import fingerprint

        return fingerprint(self.settings.config_dir, self.standing_profiles)

    def day(self, as_of: date | None = None, index: Index | None = None) -> Day:
        """The day that is judged: the one asked for, else the sample's own where the index is of it, else today."""
        sample = index.meta["sample"] if index is not None else None
        sample_day = index.meta["sample_day"] if index is not None else None
        own = date.fromisoformat(sample_day) if sample_day else None
        return Day.of(as_of, self.clock(), sample=sample, sample_day=own)

    @contextmanager
    def open_store(self, *, read_only: bool = False) -> Iterator[Store]:
        """The store of this configuration, closed at the end."""
        from matcher.store.database import Store

        url = self.database_url()
        if not read_only:
            self._make_folder()
        with Store.open(url, read_only=read_only) as store:
            yield store

    def kept_store(self) -> Store:
        """The store of this configuration for reading only, open until whoever asked closes it. Raises StoreError."""
        from matcher.store.database import Store

        return Store.open(self.database_url(), read_only=True)

    @contextmanager
    def open_filled(self) -> Iterator[Store]:
        """The store for what can only be done in one that is there: deciding makes none. Raises StoreMissing."""
        from matcher.store.database import Store

        try:
            found = Store.open(self.database_url(), make=False)
        except StoreMissing as error:
            raise StoreMissing(NOTHING_FETCHED) from error
        with found as store:
            yield store

    def database_url(self) -> str:
        """Where calls are kept. Raises ConfigError where that is no address of a database."""
        from matcher.config.addresses import database_mistake

        if mistake := database_mistake(self.settings.database_url):
            raise ConfigError([self.settings.told("database.url", mistake)])
        return self.settings.database_url

    def portal(self, *, attempts: int | None = None) -> Portal:
        """The portal as configured; a context manager. `attempts` bounds the tries of a mere look."""
        from matcher.config.addresses import address_mistake
        from matcher.portal.client import Portal

        settings = self.settings.portal
        urls = {"portal.url": settings.url, "portal.data_url": settings.data_url}
        told = {key: address_mistake(url, base=True) for key, url in urls.items()}
        mistakes = [self.settings.told(key, mistake) for key, mistake in told.items() if mistake]
        if mistakes:
            raise ConfigError(mistakes)
        return Portal(settings if attempts is None else replace(settings, attempts=attempts))

    def holds_only_sample(self) -> bool:
        """True when nothing but the sample was ever kept."""
        with self.open_store(read_only=True) as store:
            return set(store.calls.counts()) <= {Source.SAMPLE}

    def _make_folder(self) -> None:
        folder = self.settings.home
        try:
            make_folder(folder)
        except OSError as error:
            told = found_and_expected(
                str(folder), Saying("a folder that can be made ({reason})", reason=system_reason(error))
            )
            raise ConfigError([self.settings.told("home", told)]) from error
