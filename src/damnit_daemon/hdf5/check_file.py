"""Read a results file from end to end, for `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..model import RunKey
from ..runner.checksum import noted_checksums
from .checksums import require_unchanged
from .errors import HDF5_FAILURES, first_line, is_denied
from .fragments import FragmentValue, read_fragment
from .layout import variable_names
from .open_file import open_for_reading


@dataclass
class CheckedFile:
    """Contents of a results file, and the damaged variables in it."""

    values: list[FragmentValue] = field(default_factory=list)
    written_at: float = 0.0
    """Unix seconds UTC: stands in for `computed_at` where none was recorded."""
    damaged: dict[str, str] = field(default_factory=dict)
    """Variables that differ from their checksums or cannot be read, with the reason."""
    unchecked: int = 0
    """Variables without checksums: written by DAMNIT, or by an earlier version."""


def check_file(
    path: Path,
    key: RunKey,
    *,
    contents: bool,
    is_cancelled: Callable[[], bool] = lambda: False,
    timeout_s: float = 2.0,
) -> Iterator[CheckedFile]:
    """Read a results file for `doctor`; yields a single result.

    Args:
        path: The file.
        key: Run of the file.
        contents: True to read all data and verify the checksums.
        is_cancelled: Called at intervals, which also signals progress.
        timeout_s: How long to retry while another program has the file locked.

    Raises:
        ResultsError: If the file cannot be read.
    """
    checked = CheckedFile(read_fragment(path, key).values, path.stat().st_mtime)
    if contents:
        with open_for_reading(path, timeout_s=timeout_s) as file:
            for name in sorted(variable_names(file)):
                try:
                    checked.unchecked += noted_checksums(file, name) is None
                    require_unchanged(file, name, on_block=is_cancelled)
                except HDF5_FAILURES as error:
                    if is_denied(error):
                        raise
                    checked.damaged[name] = first_line(error)
                is_cancelled()
    yield checked
