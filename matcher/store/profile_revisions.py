"""What institutes' files held before each edit, so that it can be looked at and brought back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import desc, insert, select

from matcher.model.profile_revision import Revision
from matcher.store.schema import profile_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.model.profile_revision import Edit
    from matcher.store.engines import Transactions


class ProfileRevisions:
    """The edits of institutes' files that were made through the product."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    @contextmanager
    def editing(self) -> Iterator[Callable[[Edit], None]]:
        """Alone in the database, so that of two who edit at once one comes second; keeps what it is called with."""
        with self._transactions.writing() as connection:

            def kept(edit: Edit) -> None:
                row = {"institute": edit.institute, "before": edit.before, "summary": edit.summary}
                connection.execute(insert(profile_revisions), [row | {"edited_by": edit.by, "edited_at": edit.at}])

            yield kept

    def of(self, institute: str, most: int = 20) -> tuple[Revision, ...]:
        """The edits of an institute's file, newest first."""
        table = profile_revisions
        query = select(table).where(table.c.institute == institute).order_by(desc(table.c.id)).limit(most)
        with self._transactions.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Revision(row.id, row.before, row.summary, row.edited_by, row.edited_at) for row in rows)

    def all(self) -> list[tuple[str, Revision]]:
        """Every edit with whose file it was of, in the order they came."""
        with self._transactions.reading() as connection:
            rows = connection.execute(select(profile_revisions).order_by(profile_revisions.c.id)).all()
        return [
            (row.institute, Revision(row.id, row.before, row.summary, row.edited_by, row.edited_at)) for row in rows
        ]
