"""What institutes' files held before each edit that was made through the product.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def upgrade() -> None:
    op.create_table(
        "profile_revisions",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("institute", _TEXT, nullable=False),
        sa.Column("before", _TEXT, nullable=False),
        sa.Column("summary", _TEXT, nullable=False),
        sa.Column("edited_by", _TEXT),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_revisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_profile_revisions_institute"), "profile_revisions", ["institute"])
