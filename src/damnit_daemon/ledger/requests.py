"""Requests of users to the daemon, across hosts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..store.sql import Row, fetch_all
from . import row_types
from .json_fields import parse_object
from .row_types import parse_rows

COLUMNS = "id, kind, payload, user, host, created_at, state, answer"


class RequestKind(StrEnum):
    """Kind of a request."""

    REPROCESS = "reprocess"
    CANCEL = "cancel"
    RETRY = "retry"
    COMBINE = "combine"
    PRIORITISE = "prioritise"
    RESTORE = "restore"


class RequestState(StrEnum):
    """State of a request."""

    WAITING = "waiting"
    TAKEN = "taken"
    """The daemon is working on it."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Request:
    """Request in the ledger; any user with write access may have written it."""

    id: int
    kind: str
    """A `RequestKind`, or one only known to a newer program."""
    payload: dict[str, Any]
    user: str
    host: str
    created_at: float
    state: RequestState
    answer: dict[str, Any]
    """The daemon's answer; empty before."""

    @property
    def is_over(self) -> bool:
        """True if there is an answer."""
        return self.state in {RequestState.DONE, RequestState.REFUSED}


def add_request(
    con: sqlite3.Connection,
    kind: RequestKind,
    payload: Mapping[str, Any],
    *,
    user: str,
    host: str,
    now: float,
) -> int:
    """Add a request for the daemon; return the number under which it will be answered."""
    added = con.execute(
        "INSERT INTO requests (kind, payload, user, host, created_at, state, answer) "
        "VALUES (?, ?, ?, ?, ?, 'waiting', '')",
        (kind, json.dumps(dict(payload)), user, host, now),
    )
    assert added.lastrowid is not None
    return added.lastrowid


def take_requests(con: sqlite3.Connection, *, now: float, limit: int = 100) -> list[Request]:
    """Take the waiting requests, oldest first.

    Unanswered ones wait again when another daemon starts (`recover`), so answer within
    the same transaction, or do only idempotent work.
    """
    found = _load(con, "WHERE state = 'waiting' ORDER BY id LIMIT ?", limit)
    con.executemany(
        "UPDATE requests SET state = 'taken', taken_at = ? WHERE id = ?",
        [(now, request.id) for request in found],
    )
    return found


def answer_request(
    con: sqlite3.Connection,
    request_id: int,
    state: RequestState,
    answer: Mapping[str, Any],
    *,
    now: float,
) -> bool:
    """Answer a request, `DONE` or `REFUSED`; return True if it had no answer before."""
    answered = con.execute(
        "UPDATE requests SET state = ?, answer = ?, answered_at = ? "
        "WHERE id = ? AND state IN ('waiting', 'taken')",
        (state, json.dumps(dict(answer)), now, request_id),
    )
    return answered.rowcount > 0


def load_request(con: sqlite3.Connection, request_id: int) -> Request | None:
    """Load one request, to check for its answer."""
    found = _load(con, "WHERE id = ?", request_id)
    return found[0] if found else None


def load_requests(con: sqlite3.Connection, *, limit: int = 100) -> list[Request]:
    """Load requests, newest first."""
    return _load(con, "ORDER BY id DESC LIMIT ?", limit)


def answered_jobs(request: Request) -> list[int]:
    """List the jobs named in an answer, each once."""
    jobs = request.answer.get("jobs")
    numbers = jobs if isinstance(jobs, list) else []
    return list(dict.fromkeys(number for number in numbers if isinstance(number, int)))


def _load(con: sqlite3.Connection, where: str, *parameters: int) -> list[Request]:
    sql = f"SELECT {COLUMNS} FROM requests {where}"
    return parse_rows(parse_request_row, fetch_all(con, sql, parameters))


def parse_request_row(row: Row) -> Request:
    """Parse a row of `COLUMNS`, without checking its payload.

    Raises:
        ValueError: If it is malformed.
    """
    request_id, kind, payload, user, host, created_at, state, answer = row
    return Request(
        request_id,
        row_types.text(kind),
        parse_object(payload),
        row_types.text(user),
        row_types.text(host),
        row_types.time(created_at),
        RequestState(state),
        parse_object(answer),
    )
