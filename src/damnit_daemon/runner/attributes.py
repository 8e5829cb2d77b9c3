"""Attributes of xarray objects, stored so that every reader sees plain attributes.

A netCDF reader interprets some names: it multiplies by `scale_factor`, turns `missing_value`
into NaN, and `units` like "seconds since trigger" into dates. HDF5 reserves others. Such
an attribute is stored with an underscore appended to its name, which DAMNIT's readers remove.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_OF_HDF5 = (
    *("CLASS", "NAME", "DIMENSION_LABELS", "DIMENSION_LIST", "REFERENCE_LIST"),
    *("_NCProperties", "_Netcdf4Coordinates", "_Netcdf4Dimid", "_nc3_strict"),
)
_OF_CODES = (
    *("scale_factor", "add_offset", "missing_value", "_FillValue", "_Unsigned", "_Encoding"),
    *("dtype", "coordinates"),
)
_OF_TIMES = ("units", "calendar", "bounds")
"""Reserved only with times; `units` also if it would turn numbers into times."""

_TIME_UNITS = {
    *("days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds")
}
_RENAMED = re.compile(rf"({'|'.join((*_OF_HDF5, *_OF_CODES, *_OF_TIMES))})_*")

LARGEST_BYTES = 60_000
"""HDF5's limit for an attribute is 64 KB of numbers; text is unlimited."""
LARGEST_TEXT = 1_000_000


def storable_text(text: str) -> str:
    """Return text that HDF5 can hold: no NUL, no lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def stored_attributes(
    attributes: Mapping[Any, Any], *, of_times: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Convert attributes to what a netCDF file can hold.

    Numbers, text and lists of these stay unchanged. Others become JSON, or their
    printed form.

    Args:
        attributes: Attributes of a Dataset or a variable.
        of_times: If True, the variable holds datetime64 or timedelta64.

    Returns:
        The attributes, and notes about what could not be kept.
    """
    found: dict[str, Any] = {}
    notes = []
    for key, value in attributes.items():
        simple = _simple(value)
        if isinstance(simple, str) and len(simple) > LARGEST_TEXT:
            notes.append(f"attribute {str(key)!r} is too large and was omitted")
            continue
        name = _stored_name(str(key), simple, of_times=of_times)
        while name in found:
            name += "_"
        found[name] = simple
    return found, notes


def original_attributes(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the attributes under their original names."""
    found = dict(attributes)
    for name in sorted(map(str, found), key=len):
        if name.endswith("_") and _RENAMED.fullmatch(name) and name[:-1] not in found:
            found = {name[:-1] if key == name else key: value for key, value in found.items()}
    return found


def are_kept(attributes: Mapping[Any, Any]) -> bool:
    """Return True if reading gives exactly these attributes, types included."""
    return all(
        isinstance(key, str)
        and type(value) in (str, int, float)
        and _text(key) == key
        and not key.startswith("_damnit_")
        and _simple(value) == value
        and not (isinstance(value, str) and len(value) > LARGEST_TEXT)
        for key, value in attributes.items()
    )


def _stored_name(key: str, value: Any, *, of_times: bool) -> str:
    name = _text(key)
    match = _RENAMED.fullmatch(name)
    if match is None:
        return name
    if name in _OF_TIMES and not of_times and not (name == "units" and _makes_times(value)):
        return name
    return f"{name}_"


def _makes_times(units: Any) -> bool:
    return isinstance(units, str) and ("since" in units or units in _TIME_UNITS)


def _text(name: str) -> str:
    return storable_text(name).replace("/", "_") or "_"


def _simple(value: Any) -> Any:
    import numpy as np

    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
        return storable_text(str(text))
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, (list, tuple, np.ndarray, np.number)):
        array = _array(value)
        if array is not None:
            return array
    try:
        inside = _plain if isinstance(value, (dict, list, tuple, np.ndarray)) else None
        return json.dumps(value, default=inside)
    except (TypeError, ValueError, RecursionError):
        return storable_text(str(value))


def _array(value: Any) -> Any:
    """Return a number, or a 1-D array of numbers or text, as netCDF has them; else None."""
    import numpy as np

    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        # Each item is a pointer of 16 bytes.
        return [storable_text(t) for t in value] if 0 < len(value) * 16 < LARGEST_BYTES else None
    try:
        array = np.asarray(value)
    except ValueError:  # of different lengths
        return None
    if array.dtype.kind in "OU" and isinstance(value, np.ndarray) and array.ndim == 1:
        texts = array.tolist()
        return _array(texts) if all(isinstance(text, str) for text in texts) else None
    if array.dtype.kind == "b" and array.ndim == 1:
        array = array.astype(np.int8)
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float64)
    is_small = array.ndim <= 1 and array.size and array.nbytes < LARGEST_BYTES
    return array[()] if array.dtype.kind in "iuf" and is_small else None


def _plain(value: Any) -> Any:
    """Convert a numpy array or number to plain objects for JSON."""
    import numpy as np

    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
        return value.tolist()
    return str(value)
