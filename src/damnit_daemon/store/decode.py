"""Convert SQLite values to Python values; never unpickles."""

from __future__ import annotations

import ast
import math
import re
import struct
from typing import TYPE_CHECKING, Any

from ..model import Blob, BlobKind, StoredValue
from ..model.value import blob_kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_USUAL_HEADER = re.compile(
    rb"\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*"
)
_MAX_HEADER_BYTES = 10_000
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    SyntaxError,
    OverflowError,
    RecursionError,
    MemoryError,
    struct.error,
)
"""Exceptions raised when parsing an invalid header."""


def decode_value(stored: StoredValue) -> int | float | str | bytes | complex | NDArray[Any] | None:
    """Decode a value: complex numbers and arrays from their bytes, anything else unchanged.

    Pictures stay bytes (PNG), as do unrecognised or malformed blobs.
    Arrays are read-only.

    Raises:
        ValueError: If the blob was not loaded.
    """
    value = stored.value
    if isinstance(value, Blob):
        raise ValueError(f"the blob of {stored.name} of {stored.key} was not loaded")
    if not isinstance(value, bytes):
        return value
    kind = blob_kind(value[:8], stored.summary_type)
    if kind is BlobKind.COMPLEX and len(value) == 16:
        return complex(*struct.unpack("<dd", value))
    if kind in {BlobKind.TRENDLINE, BlobKind.ARRAY}:
        array = _decode_npy(value)
        return value if array is None else array
    return value


def _decode_npy(blob: bytes) -> NDArray[Any] | None:
    """Decode the bytes of an `.npy` file; None if they are malformed.

    Not with `numpy.load`, which allocates whatever size the header claims, and takes
    ten times as long for a trendline.
    """
    import numpy as np

    try:
        header, start = _split_header(blob)
        descr, is_fortran, shape = _parse_header(header)
        dtype = np.dtype(descr)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(blob) - start:
            return None
        flat = np.frombuffer(blob, dtype=dtype, offset=start)
        return flat.reshape(shape, order="F" if is_fortran else "C")
    except _MALFORMED:
        return None


def _split_header(blob: bytes) -> tuple[bytes, int]:
    """Return the header and the offset of the data."""
    start, length = (10, "<H") if blob[6:7] == b"\x01" else (12, "<I")
    (size,) = struct.unpack(length, blob[8:start])
    if size > _MAX_HEADER_BYTES:
        raise ValueError("invalid array header")
    return blob[start : start + size], start + size


def _parse_header(header: bytes) -> tuple[Any, bool, tuple[int, ...]]:
    """Return the dtype, the Fortran order flag and the shape."""
    if match := _USUAL_HEADER.fullmatch(header):
        numbers = match[3].replace(b",", b" ").split()
        return match[1].decode(), match[2] == b"True", tuple(map(int, numbers))
    parsed = ast.literal_eval(header.decode("utf-8").strip())
    shape = tuple(map(int, parsed["shape"]))
    if min(shape, default=0) < 0:
        raise ValueError("invalid array shape")
    return parsed["descr"], bool(parsed["fortran_order"]), shape
