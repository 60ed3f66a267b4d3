"""One installation whose second day is lived again and again, and everything that can be seen of it afterwards.

Between its days institutes decide on calls, so that the second day's mails respect that at whatever moment it dies.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from matcher.app.answering.questions import rank
from matcher.app.decisions.deciding import decide
from matcher.app.home import Home as Opened
from matcher.app.operation.daily import run_day
from matcher.app.run_context import Observer
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Cause, Order
from matcher.model.question import Question
from matcher.model.subscription import MailState
from matcher.store.database import Store
from tests.helpers.crash.forks import Life
from tests.helpers.flow import EVERYBODY, MAIL, Flow, photonics, read
from tests.helpers.flow import name as call_name
from tests.helpers.home import Place, make_config
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.portal.rows import HORIZON, topic
from tests.helpers.portal.server import LocalPortal
from tests.helpers.postgres import administer, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matcher.model.outcomes import RunRecord
    from tests.helpers.flow import Arrived

FIRST, SECOND, THIRD = date(2026, 6, 15), date(2026, 6, 16), date(2026, 6, 17)
REFUSED = "gone@example.org"
READERS = ("leti", "mines", "network", "gone", "seeker")
INSTITUTES = ("cea-leti", "mines", "calym")
SUBSCRIBERS = f"""{EVERYBODY}
  - {{id: gone, address: {REFUSED}, institutes: [calym], frequency: daily, threshold: 0}}
  - {{id: seeker, address: seeker@example.org, frequency: daily, searches: [factories, {{words: wafers}}]}}
"""
UNDESCRIBED, DESCRIBED_BY_FILE = 8, "horizon-test-2027-0000-08"


DECIDED = (
    ("cea-leti", Order(Act.DISMISS, Cause.NOT_OUR_FIELD), 1),
    ("mines", Order(Act.KEEP), 1),
    ("cea-leti", Order(Act.KEEP), 2),
    ("mines", Order(Act.KEEP), 2),
)
"""The first call gets another deadline on the second day: told to the readers of the one that keeps it alone.

