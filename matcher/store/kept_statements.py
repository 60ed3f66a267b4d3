"""SQLite whose statements are compiled once for all files and all times that they are opened.

SQLAlchemy keeps what it compiled with each engine, and a store makes one each time that it is opened: every page and
every task of the scheduler would compile its statements anew, which takes longer than most of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

URL = "sqlite+matcher://"

_MOST = 1_000

OPTIONS: dict[str, Any] = {"compiled_cache": LRUCache(_MOST)}
"""For the engine: where it looks for what was compiled."""


class Sqlite(SQLiteDialect_pysqlite):
    """Equal to every other one, as a statement compiled for one file is the same for any."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.matcher", __name__, Sqlite.__name__)
