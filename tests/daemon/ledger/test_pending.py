"""Pending work in the ledger."""

from damnit_daemon.ledger import (
    ArrivalState,
    RequestKind,
    add_request,
    has_queued,
    has_undecided,
    mark_arrival,
    record_arrival,
    take_requests,
)

from .builders import NOW, arrival, queued, running


def test_empty_ledger_has_nothing_pending(con):
    running(con)

    assert not has_undecided(con)
    assert not has_queued(con)


def test_arrival_is_pending_until_decided(con):
    record_arrival(con, arrival(), now=NOW)
    assert has_undecided(con)

    mark_arrival(con, 1, ArrivalState.IGNORED)
    assert not has_undecided(con)


def test_request_is_pending_until_taken(con):
    add_request(con, RequestKind.COMBINE, {}, user="", host="", now=NOW)
    assert has_undecided(con)

    take_requests(con, now=NOW)
    assert not has_undecided(con)


def test_queued_job_is_pending(con):
    queued(con)

    assert has_queued(con)
