"""Apply what was read from the database to the rows; no Textual here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey

from .rows import Rows

if TYPE_CHECKING:
    from ..data.feed import Update


def apply_update(rows: Rows, update: Update) -> list[RunKey]:
    """Add, replace and remove runs, variables and values; return the new runs."""
    if update.restart:
        rows.forget_values()
    if update.has_all_runs:
        rows.remove_runs(set(rows.all_keys) - {run.key for run in update.runs})
    if update.columns is not None:
        rows.add_columns(update.columns)
        rows.keep_columns({column.name for column in update.columns})
    added = rows.add_runs(update.runs)
    if update.live:
        rows.add_values(update.values)
        rows.mark_complete(update.complete)
    elif update.portion is not None:
        rows.add_portion(update.portion)
        rows.mark_complete(update.complete)
    else:
        rows.set_complete(update.complete, update.values)
    rows.remove_values(update.removed_values)
    rows.remove_runs(update.removed_runs)
    return added
