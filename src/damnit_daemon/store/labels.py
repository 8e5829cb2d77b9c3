"""Labels of runs, in a table of ours that DAMNIT ignores.

The table is created with the first label. It is in the run database, so that labels are copied,
backed up and restored with the runs they belong to, and one transaction checks and changes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..model import RunKey
from ..model.labels import LONGEST_LABELS, Labels, split_labels
from ..model.sanitize import show_controls
from ..run_ranges import format_run_ranges
from .errors import StoreError
from .sql import fetch_all, has_columns

TABLE = "tui_run_labels"
"""With a prefix: DAMNIT may some day have a `run_labels` of its own."""

_CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE}(
    proposal INTEGER NOT NULL, run INTEGER NOT NULL, labels TEXT NOT NULL,
    revision INTEGER NOT NULL, PRIMARY KEY (proposal, run))"""
"""The revision grows with each change, so the largest one tells whether any label has changed.
A run keeps its row when its last label is removed, with an empty text."""
_COLUMNS = frozenset({"proposal", "run", "labels", "revision"})
_LARGEST = (1 << 63) - 1
_LAST = f"""coalesce(max(CASE WHEN typeof(revision) = 'integer' AND revision < {_LARGEST}
    THEN revision END), 0)"""
"""The last revision of ours: another program may have stored a text, or a number without a next."""
_SAVE = f"""INSERT INTO {TABLE} (proposal, run, labels, revision)
    VALUES (?, ?, ?, ?) ON CONFLICT (proposal, run) DO UPDATE SET labels = excluded.labels,
    revision = excluded.revision"""


class LabelChange(NamedTuple):
    """The labels of a run before and after a change."""

    key: RunKey
    old: Labels
    """As the user has seen them."""
    new: Labels


class LabelsChanged(StoreError):  # noqa: N818 – house style
    """Raised when another user has changed the labels of runs meanwhile; nothing is written."""

    def __init__(self, found: Sequence[tuple[RunKey, Labels]]) -> None:
        key, labels = found[0]
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        now = show_controls(" ".join(labels)) or "none"
        super().__init__(
            f"Another user has changed the labels of run {key.run} (now {now}){others}.",
            hint="Check them and try again.",
        )


def save_labels(con: sqlite3.Connection, changes: Iterable[LabelChange]) -> list[LabelChange]:
    """Set the labels of runs, or of none if another user has changed one; return what changed.

    Args:
        con: A connection from `Database.writing`.
        changes: At most one for each run.

    Raises:
        LabelsChanged: If a run has other labels than the old ones of its change.
        StoreError: If a run is not in the database.
    """
    changes = list(changes)
    present = load_labels(con, [change.key for change in changes])
    found = [(change, present.get(change.key)) for change in changes]
    if missing := [change.key.run for change, labels in found if labels is None]:
        raise StoreError(f"Not in the run table: {format_run_ranges(missing)}.")
    to_save = [(change, labels or ()) for change, labels in found if labels != change.new]
    if differ := [(change.key, labels) for change, labels in to_save if labels != change.old]:
        raise LabelsChanged(differ)
    if to_save:
        con.execute(_CREATE)
        if not has_columns(con, TABLE, _COLUMNS):
            raise StoreError(f"The table {TABLE} of the database has an unknown layout.")
        ((last,),) = fetch_all(con, f"SELECT {_LAST} FROM {TABLE}")
        rows = [(*change.key, " ".join(change.new), last + 1) for change, _ in to_save]
        con.executemany(_SAVE, rows)
    return [change for change, _ in to_save]


def load_labels(con: sqlite3.Connection, keys: Iterable[RunKey]) -> dict[RunKey, Labels]:
    """Load the labels of those runs that are listed."""
    sql = f"SELECT {label_expression(con)} FROM run_info WHERE proposal = ? AND run = ?"
    return {key: split_labels(text) for key in keys for (text,) in fetch_all(con, sql, key)}


def load_label_sums(con: sqlite3.Connection) -> object:
    """Return a checksum of all labels; None if none was ever set."""
    if not has_columns(con, TABLE, _COLUMNS):
        return None
    sql = f"SELECT count(*), {_LAST}, total(length(labels)) FROM {TABLE}"
    return fetch_all(con, sql)[0]


def label_expression(con: sqlite3.Connection) -> str:
    """Return an SQL expression for the labels of the run in a row of `run_info`."""
    if not has_columns(con, TABLE, _COLUMNS):
        return "NULL"
    return (
        f"(SELECT substr(CAST(labels AS TEXT), 1, {LONGEST_LABELS}) FROM {TABLE} AS labelled "
        "WHERE labelled.proposal = run_info.proposal AND labelled.run = run_info.run)"
    )
