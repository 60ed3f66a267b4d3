"""One installation on the morning after a good day: its portal, its mail server, its home, and runs of the command."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING

from matcher.model.subscription import MailState
from matcher.store.database import Store
from tests.helpers.flow import MAIL, Arrived, name, photonics, read
from tests.helpers.home import Place, make_config
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.portal.rows import Row, topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.helpers.faults.nursery import Done, Job, Nursery

FIRST = date(2026, 6, 15)
READER, OPERATOR = "leti@example.org", "ops@example.org"
KNOWN = (300, 301, 302)
"""Calls for the reader, told on the good day; they stand on the fourth of five pages."""

EARLY, LATE, NEXT = 1, 409, 2
"""Calls that are new on the faulty day, on the first and the last page, and one that is new on the day after."""

FILLER = [number for number in range(10, 400) if number not in KNOWN]
SUBSCRIBERS = """
subscribers:
  - {id: leti, address: leti@example.org, institutes: [cea-leti], language: en, frequency: daily, threshold: 0}
"""
PORTAL = "[portal]\nattempts = 2\nbackoff = 0.001\ntimeout = 5.0\nrate = 1000\nmax_passes = 2\n"
NO_PROJECTS = "[projects]\nsources = []\n"
TOMORROW = """
import matcher.app.home
from datetime import UTC, datetime, timedelta
matcher.app.home.Home.__init__.__kwdefaults__["clock"] = lambda: datetime.now(UTC) + timedelta(days=1)
"""
"""A clock on which mails that wait have had their time."""


class Scene:
    """The installation. `run` is one daily run as a process of its own, on the faulty day unless told otherwise."""

    def __init__(self, folder: Path, nursery: Nursery, good_day: Path | None = None) -> None:
        self.folder = folder
        self._nursery = nursery
        self._stack = ExitStack()
        self.url = ""  # of the database; empty: SQLite in the home folder
        self.server = folder  # of PostgreSQL's socket, where there is one
        self.portal_url = ""
        self.elsewhere: dict[str, str] = {}  # another mail server
        self.prelude = ""
        self.user = 0
        self.place = Place(folder / "home", folder / "config")
        if good_day is None:
            make_config(self.place.config)
            (self.place.config / "subscribers.yaml").write_text(SUBSCRIBERS, encoding="utf-8")
            self.configure(PORTAL)
        else:
            shutil.copytree(good_day, folder, dirs_exist_ok=True)

    def __enter__(self) -> Scene:
        self.rows: list[Row] = [*map(_filler, FILLER), *map(photonics, KNOWN)]
        self.portal = self._stack.enter_context(LocalPortal(self.rows))
        self.smtp = self._stack.enter_context(LocalSmtp())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def enter(self, context: AbstractContextManager[Path]) -> Path:
        """Something that lasts until the end of the scene."""
        return self._stack.enter_context(context)

    @property
    def home(self) -> Path:
        return self.place.home

    @property
    def database(self) -> Path:
        return self.home / "matcher.db"

    @property
    def day(self) -> date:
        return FIRST + timedelta(days=1)

    def configure(self, portal: str, more: str = "") -> None:
        (self.place.config / "matcher.toml").write_text(portal + NO_PROJECTS + MAIL + more, encoding="utf-8")

    def subscribe(self, more: str) -> None:
        """The same subscribers, and more."""
        (self.place.config / "subscribers.yaml").write_text(SUBSCRIBERS + more, encoding="utf-8")

    def list_more(self, *numbers: int) -> None:
        """The portal lists these calls for the reader too."""
        self.rows += map(photonics, numbers)
        self.portal.index.replace(self.rows)

    def start(self, *arguments: str, prelude: str | None = None) -> Job:
        self.place.portal = self.portal_url or self.portal.url
        environment = self.place.process_environment | self.mail_environment
        if self.url:
            environment["MATCHER_DATABASE_URL"] = self.url
        prelude = self.prelude if prelude is None else prelude
        return self._nursery.start(list(arguments), environment, prelude=prelude, user=self.user)

    def start_run(self, day: date | None = None, *, prelude: str | None = None) -> Job:
        return self.start("run", "--as-of", (day or self.day).isoformat(), prelude=prelude)

    def run(self, day: date | None = None, *, prelude: str | None = None) -> Done:
        return self.start_run(day, prelude=prelude).wait()

    @property
    def mail_environment(self) -> dict[str, str]:
        return {"MATCHER_SMTP_URL": self.smtp.url, **self.elsewhere}

    def store(self) -> Store:
        return Store.open(self.url or f"sqlite:///{self.database}", read_only=True)

    def arrived(self, address: str) -> list[Arrived]:
        """The mails that an address got, each once however often it came."""
        mails = [read(accepted.body) for accepted in self.smtp.accepted if accepted.recipients == (address,)]
        return list({mail.message_id: mail for mail in mails}.values())

    def told(self) -> list[str]:
        """Identifiers of the calls that the reader was told of as new, in the order of their mails."""
        return [call for mail in self.arrived(READER) for call in mail.calls]

    def queued_for(self, address: str) -> int:
        with self.store() as store:
            return sum(mail.mail.address == address for mail in store.outbox.listed(MailState.QUEUED))

    def kept(self) -> set[int]:
        """Which of the calls that matter here are in the database."""
        wanted = {name(number): number for number in (*KNOWN, EARLY, LATE, NEXT)}
        with self.store() as store:
            return {wanted[call.identifier] for call in store.calls.all(identifiers=wanted) if call.gone is None}


def _filler(number: int) -> Row:
    return topic(number, descriptionByte=["<p>Warm water.</p>"])


def identifiers(numbers: Iterable[int]) -> list[str]:
    return [name(number) for number in numbers]
