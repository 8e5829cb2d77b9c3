"""Cells: values with their formatting, checked when they are made."""

from __future__ import annotations

import re
import sys
from typing import Any


class Cell:
    """A value with its formatting, for a variable's function to return instead of the bare value.

    Args:
        data: The value: a number, text, an array or list of numbers, an xarray
            DataArray or Dataset, a pandas Series or DataFrame, a Matplotlib Figure or
            Axes, a Plotly figure. None: the cell has only a preview or summary; with
            neither, it is cleared.
        summary: Name of the numpy function that reduces `data` to the table's value.
        summary_value: The table's value itself, a number, text or array; overrides `summary`.
        bold: If True, the table shows it in bold. Default: if `data` varies within the run.
        background: Colour of the cell: `"#rrggbb"` or three numbers from 0 to 255. Digits
            after the first six (transparency) are not stored.
        preview: Shown instead of `data` when the cell is opened: a 1-D or 2-D
            array or DataArray, or a figure.
        units: Shown with the value; default: the `units` attribute of a DataArray, or the
            value's own units (a Quantity of pint or astropy).

    Raises:
        TypeError: If `data`, `summary_value` or `preview` is of a type that cannot be stored.
        ValueError: If `background` is not a colour.
    """

    def __init__(
        self,
        data: Any,
        summary: str | None = None,
        summary_value: Any = None,
        bold: bool | None = None,
        background: Any = None,
        *,
        preview: Any = None,
        units: str | None = None,
    ) -> None:
        bare, carried = _without_units(data)
        self.data = _storable(bare)
        self.summary = summary
        bare_summary, carried_by_summary = _without_units(summary_value)
        self.summary_value = _storable_summary(bare_summary)
        self.bold = None if bold is None else bool(bold)
        self.background = _as_rgb(background)
        self.notes: list[str] = []
        if isinstance(background, str) and len(background) > len("#rrggbb"):
            self.notes.append(f"background {background} is stored as {background[:7]}")
        self.preview = _storable_preview(_without_units(preview)[0])
        if units is None and is_a(self.data, "xarray", "DataArray"):
            attribute = self.data.attrs.get("units")
            units = attribute if isinstance(attribute, str) and attribute else None
        units = units if units is not None else carried or carried_by_summary
        if units is not None and not isinstance(units, str):
            raise TypeError(f"units should be a string, not {type(units).__name__}")
        self.units = units

    def __repr__(self) -> str:
        return f"<Cell {type(self.data).__name__}>"

    @property
    def is_empty(self) -> bool:
        """True if it has no data, no preview and no `summary_value`.

        Returning such a cell is the same as returning None: the cell is cleared.
        """
        return self.data is None and self.preview is None and self.summary_value is None


def is_a(value: Any, module: str, *names: str) -> bool:
    """Check for a class without importing its module: no import, no instances."""
    loaded = sys.modules.get(module)
    classes = tuple(c for c in (getattr(loaded, n, None) for n in names) if isinstance(c, type))
    return isinstance(value, classes) if classes else False


def _as_figure(value: Any) -> Any:
    """Return a Matplotlib or Plotly figure (from its Axes, too), else None."""
    if is_a(value, "matplotlib.axes", "Axes"):
        value = value.get_figure()
    if is_a(value, "matplotlib.figure", "Figure") or is_a(
        value, "plotly.basedatatypes", "BaseFigure"
    ):
        return value
    return None


def _without_units(value: Any) -> tuple[Any, str | None]:
    """Separate a number or array from its units."""
    if is_a(value, "pint", "Quantity"):
        return value.magnitude, f"{value.units:~}" or None
    if is_a(value, "astropy.units", "Quantity"):
        return value.value, str(value.unit) or None
    return value, None


def _storable(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if (figure := _as_figure(value)) is not None:
        return figure
    if is_a(value, "xarray", "DataArray", "Dataset") or is_a(
        value, "pandas", "Series", "DataFrame"
    ):
        return value
    return _as_array(value, "Returned data type")


def _as_array(value: Any, what: str) -> Any:
    """Convert to an array, as DAMNIT does; reject what HDF5 cannot hold."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        value = _unmasked(value)
    array = value if isinstance(value, bytes) else np.asarray(value)
    if isinstance(array, bytes):
        return np.bytes_(array)
    if array.dtype.hasobject:
        raise TypeError(f"{what} {type(value)} cannot be saved")
    if array.dtype.kind in "UMm" or (array.dtype.kind == "V" and array.dtype.names is None):
        raise TypeError(
            f"{what} {type(value)} whose native array type {array.dtype.str} cannot be saved"
        )
    return array


def _unmasked(value: Any) -> Any:
    """Replace masked elements by NaN, so that the mask is not lost silently."""
    import numpy as np

    if not np.ma.is_masked(value):
        return value.data
    kind = value.dtype.kind
    wide = value.dtype if kind in "fc" else np.result_type(value.dtype, np.float64)
    return value.astype(wide).filled(np.nan)


def _storable_summary(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    try:
        return _as_array(value, "Summary type")
    except TypeError as error:
        raise TypeError(f"summary_value should be number or string, not {type(value)}") from error


def _storable_preview(value: Any) -> Any:
    if value is None or (figure := _as_figure(value)) is not None:
        return None if value is None else figure
    if not is_a(value, "xarray", "DataArray"):
        if isinstance(value, str) or is_a(value, "xarray", "Dataset"):
            raise TypeError(f"preview should be an array or a figure, not {type(value)}")
        value = _as_array(value, "preview of type")
    if value.ndim not in (1, 2) or value.dtype.kind not in "biufc":
        raise TypeError(
            "preview should be a 1-D or 2-D array of numbers or a figure, "
            f"not {value.dtype} with {value.ndim} dimensions"
        )
    return value


def _as_rgb(colour: Any) -> tuple[int, int, int] | None:
    if colour is None:
        return None
    if isinstance(colour, str):
        if not re.fullmatch(r"#([0-9a-fA-F]{2}){3,}", colour):
            raise ValueError(f"background should be '#rrggbb' or three numbers, not {colour!r}")
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    parts = [int(part) for part in colour]
    if len(parts) != 3 or not all(0 <= part <= 255 for part in parts):
        raise ValueError(f"background should be three numbers from 0 to 255, not {colour!r}")
    return parts[0], parts[1], parts[2]
