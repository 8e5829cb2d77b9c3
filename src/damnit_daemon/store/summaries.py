"""Load the table column by column, as plain values: for exports, the API, filters.

Pictures are never read: of a large blob only its beginning is, by SQLite's incremental I/O.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from ..model import Blob, BlobKind, Failure, RunKey, StoredValue
from ..model.value import NPY_SIGNATURE, PNG_SIGNATURE, blob_kind
from ..runner.file_format import BOOLEAN, VALUE_TYPE
from .decode import decode_value
from .rowid_blocks import LARGE
from .sql import Row, fetch_all, fetch_into
from .values import conditions, load_value, no_garbage_collection

SummaryColumns = dict[str, list[Any]]
"""For each variable with values its cells, one for each run: a number or a text, a picture or
trendline that was not read, or an error."""

_ERROR, _LARGE_BLOB, _TRENDLINE = 0, 1, 2
_IS_TRENDLINE = f"summary_type = 'trendline' AND substr(value, 1, 6) = x'{NPY_SIGNATURE.hex()}'"
# The last column says what the value is; most are numbers, for which it is NULL. The columns
# after a large blob are stored behind it, so they are not read.
_VALUES = (
    "SELECT name, proposal, run, CASE typeof(value) "
    "WHEN 'null' THEN CAST(attributes AS TEXT) "
    "WHEN 'blob' THEN CASE "
    f"WHEN length(value) > {LARGE} THEN rowid "
    f"WHEN {_IS_TRENDLINE} THEN NULL ELSE value END "
    "ELSE value END, "
    f"CASE typeof(value) WHEN 'null' THEN {_ERROR} "
    f"WHEN 'blob' THEN CASE WHEN length(value) > {LARGE} THEN {_LARGE_BLOB} "
    f"WHEN {_IS_TRENDLINE} THEN {_TRENDLINE} "
    "ELSE CAST(coalesce(summary_type, '') AS TEXT) END END "
    "FROM run_variables WHERE "
)
_HEAD_BYTES = len(PNG_SIGNATURE)
PICTURE, TRENDLINE = Blob(BlobKind.PNG, 0), Blob(BlobKind.TRENDLINE, 0)
"""Blobs that were not read, nor was their size."""


def load_summaries(
    con: sqlite3.Connection,
    keys: Sequence[RunKey],
    *,
    names: Collection[str] | None = None,
    are_all: bool = False,
) -> SummaryColumns:
    """Load the cells of some runs, column by column.

    Args:
        con: A connection from `Database.reading`.
        keys: The runs, in the order of the cells.
        names: Limit to these variables; None for all.
        are_all: These are all runs of the table: faster, in the order of the file.
    """
    reader = _Reader(con, keys)
    for condition, parameters in conditions(None if are_all else keys, names, None):
        fetch_into(reader.add, con, _VALUES + condition, parameters)
    reader.add_large_blobs()
    return reader.columns


def load_boolean_names(con: sqlite3.Connection) -> set[str]:
    """Return the variables with computed booleans, which SQLite has as 0 and 1.

    Args:
        con: A connection from `Database.reading`.
    """
    mark = f'%"{VALUE_TYPE}": "{BOOLEAN}"%'
    found = fetch_all(
        con,
        "SELECT DISTINCT name FROM run_variables "
        "WHERE typeof(value) = 'integer' AND value IN (0, 1) AND attributes LIKE ?",
        (mark,),
    )
    return {str(name) for (name,) in found}


class _Reader:
    """Sorts rows into columns; optimised for speed."""

    def __init__(self, con: sqlite3.Connection, keys: Sequence[RunKey]) -> None:
        self.columns: SummaryColumns = {}
        self._con = con
        self._keys = keys
        self._places: dict[tuple[int, int], int] = {key: at for at, key in enumerate(keys)}
        self._large: dict[tuple[str, int], int] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows; adding them again changes nothing."""
        columns, places, large = self.columns, self._places, self._large
        empty = [None] * len(places)
        last_proposal = last_run = place = None
        with no_garbage_collection():
            for name, proposal, run, value, kind in rows:
                if run != last_run or proposal != last_proposal:  # most follow one another
                    place = places.get((proposal, run))
                    last_proposal, last_run = proposal, run
                if place is None:  # new since the list of runs was read
                    continue
                if kind is not None:
                    if kind == _ERROR:
                        value = _failure(value)
                    elif kind == _TRENDLINE:
                        value = TRENDLINE
                    elif kind == _LARGE_BLOB:
                        large[name, place] = value
                    else:
                        value = _decoded(value, kind)
                column = columns.get(name)
                if column is None:
                    column = columns[name] = [*empty]
                column[place] = value

    def add_large_blobs(self) -> None:
        """Determine what the large blobs are."""
        for (name, place), rowid in self._large.items():
            self.columns[name][place] = self._large_blob(self._keys[place], name, rowid)

    def _large_blob(self, key: RunKey, name: str, rowid: int) -> Any:
        try:
            blob = self._con.blobopen("run_variables", "value", rowid, readonly=True)
            with blob:
                head = blob.read(_HEAD_BYTES)
        except sqlite3.OperationalError:  # replaced since the row was read
            head = b""
        if head == PNG_SIGNATURE:
            return PICTURE
        # DAMNIT writes no other large blobs: these few are read with the columns behind them.
        stored = load_value(self._con, key, name)
        if stored is None or stored.value is None:
            return None if stored is None else stored.failure
        if isinstance(stored.value, bytes):
            return _decoded(stored.value, stored.summary_type)
        return stored.value


@lru_cache(maxsize=4096)
def _failure(attributes: str | None) -> Failure | None:
    return StoredValue(RunKey(0, 0), "", None, 0.0, attributes_json=attributes).failure


def _decoded(value: bytes, summary_type: str | None) -> Any:
    """Decode a blob that is shown by more than a marker; `Blob` in place of any other."""
    kind = blob_kind(value[:_HEAD_BYTES], summary_type)
    if kind in (BlobKind.COMPLEX, BlobKind.ARRAY):
        stored = StoredValue(RunKey(0, 0), "", value, 0.0, summary_type=summary_type)
        if (decoded := decode_value(stored)) is not value:
            return decoded
    return Blob(kind, len(value))
