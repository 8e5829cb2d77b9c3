"""Arrivals: new data, each recorded once, and the decision about it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from ..model import RunKey
from ..model.arrival import Arrival, ArrivalSource
from ..store.sql import Row, fetch_all
from . import row_types
from .row_types import parse_rows

COLUMNS = (
    "id, source, key, proposal, run, data, event_at, backfilled, recorded_at, state, reason, job_id"
)


class ArrivalState(StrEnum):
    """State of an arrival."""

    PENDING = "pending"
    """Not decided yet."""
    ACCEPTED = "accepted"
    """Has a job."""
    IGNORED = "ignored"
    """Needs no job, for a reason."""


@dataclass(frozen=True)
class RecordedArrival:
    """Arrival in the ledger."""

    id: int
    arrival: Arrival
    recorded_at: float
    state: ArrivalState
    reason: str
    job_id: int | None


@dataclass(frozen=True)
class ArrivedData:
    """Data that has arrived, by run."""

    data: frozenset[tuple[RunKey, str]]
    last_id: int
    """ID of the newest arrival included."""


def record_arrival(
    con: sqlite3.Connection,
    arrival: Arrival,
    *,
    now: float,
    state: ArrivalState = ArrivalState.PENDING,
    reason: str = "",
) -> bool:
    """Record an arrival; return False if its key was recorded before.

    Args:
        con: A connection from `Ledger.writing`.
        arrival: The new files.
        now: Unix seconds UTC.
        state: `IGNORED` to only record it, as for runs from before the daemon.
        reason: Why it is ignored.
    """
    key = arrival.run_key
    added = con.execute(
        "INSERT INTO arrivals (source, key, proposal, run, data, event_at, backfilled, "
        "recorded_at, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (source, key) DO NOTHING",
        (
            arrival.source,
            arrival.key,
            int(key.proposal),
            int(key.run),
            arrival.data,
            arrival.event_at,
            arrival.backfilled,
            now,
            state,
            reason,
        ),
    )
    return added.rowcount > 0


def pending_arrivals(con: sqlite3.Connection, *, limit: int = 1000) -> list[RecordedArrival]:
    """Load undecided arrivals, oldest first."""
    return _load(con, "WHERE state = 'pending' ORDER BY id LIMIT ?", limit)


def load_arrival(con: sqlite3.Connection, arrival_id: int) -> RecordedArrival | None:
    """Load one arrival."""
    found = _load(con, "WHERE id = ?", arrival_id)
    return found[0] if found else None


def load_arrivals(con: sqlite3.Connection, key: RunKey) -> list[RecordedArrival]:
    """Load all arrivals of a run, oldest first."""
    return _load(con, "WHERE proposal = ? AND run = ? ORDER BY id", *key)


def mark_arrival(
    con: sqlite3.Connection,
    arrival_id: int,
    state: ArrivalState,
    *,
    reason: str = "",
    job_id: int | None = None,
) -> bool:
    """Decide on an arrival; return True if it was undecided."""
    marked = con.execute(
        "UPDATE arrivals SET state = ?, reason = ?, job_id = ? WHERE id = ? AND state = 'pending'",
        (state, reason, job_id, arrival_id),
    )
    return marked.rowcount > 0


def load_arrived_data(con: sqlite3.Connection, *, after_id: int = 0) -> ArrivedData:
    """Load the data that has arrived, by run, whatever the decision.

    Args:
        con: A connection.
        after_id: `last_id` of an earlier call, to load only newer arrivals.
    """
    sql = "SELECT id, proposal, run, data FROM arrivals WHERE id > ? ORDER BY id"
    found = fetch_all(con, sql, (after_id,))
    data = frozenset(parse_rows(_run_and_data, found))
    return ArrivedData(data, found[-1][0] if found else after_id)


def _run_and_data(row: Row) -> tuple[RunKey, str]:
    _, proposal, run, data = row
    return row_types.run_key(proposal, run), row_types.text(data)


def _load(con: sqlite3.Connection, where: str, *parameters: int) -> list[RecordedArrival]:
    sql = f"SELECT {COLUMNS} FROM arrivals {where}"
    return parse_rows(parse_arrival, fetch_all(con, sql, parameters))


def parse_arrival(row: Row) -> RecordedArrival:
    """Parse a row of `COLUMNS`.

    Raises:
        ValueError: If it is malformed.
    """
    (arrival_id, source, key, proposal, run, data, event_at, backfilled, *rest) = row
    recorded_at, state, reason, job_id = rest
    arrival = Arrival(
        ArrivalSource(source),
        row_types.text(key),
        row_types.run_key(proposal, run),
        row_types.text(data),
        row_types.optional(row_types.time, event_at),
        bool(backfilled),
    )
    return RecordedArrival(
        arrival_id,
        arrival,
        row_types.time(recorded_at),
        ArrivalState(state),
        row_types.text(reason),
        row_types.optional(row_types.integer, job_id),
    )
