"""Brings a database to the newest schema, or says why this version of matcher cannot use it."""

from __future__ import annotations

from importlib.resources import as_file, files

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from matcher.errors import StoreError, StoreMissing
from matcher.store.dialects import writing
from matcher.store.schema import HEAD

_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def schema_version(connection: Connection) -> str | None:
    """The migration that the database stands at; None when it has no tables of ours."""
    if not inspect(connection).has_table(_alembic_version.name):
        return None
    return connection.execute(select(_alembic_version.c.version_num)).scalar()


def check_schema(engine: Engine, where: str) -> None:
    """For readers: raises StoreError unless the schema is the one this version knows."""
    with engine.connect() as connection:
        version = schema_version(connection)
    if version is None:
        raise StoreMissing(f"There is nothing in the database {where} yet: run `matcher fetch` first.")
    if version > HEAD:
        raise _newer(where)
    if version < HEAD:
        raise StoreError(
            f"The database {where} is of an older matcher: run `matcher db upgrade` to bring it up to date."
        )


def migrate(engine: Engine, where: str) -> None:
    """For writers: makes or upgrades the tables in one transaction; raises StoreError when they are newer."""
    with engine.connect() as connection:
        version = schema_version(connection)
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise _newer(where)
    with writing(engine) as connection:
        if schema_version(connection) != HEAD:  # another process may have been first
            _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    with as_file(files("matcher.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _newer(where: str) -> StoreError:
    return StoreError(f"The database {where} was written by a newer matcher: upgrade matcher to use it.")
