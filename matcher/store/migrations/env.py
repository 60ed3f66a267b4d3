"""Alembic's environment: migrates over the connection that `matcher.store.engines` passes in."""

from __future__ import annotations

from alembic import context

from matcher.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too: the caller's BEGIN IMMEDIATE holds the tables and the version number
)
with context.begin_transaction():
    context.run_migrations()
