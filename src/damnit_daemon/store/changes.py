"""What somebody has done to a database since the last look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..model import Column, RunKey, RunRow, StoredValue
from ..model.batch import AheadRow, Batch

Cell = tuple[RunKey, str]
"""A run and the name of a variable."""


class Changes(NamedTuple):
    """What happened to a database since the last look; false if nothing did."""

    is_new: bool = False
    """It is the first look, or another file: load everything again. `runs` and
    `columns` are complete then, `values` is empty."""
    runs: tuple[RunRow, ...] = ()
    """Those that are new or have another start time."""
    removed_runs: tuple[RunKey, ...] = ()
    values: tuple[StoredValue, ...] = ()
    """Those that are new or were written again; blobs stay in the database."""
    removed_values: tuple[Cell, ...] = ()
    """Cells that have no row any more, also those of removed runs."""
    columns: tuple[Column, ...] | None = None
    """All of them, if any changed; else None."""
    portion: Batch | None = None
    """Values that were there before: some of those that are read while nobody waits."""
    ahead: Sequence[AheadRow] = ()
    """Values that a later portion has once more, with all that belongs to them."""

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return self != Changes()
