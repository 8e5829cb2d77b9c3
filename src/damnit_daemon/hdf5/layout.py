"""Names and locations in a results file or a fragment (DAMNIT's layout)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import h5py
import numpy as np

from ..runner import file_format

DATA = "/"
"""Group of the variables' data."""

PARTS = (file_format.REDUCED, file_format.PREVIEW, file_format.ERRORS)
"""Groups next to the data, each with one entry per variable."""

# For variables with neither summary nor error: on the data itself, hidden by readers.
_COMPUTED_AT = (
    (file_format.REDUCED, file_format.COMPUTED_AT),
    (file_format.ERRORS, file_format.COMPUTED_AT),
    (DATA, file_format.COMPUTED_AT_ON_DATA),
    (file_format.PREVIEW, file_format.COMPUTED_AT_ON_DATA),
)

_STRANGE_STORAGE = "its values are stored in other files"


def other_parts(file: h5py.File) -> list[str]:
    """Return the groups of parameters, and those of other programs, whose names begin with a dot.

    Like `PARTS` they have one entry per name, as far as known.
    """
    return [
        name
        for name in file
        if name.startswith(".") and name not in PARTS and isinstance(child(file, name), h5py.Group)
    ]


def other_entries(file: h5py.File) -> Iterator[tuple[str, str, float | None]]:
    """Yield the group and name of each entry of `other_parts`, and when it was computed."""
    for part in other_parts(file):
        for name in file[part]:
            if (found := child(file[part], name)) is not None:
                yield part, name, time_of(found, file_format.COMPUTED_AT_ON_DATA)


def is_variable_name(name: str) -> bool:
    """Return True if it is an identifier, or several joined by dots (a variable of a group)."""
    return all(part.isidentifier() for part in name.split("."))


def child(group: h5py.Group | None, name: str) -> h5py.Group | h5py.Dataset | None:
    """Return the member of a group by name, None if there is none.

    Soft and external links count as missing: no program writes them, and they could
    lead out of the file.
    """
    if not isinstance(group, h5py.Group):
        return None
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        return None
    return group[name]


def entry(file: h5py.File, part: str, name: str) -> h5py.Group | h5py.Dataset | None:
    """Return a variable's data, summary, preview or error."""
    if part == DATA:
        return None if name.startswith(".") else child(file, name)
    return child(child(file, part), name)


def data_names(file: h5py.File) -> Iterator[str]:
    """Yield the variables whose data is in the file."""
    return (name for name in file if not name.startswith("."))


def variable_names(file: h5py.File) -> set[str]:
    """Return all variables of a file, including those with only a summary, preview or error."""
    names = set(data_names(file))
    for part in PARTS:
        group = child(file, part)
        if isinstance(group, h5py.Group):
            names.update(group)
    return names


def computed_at(file: h5py.File, name: str) -> float | None:
    """Return when a variable was computed, Unix seconds UTC; None for files written by DAMNIT."""
    for part, attribute in _COMPUTED_AT:
        found = entry(file, part, name)
        if found is not None and (when := time_of(found, attribute)) is not None:
            return when
    return None


def time_of(found: h5py.Group | h5py.Dataset, attribute: str) -> float | None:
    """Return a time stored as an attribute, Unix seconds UTC; None if there is none."""
    try:
        when = float(found.attrs[attribute])
    except (KeyError, TypeError, ValueError, OSError):
        return None
    return when if math.isfinite(when) else None


def note_computed_at(file: h5py.File, name: str, when: float) -> None:
    """Record when a variable was computed, for `computed_at` to read."""
    for part, attribute in _COMPUTED_AT:
        found = entry(file, part, name)
        if found is not None:
            found.attrs[attribute] = np.float64(when)
            return


def object_type(found: h5py.Group | h5py.Dataset | None) -> str | None:
    """Return the `_damnit_objtype` of data or a preview; None for plain numbers and text."""
    if found is None or file_format.OBJECT_TYPE not in found.attrs:
        return None
    value = found.attrs[file_format.OBJECT_TYPE]
    return value if isinstance(value, str) else None


def refuse_strange(found: h5py.Group | h5py.Dataset) -> None:
    """Verify that all values are stored in this very file.

    A dataset can take its values from any file its reader may read, so a forged fragment
    could have the combiner publish them.

    Raises:
        ValueError: If some are not.
    """
    if isinstance(found, h5py.Group):
        found.visititems(_refuse_strange_item)
    else:
        _refuse_strange_item("", found)


def _refuse_strange_item(_: str, found: h5py.Group | h5py.Dataset | h5py.Datatype) -> None:
    if isinstance(found, h5py.Dataset) and (found.is_virtual or found.external):
        raise ValueError(_STRANGE_STORAGE)
