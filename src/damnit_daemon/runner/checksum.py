"""Checksums of a variable's parts in a fragment, stored with it to detect damage later.

They cover the values as HDF5 reads them back (and names, types, shapes and attributes), so that
a copy has the same. Excluded are the links between netCDF dimensions, which copying rewrites.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import file_format

if TYPE_CHECKING:
    import h5py

BLOCK_BYTES = 8 << 20
"""Bytes of a dataset that are read at once, unless its chunks are larger."""

_PARTS = {
    "reduced": file_format.REDUCED,
    "error": file_format.ERRORS,
    "data": "/",
    "preview": file_format.PREVIEW,
}
_LINKS = {
    *("CLASS", "NAME", "DIMENSION_LABELS", "DIMENSION_LIST", "REFERENCE_LIST"),
    *("_Netcdf4Dimid", "_Netcdf4Coordinates"),
}
_OURS = {
    *(file_format.CHECKSUMS, file_format.CHECKSUMS_ON_DATA),
    file_format.COMPUTED_AT_ON_DATA,  # added by the combiner
}


def note_checksums(file: h5py.File, name: str) -> None:
    """Store the checksums of a variable once all of it is written.

    They are an attribute of its summary or error, or of the data if it has neither.
    """
    parts = _parts_of(file, name)
    if not parts:
        return
    sums = " ".join(f"{part}={checksum(found):08x}" for part, found in parts.items())
    first = next(iter(parts))
    parts[first].attrs[_attribute_on(first)] = sums


def noted_checksums(file: h5py.File, name: str) -> dict[str, int] | None:
    """Read the stored checksums by part; None for a variable without, as written by DAMNIT.

    Raises:
        ValueError: If the stored text itself is damaged.
    """
    for part, found in _parts_of(file, name).items():
        text = found.attrs.get(_attribute_on(part))
        if text is not None:
            pairs = (word.split("=") for word in str(text).split())
            return {part: int(value, 16) for part, value in pairs}
    return None


def changed_part(
    file: h5py.File,
    name: str,
    *,
    only: str | None = None,
    on_block: Callable[[], object] = lambda: None,
) -> str | None:
    """Return a part of a variable that differs from what was written.

    None if all parts match, or no checksums are stored.

    Args:
        file: The fragment or results file.
        name: The variable.
        only: Check only this part: `reduced`, `error`, `data` or `preview`.
        on_block: Called after reading each block.

    Raises:
        ValueError: If the stored text itself is damaged.
    """
    stored = noted_checksums(file, name)
    if stored is None:
        return None
    parts = _parts_of(file, name)
    for part in sorted(stored.keys() | parts.keys()):
        if only not in (None, part):
            continue
        if part not in parts or part not in stored:
            return part
        if checksum(parts[part], on_block) != stored[part]:
            return part
    return None


def checksum(item: h5py.Group | h5py.Dataset, on_block: Callable[[], object] = lambda: None) -> int:
    """Return the CRC-32 of a group or dataset with all its contents."""
    import h5py

    items = {".": item}
    if isinstance(item, h5py.Group):
        item.visititems(lambda path, inner: items.update({path: inner}))
    value = 0
    for path, found in sorted(items.items()):
        value = zlib.crc32(path.encode("utf-8", "surrogateescape") + b"\0", value)
        for key in sorted(set(found.attrs) - _LINKS - _OURS):
            value = _add(found.attrs[key], zlib.crc32(f"{key}\0".encode(), value))
        if isinstance(found, h5py.Dataset):
            value = zlib.crc32(repr(found.shape).encode(), value)
            for block in _blocks(found):
                value = _add(found[block], value)
                on_block()
    return value


def _parts_of(file: h5py.File, name: str) -> dict[str, h5py.Group | h5py.Dataset]:
    """Return a variable's parts by their names here; links do not count."""
    import h5py

    found = {}
    for part, place in _PARTS.items():
        group = file.get(place)
        if isinstance(group, h5py.Group) and isinstance(
            group.get(name, getlink=True), h5py.HardLink
        ):
            found[part] = group[name]
    return found


def _attribute_on(part: str) -> str:
    is_own = part in ("reduced", "error")
    return file_format.CHECKSUMS if is_own else file_format.CHECKSUMS_ON_DATA


def _add(value: Any, to: int) -> int:
    """Update a checksum: arrays by their bytes, variable-length text item by item."""
    import numpy as np

    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return zlib.crc32(len(value).to_bytes(8, "little") + value, to)
    if not isinstance(value, np.ndarray | np.generic):  # a reference, or Empty
        return zlib.crc32(type(value).__name__.encode(), to)
    array = np.asarray(value)
    to = zlib.crc32(array.dtype.str.encode(), to)
    if not array.dtype.hasobject:
        flat = np.ascontiguousarray(array).reshape(-1)
        return zlib.crc32(flat.view(np.uint8).data, to) if flat.nbytes else to
    for each in array.flat:
        if isinstance(each, np.void) and each.dtype.names:
            for field in each.dtype.names:
                to = _add(each[field], to)
        else:
            to = _add(each, to)
    return to


def _blocks(dataset: h5py.Dataset) -> Iterator[tuple[slice, ...]]:
    """Yield slices aligned to the chunks, of about `BLOCK_BYTES`; one for a small dataset."""
    shape = dataset.shape
    size = 0 if shape is None else dataset.size * dataset.dtype.itemsize
    if not shape or size <= BLOCK_BYTES:
        yield ()
        return
    block = list(dataset.chunks or (1,) * len(shape))
    left = BLOCK_BYTES // dataset.dtype.itemsize
    for length in block:
        left //= length
    for axis in reversed(range(len(shape))):
        grown = min(shape[axis], block[axis] * max(1, left))
        left //= -(-grown // block[axis])
        block[axis] = grown
        if left <= 1:
            break
    starts = (range(0, length, step) for length, step in zip(shape, block, strict=True))
    for start in itertools.product(*starts):
        yield tuple(slice(at, at + step) for at, step in zip(start, block, strict=True))
