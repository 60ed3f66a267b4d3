"""Projects, organisations and their parts in projects.

Frozen: later schemas are made by later migrations, never by editing this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # sorted by code point, as SQLite does


def _of_project(table: str, *columns: sa.Column[object], key: str) -> None:
    op.create_table(
        table,
        *columns,
        sa.PrimaryKeyConstraint(*key.split(), name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.identifier"], name=op.f(f"fk_{table}_project_projects"), ondelete="CASCADE"
        ),
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _TEXT, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("identifier", _TEXT, primary_key=True),
        _text("acronym"),
        _text("title"),
        _text("topic", nullable=True),
        sa.Column("signed", sa.Date()),
        sa.Column("started", sa.Date()),
        sa.Column("ended", sa.Date()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("updated", sa.Date()),
        _text("source"),
        sa.Column("gone", sa.DateTime(timezone=True)),
    )
    op.create_index(op.f("ix_projects_topic"), "projects", ["topic"])
    op.create_table(
        "organisations",
        sa.Column("pic", _TEXT, primary_key=True),
        _text("name"),
        sa.Column("country", sa.String(10), nullable=False),
        sa.Column("type", sa.String(10), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
    )
    _of_project(
        "participations",
        _text("project"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("pic"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("contribution_eur", sa.Float()),
        sa.Column("net_eur", sa.Float()),
        sa.Column("left", sa.Boolean(), nullable=False),
        key="project position",
    )
    op.create_index(op.f("ix_participations_pic"), "participations", ["pic"])
    _of_project("project_concepts", _text("project"), _text("path"), key="project path")
    _of_project("project_sources", _text("source"), _text("project"), key="source project")
    op.create_index(op.f("ix_project_sources_project"), "project_sources", ["project"])
