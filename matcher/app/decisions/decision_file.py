"""A file of decisions, as a project officer keeps it: CSV or XLSX, a row a call; each bad row is told and left out."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matcher.app.decision_copy import record
from matcher.app.decisions.deciding import assignee, detail_of, known_call, moment_of_deciding, over, who_decides
from matcher.errors import UsageError, shorten, system_reason
from matcher.model.day import brussels_day
from matcher.model.decision import Act, Application, Entry, Order, Owner, application_of, standing
from matcher.text.encodings import decoded
from matcher.text.folding import folded
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.model.decision import Decision
    from matcher.store.database import Store

MAX_BYTES = 20_000_000

MAX_UNPACKED = 100_000_000
"""Bytes of what is in a workbook; no reader of archives gives more than they claim."""

MAX_ROWS = 100_000

COLUMNS = {
    "call": ("call", "topic", "appel", "sujet"),
    "institute": ("institute", "institut"),
    "decision": ("decision",),
    "reason": ("reason", "motif", "raison"),
    "who": ("who", "by", "qui", "par"),
    "assigned": ("assigned", "assigned to", "to", "confie a", "attribue a"),
    "state": ("state", "etat", "statut"),
    "note": ("note", "comment", "commentaire", "remarque"),
    "duplicate_of": ("duplicate_of", "duplicate of", "doublon de"),
    "project": ("project", "projet"),
}
"""What a column holds, and what its head may be called, without accents and in any case."""

_ACTS = {
    Act.KEEP: ("keep", "kept", "retenir", "retenu", "garder", "garde", "oui", "yes"),
    Act.DISMISS: ("dismiss", "dismissed", "ecarter", "ecarte", "rejeter", "rejete", "non", "no"),
}


@dataclass(slots=True)
class Imported:
    """What a file brought: acts taken (in a dry run: to be taken), those that stood already, bad rows, remarks."""

    entries: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Saying] = field(default_factory=list)
    remarks: list[Saying] = field(default_factory=list)


def import_decisions(
    home: Home, path: Path, *, dry_run: bool = False, by: str | None = None, as_of: date | None = None
) -> Imported:
    """Take the decisions of a file; nothing is kept in a dry run.

    Args:
        home: where they are kept.
        path: `.xlsx`, or CSV with commas, semicolons or tabs.
        dry_run: only tell what would be taken.
        by: who decided where a row does not say.
        as_of: the day that it is decided on.

    Raises:
        UsageError: for a file that cannot be read or that has no columns `call` and `institute`.

    """
    rows = list(_rows(path))
    found = Imported()
    with home.open_filled() as store:
        reading = _Reading(home, store, by, moment_of_deciding(home, as_of), found)
        for number, row in rows:
            try:
                reading.take(row)
            except UsageError as error:
                found.problems.append(
                    Saying("{file}, row {number}: {problem}", file=path.name, number=str(number), problem=error.saying)
                )
        if not dry_run:
            record(home, store, found.entries)
    return found


@dataclass
class _Reading:
    """The rows of one file, each taken on top of those before."""

    home: Home
    store: Store
    by: str | None
    at: datetime
    found: Imported
    acts: dict[tuple[Owner, str], list[Entry]] = field(default_factory=dict)

    def take(self, row: Mapping[str, str]) -> None:
        """Raises UsageError for what nobody knows; nothing of the row is taken then."""
        if not row.get("call") or not row.get("institute"):
            raise UsageError("it names no call, or no institute.")
        institute = self.home.institute(row["institute"])
        call = known_call(self.store, row["call"])
        by = who_decides(self.home, row.get("who") or self.by)
        owner = Owner(institute.identifier)
        orders = list(_orders(row))
        if not orders:
            raise UsageError("it decides nothing.")
        made, remarks = [], over([call], brussels_day(self.at))
        for order in orders:
            value, detail = order.value, detail_of(self.store, order, [call])
            if order.act is Act.ASSIGN and value is not None:
                value, said = assignee(self.home, institute, value)
                remarks += said
            made.append(Entry(owner, call.identifier, order.act, self.at, value, detail, by))
        self._add(owner, call.identifier, made)
        known = set(map(str, self.found.remarks))
        self.found.remarks += [remark for remark in remarks if str(remark) not in known]

    def _add(self, owner: Owner, call: str, made: list[Entry]) -> None:
        if (owner, call) not in self.acts:
            self.acts[owner, call] = self.store.decisions.history(owner, call)
        acts = self.acts[owner, call]
        for entry in made:
            if _stands(standing(acts), entry):
                self.found.unchanged += 1
            else:
                acts.append(entry)
                self.found.entries.append(entry)


def _stands(decision: Decision | None, entry: Entry) -> bool:
    """Whether an act says what stands already: a file may be read twice."""
    if decision is None:
        return False
    if entry.act is Act.NOTE:
        return any(note.text == entry.value for note in decision.notes)
    if entry.act is Act.ASSIGN:
        return decision.assigned == entry.value
    if entry.act is Act.STATE:
        return (decision.state, decision.project) == (entry.value, entry.detail)
    return (decision.act, decision.reason, decision.repeats) == (entry.act, entry.value, entry.detail)


def _orders(row: Mapping[str, str]) -> Iterator[Order]:
    """What a row wants done, in the order of its columns. Raises UsageError."""
    word, state = row.get("decision", ""), row.get("state", "")
    act = next((act for act, words in _ACTS.items() if folded(word) in words), None)
    if act is Act.KEEP:
        yield Order.of(act)
    elif act is Act.DISMISS:
        yield Order.of(act, row.get("reason") or None, row.get("duplicate_of") or None)
    elif word and not state:
        state = _state_of(word)
    elif word:
        raise UsageError("its decision is {word}, expected keep or dismiss.", word=shorten(word))
    if row.get("assigned"):
        yield Order.of(Act.ASSIGN, row["assigned"])
    if state:
        yield Order.of(Act.STATE, application_of(state).value, row.get("project") or None)
    if row.get("note"):
        yield Order.of(Act.NOTE, row["note"])


def _state_of(word: str) -> str:
    try:
        return application_of(word).value
    except UsageError as error:
        known = ", ".join((Act.KEEP, Act.DISMISS, *Application))
        raise UsageError("its decision is {word}, expected {known}.", word=shorten(word), known=known) from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(number in the file, {column: text}) of each row that holds anything. Raises UsageError."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise UsageError("{path} cannot be read: {reason}.", path=path, reason=system_reason(error)) from error
    if data is None:
        raise UsageError(
            "{path} holds more than {most:,} bytes: give the part that matters.", path=path, most=MAX_BYTES
        )
    table = _workbook(path, data) if data.startswith(b"PK") else _separated(data)
    head = next(table, [])
    names = {folded(name): column for column, heads in COLUMNS.items() for name in heads}
    columns = [names.get(folded(cell)) for cell in head]
    if "call" not in columns or "institute" not in columns:
        raise UsageError(
            "{path} has no columns `call` and `institute` in its first row: {head}.",
            path=path,
            head=shorten(", ".join(head)),
        )
    for number, cells in enumerate(table, 2):
        if number > MAX_ROWS:
            raise UsageError(
                "{path} has more than {most:,} rows: give the part that matters.", path=path, most=MAX_ROWS
            )
        if any(cells):
            yield number, {name: cell for name, cell in zip(columns, cells, strict=False) if name is not None}


def _separated(data: bytes) -> Iterator[list[str]]:
    text = decoded(data)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    for cells in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter):
        yield [_opened(cell.strip()) for cell in cells]


def _opened(cell: str) -> str:
    """A cell without the quote by which an export keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _workbook(path: Path, data: bytes) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UsageError("{path} is a workbook: `pip install openpyxl`, or save it as CSV.", path=path) from error
    if _unpacked(data) > MAX_UNPACKED:
        raise UsageError(
            "{path} holds more than {most:,} bytes when unpacked: give the part that matters.",
            path=path,
            most=MAX_UNPACKED,
        )
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell).strip() for cell in cells]
    except Exception as error:  # openpyxl raises whatever a broken file makes it trip over
        raise UsageError(
            "{path} cannot be read as a workbook ({name}): save it as CSV.", path=path, name=type(error).__name__
        ) from error


def _unpacked(data: bytes) -> int:
    """The bytes that an archive claims to hold; 0 of one that is none, which the workbook's reader tells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return 0
