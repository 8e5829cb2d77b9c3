"""pandas tables as Parquet, as DAMNIT stores them, or as Datasets without pyarrow."""

from __future__ import annotations

import importlib.util
import io
import sys
import warnings
from typing import Any

from .attributes import storable_text
from .netcdf_types import plain


def has_parquet() -> bool:
    """Return True if the user's Python can write tables as DAMNIT does."""
    return importlib.util.find_spec("pyarrow") is not None


def parquet(table: Any) -> tuple[Any, list[str]]:
    """Convert a DataFrame, or a Series as a single column, to a Parquet file.

    Returns:
        Its bytes, uint8, and notes about what could not be kept.
    """
    import numpy as np

    frame = table.to_frame(name=table.name) if table.ndim == 1 else table
    notes: list[str] = []
    try:
        content = _bytes(frame)
    except Exception:  # noqa: BLE001 - pyarrow, on the user's objects
        frame, notes = _simple(frame)
        content = _bytes(frame)
    return np.frombuffer(content, dtype=np.uint8), notes


def as_dataset(table: Any) -> tuple[Any, list[str]]:
    """Convert a table to a Dataset along its index, as from `plain`, and notes.

    Raises:
        TypeError: If xarray or netCDF cannot hold it; the message has a solution.
    """
    frame = table.to_frame() if table.ndim == 1 else table
    try:
        names, notes = _unique(frame.columns)
        frame = frame.set_axis(names, axis="columns")
        frame = frame.rename_axis(index=lambda name: name or "index")
        dataset, warnings = plain(frame.to_xarray())
    except Exception as error:  # pandas and xarray, on the user's objects
        raise TypeError(
            f"{error}. To store any kind of table, install pyarrow in the Python that evaluates "
            f"the context file: {sys.executable} -m pip install pyarrow"
        ) from error
    return dataset, [*notes, *warnings]


def _bytes(frame: Any) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():  # about labels of mixed types, which become text
        warnings.simplefilter("ignore")
        frame.to_parquet(buffer, engine="pyarrow")
    return buffer.getvalue()


def _simple(frame: Any) -> tuple[Any, list[str]]:
    """Convert labels and elements to types that Parquet has."""
    import pandas as pd

    names, notes = _unique(frame.columns)
    frame = frame.set_axis(names, axis="columns")
    frame.attrs = {}
    if frame.index.dtype == object:
        frame.index = frame.index.map(str)
    columns = {}
    for name, column in frame.items():
        if column.dtype.kind == "c":
            columns[f"{name}.real"] = column.to_numpy().real
            columns[f"{name}.imag"] = column.to_numpy().imag
            notes.append(f"column {name!r} is stored as its real and imaginary parts")
        elif column.dtype == object:
            columns[name] = [storable_text(str(item)) for item in column]
            notes.append(f"column {name!r} is stored as text")
        else:
            columns[name] = column.array
    return pd.DataFrame(columns, index=frame.index), notes


def _unique(labels: Any) -> tuple[list[str], list[str]]:
    """Convert labels to unique text."""
    found: list[str] = []
    for label in labels:
        name = storable_text(str(label))
        while name in found:
            name += "_"
        found.append(name)
    repeated = [new for new, old in zip(found, labels, strict=True) if new != str(old)]
    return found, [f"another column of that name is stored as {name!r}" for name in repeated]
