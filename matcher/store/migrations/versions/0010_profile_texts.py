"""What stands above institutes' files, where the folder of these cannot be written.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def upgrade() -> None:
    op.create_table(
        "profile_texts",
        sa.Column("institute", _TEXT, nullable=False),
        sa.Column("text", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("institute", name=op.f("pk_profile_texts")),
    )
