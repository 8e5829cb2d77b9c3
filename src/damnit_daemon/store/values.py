"""Load values of runs: a screenful in about a millisecond."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ..model import UNKNOWN_CONTENT, Blob, Column, Content, RunKey, StoredValue
from ..model.value import blob_kind
from .runs import keys_with_values
from .sql import Row, fetch_all, fetch_into

_FEW_NAMES = 8
"""For up to this many variables, one index lookup per run is faster than reading all rows."""

# First bytes of a blob, and its size. The cast turns malformed rows of other programs
# into what `StoredValue` promises.
_HEADS = (
    "CASE typeof(value) WHEN 'blob' THEN substr(value, 1, 8) ELSE value END",
    "CASE typeof(value) WHEN 'blob' THEN length(value) END",
)
_WHOLE = ("value", "NULL")
_CONTENT = {
    "integer": Content.NUMBERS,
    "real": Content.NUMBERS,
    "text": Content.TEXTS,
    "blob": Content.BLOBS,
}
_OTHERS = (
    "CAST(coalesce(timestamp, 0) AS REAL), CAST(max_diff AS REAL), CAST(provenance AS TEXT), "
    "CAST(summary_type AS TEXT), CAST(summary_method AS TEXT), CAST(attributes AS TEXT)"
)


def load_computed_times(con: sqlite3.Connection) -> dict[RunKey, float]:
    """Load when each run last got a value that was not typed by hand, Unix seconds."""
    sql = (
        "SELECT proposal, run, max(timestamp) FROM run_variables WHERE name != 'comment' "
        "AND provenance IS NOT 'manual-input' AND typeof(timestamp) IN ('real', 'integer') "
        "AND typeof(proposal) = 'integer' AND typeof(run) = 'integer' GROUP BY proposal, run"
    )
    return {RunKey(proposal, run): float(at) for proposal, run, at in fetch_all(con, sql)}


def load_content(con: sqlite3.Connection, column: Column) -> Content:
    """Load the kinds of values of a variable."""
    found = UNKNOWN_CONTENT
    sql = "SELECT DISTINCT typeof(value) FROM run_variables WHERE name = ?"
    for (kind,) in fetch_all(con, sql, (column.name,)):
        found |= _CONTENT.get(kind, UNKNOWN_CONTENT)
    return found


def load_values(
    con: sqlite3.Connection,
    *,
    keys: Collection[RunKey] | None = None,
    names: Collection[str] | None = None,
    since: float | None = None,
    blobs: bool = False,
) -> list[StoredValue]:
    """Load values, in no particular order.

    Args:
        con: A connection from `Database.reading` or `Database.writing`.
        keys: Limit to these runs; None for all.
        names: Limit to these variables; None for all.
        since: Only values written after this time.
        blobs: True to fetch pictures and arrays; else a `Blob` stands for each.
    """
    value, size = _WHOLE if blobs else _HEADS
    if keys is None and since is None and names is not None and len(names) <= _FEW_NAMES:
        keys = list(keys_with_values(con))
    values: list[StoredValue] = []
    for condition, parameters in conditions(keys, names, since):
        sql = (
            f"SELECT proposal, run, name, {value}, {_OTHERS}, {size} FROM run_variables "
            f"WHERE {condition}"
        )
        values += fetch_into(_stored_values, con, sql, parameters)
    return values


def load_rows(con: sqlite3.Connection, rowids: Collection[int]) -> list[StoredValue]:
    """Load values by row ID, without blobs; invalid rows are skipped."""
    value, size = _HEADS
    sql = (
        f"SELECT proposal, run, name, {value}, {_OTHERS}, {size} FROM run_variables "
        "WHERE rowid IN (SELECT value FROM json_each(?)) AND typeof(name) = 'text' "
        "AND typeof(proposal) = 'integer' AND typeof(run) = 'integer'"
    )
    return fetch_into(_stored_values, con, sql, (json.dumps(list(rowids)),))


def load_value(con: sqlite3.Connection, key: RunKey, name: str) -> StoredValue | None:
    """Load one value with its blob; None if there is no row."""
    found = load_values(con, keys=[key], names=[name], blobs=True)
    return found[0] if found else None


def conditions(
    keys: Collection[RunKey] | None, names: Collection[str] | None, since: float | None
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the conditions of the queries to run: one per proposal if runs are given."""
    # Lists are passed as JSON: the statement is the same for any length, and has no limit.
    common = ["typeof(name) = 'text'"]
    parameters: list[str | float] = []
    if names is not None:
        common = ["name IN (SELECT value FROM json_each(?))"]
        parameters = [json.dumps(list(names))]
    if since is not None:  # first, as the most selective condition
        common.insert(0, "timestamp > ?")
        parameters.insert(0, since)
    if keys is None:
        integers = ["typeof(proposal) = 'integer'", "typeof(run) = 'integer'"]
        yield " AND ".join(common + integers), parameters
        return
    runs: dict[int, list[int]] = {}
    for proposal, run in keys:
        runs.setdefault(proposal, []).append(run)
    condition = " AND ".join(["proposal = ?", "run IN (SELECT value FROM json_each(?))", *common])
    for proposal, numbers in runs.items():
        yield condition, [proposal, json.dumps(numbers), *parameters]


def _stored_values(rows: Iterable[Row]) -> list[StoredValue]:
    """Convert rows to values; optimised for speed, as a table has up to a million."""
    keys: dict[tuple[int, int], RunKey] = {}
    values: list[StoredValue] = []
    append, make = values.append, tuple.__new__
    with no_garbage_collection():
        # Each name spelt out: measurably faster than slices and unpacking.
        # fmt: off
        for (proposal, run, name, value, timestamp, max_diff, provenance, summary_type,
             summary_method, attributes, size) in rows:
            key = keys.get((proposal, run))
            if key is None:
                key = keys[proposal, run] = RunKey(proposal, run)
            if size is not None:  # the head of an empty blob is NULL
                value = Blob(blob_kind(value or b"", summary_type), size)
            append(make(StoredValue, (key, name, value, timestamp, max_diff, provenance,
                                      summary_type, summary_method, attributes)))
        # fmt: on
    return values


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Suspend garbage collection, which would run repeatedly while many values are created."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
