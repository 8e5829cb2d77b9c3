"""The table's summary of a cell's data: a number, a line, a thumbnail, or a few words."""

from __future__ import annotations

import logging
import math
import sys
from dataclasses import dataclass
from typing import Any

from . import file_format, plotly_picture, thumbnail
from .cell import Cell, is_a
from .trendline import trendline

LARGEST_INTEGER = 2**63 - 1
"""SQLite's limit."""
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Summary:
    """The table's value for a cell."""

    value: Any
    """str, PNG bytes, numpy scalar or ndarray; None if there is none."""
    summary_type: str | None = None
    method: str | None = None
    """Name of the numpy function that produced it, if any."""
    note: str | None = None
    """Why it differs from the expected summary."""


def summarise(cell: Cell, summary: str | None) -> Summary:
    """Return the table's value: the cell's own, else by `summary`, else by the type of the data."""
    if cell.summary_value is not None:
        return _explicit(cell.summary_value, None)
    if cell.is_empty:
        return Summary(None)
    note = None
    if summary is not None and cell.data is not None:
        try:
            return _explicit(_by_numpy(summary, cell.data), summary)
        except Exception as error:  # numpy and xarray, on the user's data
            note = f"summary={summary!r} failed: {type(error).__name__}: {error}"
            logging.getLogger("damnit").error(note, exc_info=True)
    default = _default(cell)
    return Summary(default.value, default.summary_type, None, note or default.note)


def max_diff(data: Any) -> float | None:
    """Return the variation of an array: |max - min| without NaN; None if not meaningful.

    Booleans count as 0 and 1, complex numbers by the modulus of the difference.
    """
    import numpy as np

    if not _has_dtype(data) or data.size <= 1:
        return None
    values = np.asarray(data)
    if values.dtype.kind == "b":
        return float(values.max() != values.min())
    if values.dtype.kind not in "iufc":
        return None
    if values.dtype.kind in "fc" and np.all(np.isnan(values)):
        return math.nan
    low, high = np.nanmin(values), np.nanmax(values)
    if values.dtype.kind == "c":
        return float(abs(high - low))
    # As Python numbers: the difference of two int8 need not fit into an int8.
    return (
        abs(float(high) - float(low)) if values.dtype.kind == "f" else float(int(high) - int(low))
    )


def _has_dtype(data: Any) -> bool:
    # Check the class: a Dataset exposes its attributes and variables, of any name, as its own.
    return hasattr(type(data), "dtype")


def _by_numpy(name: str, data: Any) -> Any:
    import numpy as np

    function = getattr(np, name, None)
    if not callable(function):
        raise AttributeError(f"numpy has no function {name!r}")
    value = np.asarray(function(data))
    if value.dtype.kind not in "biufcS":
        raise TypeError(f"the result, {value.dtype}, is not a number")
    return value


def _explicit(value: Any, method: str | None) -> Summary:
    if isinstance(png := getattr(value, "data", None), bytes) and png.startswith(PNG_MAGIC):
        return Summary(png)  # PNGData, of this module or another
    if isinstance(value, str) or value.ndim == 0:
        return Summary(value if isinstance(value, str) else _portable(value[()]), None, method)
    # The shape alone makes a line, regardless of its origin: that is how DAMNIT draws it.
    is_line = value.ndim == 2 and value.shape[0] == 2 and value.dtype.kind in "biuf"
    if is_line:
        return Summary(value, file_format.TRENDLINE, method)
    return Summary(value, None, method)


def _default(cell: Cell) -> Summary:
    data = cell.data
    shown = cell.preview if cell.preview is not None else data
    if isinstance(shown, str):
        return Summary(shown)
    if is_a(shown, "matplotlib.figure", "Figure"):
        return Summary(thumbnail.rgba_thumbnail(thumbnail.figure_pixels(shown)))
    if is_a(shown, "plotly.basedatatypes", "BaseFigure"):
        return _plotly(shown)
    if is_a(shown, "xarray", "Dataset"):
        return Summary(f"Dataset ({shown.nbytes / 1e6:.2f}MB)")
    if is_a(shown, "pandas", "DataFrame"):
        return Summary(f"DataFrame ({shown.memory_usage(deep=True).sum() / 1e6:.2f}MB)")
    if is_a(shown, "pandas", "Series"):
        shown = shown.to_numpy()
    return _of_array(shown, data)


def _plotly(figure: Any) -> Summary:
    try:
        return Summary(thumbnail.plotly_thumbnail(figure))
    except Exception as error:  # noqa: BLE001 - kaleido is another program, with a browser inside
        return _redrawn(figure, _first_line(error))


def _redrawn(figure: Any, why: str) -> Summary:
    """Draw a Plotly figure with Matplotlib, without its layout.

    Args:
        figure: The figure.
        why: Why Plotly cannot draw it.
    """
    try:
        pixels = thumbnail.figure_pixels(plotly_picture.draw_figure(figure))
    except Exception:  # noqa: BLE001 - a figure may hold whatever plotly.js takes
        return Summary("<thumbnail error>", note=f"no thumbnail: {why}")
    note = f"thumbnail drawn by Matplotlib: {why}"
    return Summary(thumbnail.rgba_thumbnail(pixels), note=note)


def _of_array(shown: Any, data: Any) -> Summary:
    import numpy as np

    described = data if _has_dtype(data) else shown
    note = None
    if shown.ndim == 0:
        return Summary(_scalar(np.asarray(shown)))
    if shown.dtype.kind in "biufc":
        if shown.ndim == 1:
            return Summary(trendline(shown), file_format.TRENDLINE)
        if shown.ndim == 2 and shown.size:
            try:
                return Summary(thumbnail.array_thumbnail(shown))
            except ImportError:  # the data is worth more than its picture
                note = (
                    f"no thumbnail without Matplotlib: {sys.executable} -m pip install matplotlib"
                )
    return Summary(f"{described.dtype}: {described.shape}", note=note)


def _scalar(array: Any) -> Any:
    kind = array.dtype.kind
    if kind in "Mm":
        return str(array)
    if kind in "UO":
        return str(array.item())
    return _portable(array[()])


def _portable(scalar: Any) -> Any:
    """Convert to text what would crash the program that writes it to the database (DAMNIT's)."""
    if isinstance(scalar, bytes) and not scalar.isascii():
        return scalar.decode("utf-8", "backslashreplace")
    kind = getattr(scalar, "dtype", None)
    if kind is None or kind.kind not in "uVfc":
        return scalar
    if kind.kind == "V" or (kind.kind == "u" and scalar > LARGEST_INTEGER):
        return str(scalar)
    return complex(scalar) if kind.kind == "c" else float(scalar) if kind.itemsize > 8 else scalar


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0]}" if text else type(error).__name__
