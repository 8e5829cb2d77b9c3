"""Pictures small enough for a table cell, as PNG."""

from __future__ import annotations

import io
from typing import Any

SIZE_PX = 300
"""Longest side of a thumbnail (DAMNIT's)."""
COLOUR_RANGE = (0.01, 0.99)
"""Quantiles mapped to the ends of the colour map (DAMNIT's)."""
SAMPLE_POINTS = 1_000_000


def array_thumbnail(data: Any) -> bytes:
    """Draw a 2-D array in false colours.

    Args:
        data: ndarray or DataArray, shape (H, W), of numbers or booleans. A
            DataArray is drawn with its coordinates growing to the right and upwards.

    Returns:
        A PNG of 300 x 300 pixels, RGBA, for any shape: a cell has no room for more.
    """
    import numpy as np
    from matplotlib import colormaps
    from PIL import Image

    image = _shrunk(_as_float(_oriented(data)))
    low, high = _colour_limits(image)
    with np.errstate(over="ignore", invalid="ignore"):  # numbers near the end of float64
        scaled = (image - low) / (high - low) if high > low else np.zeros_like(image)
    picture = Image.fromarray(np.nan_to_num(scaled).astype(np.float32))
    smaller = min(image.shape) > SIZE_PX
    way = Image.Resampling.BOX if smaller else Image.Resampling.NEAREST
    values = np.clip(np.asarray(picture.resize((SIZE_PX, SIZE_PX), way)), 0, 1)
    return _png(Image.fromarray(colormaps["viridis"](values, bytes=True)))


def rgba_thumbnail(pixels: Any) -> bytes:
    """Shrink a picture, uint8 of shape (H, W, 4), to at most 300 pixels a side."""
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS)
    return _png(picture)


def figure_pixels(figure: Any) -> Any:
    """Render a Matplotlib figure at its own size: uint8, shape (H, W, 4)."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def plotly_thumbnail(figure: Any) -> bytes:
    """Render a Plotly figure with kaleido, whose exceptions are passed on."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(figure.to_image(format="png"))) as picture:
        return rgba_thumbnail(np.asarray(picture.convert("RGBA")))


def _oriented(data: Any) -> Any:
    """Return a DataArray's values with coordinates growing right and up, as xarray plots them."""
    import numpy as np

    values = np.asarray(data)
    if not hasattr(data, "coords"):
        return values
    ydim, xdim = data.dims
    if not _decreasing(data, ydim):
        values = values[::-1]
    return values[:, ::-1] if _decreasing(data, xdim) else values


def _decreasing(data: Any, dim: Any) -> bool:
    import numpy as np

    if dim not in data.coords:
        return False
    coordinate = np.asarray(data.coords[dim])
    return bool(len(coordinate) > 1 and coordinate[0] > coordinate[-1])


def _as_float(image: Any) -> Any:
    import numpy as np

    if image.dtype.kind == "c":
        image = np.abs(image)
    image = image.astype(np.float32 if image.dtype.itemsize <= 4 else np.float64)
    finite = image[np.isfinite(image)]
    if finite.size == image.size or not finite.size:
        return np.nan_to_num(image)
    return np.nan_to_num(image, posinf=finite.max(), neginf=finite.min())


def _shrunk(image: Any) -> Any:
    """Average blocks of a big image, to speed up the following steps."""
    by_y, by_x = (max(1, length // (2 * SIZE_PX)) for length in image.shape)
    if by_y == by_x == 1:
        return image
    h, w = image.shape[0] // by_y, image.shape[1] // by_x
    return image[: h * by_y, : w * by_x].reshape(h, by_y, w, by_x).mean(axis=(1, 3))


def _colour_limits(image: Any) -> tuple[float, float]:
    import numpy as np

    step = max(1, image.size // SAMPLE_POINTS)
    low, high = np.quantile(image.ravel()[::step], COLOUR_RANGE)
    if low == high:  # a single bright spot on a dark field is worth seeing
        low, high = image.min(), image.max()
    return float(low), float(high)


def _png(picture: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()
