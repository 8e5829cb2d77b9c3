"""A curve reduced to what fits into a table cell."""

from __future__ import annotations

from typing import Any

MAX_POINTS = 240
"""Shorter curves are kept whole (the number is DAMNIT's)."""
BINS = 60


def trendline(data: Any) -> Any:
    """Reduce 1-D data to a line that keeps its extrema.

    Args:
        data: ndarray or DataArray of numbers or booleans, shape (N,).

    Returns:
        float64 array of shape (2, M): x, not decreasing, and y. x is the
        coordinate of a DataArray (datetimes as Unix seconds), else the index.
        All points for N < 240; above that the lowest and the highest of each
        of 60 bins and the two ends, without points that are not finite.
        Complex values count by their modulus.
    """
    import numpy as np

    values = np.asarray(data)
    y = (np.abs(values) if values.dtype.kind == "c" else values).astype(np.float64, copy=False)
    x = _x_values(data, len(y))
    if len(x) > 1 and np.any(np.diff(x) < 0):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    if len(y) >= MAX_POINTS:
        keep = _extrema(y)
        x, y = x[keep], y[keep]
    return np.stack([x, y])


def _x_values(data: Any, length: int) -> Any:
    import numpy as np

    coords = getattr(data, "coords", None)
    if coords is not None and data.dims[0] in coords:
        x = np.asarray(coords[data.dims[0]])
        if x.shape == (length,):
            if x.dtype.kind == "M":
                return x.astype("datetime64[ns]").astype(np.int64) / 1e9
            if x.dtype.kind in "biuf":
                return x.astype(np.float64)
    return np.arange(length, dtype=np.float64)


def _extrema(y: Any) -> Any:
    """Return the indices of the lowest and highest finite point of each bin, and of both ends."""
    import numpy as np

    finite = np.flatnonzero(np.isfinite(y))
    if not len(finite):
        return finite
    keep = {finite[0], finite[-1]}
    for part in np.array_split(finite, BINS):
        if len(part):
            keep.update((part[np.argmin(y[part])], part[np.argmax(y[part])]))
    return np.array(sorted(keep))
