"""What stands of calls, for questions: read from a file beside the index, so that a list opens no database.

The file holds the acts of all institutes. Whoever adds one puts a mark first and takes it away once the file is whole
again, both while nobody else can write: without a mark the file is as the database, with one the database is asked. A
database elsewhere may be written by another machine, and is asked at once.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matcher.disk import put_mark, write_file, writing_to
from matcher.errors import StoreMissing
from matcher.model.day import brussels_day
from matcher.model.decision import Act, Decided, DecisionListing, Entry, Owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.model.decision import DecisionQuestion
    from matcher.store.database import Store


def decided(home: Home, day: date) -> Decided:
    """What the institutes' decisions were at the end of a day; notes are not among them."""
    return Decided.on(_entries(home), day)


def listing(home: Home, question: DecisionQuestion) -> DecisionListing:
    """What stands, with the notes: of an institute, or of the whole network. Raises UsageError."""
    day = home.day(question.as_of).date
    name = None if question.institute is None else home.institute(question.institute).identifier
    entries = _kept(home)
    found = Decided.on((one for one in entries if name in {None, one.owner.name}), day)
    wanted = tuple(one for one in found if question.wants(one))
    return DecisionListing(wanted, day, question.since, shared=name is None)


def history(home: Home, question: DecisionQuestion) -> list[Entry]:
    """Every act, also taken back, newest first; of the whole network no notes and no persons. Raises UsageError."""
    day = home.day(question.as_of).date
    name = None if question.institute is None else home.institute(question.institute).identifier
    first = question.since or date.min
    kept = (one for one in _kept(home) if name in {None, one.owner.name} and first <= brussels_day(one.at) <= day)
    newest = sorted(kept, key=lambda one: one.number, reverse=True)
    return newest if name is not None else [one.as_shared() for one in newest if one.act is not Act.NOTE]


def record(home: Home, store: Store, entries: Sequence[Entry]) -> None:
    """Keep acts, and the file with them."""
    store.decisions.add(entries, before=lambda: _put_mark(home))
    renew(home, store)


def renew(home: Home, store: Store) -> None:
    """Write the file anew, with all acts that the store has."""
    if home.settings.database.url:
        return

    def write(entries: Sequence[Entry]) -> None:
        with writing_to(home.settings.home):
            write_file(_file(home), json.dumps([_packed(one) for one in entries if one.act is not Act.NOTE]).encode())
            _mark(home).unlink(missing_ok=True)

    store.decisions.of_institutes(write)


def renew_if_old(home: Home, store: Store) -> None:
    """Write the file anew where the database is not the one that it was written of: a backup that was put back."""
    known = max((one.number for one in _filed(home) or ()), default=0)
    if not home.settings.database.url and (_mark(home).exists() or known != store.decisions.last()):
        renew(home, store)


def forget(home: Home, store: Store, names: Sequence[str]) -> int:
    """Take a person's names out of every act, and of the file; how many acts had them."""
    found = store.decisions.forget(names, before=lambda: _put_mark(home))
    renew(home, store)
    return found


def _entries(home: Home) -> Sequence[Entry]:
    if not home.settings.database.url and not _mark(home).exists():
        filed = _filed(home)
        if filed is not None:
            return filed
    return _kept(home)


def _kept(home: Home) -> Sequence[Entry]:
    """Every act of an institute that the database has, notes too."""
    with suppress(StoreMissing), home.open_store(read_only=True) as store:
        return [entry for entry in store.decisions.history() if not entry.owner.is_reader]
    return ()


def _filed(home: Home) -> list[Entry] | None:
    """The acts in the file, none where nobody decided anything yet; None where it cannot be read."""
    try:
        return [_unpacked(record) for record in json.loads(_file(home).read_bytes())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _put_mark(home: Home) -> None:
    if not home.settings.database.url:
        put_mark(_mark(home))


def _file(home: Home) -> Path:
    return home.settings.home / "decisions.json"


def _mark(home: Home) -> Path:
    return home.settings.home / "decisions.stale"


def _packed(entry: Entry) -> dict[str, Any]:
    return {
        "institute": entry.owner.name,
        "call": entry.call,
        "act": entry.act.value,
        "at": entry.at.isoformat(),
        "value": entry.value,
        "detail": entry.detail,
        "by": entry.by,
        "undone": entry.undone,
        "version": entry.version,
        "number": entry.number,
    }


def _unpacked(record: dict[str, Any]) -> Entry:
    return Entry(
        Owner(record["institute"]),
        record["call"],
        Act(record["act"]),
        datetime.fromisoformat(record["at"]),
        record["value"],
        record["detail"],
        record["by"],
        record["undone"],
        record["version"],
        record["number"],
    )
