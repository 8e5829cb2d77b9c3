"""Arrivals in the ledger."""

from damnit_daemon.ledger import (
    ArrivalState,
    load_arrival,
    load_arrivals,
    load_arrived_data,
    mark_arrival,
    pending_arrivals,
    record_arrival,
)

from .builders import NOW, arrival, run_key


def test_recorded_arrival_is_pending(con):
    first = arrival(7, "proc", source="kafka", key="topic/0/12", at=None, backfilled=True)

    assert record_arrival(con, first, now=NOW)

    (recorded,) = pending_arrivals(con)
    assert recorded.arrival == first
    assert (recorded.recorded_at, recorded.state) == (NOW, ArrivalState.PENDING)
    assert load_arrival(con, recorded.id) == recorded


def test_arrival_with_known_key_is_not_recorded_again(con):
    recorded = [record_arrival(con, arrival(1), now=NOW + i) for i in range(5)]

    assert recorded == [True, False, False, False, False]
    assert len(pending_arrivals(con)) == 1


def test_decided_arrival_is_not_reopened_by_its_key(con):
    record_arrival(con, arrival(1), now=NOW)
    (recorded,) = pending_arrivals(con)
    mark_arrival(con, recorded.id, ArrivalState.IGNORED, reason="no such data")

    assert not record_arrival(con, arrival(1), now=NOW)

    assert pending_arrivals(con) == []
    assert load_arrival(con, recorded.id).reason == "no such data"


def test_equal_arrival_keys_of_different_sources_are_distinct(con):
    assert record_arrival(con, arrival(key="a", source="kafka"), now=NOW)
    assert record_arrival(con, arrival(key="a", source="watcher"), now=NOW)


def test_pending_arrivals_are_oldest_first(con):
    for run in (3, 1, 2):
        record_arrival(con, arrival(run), now=NOW)

    assert [r.arrival.run_key.run for r in pending_arrivals(con, limit=2)] == [3, 1]


def test_arrival_is_decided_once(con):
    record_arrival(con, arrival(), now=NOW)
    (recorded,) = pending_arrivals(con)

    assert mark_arrival(con, recorded.id, ArrivalState.ACCEPTED, job_id=5)
    assert not mark_arrival(con, recorded.id, ArrivalState.IGNORED)
    assert load_arrival(con, recorded.id).job_id == 5


def test_arrival_recorded_as_ignored_is_not_pending(con):
    record_arrival(con, arrival(1), now=NOW, state=ArrivalState.IGNORED, reason="old")

    assert pending_arrivals(con) == []
    assert load_arrived_data(con).data == {(run_key(1), "raw")}


def test_arrived_data_is_loaded_incrementally(con):
    record_arrival(con, arrival(1), now=NOW)
    record_arrival(con, arrival(1, key="again"), now=NOW)
    before = load_arrived_data(con)
    assert before.data == {(run_key(1), "raw")}

    record_arrival(con, arrival(1, "proc"), now=NOW)
    after = load_arrived_data(con, after_id=before.last_id)

    assert after.data == {(run_key(1), "proc")}
    assert load_arrived_data(con, after_id=after.last_id) == type(after)(frozenset(), after.last_id)


def test_arrivals_of_a_run_are_loaded(con):
    for each in (arrival(1), arrival(2), arrival(1, "proc")):
        record_arrival(con, each, now=NOW)

    assert [r.arrival.data for r in load_arrivals(con, run_key(1))] == ["raw", "proc"]
    assert load_arrivals(con, run_key(3)) == []


def test_unknown_arrival_loads_as_none(con):
    assert load_arrival(con, 1) is None
