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


def test_an_arrival_waits_for_a_decision(con):
    first = arrival(7, "proc", source="kafka", key="topic/0/12", at=None, backfilled=True)

    assert record_arrival(con, first, now=NOW)

    (recorded,) = pending_arrivals(con)
    assert recorded.arrival == first
    assert (recorded.recorded_at, recorded.state) == (NOW, ArrivalState.PENDING)
    assert load_arrival(con, recorded.id) == recorded


def test_the_same_key_five_times_is_one_arrival(con):
    recorded = [record_arrival(con, arrival(1), now=NOW + i) for i in range(5)]

    assert recorded == [True, False, False, False, False]
    assert len(pending_arrivals(con)) == 1


def test_the_same_key_after_the_decision_changes_nothing(con):
    record_arrival(con, arrival(1), now=NOW)
    (recorded,) = pending_arrivals(con)
    mark_arrival(con, recorded.id, ArrivalState.IGNORED, reason="no such data")

    assert not record_arrival(con, arrival(1), now=NOW)

    assert pending_arrivals(con) == []
    assert load_arrival(con, recorded.id).reason == "no such data"


def test_keys_are_told_apart_by_their_source(con):
    assert record_arrival(con, arrival(key="a", source="kafka"), now=NOW)
    assert record_arrival(con, arrival(key="a", source="watcher"), now=NOW)


def test_the_oldest_is_decided_first(con):
    for run in (3, 1, 2):
        record_arrival(con, arrival(run), now=NOW)

    assert [r.arrival.run_key.run for r in pending_arrivals(con, limit=2)] == [3, 1]


def test_it_is_decided_once(con):
    record_arrival(con, arrival(), now=NOW)
    (recorded,) = pending_arrivals(con)

    assert mark_arrival(con, recorded.id, ArrivalState.ACCEPTED, job_id=5)
    assert not mark_arrival(con, recorded.id, ArrivalState.IGNORED)
    assert load_arrival(con, recorded.id).job_id == 5


def test_what_is_only_to_be_known_waits_for_nothing(con):
    record_arrival(con, arrival(1), now=NOW, state=ArrivalState.IGNORED, reason="old")

    assert pending_arrivals(con) == []
    assert load_arrived_data(con).data == {(run_key(1), "raw")}


def test_what_was_seen_can_be_followed(con):
    record_arrival(con, arrival(1), now=NOW)
    record_arrival(con, arrival(1, key="again"), now=NOW)
    before = load_arrived_data(con)
    assert before.data == {(run_key(1), "raw")}

    record_arrival(con, arrival(1, "proc"), now=NOW)
    after = load_arrived_data(con, after_id=before.last_id)

    assert after.data == {(run_key(1), "proc")}
    assert load_arrived_data(con, after_id=after.last_id) == type(after)(frozenset(), after.last_id)


def test_all_of_a_run(con):
    for each in (arrival(1), arrival(2), arrival(1, "proc")):
        record_arrival(con, each, now=NOW)

    assert [r.arrival.data for r in load_arrivals(con, run_key(1))] == ["raw", "proc"]
    assert load_arrivals(con, run_key(3)) == []


def test_there_is_none_of_that_number(con):
    assert load_arrival(con, 1) is None
