"""Requests: what people want of the daemon, on whichever host it is."""

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
    """What is wanted."""

    REPROCESS = "reprocess"
    CANCEL = "cancel"
    RETRY = "retry"
    COMBINE = "combine"
    PRIORITISE = "prioritise"


class RequestState(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    TAKEN = "taken"
    """The daemon is at it."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Request:
    """A request in the ledger; anybody who may write there wrote it."""

    id: int
    kind: str
    """A `RequestKind`, or one that only a newer program knows."""
    payload: dict[str, Any]
    user: str
    host: str
    created_at: float
    state: RequestState
    answer: dict[str, Any]
    """What the daemon says to it; empty before."""

    @property
    def is_over(self) -> bool:
        """Whether there is an answer."""
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
    """Ask something of the daemon; give the number under which the answer will be."""
    added = con.execute(
        "INSERT INTO requests (kind, payload, user, host, created_at, state, answer) "
        "VALUES (?, ?, ?, ?, ?, 'waiting', '')",
        (kind, json.dumps(dict(payload)), user, host, now),
    )
    assert added.lastrowid is not None
    return added.lastrowid


def take_requests(con: sqlite3.Connection, *, now: float, limit: int = 100) -> list[Request]:
    """Take the requests that wait, oldest first.

    Those that are not answered wait again when another daemon starts (`recover`):
    so answer within the same transaction, or do only what may be done twice.
    """
    taken = _load(con, "WHERE state = 'waiting' ORDER BY id LIMIT ?", limit)
    con.executemany(
        "UPDATE requests SET state = 'taken', taken_at = ? WHERE id = ?",
        [(now, request.id) for request in taken],
    )
    return taken


def answer_request(
    con: sqlite3.Connection,
    request_id: int,
    state: RequestState,
    answer: Mapping[str, Any],
    *,
    now: float,
) -> bool:
    """Answer a request, `DONE` or `REFUSED`; tell whether it had no answer before."""
    answered = con.execute(
        "UPDATE requests SET state = ?, answer = ?, answered_at = ? "
        "WHERE id = ? AND state IN ('waiting', 'taken')",
        (state, json.dumps(dict(answer)), now, request_id),
    )
    return answered.rowcount > 0


def load_request(con: sqlite3.Connection, request_id: int) -> Request | None:
    """Load one request, to see whether it was answered."""
    found = _load(con, "WHERE id = ?", request_id)
    return found[0] if found else None


def load_requests(con: sqlite3.Connection, *, limit: int = 100) -> list[Request]:
    """Load requests, the newest first."""
    return _load(con, "ORDER BY id DESC LIMIT ?", limit)


def answered_jobs(request: Request) -> list[int]:
    """List the jobs that an answer names, each once."""
    jobs = request.answer.get("jobs")
    numbers = jobs if isinstance(jobs, list) else []
    return list(dict.fromkeys(number for number in numbers if isinstance(number, int)))


def _load(con: sqlite3.Connection, where: str, *parameters: int) -> list[Request]:
    sql = f"SELECT {COLUMNS} FROM requests {where}"
    return parse_rows(parse_request_row, fetch_all(con, sql, parameters))


def parse_request_row(row: Row) -> Request:
    """Parse a row of `COLUMNS`; its payload is not looked at.

    Raises:
        ValueError: If it is no request.
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
