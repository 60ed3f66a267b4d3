"""Whether an organisation is a small or medium-sized company.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("sme", sa.Boolean()))