Both keep the second: its mails of a joint bid go out on the second day too.
"""


def first_listing() -> list[dict[str, Any]]:
    return [photonics(n) for n in range(6)]


def second_listing() -> list[dict[str, Any]]:
    """One call left, two changed, three came, one of them without its text; one row cannot be read."""
    moved = photonics(1, closes=date(2027, 3, 2))
    other = photonics(2, title=["Silicon photonics, said otherwise"])
    came = [photonics(6), photonics(7), photonics(UNDESCRIBED, descriptionByte=None)]
    odd = topic(30, identifier=None, title=None, frameworkProgramme=[HORIZON])
    return [photonics(0), moved, other, photonics(3), photonics(4), *came, odd]


TOPIC_FILE = {
    "TopicDetails": {"description": "<p>Scope:</p><p>Photonic sensors and integrated circuits for factories.</p>"}
}


@dataclass
class World:
    """The portal and the mail server that every life talks to."""

    portal: LocalPortal
    smtp: LocalSmtp

    def quiet(self) -> None:
        """Returns when no client is connected: nothing of a dead process is on its way any more."""
        deadline = time.monotonic() + 30
        while self.smtp.open_connections:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def news(self, since: int) -> list[Arrived]:
        """The mails taken since there were so many."""
        return [read(mail.body) for mail in self.smtp.accepted[since:]]


@contextmanager
def world() -> Iterator[World]:
    with LocalPortal(first_listing(), details={DESCRIBED_BY_FILE: TOPIC_FILE}) as portal, LocalSmtp() as smtp:
        smtp.script.always_rcpt[REFUSED] = "550 5.1.1 no such mailbox"
        yield World(portal, smtp)


@dataclass
class Home:
    """A home folder with its database; on PostgreSQL when `cluster` is given."""

    folder: Path
    config: Path
    world: World
    database: str = ""
    cluster: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        place = Place(self.folder, self.config, self.world.portal.url)
        url = {"MATCHER_DATABASE_URL": self.url} if self.cluster else {}
        return place.environment | url | {"MATCHER_SMTP_URL": self.world.smtp.url}

    @property
    def url(self) -> str:
        return url_of(self.cluster, self.database) if self.cluster else f"sqlite:///{self.folder / 'matcher.db'}"

    @property
    def app(self) -> Opened:
        return Opened(load_settings(environ=self.environment))

    def life(self, day: date, kill_at: int = 0, delay: float | None = None, synced: str = "") -> Life:
        command = ["--quiet", "run", "--as-of", day.isoformat()]
        return Life(command, self.environment, str(self.folder), kill_at, delay, synced)

    @contextmanager
    def copy(self, name: str) -> Iterator[Home]:
        """Another home that holds the same, gone at the end."""
        other = replace(self, folder=self.folder.with_name(name), database=name)
        shutil.copytree(self.folder, other.folder)
        if self.cluster:
            administer(self.cluster, f"CREATE DATABASE {name} TEMPLATE {self.database}")
        try:
            yield other
        finally:
            shutil.rmtree(other.folder)
            if self.cluster:
                administer(self.cluster, f"DROP DATABASE {name} WITH (FORCE)")


def first_day(root: Path, world: World, cluster: Path | None, name: str = "before") -> Home:
    """A home after an undisturbed first day and some decisions; the portal then lists the second."""
    home = Home(root / name, make_config(root / "config"), world, name, cluster)
    flow = Flow(Place(home.folder, home.config))
    flow.subscribe(SUBSCRIBERS)
    flow.set(MAIL)
    if cluster:
        administer(cluster, f"CREATE DATABASE {name}")
    world.portal.index.replace(first_listing())
    run_day(home.app, as_of=FIRST, observer=Observer(say=lambda _line: None))
    for institute, order, number in DECIDED:
        decide(home.app, institute, [call_name(number)], order, as_of=FIRST)
    world.portal.index.replace(second_listing())
    return home


@dataclass(frozen=True)
class Seen:
    """All that one can see of an installation, less what numbers the runs."""

    calls: dict[str, Any]
    versions: dict[str, Any]
    changes: list[str]
    told: dict[str, Any]
    standing: dict[str, Any]
    joint_bids: tuple[set[str], date | None]
    mails: dict[str, str]
    set_aside: set[tuple[str, str]]
    ranked: dict[str, Any]
    decided: list[str]
    files: set[str]

    def differences(self, other: Seen) -> list[str]:
        """The names of what is not the same."""
        return [name for name in self.__dataclass_fields__ if getattr(self, name) != getattr(other, name)]


def look_at(home: Home, day: date) -> Seen:
    app = home.app
    with Store.open(home.url, read_only=True) as store:
        calls = {call.identifier: call for call in store.calls.all()}
        return Seen(
            calls,
            {name: store.calls.versions(name) for name in calls},
            sorted(map(str, store.calls.changes())),
            {reader: dict(store.told.delivered(reader)) for reader in READERS},
            {reader: store.told.standing(reader) for reader in READERS},
            store.told.joint_bids(),
            {queued.mail.message_id: queued.state.value for queued in store.outbox.listed()},
            {(row.key, row.reason) for row in store.calls.set_aside()},
            {name: rank(app, Question((name,), as_of=day, explain=True)) for name in INSTITUTES},
            sorted(map(str, store.decisions.history())),
            files_of(home.folder),
        )


def files_of(folder: Path) -> set[str]:
    """Every file that stays; what SQLite keeps beside its file comes and goes."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(p) for p in found if not p.name.endswith(("-wal", "-shm"))} - left_over(folder)


def left_over(folder: Path) -> set[str]:
    """Files that were being written when their process was killed."""
    return {str(path.relative_to(folder)) for path in folder.rglob(".writing-*")}


def in_hand(home: Home) -> list[str]:
    """Message-IDs of the mails that a dead process had in hand."""
    with Store.open(home.url, read_only=True) as store:
        return [queued.mail.message_id for queued in store.outbox.listed(MailState.SENDING)]


def findings(home: Home) -> list[str]:
    with Store.open(home.url, read_only=True) as store:
        return store.maintenance.check()


def runs_of(home: Home) -> list[RunRecord]:
    """The daily runs, oldest first."""
    with Store.open(home.url, read_only=True) as store:
        return store.runs.last(100, kind="run")[::-1]


def copies(mails: list[Arrived]) -> Counter[str]:
    return Counter(mail.message_id for mail in mails)
