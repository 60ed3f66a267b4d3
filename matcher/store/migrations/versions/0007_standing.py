"""What each mail left untold, so that the next one can tell what is new from what only scores otherwise.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("standing", sa.JSON()))
