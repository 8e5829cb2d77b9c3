"""Convert HDF5 values to Python values; never unpickles."""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np


def read_dataset(dataset: h5py.Dataset, index: Any = ()) -> Any:
    """Read a plain dataset, or a slice of it.

    Args:
        dataset: Numbers, text or bytes of any shape.
        index: NumPy index of the slice; the default is everything.

    Returns:
        An int, float, complex, bool, str or bytes for a single element, else an
        array. Text arrays hold `str`. None for a dataset without a value.
    """
    if dataset.shape is None:
        return None
    text = h5py.check_string_dtype(dataset.dtype)
    if text is None:
        return _plain(dataset[index])
    value = dataset[index]
    if _is_bytes(text):
        return bytes(value) if np.ndim(value) == 0 else _without_notes(value)
    if isinstance(value, np.ndarray):
        return _texts(value)
    return _text(value)


def attributes_of(item: h5py.HLObject) -> dict[str, Any]:
    """Return an object's attributes as JSON-compatible values, skipping unreadable ones."""
    found = {}
    for name in item.attrs:
        try:
            found[name] = _jsonable(item.attrs[name])
        except (OSError, TypeError, ValueError):
            continue
    return found


def _is_bytes(text: h5py.string_info) -> bool:
    """Return True for bytes: h5py stores bytes as fixed-length ASCII strings, str as UTF-8."""
    return text.length is not None and text.encoding == "ascii"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (
            value.item() if value.ndim == 0 and value.dtype.names is None else _without_notes(value)
        )
    return value.item() if isinstance(value, np.generic) else value


def _without_notes(array: np.ndarray) -> np.ndarray:
    """Drop h5py's type metadata (an enumeration's names, say), which NumPy cannot save."""
    if array.dtype.metadata is None or array.dtype.hasobject:
        return array
    return array.view(np.dtype(array.dtype.str))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _texts(values: np.ndarray) -> np.ndarray:
    texts = np.array([_text(value) for value in values.flat], dtype=object)
    return texts.reshape(values.shape)


def _jsonable(value: Any) -> Any:
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"no JSON for {type(value).__name__}")
