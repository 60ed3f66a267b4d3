"""The outbox, what its mails tell, dismissed calls, addresses that refuse mail.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _outbox()
    _told()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("message_id", _TEXT, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("next_attempt"),
        sa.Column("claim_host", _TEXT),
        sa.Column("claim_pid", sa.Integer()),
        sa.Column("claim_start", _TEXT),
        _time("claimed_at", nullable=True),
        _time("tried_at", nullable=True),
        sa.Column("last_error", _TEXT),
        _time("created"),
        _time("sent_at", nullable=True),
    )
    op.create_index(op.f("ix_outbox_state_next_attempt"), "outbox", ["state", "next_attempt"])
    op.create_index(op.f("ix_outbox_subscriber_day"), "outbox", ["subscriber", "day"])
    op.create_table(
        "addresses",
        sa.Column("address", _TEXT, primary_key=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        _time("paused_at", nullable=True),
        sa.Column("reason", _TEXT),
    )


def _told() -> None:
    op.create_table(
        "deliveries",
        sa.Column("message_id", _TEXT, sa.ForeignKey("outbox.message_id", ondelete="CASCADE"), nullable=False),
        sa.Column("call", _TEXT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        _time("known", nullable=True),
        sa.PrimaryKeyConstraint("message_id", "call"),
    )
    op.create_table(
        "dismissals",
        sa.Column("subscriber", _TEXT, nullable=False),
        sa.Column("call", _TEXT, nullable=False),
        _time("dismissed_at"),
        sa.PrimaryKeyConstraint("subscriber", "call"),
    )
