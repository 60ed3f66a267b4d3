"""Which project says an organisation's name, country and type, so that the order of dumps does not matter.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("organisations", sa.Column("told_by", text, nullable=False, server_default=""))
