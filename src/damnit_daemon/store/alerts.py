"""Alerts that were raised, in a table of ours that DAMNIT ignores.

The table is created with the first alert. It is in the run database, so that alerts are copied,
backed up and restored with the runs they belong to, and one transaction decides which of two users
acknowledges first.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ..model import RunKey
from .errors import StoreError
from .sql import fetch_all, has_columns

TABLE = "tui_alerts"
MOST_ALERTS = 1000
"""Alerts that are kept: those of the newest runs."""
LONGEST_TEXT = 500
"""Characters of a rule or a name that are read; other programs may have stored more."""

_CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE}(
    proposal INTEGER NOT NULL, run INTEGER NOT NULL, rule TEXT NOT NULL, raised_at REAL NOT NULL,
    acknowledged_at REAL, acknowledged_by TEXT, PRIMARY KEY (proposal, run, rule))"""
_COLUMNS = frozenset({"proposal", "run", "rule", "raised_at", "acknowledged_at", "acknowledged_by"})
_LOAD = f"""SELECT proposal, run, substr(rule, 1, {LONGEST_TEXT}), raised_at, acknowledged_at,
    substr(acknowledged_by, 1, {LONGEST_TEXT}) FROM {TABLE}
    WHERE typeof(proposal) = 'integer' AND typeof(run) = 'integer' AND typeof(rule) = 'text'
    ORDER BY proposal DESC, run DESC, rule LIMIT {MOST_ALERTS}"""
_PRUNE = f"""DELETE FROM {TABLE} WHERE rowid NOT IN
    (SELECT rowid FROM {TABLE} ORDER BY proposal DESC, run DESC, rule LIMIT {MOST_ALERTS})"""


class RaisedAlert(NamedTuple):
    """A run that fulfilled the condition of an alert rule."""

    key: RunKey
    rule: str
    """The rule as typed, such as `xgm < 500 for 3 runs`."""
    raised_at: float
    """Unix seconds."""
    acknowledged_at: float | None = None
    """Unix seconds; None until a user acknowledges it."""
    acknowledged_by: str = ""
    """`user@host`."""

    @property
    def is_acknowledged(self) -> bool:
        """True if a user has acknowledged it."""
        return self.acknowledged_at is not None

    def unacknowledged(self) -> RaisedAlert:
        """Return the alert as not acknowledged."""
        return self._replace(acknowledged_at=None, acknowledged_by="")


class AlertChange(NamedTuple):
    """An alert before and after its acknowledgement, or after that was withdrawn."""

    old: RaisedAlert
    new: RaisedAlert


def raise_alerts(con: sqlite3.Connection, alerts: Iterable[RaisedAlert]) -> None:
    """Store alerts, except those that were already raised; the oldest are forgotten.

    Args:
        con: A connection from `Database.writing`.
        alerts: Alerts that are not acknowledged.

    Raises:
        StoreError: If another program has made a different table of this name.
    """
    con.execute(_CREATE)
    if not has_columns(con, TABLE, _COLUMNS):
        raise StoreError(f"The table {TABLE} of the database has an unknown layout.")
    con.executemany(
        f"INSERT OR IGNORE INTO {TABLE} (proposal, run, rule, raised_at) VALUES (?, ?, ?, ?)",
        [(*alert.key, alert.rule, alert.raised_at) for alert in alerts],
    )
    con.execute(_PRUNE)


def load_alerts(con: sqlite3.Connection) -> list[RaisedAlert]:
    """Load the raised alerts, newest runs first; none if none was ever raised."""
    if not has_columns(con, TABLE, _COLUMNS):
        return []
    return [
        RaisedAlert(
            RunKey(proposal, run),
            rule,
            _time(raised_at) or 0.0,
            _time(acknowledged_at),
            by if isinstance(by, str) else "",
        )
        for proposal, run, rule, raised_at, acknowledged_at, by in fetch_all(con, _LOAD)
    ]


def change_alerts(con: sqlite3.Connection, changes: Collection[AlertChange]) -> list[AlertChange]:
    """Acknowledge alerts or withdraw that; return what changed.

    Alerts that another user has acknowledged meanwhile, or whose acknowledgement is another by
    now, are left as they are.

    Args:
        con: A connection from `Database.writing`.
        changes: At most one for each alert.

    Raises:
        StoreError: If another program has made a different table of this name.
    """
    raise_alerts(con, [change.old.unacknowledged() for change in changes])
    sql = (
        f"UPDATE {TABLE} SET acknowledged_at = ?, acknowledged_by = ? WHERE proposal = ? "
        "AND run = ? AND rule = ? AND acknowledged_at IS ?"
    )
    done = []
    for change in changes:
        old, new = change
        values = (new.acknowledged_at, new.acknowledged_by or None)
        where = (*new.key, new.rule, old.acknowledged_at)
        if con.execute(sql, (*values, *where)).rowcount:
            done.append(change)
    return done


def _time(stored: object) -> float | None:
    is_number = isinstance(stored, int | float) and math.isfinite(stored)
    return float(stored) if is_number else None  # type: ignore[arg-type]
