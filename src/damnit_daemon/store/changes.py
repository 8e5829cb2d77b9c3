"""Changes in a database since the last poll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..model import Column, RunKey, RunRow, StoredValue
from ..model.batch import AheadRow, ValueBatch

Cell = tuple[RunKey, str]
"""Run and variable name."""


class Changes(NamedTuple):
    """Changes in a database since the last poll; false if there are none."""

    is_new: bool = False
    """True for the first poll, or another file: load everything again. `runs` and
    `columns` are complete then, `values` is empty."""
    runs: tuple[RunRow, ...] = ()
    """Runs that are new, or have another start time or other labels."""
    removed_runs: tuple[RunKey, ...] = ()
    values: tuple[StoredValue, ...] = ()
    """Values that are new or were rewritten; blobs stay in the database."""
    removed_values: tuple[Cell, ...] = ()
    """Cells that no longer have a row, including those of removed runs."""
    columns: tuple[Column, ...] | None = None
    """All columns, if any changed; else None."""
    portion: ValueBatch | None = None
    """Some of the existing values, read in the background."""
    ahead: Sequence[AheadRow] = ()
    """Values read ahead; a later portion repeats them with their metadata."""

    def __bool__(self) -> bool:
        """Return True if anything changed."""
        return self != Changes()
