"""The rows of a dump's tables by their projects, which no table is sorted by: kept on the disk, not in memory."""

from __future__ import annotations

import marshal
import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self

from matcher.errors import ProjectsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_TABLE = "CREATE TABLE packed (project TEXT NOT NULL, rows BLOB NOT NULL)"


class ByProject:
    """Rows of one table, given out project by project. A context manager.

    They lie in a database without a name, which is gone with the process, however that ends. `left` counts the rows
    that nobody asked for.

    Raises:
        ProjectsError: when there is no room for temporary files.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Takes rows whose first value is the project; the others are strings, numbers, truths or None."""
        self.left = 0
        self._kept = sqlite3.connect("", isolation_level=None)
        try:
            self._fill(rows)
        except sqlite3.Error as error:
            self._kept.close()
            raise ProjectsError(f"The projects find no room among the temporary files ({error}).") from error
        except BaseException:
            self._kept.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()

    def of(self, project: str) -> list[tuple[Any, ...]]:
        """A project's rows, in the order of the table."""
        packed = self._kept.execute("SELECT rows FROM packed WHERE project = ? ORDER BY rowid", (project,))
        found = [row for (rows,) in packed for row in marshal.loads(rows)]  # noqa: S302  (written by this process)
        self.left -= len(found)
        return found

    def _fill(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for setting in ("journal_mode=OFF", "synchronous=OFF"):
            self._kept.execute(f"PRAGMA {setting}")
        self._kept.execute(_TABLE)
        self._kept.execute("BEGIN")
        groups = ((project, self._packed(list(some))) for project, some in groupby(rows, itemgetter(0)))
        self._kept.executemany("INSERT INTO packed VALUES (?, ?)", groups)
        self._kept.execute("CREATE INDEX by_project ON packed (project)")
        self._kept.execute("COMMIT")

    def _packed(self, rows: list[tuple[Any, ...]]) -> bytes:
        self.left += len(rows)
        return marshal.dumps(rows)
