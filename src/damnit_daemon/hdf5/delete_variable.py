"""Delete a variable from a results file: writes a new file, never edits the old one."""

from __future__ import annotations

import itertools
from pathlib import Path

from .copy import copy_entry, copy_frame
from .errors import HDF5_FAILURES, ResultsUnreadable, first_line, is_denied, is_disk_full
from .layout import DATA, PARTS, computed_at, entry, note_computed_at, variable_names
from .open_file import open_for_reading
from .whole_file import MERGING_SUFFIX, random_part, written_whole


def remove_from_file(target: Path, variable: str, *, timeout_s: float) -> bool:
    """Remove a variable's data, summary, preview and error; return True if there were any.

    The caller holds the combiner's lock.

    Args:
        target: A results file.
        variable: Variable name.
        timeout_s: How long to wait while another program has the file locked.

    Raises:
        ResultsError: If the file cannot be read or written; it is left unchanged.
    """
    with open_for_reading(target, timeout_s=timeout_s) as file:
        try:
            names = variable_names(file)
        except HDF5_FAILURES as error:
            raise ResultsUnreadable(target, first_line(error)) from error
        if variable not in names:
            return False
        written_at = target.stat().st_mtime
        temporary = target.with_name(f"{target.stem}.{random_part()}{MERGING_SUFFIX}")
        with written_whole(temporary, target) as new:
            try:
                copy_frame(file, new)
                dimension_ids = itertools.count()
                for name in sorted(names - {variable}):
                    for part in (DATA, *PARTS):
                        if entry(file, part, name) is not None:
                            copy_entry(file[part], name, new[part], dimension_ids)
                    if computed_at(new, name) is None:
                        # The new file's own time is not when the variable was computed.
                        note_computed_at(new, name, written_at)
            except HDF5_FAILURES as error:
                if is_disk_full(error) or is_denied(error):
                    raise
                raise ResultsUnreadable(target, first_line(error)) from error
    return True
