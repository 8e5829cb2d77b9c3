"""Guarantees of the listener without a broker; with real ones: `tests/daemon/broker`."""

from __future__ import annotations

import json
import threading

import pytest

from damnit_daemon.broker import ArrivalFilter, Record
from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import LeaseLost
from damnit_daemon.services import listener as listener_module
from damnit_daemon.services.listener import Listener

NOW = 1_790_000_000.0


def record(run, offset=None):
    value = json.dumps({"event": "migration_complete", "proposal": 1234, "run": run}).encode()
    return Record("test.r2d2", 0, run if offset is None else offset, NOW, value)


class Log:
    """A source of messages that writes down what happens, in order."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.happened = []
        self.failures = 0
        self.stop = threading.Event()

    def poll(self, timeout_s):
        if not self.batches:
            self.stop.set()
            return []
        return self.batches.pop(0)

    def commit(self, records):
        self.happened.append(("committed", [record.offset for record in records]))
        return True

    def close(self):
        self.happened.append(("closed",))

    def record(self, arrivals):
        if self.failures:
            self.failures -= 1
            raise DamnitError("The ledger is busy.")
        self.happened.append(("recorded", [arrival.run_key.run for arrival in arrivals]))


def test_offsets_are_committed_after_the_arrivals_are_recorded():
    log = Log([record(1), record(2)])
    assert Listener(log, ArrivalFilter(), log.record).step(0.0) == 2
    assert log.happened == [("recorded", [1, 2]), ("committed", [1, 2])]


def test_unrecorded_messages_are_neither_committed_nor_lost():
    log = Log([record(1)], [record(2)])
    log.failures = 2
    listener = Listener(log, ArrivalFilter(), log.record)
    for _ in range(2):
        with pytest.raises(DamnitError):
            listener.step(0.0)
    assert log.happened == []
    listener.step(0.0)
    listener.step(0.0)
    assert log.happened == [
        ("recorded", [1]),
        ("committed", [1]),
        ("recorded", [2]),
        ("committed", [2]),
    ]
    assert listener.counts == {"arrivals": 2}


def test_ignored_messages_are_committed_without_ledger_write():
    log = Log([Record("t", 0, 5, NOW, b"rubbish"), Record("t", 0, 6, None, None)])
    listener = Listener(log, ArrivalFilter(), log.record)
    listener.step(0.0)
    assert log.happened == [("committed", [5, 6])]
    assert listener.counts == {"malformed: is not JSON": 2}


def test_listener_retries_on_busy_ledger_and_stops_on_request(monkeypatch):
    monkeypatch.setattr(listener_module, "RETRY_S", 0.01)
    log = Log([record(1)], [record(2)])
    log.failures = 3
    counted = []
    listener = Listener(log, ArrivalFilter(), log.record, count=counted.append)
    listener.run(log.stop)
    assert [entry for entry in log.happened if entry[0] == "recorded"] == [
        ("recorded", [1]),
        ("recorded", [2]),
    ]
    assert log.happened[-1] == ("closed",)
    assert listener.problem == ""
    assert counted == [{"arrivals": 2}]


def test_listener_problem_is_visible(monkeypatch):
    monkeypatch.setattr(listener_module, "RETRY_S", 0.01)
    log = Log([record(1)])
    problems = []

    def fail(arrivals):
        problems.append(listener.problem)
        if len(problems) == 3:
            log.stop.set()
        raise DamnitError("The disk is full.")

    listener = Listener(log, ArrivalFilter(), fail)
    listener.run(log.stop)
    assert problems == ["", "The disk is full.", "The disk is full."]
    assert log.happened == [("closed",)]


def test_listener_ends_without_commit_when_lease_is_lost():
    log = Log([record(1)])

    def fail(arrivals):
        raise LeaseLost(None)

    with pytest.raises(LeaseLost):
        Listener(log, ArrivalFilter(), fail).run(log.stop)
    assert log.happened == [("closed",)]


def test_unexpected_exception_of_listener_is_raised():
    log = Log([record(1)])

    def fail(arrivals):
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        Listener(log, ArrivalFilter(), fail).run(log.stop)
    assert log.happened == [("closed",)]
