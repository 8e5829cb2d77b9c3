"""Read values in file order, in blocks of consecutive rows.

A row keeps its place (`rowid`) when it is rewritten, and new rows are appended. So a
sum over each block shows where values were written, for a quarter of a microsecond per
row and without an index on the time.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from ..model import Blob, BlobKind, RunKey
from ..model.batch import ANY, AheadRow, ColumnPart, Extras, ValueBatch
from ..model.value import blob_kind
from ..runner.file_format import CONTEXT_PROVENANCE
from .sql import Row, fetch_all
from .values import no_garbage_collection

BLOCK_BITS = 9
BLOCK = 1 << BLOCK_BITS
"""Rows per block."""
LARGE = 3000
"""Larger blobs, in bytes, are stored outside their row, with all columns after them: SQLite
would read them whole to get at their timestamp. All those that DAMNIT writes are pictures."""
MOST_POOLED = 20_000

_IS_LARGE = f"typeof(value) = 'blob' AND length(value) > {LARGE}"
_NULL, _SEPARATOR = "\x1e", "\x1f"
_EXTRAS = f" || '{_SEPARATOR}' || ".join(
    f"ifnull({name}, '{_NULL}')"
    for name in ("provenance", "summary_type", "summary_method", "attributes")
)
_ALL_BETWEEN = "FROM run_variables WHERE rowid >= ? AND rowid < ?"
_BETWEEN = (
    f"{_ALL_BETWEEN} AND typeof(name) = 'text' "
    "AND typeof(proposal) = 'integer' AND typeof(run) = 'integer'"
)
_SMALL_ROWS = (
    "SELECT name, proposal, run, rowid, "
    "CASE typeof(value) WHEN 'blob' THEN substr(value, 1, 8) ELSE value END, "
    "CASE typeof(value) WHEN 'blob' THEN length(value) END, "
    "CAST(coalesce(timestamp, 0) AS REAL), CAST(max_diff AS REAL), "
    # The most common values are left out, to save creating a string for each row.
    f"CASE WHEN provenance = '{CONTEXT_PROVENANCE}' AND summary_method = '' "
    f"AND summary_type IS NULL AND attributes IS NULL THEN NULL ELSE {_EXTRAS} END "
    f"{_BETWEEN} AND NOT ({_IS_LARGE})"
)
_LARGE_ROWS = (
    "SELECT name, proposal, run, rowid, NULL, length(value), 0.0, NULL, NULL "
    f"{_BETWEEN} AND {_IS_LARGE}"
)
# Less than half the cost of the full rows above; checking the types of names and runs
# would add a seventh.
_VALUES = (
    "SELECT name, proposal, run, CASE typeof(value) WHEN 'blob' THEN x'' "
    "WHEN 'null' THEN CAST(nullif(attributes, '') AS BLOB) ELSE value END "
    f"{_ALL_BETWEEN} AND (value IS NOT NULL OR attributes IS NOT NULL)"
)
# Integers, so that the order of addition does not matter.
_SUMS = (
    f"SELECT count(*), total(CASE WHEN {_IS_LARGE} THEN length(value) "
    "ELSE CAST(CAST(coalesce(timestamp, 0) AS REAL) * 1000 AS INTEGER) END) "
    f"{_BETWEEN}"
)
_LARGE_TIMES = f"SELECT rowid, CAST(coalesce(timestamp, 0) AS REAL) {_BETWEEN} AND {_IS_LARGE}"


class Sums(NamedTuple):
    """Checksums of a block, to detect changes."""

    rows: int
    total: float


NOTHING = Sums(0, 0.0)


class Block(NamedTuple):
    """Remembered state of a block."""

    sums: Sums
    newest: float
    """Latest timestamp, Unix seconds; 0 if there is none."""
    keys: frozenset[RunKey]
    """Runs with rows in the block."""


EMPTY = Block(NOTHING, 0.0, frozenset())


def last_block(con: sqlite3.Connection) -> int:
    """Return the number of the last block; -1 if there are no values."""
    ((last,),) = fetch_all(con, "SELECT max(rowid) FROM run_variables")
    return -1 if last is None else last >> BLOCK_BITS


def blocks_before(con: sqlite3.Connection, end: int, most: int) -> tuple[int, int] | None:
    """Return the range of at most `most` blocks before `end`; None if none of them has rows."""
    sql = "SELECT max(rowid) FROM run_variables WHERE rowid < ?"
    ((row,),) = fetch_all(con, sql, (end << BLOCK_BITS,))
    if row is None:
        return None
    last = row >> BLOCK_BITS
    return max(last + 1 - most, min(0, last)), last + 1


def load_sums(con: sqlite3.Connection, number: int) -> Sums:
    """Compute the sums of a block."""
    return Sums(*fetch_all(con, _SUMS, _bounds(number, number + 1))[0])


def load_large_times(con: sqlite3.Connection, number: int) -> dict[int, float]:
    """Return when the large blobs of a block were written, by row; this reads the blobs."""
    return dict(fetch_all(con, _LARGE_TIMES, _bounds(number, number + 1)))


def load_ahead(
    con: sqlite3.Connection, start: int, stop: int, names: Collection[str] | None = None
) -> list[AheadRow]:
    """Load only the values of a range of blocks.

    Args:
        con: A connection for reading.
        start: First block.
        stop: One past the last block.
        names: Limit to these variables; `ANY` selects the texts and errors of all.
    """
    sql = _VALUES
    parameters: tuple[int | str, ...] = _bounds(start, stop)
    if names is not None:
        condition = "name IN (SELECT value FROM json_each(?))"
        if ANY in names:
            condition = f"(typeof(value) IN ('text', 'null') OR {condition})"
        sql, parameters = f"{sql} AND {condition}", (*parameters, json.dumps([*names]))
    with no_garbage_collection():
        return fetch_all(con, sql, parameters)


def _bounds(start: int, stop: int) -> tuple[int, int]:
    return start << BLOCK_BITS, stop << BLOCK_BITS


class BlockReader:
    """Reads blocks of one database; repeated strings and keys are stored once."""

    def __init__(self) -> None:
        self._extras: dict[str | None, Extras] = {}
        self._texts: dict[str, str] = {}
        self._blobs: dict[tuple[BlobKind, int], Blob] = {}

    def read(self, con: sqlite3.Connection, start: int, stop: int) -> list[Row]:
        """Read a range of blocks; pass the rows to `blocks` and `portion`."""
        bounds = _bounds(start, stop)
        rows = fetch_all(con, _SMALL_ROWS, bounds)
        if large := fetch_all(con, _LARGE_ROWS, bounds):
            rows = sorted(rows + large, key=itemgetter(3))
        return rows

    def blocks(self, rows: list[Row]) -> dict[int, Block]:
        """Return the state to remember of the blocks read; rows are in file order."""
        rowids = [row[3] for row in rows]
        found, start = {}, 0
        while start < len(rows):
            number = rowids[start] >> BLOCK_BITS
            stop = bisect_left(rowids, (number + 1) << BLOCK_BITS, start)
            found[number] = _block(rows[start:stop])
            start = stop
        return found

    def portion(self, rows: Iterable[Row]) -> ValueBatch:
        """Sort rows into columns; optimised for speed."""
        by_name: dict[str, list[Row]] = {}
        for row in rows:
            name = row[0]
            if name in by_name:
                by_name[name].append(row)
            else:
                by_name[name] = [row]
        places: dict[tuple[int, int], int] = {}
        columns = {sys.intern(n): self._column(found, places) for n, found in by_name.items()}
        return ValueBatch([RunKey(*run) for run in places], columns)

    def _column(self, rows: list[Row], places: dict[tuple[int, int], int]) -> ColumnPart:
        _, proposals, runs, _, values, sizes, stamps, max_diffs, joined = zip(*rows, strict=True)
        keys = list(zip(proposals, runs, strict=True))
        for key in keys:
            if key not in places:
                places[key] = len(places)
        known = self._extras
        extras = [known.get(each) or self._split(each) for each in joined]
        return ColumnPart(
            [places[key] for key in keys],
            self._values(values, sizes, extras),
            list(stamps),
            list(max_diffs),
            extras,
        )

    def _values(
        self, values: Sequence[Any], sizes: Sequence[int | None], extras: Sequence[Extras]
    ) -> list[Any]:
        if any(size is not None for size in sizes):
            return [
                self._text(value) if size is None else self._blob(value, size, extra)
                for value, size, extra in zip(values, sizes, extras, strict=True)
            ]
        if str in set(map(type, values)):
            return [self._text(value) for value in values]
        return list(values)

    def _text(self, value: Any) -> Any:
        if type(value) is not str:
            return value
        known = self._texts.get(value)
        if known is None:
            if len(self._texts) > MOST_POOLED:
                self._texts.clear()
            known = self._texts[value] = value
        return known

    def _blob(self, head: bytes | None, size: int, extras: Extras) -> Blob:
        kind = BlobKind.PNG if size > LARGE else blob_kind(head or b"", extras.summary_type)
        return self._blobs.setdefault((kind, size), Blob(kind, size))

    def _split(self, joined: str | None) -> Extras:
        if joined is None:
            extras = Extras(CONTEXT_PROVENANCE, None, "", None)
        else:
            texts = [None if t == _NULL else sys.intern(t) for t in joined.split(_SEPARATOR, 3)]
            extras = Extras(*texts)
        if len(self._extras) > MOST_POOLED:
            self._extras.clear()
        self._extras[joined] = extras
        return extras


def _block(rows: list[Row]) -> Block:
    times = [row[6] for row in rows]
    try:
        total = sum(map(int, [time_s * 1000 for time_s in times]))
    except OverflowError:
        total = sum(map(_milliseconds, times))
    if 0.0 in times:
        total += sum(row[5] for row in rows if row[5] is not None and row[5] > LARGE)
    keys = frozenset(RunKey(*run) for run in set(map(itemgetter(1, 2), rows)))
    return Block(Sums(len(rows), float(total)), max(times), keys)


def _milliseconds(time_s: float) -> int:
    """Convert like SQLite's cast, which also handles values too large for an integer."""
    return int(max(-(2.0**63), min(2.0**63 - 1024, time_s * 1000)))
