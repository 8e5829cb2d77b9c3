"""Verify values against the checksums that the runner stored with them."""

from __future__ import annotations

from collections.abc import Callable

import h5py

from ..runner import file_format
from ..runner.checksum import changed_part, noted_checksums
from .layout import DATA, entry, refuse_strange
from .netcdf import datasets_in

MOST_COMPRESSED = 5000
"""Largest compression factor of any filter: a larger dataset claims a size it does not have."""

_PLACES = {
    "reduced": file_format.REDUCED,
    "error": file_format.ERRORS,
    "data": DATA,
    "preview": file_format.PREVIEW,
}


def require_unchanged(
    file: h5py.File,
    name: str,
    *,
    only: str | None = None,
    on_block: Callable[[], object] = lambda: None,
) -> None:
    """Verify that a variable is as it was written, as far as checksums were stored.

    Args:
        file: A fragment or results file.
        name: Variable name.
        only: Limit the check to one part: `reduced`, `error`, `data` or `preview`.
        on_block: Called after each block read.

    Raises:
        ValueError: If a part does not match; names the part.
    """
    if noted_checksums(file, name) is None:
        return
    most_bytes = file.id.get_filesize() * MOST_COMPRESSED
    for part in _PLACES if only is None else (only,):
        found = entry(file, _PLACES[part], name)
        if found is None:
            continue
        refuse_strange(found)
        if any(int(each.nbytes or 0) > most_bytes for each in datasets_in(found).values()):
            raise ValueError("its declared size is larger than the file")
    if changed := changed_part(file, name, only=only, on_block=on_block):
        word = "summary" if changed == "reduced" else changed
        raise ValueError(f"its {word} differs from what was written (checksum)")
