"""Are two values the same, type and all?"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from .peer.exchange import PlotlyText, Reader, Writer


def normal(value: Any) -> Any:
    """The value after the same journey that the peer's values make."""
    writer = Writer()
    form = writer.encode(value)
    return Reader(form, writer.arrays).decode(form)


def difference(a: Any, b: Any) -> str | None:
    """In what two values differ; None if in nothing, where NaN equals NaN."""
    if isinstance(a, PlotlyText) and isinstance(b, PlotlyText):
        return None if json.loads(a) == json.loads(b) else "other figures"
    if type(a) is not type(b):
        return f"{type(a).__name__} {a!r} is no {type(b).__name__} {b!r}"
    if isinstance(a, (xr.DataArray, xr.Dataset)):
        return _xarray_difference(a, b)
    if isinstance(a, (np.ndarray, np.generic)):
        return _array_difference(np.asarray(a), np.asarray(b))
    if isinstance(a, float) and np.isnan(a) and np.isnan(b):
        return None
    return None if a == b else f"{a!r} != {b!r}"


def _array_difference(a: np.ndarray, b: np.ndarray) -> str | None:
    if a.dtype != b.dtype or a.shape != b.shape:
        return f"{a.dtype}{a.shape} is not {b.dtype}{b.shape}"
    with_nan = a.dtype.kind in "fcmM"
    return None if np.array_equal(a, b, equal_nan=with_nan) else f"{a!r} != {b!r}"


def _xarray_difference(a: Any, b: Any) -> str | None:
    if not a.identical(b):
        return f"{a!r}\n{a.attrs} is not {b!r}\n{b.attrs}"
    for one, other in zip(_variables(a), _variables(b), strict=True):
        if one.dtype != other.dtype:
            return f"{one.name}: {one.dtype} is not {other.dtype}"
    return None


def _variables(value: Any) -> list[Any]:
    whole = [value] if isinstance(value, xr.DataArray) else [value[n] for n in sorted(value)]
    return [*whole, *(value.coords[n] for n in sorted(value.coords))]
