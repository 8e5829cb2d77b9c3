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


def test_nothing_waits(con):
    running(con)

    assert not has_undecided(con)
    assert not has_queued(con)


def test_an_arrival_waits_until_it_is_decided(con):
    record_arrival(con, arrival(), now=NOW)
    assert has_undecided(con)

    mark_arrival(con, 1, ArrivalState.IGNORED)
    assert not has_undecided(con)


def test_a_request_waits_until_it_is_taken(con):
    add_request(con, RequestKind.COMBINE, {}, user="", host="", now=NOW)
    assert has_undecided(con)

    take_requests(con, now=NOW)
    assert not has_undecided(con)


def test_a_job_waits(con):
    queued(con)

    assert has_queued(con)
