"""Rows that are read one by one where some cannot be: what one of them holds must not cost the others."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import DataError, OperationalError

from matcher.store.engines import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column, Connection, Row, Select

_Made = TypeVar("_Made")


def readable(
    connection: Connection, query: Select[Any], number: Column[int], make: Callable[[Row[Any]], _Made]
) -> tuple[list[_Made], list[int]]:
    """What the rows of a query are made into, in its order, and the numbers of those that cannot be read.

    `make` raises ValueError, TypeError or LookupError of a row that holds what nobody writes there.
    """
    found, unread = _read(connection, query, make)
    if not unread:
        return found, []
    numbers = list(connection.execute(query.with_only_columns(number, maintain_column_froms=True)).scalars())
    found, lost = [], []
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        made, unread = _read(connection, query.where(number.in_(some)), make)
        for one in some if unread else ():
            alone, unread = _read(connection, query.where(number == one), make)
            made += alone
            lost += [one] if unread else []
        found += made
    return found, lost


def _read(connection: Connection, query: Select[Any], make: Callable[[Row[Any]], _Made]) -> tuple[list[_Made], bool]:
    """All of it, or nothing and True where some row cannot be read."""
    try:
        return [make(row) for row in connection.execute(query)], False
    except (ValueError, TypeError, LookupError, DataError):
        return [], True
    except OperationalError as error:
        if not _is_of_a_text(error):
            raise
        return [], True


def _is_of_a_text(error: OperationalError) -> bool:
    """Whether SQLite handed out a text that is no UTF-8: what is wrong with the whole database has a code."""
    return isinstance(error.orig, sqlite3.Error) and getattr(error.orig, "sqlite_errorcode", None) is None
