"""Small facts kept beside the calls: the archive's ETag, days on which something was asked, the calls' revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from matcher.store.engines import Transactions, upsert
from matcher.store.schema import facts

if TYPE_CHECKING:
    from datetime import date

_REVISION = "revision"
_PROJECTS_REVISION = "projects.revision"


class Facts:
    """Key and text."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def get(self, key: str) -> str | None:
        """A small fact; None when it is not kept."""
        with self._transactions.reading() as connection:
            return _fact(connection, f"value:{key}")

    def set(self, key: str, value: str | None) -> None:
        """Keeps a small fact; None forgets it."""
        with self._transactions.writing() as connection:
            if value is None:
                connection.execute(delete(facts).where(facts.c.key == f"value:{key}"))
            else:
                upsert(connection, facts, [{"key": f"value:{key}", "value": value}], replace=True)

    def claim(self, key: str, value: str) -> bool:
        """Keeps a small fact that is not kept yet; False where it is: of several at once one gets it."""
        with self._transactions.writing() as connection:
            if _fact(connection, f"value:{key}") is not None:
                return False
            connection.execute(insert(facts), [{"key": f"value:{key}", "value": value}])
            return True

    def named(self, prefix: str) -> dict[str, str]:
        """Those whose key begins so, by the rest of it."""
        query = select(facts).where(facts.c.key.startswith(f"value:{prefix}", autoescape=True))
        with self._transactions.reading() as connection:
            return {row.key.removeprefix(f"value:{prefix}"): row.value for row in connection.execute(query)}

    def forget(self, prefix: str, before: date) -> int:
        """Forgets those whose key begins so and whose value is an earlier day; returns how many."""
        with self._transactions.writing() as connection:
            old = facts.c.key.startswith(f"value:{prefix}", autoescape=True) & (facts.c.value < before.isoformat())
            return connection.execute(delete(facts).where(old)).rowcount

    def drop(self, prefix: str) -> None:
        """Forgets those whose key begins so."""
        with self._transactions.writing() as connection:
            connection.execute(delete(facts).where(facts.c.key.startswith(f"value:{prefix}", autoescape=True)))


def revision_of(connection: Connection) -> int:
    """Grows by one with every transaction that changed calls."""
    return int(_fact(connection, _REVISION) or 0)


def grow_revision(connection: Connection) -> None:
    """Tells that calls changed: what was made of them before is out of date."""
    _grow(connection, _REVISION)


def projects_revision_of(connection: Connection) -> int:
    """Grows by one with every import that changed projects."""
    return int(_fact(connection, _PROJECTS_REVISION) or 0)


def grow_projects_revision(connection: Connection) -> None:
    """Tells that projects changed: what was learned of them before is out of date."""
    _grow(connection, _PROJECTS_REVISION)


def _grow(connection: Connection, key: str) -> None:
    upsert(connection, facts, [{"key": key, "value": str(int(_fact(connection, key) or 0) + 1)}], replace=True)


def _fact(connection: Connection, key: str) -> str | None:
    return connection.execute(select(facts.c.value).where(facts.c.key == key)).scalar()
