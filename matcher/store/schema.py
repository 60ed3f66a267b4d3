"""The tables, with types that mean the same on SQLite and PostgreSQL. Changing anything here needs a migration."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
)

from matcher.text.untrusted import unturned

APPLICATION_ID = 0x4D415443  # "MATC": marks the SQLite file as ours, and names the writers' lock on PostgreSQL
HEAD = "0010"  # the newest migration; a test holds it to the migrations folder

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be kept: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def clean(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogates."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")


class CleanText(TypeDecorator[str]):
    """Text from outside, which may hold what PostgreSQL or UTF-8 refuse (see `clean`); sorted alike everywhere."""

    impl = Text().with_variant(Text(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else clean(value)


def _json() -> JSON:
    return JSON(none_as_null=True)


class PortalValue(TypeDecorator[Any]):
    """A value of the portal as JSON; what it was kept with before its bidirectional controls were taken out is read
    without them, like the calls (`matcher.model.call.unpack`).
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return json.loads(unturned(json.dumps(value, ensure_ascii=False)))


def _id() -> Column[Any]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


runs = Table(
    "runs",
    metadata,
    _id(),
    Column("kind", String(40), nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    Column("outcome", String(20), nullable=False, index=True),
    Column("detail", _json(), nullable=False),
    Column("host", CleanText, nullable=False),
    Column("pid", Integer, nullable=False),
    sqlite_autoincrement=True,
)

locks = Table(
    "locks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("host", CleanText, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_start", CleanText, nullable=False),  # tells a reused process id from the owner
    Column("acquired", UtcDateTime, nullable=False),
    Column("heartbeat", UtcDateTime, nullable=False),
)

raw_rows = Table(
    "raw_rows",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the uncompressed row
    Column("data", LargeBinary, nullable=False),  # zlib
)

calls = Table(
    "calls",
    metadata,
    Column("identifier", CleanText, primary_key=True),
    Column("folded", CleanText, nullable=False, unique=True),  # for look-ups in any case
    Column("kind", String(40), nullable=False),
    Column("programme", CleanText),
    Column("source", String(20), nullable=False, index=True),
    Column("claim", String(20)),  # the status that the portal claims
    Column("status", String(20), index=True),  # the status judged at the last look
    Column("opening", Date),
    Column("last_deadline", Date),
    Column("gone", Date),
    Column("ingested", UtcDateTime),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),  # number of the current version
    Column("content_hash", String(64), nullable=False),
    Column("filled", Boolean, nullable=False),  # its sections come from topicDetails
    Column("told", PortalValue),  # {field: value last told} of withheld fields; NULL: none
)

