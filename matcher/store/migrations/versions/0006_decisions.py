"""What institutes and readers made of calls; what readers dismissed becomes a part of it.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("reader", sa.Boolean, nullable=False),
        sa.Column("call", _TEXT, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("value", _TEXT),
        sa.Column("detail", _TEXT),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("decided_by", _TEXT),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decisions_call"), "decisions", ["call"])
    op.create_index(op.f("ix_decisions_owner_call"), "decisions", ["owner", "call"])
    op.execute(
        "INSERT INTO decisions (owner, reader, call, act, undone, decided_by, decided_at) "
        "SELECT subscriber, true, call, 'dismiss', false, subscriber, dismissed_at "
        "FROM dismissals ORDER BY dismissed_at, subscriber, call"
    )
    op.drop_table("dismissals")
