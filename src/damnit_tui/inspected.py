"""All about one cell, fetched at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from damnit_daemon.model import Column, RunKey, StoredValue

from .table.picture import LargePicture


@dataclass(frozen=True)
class Inspected:
    """A snapshot of a cell; it does not follow later changes."""

    key: RunKey
    column: Column
    value: StoredValue | None
    drawn: LargePicture | None = None
    """What a blob looks like."""
    absence: str = ""
    """Why there is no value, from the ledger."""
    history: tuple[tuple[str, str], ...] = ()
    """What was done for the run, as labelled lines."""
