"""Run queries to completion, even if other programs stored invalid text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from typing import Any, TypeVar

Row = tuple[Any, ...]
Made = TypeVar("Made")


def fetch_all(con: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """Fetch all rows, so that no statement stays open and blocks writers."""
    return fetch_into(list, con, sql, parameters)


def fetch_into(
    make: Callable[[Iterable[Row]], Made],
    con: sqlite3.Connection,
    sql: str,
    parameters: Sequence[Any] = (),
) -> Made:
    r"""Build a result from all rows as they arrive; the statement is closed afterwards.

    Invalid UTF-8 is returned with the offending bytes escaped (`\xff`).

    Args:
        make: Consumes all rows; must have no side effects, as it may be called twice.
        con: A connection.
        sql: The query.
        parameters: Bound parameters.
    """
    try:
        with closing(con.execute(sql, parameters)) as rows:
            return make(rows)
    except sqlite3.OperationalError as error:
        if "Could not decode to UTF-8" not in str(error):
            raise
    con.text_factory = _decode_leniently
    try:
        with closing(con.execute(sql, parameters)) as rows:
            return make(rows)
    finally:
        con.text_factory = str


def has_columns(con: sqlite3.Connection, table: str, columns: Collection[str]) -> bool:
    """Return True if a table exists and has these columns."""
    found = {name for (name,) in fetch_all(con, "SELECT name FROM pragma_table_info(?)", (table,))}
    return found.issuperset(columns)


def _decode_leniently(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
