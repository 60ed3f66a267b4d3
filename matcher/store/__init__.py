"""What is kept: calls with versions and changes, projects, decisions, runs, the outbox; SQLite or PostgreSQL.

May import: `disk`, `errors`, `logs`, `model`, `text`. Heavy: `alembic` and `sqlalchemy`. Never: any layer else, any
other heavy library.
"""
