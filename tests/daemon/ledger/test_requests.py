"""Requests in the ledger."""

import sqlite3

import pytest

from damnit_daemon.ledger import (
    RequestKind,
    RequestState,
    add_request,
    answer_request,
    end_malformed_rows,
    load_request,
    load_requests,
    take_requests,
)

from .builders import NOW


def ask(con, kind=RequestKind.REPROCESS, **payload):
    return add_request(con, kind, payload, user="me", host="here", now=NOW)


def test_added_request_is_waiting(con):
    number = ask(con, runs=[1, 2])

    request = load_request(con, number)
    assert (request.kind, request.payload) == (RequestKind.REPROCESS, {"runs": [1, 2]})
    assert (request.user, request.host, request.created_at) == ("me", "here", NOW)
    assert (request.state, request.answer) == (RequestState.WAITING, {})
    assert not request.is_over


def test_requests_are_taken_once_and_oldest_first(con):
    numbers = [ask(con) for _ in range(3)]

    assert [r.id for r in take_requests(con, now=NOW, limit=2)] == numbers[:2]
    assert [r.id for r in take_requests(con, now=NOW)] == numbers[2:]
    assert take_requests(con, now=NOW) == []
    assert load_request(con, numbers[0]).state is RequestState.TAKEN


@pytest.mark.parametrize("state", [RequestState.DONE, RequestState.REFUSED])
def test_a_request_is_answered_once(con, state):
    number = ask(con)
    take_requests(con, now=NOW)

    assert answer_request(con, number, state, {"jobs": [4]}, now=NOW)
    assert not answer_request(con, number, RequestState.DONE, {}, now=NOW)

    request = load_request(con, number)
    assert (request.state, request.answer) == (state, {"jobs": [4]})
    assert request.is_over
    assert take_requests(con, now=NOW) == []


def test_unknown_or_malformed_request_can_be_refused(con):
    con.execute(
        "INSERT INTO requests (kind, payload, user, host, created_at, state, answer) "
        "VALUES ('dance', '{', '', '', 0, 'waiting', '')"
    )

    (request,) = take_requests(con, now=NOW)

    assert (request.kind, request.payload) == ("dance", {})


def test_requests_are_loaded_newest_first(con):
    numbers = [ask(con) for _ in range(3)]

    assert [r.id for r in load_requests(con, limit=2)] == [numbers[2], numbers[1]]
    assert load_request(con, 99) is None


def test_row_with_largest_id_does_not_block_new_rows(con):
    for table in ("jobs", "requests", "arrivals", "edits"):
        columns = [
            row[1] for row in con.execute(f"PRAGMA table_info({table})") if row[3] and not row[5]
        ]
        names = ", ".join(["id", *columns])
        marks = ", ".join([str(2**63 - 1), *["0"] * len(columns)])
        con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})")
    with pytest.raises(sqlite3.OperationalError):
        ask(con)
    end_malformed_rows(con, now=NOW)
    assert load_request(con, ask(con)) is not None
