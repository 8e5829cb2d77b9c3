"""Fragments: files through which a computation hands over its results."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..model import RunKey
from ..model.value import PNG_SIGNATURE
from ..runner import file_format
from .checksums import require_unchanged
from .decode import attributes_of, read_dataset
from .errors import (
    HDF5_FAILURES,
    ResultsDenied,
    ResultsUnreadable,
    first_line,
    is_denied,
    system_reason,
)
from .layout import (
    child,
    computed_at,
    entry,
    is_variable_name,
    other_entries,
    refuse_strange,
    variable_names,
)
from .open_file import open_for_reading

UNREADABLE = "UnreadableResult"
"""Error class of a value that is in a fragment but cannot be read."""

FRAGMENT_TIMEOUT_S = 2.0

_OWN_COLUMNS = ("max_diff", "summary_type", "summary_method")
"""Summary attributes that have their own columns in the run database."""


@dataclass(frozen=True)
class FragmentValue:
    """Entry of one variable for the run database."""

    name: str
    value: int | float | str | bytes | complex | np.ndarray | None
    """None for an error."""
    max_diff: float | None
    summary_type: str | None
    summary_method: str
    attributes: dict[str, Any]
    """Always contains `computed_at`; for an error also `error` and `error_cls`."""


@dataclass(frozen=True)
class Fragment:
    """Fragment without its data: summaries and errors of one run."""

    key: RunKey
    path: Path
    provenance: str
    start_time: float | None
    """Start of the run, Unix seconds UTC."""
    values: list[FragmentValue]
    rejected: list[tuple[str, str]]
    """Invalid variable names, each with the reason."""


def read_fragment(path: Path, key: RunKey, *, timeout_s: float = FRAGMENT_TIMEOUT_S) -> Fragment:
    """Read what the run database needs from a fragment.

    An unreadable value becomes an error in its cell and does not affect the others.

    Raises:
        ResultsError: If the file as a whole cannot be read.
    """
    with open_for_reading(path, timeout_s=timeout_s) as file:
        try:
            names = sorted(variable_names(file))
            written_at = path.stat().st_mtime
            good = [n for n in names if is_variable_name(n) and n != file_format.START_TIME]
            return Fragment(
                key=key,
                path=path,
                provenance=_text_attribute(file, file_format.PROVENANCE),
                start_time=_start_time(file),
                values=[
                    *(v for name in good for v in _values(file, name, written_at)),
                    *_parameters(file, written_at),
                ],
                rejected=[
                    (n, "it is not a variable name") for n in names if not is_variable_name(n)
                ],
            )
        except HDF5_FAILURES as error:
            if is_denied(error):
                raise ResultsDenied(path, system_reason(error)) from error
            raise ResultsUnreadable(path, first_line(error)) from error


def _values(file: h5py.File, name: str, written_at: float) -> Iterator[FragmentValue]:
    """Yield the value of a variable; nothing if it has only data and no summary."""
    try:
        when = computed_at(file, name)
        for part in ("reduced", "error"):
            require_unchanged(file, name, only=part)
        found = _error_of(file, name) or _summary_of(file, name)
    except HDF5_FAILURES as error:
        if is_denied(error):
            raise
        when = None
        found = lost_value(name, first_line(error), written_at)
    if found is not None:
        found.attributes[file_format.COMPUTED_AT] = written_at if when is None else when
        yield found


def _parameters(file: h5py.File, written_at: float) -> Iterator[FragmentValue]:
    """Yield the values of parameters; unreadable ones are left out."""
    for part, name, when in other_entries(file):
        found = entry(file, part, name)
        if part != file_format.PARAMETERS or not is_variable_name(name):
            continue
        if not isinstance(found, h5py.Dataset) or found.shape != ():
            continue
        refuse_strange(found)
        value = read_dataset(found)
        value = value.item() if isinstance(value, np.generic) else value
        attributes: dict[str, Any] = {file_format.COMPUTED_AT: written_at if when is None else when}
        if isinstance(value, bool):
            attributes[file_format.VALUE_TYPE] = file_format.BOOLEAN
        if isinstance(value, bool | int | float | str):
            yield FragmentValue(name, value, None, None, "", attributes)


def _error_of(file: h5py.File, name: str) -> FragmentValue | None:
    dataset = entry(file, file_format.ERRORS, name)
    if not isinstance(dataset, h5py.Dataset):
        return None
    refuse_strange(dataset)
    attributes = attributes_of(dataset)
    error_class = str(attributes.pop("type", ""))
    attributes.pop(file_format.CHECKSUMS, None)
    message = str(read_dataset(dataset))
    return _failed(name, {**attributes, "error": message, "error_cls": error_class})


def lost_value(name: str, reason: str, computed_at: float) -> FragmentValue:
    """Create the error of a result that was saved but cannot be read."""
    message = f"The saved result cannot be read: {reason}"
    attributes = {"error": message, "error_cls": UNREADABLE}
    return _failed(name, {**attributes, file_format.COMPUTED_AT: computed_at})


def _failed(name: str, attributes: dict[str, Any]) -> FragmentValue:
    return FragmentValue(name, None, None, None, "", attributes)


def _summary_of(file: h5py.File, name: str) -> FragmentValue | None:
    dataset = entry(file, file_format.REDUCED, name)
    if not isinstance(dataset, h5py.Dataset):
        return None
    refuse_strange(dataset)
    attributes = attributes_of(dataset)
    max_diff, summary_type, method = (attributes.pop(key, None) for key in _OWN_COLUMNS)
    for key in (file_format.COMES_BACK_AS, file_format.CHECKSUMS):  # not needed in the database
        attributes.pop(key, None)
    value = _summary_value(dataset)
    if isinstance(value, bool):
        attributes[file_format.VALUE_TYPE] = file_format.BOOLEAN
    return FragmentValue(
        name=name,
        value=value,
        max_diff=float(max_diff) if isinstance(max_diff, int | float) else None,
        summary_type=summary_type if isinstance(summary_type, str) else None,
        summary_method=method if isinstance(method, str) else "",
        attributes=attributes,
    )


def _summary_value(dataset: h5py.Dataset) -> Any:
    value = read_dataset(dataset)
    if isinstance(value, bytes):
        # bytes as a result: DAMNIT shows them as text, and never stores a PNG this way.
        return value.decode("utf-8", "replace")
    is_bytes = isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 1
    if is_bytes and value[: len(PNG_SIGNATURE)].tobytes() == PNG_SIGNATURE:
        return value.tobytes()
    return value


def _start_time(file: h5py.File) -> float | None:
    name = file_format.START_TIME
    for dataset in (entry(file, file_format.REDUCED, name), child(child(file, name), "data")):
        if not isinstance(dataset, h5py.Dataset) or dataset.shape != ():
            continue
        value = read_dataset(dataset)
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
    return None


def _text_attribute(file: h5py.File, name: str) -> str:
    value = file.attrs.get(name, "")
    return value if isinstance(value, str) else ""
