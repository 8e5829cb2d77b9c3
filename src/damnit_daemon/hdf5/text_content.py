"""Data shown as text rather than plotted: text, single numbers, lists of names, tables."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import h5py
import numpy as np

from ..model.view import NotDrawable, TextContent
from .decode import read_dataset
from .tables import ParquetTable

MOST_LINES = 5000
MOST_CHARACTERS = 1_000_000
MOST_BYTES = 4096


def text_words(text: str) -> TextContent:
    """Return a text, cut to a readable length."""
    note = ""
    if len(text) > MOST_CHARACTERS:
        note = f"The first {MOST_CHARACTERS:,} of {len(text):,} characters."
        text = text[:MOST_CHARACTERS]
    return TextContent(tuple(text.split("\n")), note)


def bytes_words(content: bytes) -> TextContent:
    """Return bytes as a hex dump, with their characters next to them."""
    lines = []
    for start in range(0, min(len(content), MOST_BYTES), 16):
        part = content[start : start + 16]
        letters = "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {letters}")
    left_out = len(content) > MOST_BYTES
    note = f"The first {MOST_BYTES:,} of {len(content):,} bytes." if left_out else ""
    return TextContent(tuple(lines), note, wraps=False)


def number_words(value: Any, *, is_time: bool = False) -> TextContent:
    """Return a single number as text; a boolean as in the table."""
    if isinstance(value, bool):
        return TextContent((("no", "yes")[value],))
    if is_time and isinstance(value, int | float):
        return TextContent((format_time(float(value)),))
    if isinstance(value, np.void):
        names = value.dtype.names or ()
        return TextContent(tuple(f"{name}: {_item(value[name])}" for name in names))
    return TextContent((_item(value),))


def array_words(dataset: h5py.Dataset) -> TextContent | NotDrawable:
    """Return an array of strings, variable-length values or records, as lines."""
    if not dataset.size:
        return NotDrawable(f"It is empty: its shape is {tuple(dataset.shape)}.")
    if dataset.ndim == 1 and dataset.dtype.names:
        return _records(dataset)
    width = int(np.prod(dataset.shape[1:]))
    rows = min(dataset.shape[0], max(1, MOST_LINES // max(1, width)))
    values = read_dataset(dataset, slice(0, rows))
    lines = [
        f"{', '.join(map(str, where)) + ':':<8}{_item(value)}"
        for where, value in islice(np.ndenumerate(values), MOST_LINES)
    ]
    left_out = len(lines) < dataset.size
    note = f"The first {len(lines):,} of {dataset.size:,} entries." if left_out else ""
    return TextContent(tuple(lines), note, wraps=dataset.dtype.names is None)


def table_words(table: Any) -> TextContent | NotDrawable:
    """Return the first rows of a pandas table."""
    if isinstance(table, ParquetTable):
        return NotDrawable(
            f"A table as {len(table):,} bytes of Parquet. To see it, install pyarrow beside this "
            f"program: {sys.executable} -m pip install pyarrow"
        )
    rows = len(table)
    shown = table.head(MOST_LINES)
    if shown.ndim == 1:
        shown = shown.to_frame("" if shown.name is None else shown.name)
    text = shown.to_string(max_colwidth=60)
    note = f"The first {MOST_LINES:,} of {rows:,} rows." if rows > MOST_LINES else ""
    return TextContent(tuple(text.split("\n")), note, wraps=False)


def format_time(seconds: float) -> str:
    """Format Unix seconds as ISO 8601 in UTC; words where there is no such date."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ")
    except (OverflowError, OSError, ValueError):
        return "no time" if seconds != seconds else f"{seconds:g} s since 1970"


def _records(dataset: h5py.Dataset) -> TextContent:
    """Return a compound type as a table with one row per record."""
    names = list(dataset.dtype.names or ())
    count = min(dataset.shape[0], MOST_LINES)
    records = dataset[:count]
    columns = [[name, *(_item(record) for record in records[name])] for name in names]
    widths = [min(40, max(map(len, column))) for column in columns]
    lines = tuple(
        "  ".join(
            column[row][:40].rjust(width) for column, width in zip(columns, widths, strict=True)
        )
        for row in range(count + 1)
    )
    left_out = count < dataset.shape[0]
    note = f"The first {count:,} of {dataset.shape[0]:,} records." if left_out else ""
    return TextContent(lines, note, wraps=False)


def _item(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.dtype.names is None and value.dtype != object:
        return np.array2string(value, threshold=20, separator=", ").replace("\n", "")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.generic) and not isinstance(value, np.void):
        value = value.item()
    return str(value)
