"""The acts of institutes and readers on calls, in the order they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from matcher.model.decision import Act, Application, Cause, Entry, Owner
from matcher.store.calls import fold
from matcher.store.engines import chunks
from matcher.store.readable import readable
from matcher.store.schema import calls, decisions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from sqlalchemy import Connection, Row, Select

    from matcher.store.engines import Transactions

FORGOTTEN_NAME = "(forgotten)"
"""To whom a call is assigned whose name was taken out."""


class Decisions:
    """Acts are only added: two at the same moment are both kept, and the one that came later stands."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, entries: Sequence[Entry], *, before: Callable[[], None] = lambda: None) -> None:
        """Keep acts, all or none, in their order; `before` is called before they can be seen, with nobody else writing.

        Each gets the number of the call's present version.
        """
        with self._transactions.writing() as connection:
            before()
            if entries:
                versions = _versions(connection, {entry.call for entry in entries})
                connection.execute(insert(decisions), [_row(entry, versions.get(entry.call)) for entry in entries])

    def history(self, owner: Owner | None = None, call: str | None = None) -> list[Entry]:
        """Every act, of one owner or of all, on one call or on all, in the order they came; `unread` ones apart."""
        query = select(decisions).order_by(decisions.c.id)
        if owner is not None:
            query = query.where(decisions.c.owner == owner.name, decisions.c.reader == owner.is_reader)
        if call is not None:
            query = query.where(decisions.c.call == call)
        with self._transactions.reading() as connection:
            return _entries(connection, query)

    def unread(self) -> list[int]:
        """The numbers of the acts that nobody can read: they count for nothing."""
        with self._transactions.reading() as connection:
            return readable(connection, select(decisions).order_by(decisions.c.id), decisions.c.id, _entry)[1]

    def of_institutes(self, see: Callable[[list[Entry]], None]) -> None:
        """Shows every act of an institute, in the order they came, while nobody else can add one."""
        with self._transactions.writing() as connection:
            see(_entries(connection, select(decisions).where(~decisions.c.reader).order_by(decisions.c.id)))

    def last(self) -> int:
        """The number of the last act of an institute, notes apart; 0 before the first."""
        told = select(decisions.c.id).where(~decisions.c.reader, decisions.c.act != Act.NOTE)
        newest = told.order_by(decisions.c.id.desc()).limit(1)
        with self._transactions.reading() as connection:
            return connection.execute(newest).scalar() or 0

    def forget(self, names: Collection[str], *, before: Callable[[], None] = lambda: None) -> int:
        """Take a person's names out, as who decided, who wrote and to whom calls are assigned; how many acts had them.

        The decisions stay. `before` is as in `add`.
        """
        folded = {name.casefold() for name in names}
        with self._transactions.writing() as connection:
            before()
            rows = connection.execute(
                select(decisions.c.id, decisions.c.act, decisions.c.value, decisions.c.decided_by)
            )
            wrote, given = set(), set()
            for row in rows:
                if row.decided_by is not None and row.decided_by.casefold() in folded:
                    wrote.add(row.id)
                if row.act == Act.ASSIGN and row.value is not None and row.value.casefold() in folded:
                    given.add(row.id)
            for number in sorted(wrote):
                connection.execute(update(decisions).where(decisions.c.id == number).values(decided_by=None))
            for number in sorted(given):
                connection.execute(update(decisions).where(decisions.c.id == number).values(value=FORGOTTEN_NAME))
            return len(wrote | given)


def _versions(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    folded = {fold(name): name for name in names}
    found = {}
    for keys in chunks(sorted(folded)):
        for row in connection.execute(select(calls.c.folded, calls.c.version).where(calls.c.folded.in_(keys))):
            found[folded[row.folded]] = row.version
    return found


def _row(entry: Entry, version: int | None) -> dict[str, Any]:
    return {
        "owner": entry.owner.name,
        "reader": entry.owner.is_reader,
        "call": entry.call,
        "act": entry.act.value,
        "value": entry.value,
        "detail": entry.detail,
        "undone": entry.undone,
        "version": version,
        "decided_by": entry.by,
        "decided_at": entry.at,
    }


def _entries(connection: Connection, query: Select[Any]) -> list[Entry]:
    return readable(connection, query, decisions.c.id, _entry)[0]


_VALUES = {Act.DISMISS: Cause, Act.STATE: Application}
"""The acts whose value is a word of a list."""


def _entry(row: Row[Any]) -> Entry:
    """An act. Raises ValueError for one of a kind, a reason or a state that nobody knows."""
    act = Act(row.act)
    says_nothing = row.undone or (act is Act.DISMISS and row.value is None)  # what is taken back needs no word
    if act in _VALUES and not says_nothing:
        _VALUES[act](row.value)
    return Entry(
        Owner(row.owner, row.reader),
        row.call,
        act,
        row.decided_at,
        row.value,
        row.detail,
        row.decided_by,
        row.undone,
        row.version,
        row.id,
    )
