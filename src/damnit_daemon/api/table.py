"""The run table as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ExtraMissing
from ..model import Blob, BlobKind, Column, StoredValue
from ..query import ValueTable, parse_filter, parse_sort, sort_keys
from ..store import Database, decode_value, load_columns, load_runs, load_value, load_values

if TYPE_CHECKING:
    import pandas as pd

MARKS = {
    BlobKind.PNG: "<image>",
    BlobKind.TRENDLINE: "<trendline>",
    BlobKind.UNKNOWN: "<unknown>",
}
TITLES = ("Proposal", "Run", "Timestamp")


def load_frame(
    database: Database, filter: str, sort: str, columns: str, *, titles: bool
) -> pd.DataFrame:
    """Load the table or a part of it; see `Folder.table`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ExtraMissing("For a DataFrame, pandas", "pandas") from error

    with database.reading() as con:
        values = [
            (load_value(con, v.key, v.name) or v) if _is_small(v) else v for v in load_values(con)
        ]
        known, runs = load_columns(con), load_runs(con)
    by_key = {run.key: run for run in runs}
    found = ValueTable(runs, known, values)
    keys = parse_filter(filter, known).select(found, by_key)
    keys = sort_keys(found, keys, parse_sort(sort, known))
    shown = [key.column for key in parse_sort(columns, known)] if columns else known
    cells = {(v.key, v.name): v for v in values}
    frame: dict[str, Any] = {
        "proposal": [key.proposal for key in keys],
        "run": [key.run for key in keys],
        "start_time": pd.to_datetime([by_key[key].start_time for key in keys], unit="s", utc=True),
    }
    if titles:
        frame = dict(zip(TITLES, frame.values(), strict=True))
    for column in shown:
        if column.name not in TABLE_COLUMNS:
            entries = [_plain(cells.get((key, column.name)), column) for key in keys]
            frame[column.title if titles else column.name] = pd.Series(
                entries, dtype=_dtype(entries)
            )
    return pd.DataFrame(frame)


TABLE_COLUMNS = ("proposal", "run", "start_time")


def _is_small(stored: StoredValue) -> bool:
    """Return True for blobs shown by more than a marker: complex numbers and arrays."""
    return isinstance(stored.value, Blob) and stored.value.kind not in MARKS


def _plain(stored: StoredValue | None, column: Column) -> Any:
    if stored is None or stored.value is None:
        return None
    if isinstance(stored.value, Blob):
        return MARKS.get(stored.value.kind, MARKS[BlobKind.UNKNOWN])
    value = decode_value(stored)
    if column.type == "boolean" and isinstance(value, int):
        return bool(value)
    if isinstance(value, bytes):
        return MARKS[BlobKind.UNKNOWN]
    if value is None or isinstance(value, (int, float, str, complex)):
        return value
    return f"{value.dtype}: {value.shape}"


def _dtype(entries: list[Any]) -> str:
    """Return a dtype that keeps numbers numeric, with integers nullable."""
    kinds = {type(entry) for entry in entries if entry is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "Int64"
    if kinds <= {int, float} and kinds:
        return "float64"
    return "complex128" if kinds == {complex} and None not in entries else "object"
