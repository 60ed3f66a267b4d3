"""CSV: RFC 4180 but for line ends, ISO days, unknown empty, cells that a spreadsheet would run disarmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.export.tables import plain_rows, table
from matcher.present.records import csv_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matcher.export.content import Content


def encode(content: Content) -> bytes:
    """UTF-8 without a byte order mark."""
    frame = table(content)
    return csv_text(map(_iso, plain_rows(frame)), list(frame.columns)).encode()


def _iso(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
