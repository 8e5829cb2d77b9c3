"""Convert Python values to SQLite values, in DAMNIT's encoding.

Anything that cannot be stored becomes text: one odd value must not cost a run its
results. numpy is imported only where an array needs it.
"""

from __future__ import annotations

import json
import math
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.value import NPY_SIGNATURE, PNG_SIGNATURE
from .json_text import INT64_LIMIT, clean_text, integer_text, json_safe

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BLOB_BYTES = 64 * 2**20
"""Larger arrays are stored as a line of text; the results file has the data."""

COMPLEX = "complex"
NUMPY = "numpy"
TRENDLINE = "trendline"
_BLOB_TYPES = {COMPLEX, NUMPY, TRENDLINE}


class Encoded(NamedTuple):
    """Contents of the columns `value` and `summary_type`."""

    value: int | float | str | bytes | None
    summary_type: str | None = None


def encode_value(value: Any, summary_type: str | None = None) -> Encoded:
    """Encode a value; never fails because of the value.

    Args:
        value: Any summary.
        summary_type: Type given by a fragment, if any.
    """
    if hasattr(value, "dtype"):
        if getattr(value, "ndim", 0) > 0:
            return _encode_array(value, summary_type)
        value = _numpy_scalar(value)
    if isinstance(value, complex):
        return Encoded(struct.pack("<dd", value.real, value.imag), COMPLEX)
    if isinstance(value, bytes | bytearray | memoryview):
        return _encode_bytes(bytes(value), summary_type)
    plain = _encode_plain(value)
    # DAMNIT's window crashes on a row that claims to be an array but holds no blob.
    keeps_type = plain is not None and summary_type not in _BLOB_TYPES
    return Encoded(plain, (summary_type or None) if keeps_type else None)


def encode_real(value: Any) -> float | None:
    """Encode `max_diff`: a number, or NULL."""
    try:
        value = _numpy_scalar(value) if hasattr(value, "dtype") else value
        real = float(abs(value)) if isinstance(value, complex) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(real) else real


def _encode_plain(value: Any) -> int | float | str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int):
        fits = -INT64_LIMIT <= value < INT64_LIMIT
        return int(value) if fits else integer_text(value)
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, list | tuple | set | frozenset | dict):
        return clean_text(json.dumps(json_safe(value), ensure_ascii=False))
    return clean_text(str(value))


def _encode_bytes(value: bytes, summary_type: str | None) -> Encoded:
    if len(value) > MAX_BLOB_BYTES:
        return Encoded(f"<{len(value)} bytes>")
    wrong = (summary_type == COMPLEX and len(value) != 16) or (
        summary_type in {NUMPY, TRENDLINE} and not value.startswith(NPY_SIGNATURE)
    )
    return Encoded(value, None if wrong else summary_type or None)


def _numpy_scalar(value: Any) -> Any:
    """Convert a numpy scalar or zero-dimensional array to a Python value."""
    import numpy as np

    value = value[()] if isinstance(value, np.ndarray) else value
    if isinstance(value, np.bytes_):
        # Fixed-width text, unless it is a picture.
        is_blob = value.startswith((PNG_SIGNATURE, NPY_SIGNATURE))
        return bytes(value) if is_blob else value.decode("utf-8", "backslashreplace")
    if isinstance(value, np.datetime64 | np.timedelta64):
        return str(value)
    if isinstance(value, np.complexfloating):
        return complex(value)
    if isinstance(value, np.floating):
        return float(value)
    return value.item() if isinstance(value, np.generic) else value


def _encode_array(value: Any, summary_type: str | None) -> Encoded:
    import numpy as np

    array: NDArray[Any] = np.asarray(value)
    if array.dtype.hasobject:
        return Encoded(clean_text(json.dumps(json_safe(array.tolist()), ensure_ascii=False)))
    summary_type = _array_type(array, summary_type)
    if array.dtype == np.longdouble:
        array = array.astype(np.float64)
    elif array.dtype == np.clongdouble:
        array = array.astype(np.complex128)
    if array.nbytes > MAX_BLOB_BYTES:
        return Encoded(f"{array.dtype}: {array.shape}")
    npy = BytesIO()
    np.save(npy, array, allow_pickle=False)
    return Encoded(npy.getvalue(), summary_type)


def _array_type(array: NDArray[Any], summary_type: str | None) -> str:
    """Distinguish a trendline, two rows of real numbers, from other arrays."""
    if summary_type in {None, "", TRENDLINE}:
        is_pair = array.ndim == 2 and array.shape[0] == 2 and array.dtype.kind in "biuf"
        return TRENDLINE if is_pair else NUMPY
    return NUMPY if summary_type is None or summary_type == COMPLEX else summary_type
