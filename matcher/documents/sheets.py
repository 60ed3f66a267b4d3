"""The rows of a workbook's sheets: what Excel keeps apart as cells and as the texts that they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matcher.documents.office import members_of, parse

if TYPE_CHECKING:
    from matcher.documents.keyword_lists import Rows

_SHEETS = (re.compile(r"xl/worksheets/sheet\d+\.xml"), re.compile(r"xl/sharedStrings\.xml"))
_SHARED = "xl/sharedStrings.xml"
_MOST_COLUMNS = 200


def sheet_rows(data: bytes) -> Rows | None:
    """The rows of every sheet, one under the other; None for what is no workbook. Raises UnreadableError."""
    if b"xl/worksheets/" not in data:
        return None
    members = members_of(data, _SHEETS)
    shared = _Texts()
    if _SHARED in members:
        parse(members.pop(_SHARED), shared)
    rows: Rows = []
    for xml in members.values():
        sheet = _Sheet(shared.found)
        parse(xml, sheet)
        rows += [row for row in sheet.rows if any(row)]
    return rows


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Texts:
    """The texts that cells share, in their order."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._open = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if _local(name) == "si":
            self.found.append("")
        self._open = _local(name) == "t"

    def end(self, _name: str) -> None:
        self._open = False

    def text(self, piece: str) -> None:
        if self._open and self.found:
            self.found[-1] += piece


class _Sheet:
    """The cells of a sheet, each in its column."""

    def __init__(self, shared: list[str]) -> None:
        self.rows: Rows = []
        self._shared = shared
        self._is_shared = self._open = False
        self._column, self._value = 0, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "row":
            self.rows.append([])
        elif local == "c":
            self._is_shared, self._value = attributes.get("t") == "s", ""
            self._column = _column(attributes.get("r", ""), len(self.rows[-1]) if self.rows else 0)
        self._open = local in {"v", "t"}

    def end(self, name: str) -> None:
        self._open = False
        if _local(name) == "c" and self.rows and self._column < _MOST_COLUMNS:
            row = self.rows[-1]
            row += [""] * (self._column + 1 - len(row))
            row[self._column] = " ".join(self._said().split())

    def text(self, piece: str) -> None:
        if self._open:
            self._value += piece

    def _said(self) -> str:
        if not self._is_shared:
            return self._value
        place = int(self._value) if self._value.isascii() and self._value.isdigit() and len(self._value) < 9 else -1
        return self._shared[place] if 0 <= place < len(self._shared) else ""


def _column(reference: str, following: int) -> int:
    """The column that `C7` names, from 0; the one that follows where a cell names none."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
