"""Write an error fragment for a variable whose own process cannot report it."""

from __future__ import annotations

from pathlib import Path

import h5py

from ..model import RunKey
from ..permissions import make_shared_folder
from ..runner import file_format
from ..runner.checksum import note_checksums
from ..runner.temp_names import writing_suffix
from .errors import ResultsDenied
from .layout import PARTS
from .whole_file import random_part, written_whole


def write_error_fragment(
    folder: Path,
    key: RunKey,
    name: str,
    message: str,
    error_class: str,
    *,
    computed_at: float,
    provenance: str = file_format.CONTEXT_PROVENANCE,
    duration_s: float | None = None,
    context_hash: str | None = None,
) -> Path:
    """Write a fragment with a single error.

    Args:
        folder: The DAMNIT folder.
        key: Run of the variable.
        name: Variable name.
        message: Error message; shown in the cell.
        error_class: `Skip` shows the variable as skipped, anything else as failed.
        computed_at: Time of the error, Unix seconds UTC.
        provenance: Origin of the error.
        duration_s: How long the computation had run, if known.
        context_hash: Hash of the context file, as the runner records it, if known.

    Returns:
        Path of the finished fragment.

    Raises:
        ResultsError: If the fragment cannot be written.
    """
    extracted_data = folder / file_format.EXTRACTED_DATA
    try:
        make_shared_folder(extracted_data)
    except OSError as error:
        raise ResultsDenied(extracted_data, f"it cannot be created ({error.strerror})") from error
    stem = f"{file_format.fragment_prefix(*key)}{random_part()}"
    ready = extracted_data / f"{stem}{file_format.READY_SUFFIX}"
    with written_whole(extracted_data / f"{stem}{writing_suffix()}", ready) as file:
        file.attrs[file_format.PROVENANCE] = provenance
        for part in PARTS:
            file.create_group(part)
        dataset = file[file_format.ERRORS].create_dataset(
            name, data=_storable(message), dtype=h5py.string_dtype()
        )
        dataset.attrs["type"] = error_class
        dataset.attrs[file_format.COMPUTED_AT] = float(computed_at)
        if duration_s is not None:
            dataset.attrs[file_format.DURATION_S] = float(duration_s)
        if context_hash is not None:
            dataset.attrs[file_format.CONTEXT_HASH] = context_hash
        note_checksums(file, name)
    return ready


def _storable(text: str) -> str:
    """Make text storable in HDF5: no NUL, no lone surrogate."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
