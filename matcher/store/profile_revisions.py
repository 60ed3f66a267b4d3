"""What profiles held before each edit, so that it can be brought back; and what stands above institutes' files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import delete, desc, func, insert, select, update

from matcher.model.profile_revision import Revision
from matcher.store.schema import profile_revisions, profile_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection

    from matcher.model.profile_revision import Edit
    from matcher.store.engines import Transactions


class Editing:
    """One edit of a profile, in a transaction in which nobody else writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, edit: Edit) -> None:
        """Keep what was before."""
        row = {"institute": edit.institute, "before": edit.before, "summary": edit.summary}
        self._connection.execute(insert(profile_revisions), [row | {"edited_by": edit.by, "edited_at": edit.at}])

    def standing(self, institute: str) -> str | None:
        """What stands above an institute's file; None where the file counts."""
        query = select(profile_texts.c.text).where(profile_texts.c.institute == institute)
        found: str | None = self._connection.execute(query).scalar()
        return found

    def put(self, institute: str, text: str | None) -> None:
        """Have a text stand above an institute's file; None: have the file count."""
        self._connection.execute(delete(profile_texts).where(profile_texts.c.institute == institute))
        if text is not None:
            self._connection.execute(insert(profile_texts), [{"institute": institute, "text": text}])


class ProfileRevisions:
    """The edits of profiles that were made through the product."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    @contextmanager
    def editing(self) -> Iterator[Editing]:
        """Alone in the database, so that of two who edit at once one comes second."""
        with self._transactions.writing() as connection:
            yield Editing(connection)

    def standing(self) -> dict[str, str]:
        """What stands above institutes' files, by institute."""
        with self._transactions.reading() as connection:
            rows = connection.execute(select(profile_texts).order_by(profile_texts.c.institute)).all()
        return {row.institute: row.text for row in rows}

    def last(self) -> int:
        """The number of the last edit: grows with each."""
        with self._transactions.reading() as connection:
            return int(connection.execute(select(func.max(profile_revisions.c.id))).scalar() or 0)

    def of(self, institute: str, most: int | None = 20) -> tuple[Revision, ...]:
        """The edits of an institute's profile, newest first, so many or all."""
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

    def forget(self, names: Collection[str]) -> int:
        """Take a person's names out, as who edited; how many edits had them. The edits stay."""
        folded = {name.casefold() for name in names}
        table = profile_revisions
        with self._transactions.writing() as connection:
            rows = connection.execute(select(table.c.id, table.c.edited_by).where(table.c.edited_by.is_not(None)))
            made = [row.id for row in rows if row.edited_by.casefold() in folded]
            for number in made:
                connection.execute(update(table).where(table.c.id == number).values(edited_by=None))
        return len(made)
