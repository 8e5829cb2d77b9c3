"""Thumbnails, compared as a person would: by their pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

PNG = b"\x89PNG"


def pixels(png: bytes) -> np.ndarray:
    """The picture as numbers, RGBA."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGBA")).astype(int)


def look_alike(one: object, other: object, *, mean_difference: float = 3.0) -> bool:
    """Whether two thumbnails have the same size and nearly the same colours.

    Figures are drawn smaller by the reference and resized by us, so lines are a
    little sharper in the one and softer in the other.
    """
    if not (_is_png(one) and _is_png(other)):
        return False
    a, b = pixels(one), pixels(other)
    return a.shape == b.shape and bool(abs(a - b).mean() < mean_difference)


def _is_png(value: object) -> bool:
    return isinstance(value, bytes) and value.startswith(PNG)
