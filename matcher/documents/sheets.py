"""The rows of a workbook's sheets: what Excel keeps apart as cells and as the texts that they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matcher.documents.office import MOST_CHARACTERS, members_of, parse

if TYPE_CHECKING:
    from matcher.documents.keyword_lists import Rows

_SHEETS = (re.compile(r"xl/worksheets/sheet\d+\.xml"), re.compile(r"xl/sharedStrings\.xml"))
_SHARED = "xl/sharedStrings.xml"
_MOST_COLUMNS = 200
_MOST_CELLS = 500_000


def sheet_rows(data: bytes) -> Rows | None:
    """The rows of every sheet, one under the other; None for what is no workbook, or too large for a list of keywords.

    Raises UnreadableError.
    """
    if b"xl/worksheets/" not in data:
        return None
    members = members_of(data, _SHEETS)
    shared = _Texts()
    if _SHARED in members:
        parse(members.pop(_SHARED), shared)
    sheet = _Sheet(shared.found)
    for xml in members.values():
        parse(xml, sheet)
    return None if sheet.is_too_large else [row for row in sheet.rows if any(row)]


class _Texts:
    """The texts that cells share, in their order."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._open = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        self._open = name == "t"

    def end(self, name: str) -> None:
        self._open = False
        if name == "si":
            self.found.append(_said(self._pieces))

    def text(self, piece: str) -> None:
        if self._open:
            self._pieces.append(piece)


class _Sheet:
    """The cells of sheets, each in its column, as long as they are not `too large`: one text can be shared by many."""

    def __init__(self, shared: list[str]) -> None:
        self.rows: Rows = []
        self._shared = shared
        self._is_shared = self._open = False
        self._column = 0
        self._pieces: list[str] = []
        self._cells = self._characters = 0

    @property
    def is_too_large(self) -> bool:
        """Whether there are more cells, or more in them, than is read."""
        return self._cells > _MOST_CELLS or self._characters > MOST_CHARACTERS

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row" and not self.is_too_large:
            self.rows.append([])
            self._cells += 1  # a row without any takes its place as well
        elif name == "c":
            self._is_shared, self._pieces = attributes.get("t") == "s", []
            self._column = _column(attributes.get("r", ""), len(self.rows[-1]) if self.rows else 0)
        self._open = name in {"v", "t"}

    def end(self, name: str) -> None:
        self._open = False
        if name == "c" and self.rows and self._column < _MOST_COLUMNS and not self.is_too_large:
            self._put(self.rows[-1], self._shared_text() if self._is_shared else _said(self._pieces))

    def text(self, piece: str) -> None:
        if self._open:
            self._pieces.append(piece)

    def _put(self, row: list[str], said: str) -> None:
        missing = max(0, self._column + 1 - len(row))
        row += [""] * missing
        row[self._column] = said
        self._cells += missing
        self._characters += len(said)

    def _shared_text(self) -> str:
        place = "".join(self._pieces)
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 9 else -1
        return self._shared[number] if 0 <= number < len(self._shared) else ""


def _said(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _column(reference: str, following: int) -> int:
    """The column that `C7` names, from 0; the one that follows where a cell names none."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
