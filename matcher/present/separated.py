"""Rows as values with something between them: commas, or what a French Excel reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.frozen import dataclass
from matcher.text.masking import masked
from matcher.text.untrusted import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DELIMITERS = {",": ",", ";": ";", "tab": "\t"}
"""How a delimiter is asked for → what stands between two values."""


@dataclass(frozen=True, slots=True)
class Separators:
    """What stands between two values; with a semicolon numbers have decimal commas, as a French Excel has both."""

    delimiter: str = ","

    @classmethod
    def named(cls, name: str | None) -> Separators:
        """Those of one of `DELIMITERS`; commas where none is named."""
        return cls(DELIMITERS[name or ","])

    def cell(self, value: object) -> object:
        """A value as a cell, which no spreadsheet takes for a formula, without secrets."""
        if isinstance(value, float) and self.delimiter == ";":
            return str(value).replace(".", ",")
        made = csv_cell(value)
        return masked(made) if isinstance(made, str) else made


COMMAS = Separators()


def csv_text(rows: Iterable[Mapping[str, Any]], fields: Sequence[str] = (), separators: Separators = COMMAS) -> str:
    """Rows as CSV with a header line; lists are joined by a semicolon, unknown is empty."""
    import csv  # a question that prints text loads neither
    import io

    listed = list(rows)
    names = list(listed[0]) if listed else list(fields)
    buffer = io.StringIO()
    if names:
        writer = csv.DictWriter(buffer, fieldnames=names, lineterminator="\n", delimiter=separators.delimiter)
        writer.writeheader()
        writer.writerows({key: separators.cell(value) for key, value in row.items()} for row in listed)
    return buffer.getvalue()
