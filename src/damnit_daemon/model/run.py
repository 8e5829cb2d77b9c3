"""Identity of a run, and its row in the database."""

from __future__ import annotations

from typing import NamedTuple


class RunKey(NamedTuple):
    """Proposal and run number: run numbers repeat between proposals."""

    proposal: int
    run: int

    def __str__(self) -> str:
        return f"p{self.proposal}, r{self.run}"


class RunRow(NamedTuple):
    """Row of `run_info`, with the labels of the run."""

    key: RunKey
    start_time: float | None
    """Start of the run, Unix seconds UTC; None for a run that has not been processed yet."""
    added_at: float | None
    """When the run was added to the database, Unix seconds UTC."""
    labels: tuple[str, ...] = ()
    """What users have labelled it, in alphabetical order."""

    @property
    def label_text(self) -> str | None:
        """The labels as the cell of a table, separated by blanks; None without any."""
        return " ".join(self.labels) or None