versions = Table(
    "versions",
    metadata,
    Column("identifier", ForeignKey("calls.identifier", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("body", LargeBinary, nullable=False),  # `matcher.model.call.pack`
    Column("raw", ForeignKey("raw_rows.digest"), index=True),
    PrimaryKeyConstraint("identifier", "number"),
)

changes = Table(
    "changes",
    metadata,
    _id(),
    Column("identifier", CleanText, nullable=False),
    Column("field", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("old", PortalValue),
    Column("new", PortalValue),
    Column("ratio", Float),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    ForeignKeyConstraint(["identifier"], ["calls.identifier"], ondelete="CASCADE"),
    Index(None, "identifier", "seen_at"),
    sqlite_autoincrement=True,
)

set_aside = Table(
    "set_aside",
    metadata,
    _id(),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("raw", ForeignKey("raw_rows.digest"), nullable=False, index=True),
)

facts = Table(
    "facts",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("value", CleanText, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", CleanText, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subscriber", CleanText, nullable=False),
    Column("address", CleanText, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib
    Column("html", LargeBinary, nullable=False),  # zlib, UTF-8
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", UtcDateTime, nullable=False),
    Column("claim_host", CleanText),
    Column("claim_pid", Integer),
    Column("claim_start", CleanText),  # tells a reused process id from the owner
    Column("claimed_at", UtcDateTime),
    Column("tried_at", UtcDateTime),  # the end of the last attempt
    Column("last_error", CleanText),
    Column("created", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("standing", _json()),  # what the mail left untold; none on mails from before there were such
    Index(None, "state", "next_attempt"),
    Index(None, "subscriber", "day"),
)

deliveries = Table(  # what each mail tells; it counts until the mail fails for good
    "deliveries",
    metadata,
    Column("message_id", CleanText, nullable=False),
    Column("call", CleanText, nullable=False),
    Column("facts", _json(), nullable=False),  # what was told of the call: deadlines, budget, status…
    Column("reminders", _json(), nullable=False),  # [[deadline, days before]…] that were due
    Column("known", UtcDateTime),  # the newest change of the call that was known
    PrimaryKeyConstraint("message_id", "call"),
    ForeignKeyConstraint(["message_id"], ["outbox.message_id"], ondelete="CASCADE"),
)

decisions = Table(  # acts on calls, one a row, never changed but to forget a person
    "decisions",
    metadata,
    _id(),
    Column("owner", CleanText, nullable=False),  # an institute, or a subscriber
    Column("reader", Boolean, nullable=False),  # the owner is a subscriber, who decides for himself
    Column("call", CleanText, nullable=False, index=True),
    Column("act", String(20), nullable=False),
    Column("value", CleanText),
    Column("detail", CleanText),
    Column("undone", Boolean, nullable=False),
    Column("version", Integer),
    Column("decided_by", CleanText),
    Column("decided_at", UtcDateTime, nullable=False),
    Index(None, "owner", "call"),
    sqlite_autoincrement=True,
)

profile_revisions = Table(  # edits of profiles through the product, never changed
    "profile_revisions",
    metadata,
    _id(),
    Column("institute", CleanText, nullable=False, index=True),
    Column("before", CleanText, nullable=False),  # the text of its file, or of what stood above it
    Column("summary", CleanText, nullable=False),
    Column("edited_by", CleanText),
    Column("edited_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

profile_texts = Table(  # whole files of institutes that stand above those of the folder
    "profile_texts",
    metadata,
    Column("institute", CleanText, primary_key=True),
    Column("text", CleanText, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", CleanText, primary_key=True),
    Column("refusals", Integer, nullable=False),  # in a row, because of the address
    Column("paused_at", UtcDateTime),
    Column("reason", CleanText),  # of the pause
)

projects = Table(
    "projects",
    metadata,
    Column("identifier", CleanText, primary_key=True),
    Column("acronym", CleanText, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("topic", CleanText, index=True),
    Column("signed", Date),
    Column("started", Date),
    Column("ended", Date),
    Column("body", LargeBinary, nullable=False),  # zlib: the whole project as JSON
    Column("digest", String(32), nullable=False),  # of the project and its participations
    Column("updated", Date),  # when CORDIS last renewed it
    Column("source", CleanText, nullable=False),  # the dump that it was last taken from
    Column("gone", UtcDateTime),  # since when no dump has it
)

organisations = Table(
    "organisations",
    metadata,
    Column("pic", CleanText, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("country", String(10), nullable=False),
    Column("type", String(10), nullable=False),
    Column("told_by", CleanText, nullable=False),  # signature, number and renewal of the project that says these three
    Column("sme", Boolean),  # unknown where no dump said it since it is kept
    Column("names", _json(), nullable=False),  # every name that it was seen under, sorted
)

participations = Table(
    "participations",
    metadata,
    Column("project", CleanText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("pic", CleanText, nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("contribution_eur", Float),
    Column("net_eur", Float),
    Column("left", Boolean, nullable=False),
    PrimaryKeyConstraint("project", "position"),
    ForeignKeyConstraint(["project"], ["projects.identifier"], ondelete="CASCADE"),
)

project_concepts = Table(  # paths of the European Science Vocabulary
    "project_concepts",
    metadata,
    Column("project", CleanText, nullable=False),
    Column("path", CleanText, nullable=False),
    PrimaryKeyConstraint("project", "path"),
    ForeignKeyConstraint(["project"], ["projects.identifier"], ondelete="CASCADE"),
)

project_sources = Table(  # which dumps have which project
    "project_sources",
    metadata,
    Column("source", CleanText, nullable=False),
    Column("project", CleanText, nullable=False, index=True),
    PrimaryKeyConstraint("source", "project"),
    ForeignKeyConstraint(["project"], ["projects.identifier"], ondelete="CASCADE"),
)

unconfirmed = Table(  # what was reported of too many calls at once to be believed on one day
    "unconfirmed",
    metadata,
    Column("identifier", CleanText, nullable=False),
    Column("what", String(40), nullable=False),  # leaving, closing, returning, or a field
    Column("digest", String(64), nullable=False),  # of what was reported
    Column("reported", PortalValue),  # None for texts, which are long
    Column("since", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("identifier", "what"),
    ForeignKeyConstraint(["identifier"], ["calls.identifier"], ondelete="CASCADE"),
)
