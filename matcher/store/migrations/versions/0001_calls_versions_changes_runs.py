"""Calls with versions and changes, raw rows, runs with the writer's lock, rows set aside, small facts.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def _time(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, index=index)


def _identity() -> sa.Column[object]:
    return sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True)


def upgrade() -> None:
    _runs()
    _calls()
    _history()
    _side_tables()


def _runs() -> None:
    op.create_table(
        "runs",
        _identity(),
        sa.Column("kind", sa.String(40), nullable=False),
        _time("started"),
        _time("finished", nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False, index=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("host", _TEXT, nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "locks",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("host", _TEXT, nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process_start", _TEXT, nullable=False),
        _time("acquired"),
        _time("heartbeat"),
    )


def _calls() -> None:
    op.create_table(
        "raw_rows",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("identifier", _TEXT, primary_key=True),
        sa.Column("folded", _TEXT, nullable=False, unique=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("programme", _TEXT),
        sa.Column("source", sa.String(20), nullable=False, index=True),
        sa.Column("claim", sa.String(20)),
        sa.Column("status", sa.String(20), index=True),
        sa.Column("opening", sa.Date()),
        sa.Column("last_deadline", sa.Date()),
        sa.Column("gone", sa.Date()),
        _time("ingested", nullable=True),
        _time("first_seen"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.Column("told", sa.JSON()),
    )


def _history() -> None:
    op.create_table(
        "versions",
        sa.Column("identifier", _TEXT, sa.ForeignKey("calls.identifier", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _time("seen_at"),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.String(64), sa.ForeignKey("raw_rows.digest"), index=True),
        sa.PrimaryKeyConstraint("identifier", "number"),
    )
    op.create_table(
        "changes",
        _identity(),
        sa.Column("identifier", _TEXT, sa.ForeignKey("calls.identifier", ondelete="CASCADE"), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("old", sa.JSON()),
        sa.Column("new", sa.JSON()),
        sa.Column("ratio", sa.Float()),
        _time("seen_at", index=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id"), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_changes_identifier_seen_at"), "changes", ["identifier", "seen_at"])


def _side_tables() -> None:
    op.create_table(
        "set_aside",
        _identity(),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("raw", sa.String(64), sa.ForeignKey("raw_rows.digest"), nullable=False, index=True),
    )
    op.create_table(
        "facts",
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("value", _TEXT, nullable=False),
    )
