"""Which run."""

from __future__ import annotations

from typing import NamedTuple


class RunKey(NamedTuple):
    """A proposal and a run number together: run numbers repeat between proposals."""

    proposal: int
    run: int

    def __str__(self) -> str:
        return f"p{self.proposal}, r{self.run}"


class RunRow(NamedTuple):
    """A row of `run_info`."""

    key: RunKey
    start_time: float | None
    """When the run began, Unix seconds UTC; None for a run that was not processed yet."""
    added_at: float | None
    """When the database first heard of it, Unix seconds UTC."""
