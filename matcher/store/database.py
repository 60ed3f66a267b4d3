"""One database, opened: what is kept is reached by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from matcher.store.calls import Calls
from matcher.store.decisions import Decisions
from matcher.store.engines import Transactions
from matcher.store.kept_facts import Facts, revision_of
from matcher.store.maintenance import Maintenance
from matcher.store.outbox import Outbox
from matcher.store.profile_revisions import ProfileRevisions
from matcher.store.project_saving import ProjectSaving
from matcher.store.projects import Projects
from matcher.store.runs import Runs
from matcher.store.saving import Saving
from matcher.store.told import ToldCalls
from matcher.store.unconfirmed import Doubts

if TYPE_CHECKING:
    from types import TracebackType


class Store:
    """What is kept, in SQLite or PostgreSQL: calls, runs, the outbox, what was told, decisions, small facts.

    Every method is one transaction (or one reading) and may raise StoreError (StoreBusy when another writer does not
    finish in time), with one sentence that says what to do. Safe to share between threads.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self.calls = Calls(transactions)
        self.saving = Saving(transactions)
        self.doubts = Doubts(transactions)
        self.projects = Projects(transactions)
        self.project_saving = ProjectSaving(transactions)
        self.runs = Runs(transactions)
        self.outbox = Outbox(transactions)
        self.told = ToldCalls(transactions)
        self.decisions = Decisions(transactions)
        self.profile_revisions = ProfileRevisions(transactions)
        self.facts = Facts(transactions)
        self.maintenance = Maintenance(transactions)

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, make: bool = True, wait: float = 30.0) -> Store:
        """Opens a store, made or migrated to the newest schema unless `read_only`.

        Args:
            url: `sqlite:///PATH` (missing folders are made, private to their owner) or
                `postgresql+psycopg://USER@HOST/NAME`.
            read_only: take no lock and change nothing; the store must be there, with the newest schema.
            make: where there is no store; else StoreMissing is raised.
            wait: how long, in seconds, one transaction waits for another writer's before StoreBusy.

        """
        return cls(Transactions.open(url, read_only=read_only, make=make, wait=wait))

    def close(self) -> None:
        self._transactions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def revision(self) -> int:
        """Grows by one with every transaction that changed calls: tells whether an index is stale."""
        with self._transactions.reading() as connection:
            return revision_of(connection)
