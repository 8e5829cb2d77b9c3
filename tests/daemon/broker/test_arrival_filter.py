"""Selection of the messages that become arrivals."""

from __future__ import annotations

import json

from damnit_daemon.broker import ArrivalFilter, Record
from damnit_daemon.broker.arrival_filter import ECHO_S, ECHOES_REMEMBERED

NOW = 1_790_000_000.0


def record(run=42, offset=0, timestamp_s=NOW, proposal=1234, event="migration_complete"):
    value = json.dumps({"event": event, "proposal": proposal, "run": run}).encode()
    return Record("test.r2d2", 0, offset, timestamp_s, value)


def runs(sifted):
    return [arrival.run_key.run for arrival in sifted.arrivals]


def test_arrivals_keep_order_of_messages():
    sifted = ArrivalFilter().sift([record(3), record(1), record(2)], now=NOW)
    assert runs(sifted) == [3, 1, 2]
    assert not sifted.passed_over


def test_ignored_messages_are_counted_by_reason():
    records = [
        record(proposal=99),
        record(event="something_else"),
        Record("test.r2d2", 0, 3, NOW, b"no json"),
        record(timestamp_s=NOW - 100),
        record(7),
    ]
    sifted = ArrivalFilter(proposal=1234, ignore_before=NOW - 50).sift(records, now=NOW)
    assert runs(sifted) == [7]
    assert sifted.passed_over == {
        "ignored: other proposal": 1,
        "ignored: unknown event": 1,
        "malformed: is not JSON": 1,
        "ignored: older than the daemon": 1,
    }


def test_message_without_timestamp_is_never_too_old():
    assert runs(ArrivalFilter(ignore_before=NOW).sift([record(timestamp_s=None)], now=NOW)) == [42]


def test_repeated_message_in_one_batch_is_one_arrival():
    records = [record(offset=n, timestamp_s=NOW + n / 1000) for n in range(5)]
    sifted = ArrivalFilter().sift(records, now=NOW)
    assert len(sifted.arrivals) == 1
    assert sifted.passed_over == {"ignored: repeated": 4}


def test_repeated_message_in_several_batches_has_one_key():
    sieve = ArrivalFilter()
    batches = [sieve.sift([record(offset=n, timestamp_s=NOW + n)], now=NOW) for n in range(5)]
    assert len({arrival.key for batch in batches for arrival in batch.arrivals}) == 1


def test_repeated_message_without_timestamp_has_one_key():
    sieve = ArrivalFilter()
    batches = [sieve.sift([record(offset=n, timestamp_s=None)], now=NOW + 10 * n) for n in range(5)]
    assert len({arrival.key for batch in batches for arrival in batch.arrivals}) == 1


def test_equal_message_after_echo_period_is_a_new_arrival():
    records = [record(), record(offset=1, timestamp_s=NOW + ECHO_S + 1)]
    assert len(ArrivalFilter().sift(records, now=NOW).arrivals) == 2


def test_filtering_a_batch_twice_gives_equal_results():
    sieve = ArrivalFilter()
    records = [record(n, offset=n) for n in range(1, 4)] + [record(2, offset=9)]
    assert sieve.sift(records, now=NOW) == sieve.sift(records, now=NOW + 1)


def test_arrival_filter_remembers_a_bounded_number_of_messages():
    sieve = ArrivalFilter()
    records = (record(n, offset=n) for n in range(1, ECHOES_REMEMBERED + 500))
    sieve.sift(records, now=NOW)
    assert len(sieve._echoes._first) == ECHOES_REMEMBERED
