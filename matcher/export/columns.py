"""Parquet: the frame with its dtypes, through pyarrow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from matcher.errors import UsageError
from matcher.export.tables import table

if TYPE_CHECKING:
    from matcher.export.content import Content


def encode(content: Content) -> bytes:
    """A Parquet file that pandas reads back with the same dtypes. Raises UsageError without pyarrow."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: install it with `pip install 'matcher[parquet]'`.") from error
    buffer = io.BytesIO()
    table(content).to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()
