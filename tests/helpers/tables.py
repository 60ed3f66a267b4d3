"""The tables of a new SQLite file by the statements that the migrations came to: they take eight times as long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.store import engines

if TYPE_CHECKING:
    from sqlalchemy import Connection

_migrate = engines._upgrade
_statements: list[str] = []


def upgrade(connection: Connection, version: str = "head") -> None:
    """What `engines._upgrade` does; any other database than a new file is migrated."""
    new = connection.dialect.name == "sqlite" and version == "head" and engines.schema_version(connection) is None
    if new and _statements:
        for statement in _statements:
            connection.exec_driver_sql(statement)
        return
    _migrate(connection, version)
    if new:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql != '' AND name NOT LIKE 'sqlite_%'")
        _statements[:] = [*made.scalars(), f"INSERT INTO alembic_version VALUES ('{engines.HEAD}')"]
