"""What was reported of too many calls at once to be believed on one day.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def upgrade() -> None:
    op.create_table(
        "unconfirmed",
        sa.Column("identifier", _TEXT, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reported", sa.JSON()),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identifier", "what", name=op.f("pk_unconfirmed")),
        sa.ForeignKeyConstraint(
            ["identifier"], ["calls.identifier"], name=op.f("fk_unconfirmed_identifier_calls"), ondelete="CASCADE"
        ),
    )
