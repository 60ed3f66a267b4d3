"""What a terminal of 80 columns shows."""

from __future__ import annotations

COLUMNS = 80

_LONG = 40


def too_long(text: str, columns: int = COLUMNS) -> list[str]:
    """Lines that a terminal would break and a layout need not: those that end in a long address or path are fine."""
    return [
        line
        for line in text.splitlines()
        if len(line) > columns and not ("/" in (last := line.split()[-1]) and len(last) > _LONG)
    ]
