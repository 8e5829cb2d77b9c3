"""The Kafka producer with real brokers that stop and restart."""

from __future__ import annotations

import json
import threading
import time

import pytest

from damnit_daemon.broker import (
    ProcessingFinished,
    ProcessingStateSet,
    ProcessingStatus,
    Producer,
    RunValuesUpdated,
    VariableSet,
    encode_update,
)
from damnit_daemon.broker import producer as producer_module
from damnit_daemon.model import RunKey, VariableInfo
from tests.brokers.mock import PRODUCE
from tests.brokers.process import free_port, wait_until

from .topic_reader import consuming, read, read_for

pytestmark = pytest.mark.extended

KEY = RunKey(1234, 42)
NOBODY = f"127.0.0.1:{free_port()}"


def updates(*numbers):
    return [ProcessingFinished(f"{number:04}") for number in numbers]


def numbers(records):
    return [int(json.loads(record.value)["data"]["processing_id"]) for record in records]


def test_all_kinds_of_updates_arrive_unchanged(broker):
    sent = [
        VariableSet(VariableInfo("a", "A", "what", None, ("x",))),
        ProcessingStateSet("0b6e", KEY, "all", ProcessingStatus.RUNNING, "host", "user"),
        RunValuesUpdated(KEY, ["start_time", "a"]),
        ProcessingFinished("0b6e"),
    ]
    settings = broker.settings()
    producer = Producer(settings)
    for update in sent:
        producer.publish(update)
    assert producer.close(20.0)
    with consuming(broker.settings(settings.update_topic)) as consumer:
        found = read(consumer, len(sent))
    assert {record.value for record in found} == {encode_update(update) for update in sent}
    assert (producer.sent, producer.dropped, producer.problem) == (4, 0, "")


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_updates_published_during_outage_are_sent_later(kind, request, monkeypatch):
    monkeypatch.setattr(producer_module, "SEND_TIMEOUT_S", 1.0)
    monkeypatch.setattr(producer_module, "EXPIRY_S", 1.5)
    broker = request.getfixturevalue(kind)
    settings = broker.settings()
    producer = Producer(settings)
    producer.publish(*updates(1))
    assert producer.flush(90.0)
    broker.kill()
    try:
        for update in updates(2, 3):
            producer.publish(update)
        assert not producer.flush(4.0)
        assert producer.problem
    finally:
        broker.start()
    producer.publish(*updates(4))
    assert producer.close(90.0)
    with consuming(broker.settings(settings.update_topic)) as consumer:
        assert set(numbers(read(consumer, 4))) == {1, 2, 3, 4}


def test_publishing_without_broker_never_blocks_caller(tansu):
    producer = Producer(tansu.settings(addresses=(NOBODY,)), queue_length=1000)
    slowest_s = 0.0
    start_s = time.perf_counter()
    for update in updates(*range(20_000)):
        before_s = time.perf_counter()
        producer.publish(update)
        slowest_s = max(slowest_s, time.perf_counter() - before_s)
    mean_s = (time.perf_counter() - start_s) / 20_000
    print(f"mean {mean_s * 1e6:.1f} µs, slowest {slowest_s * 1e3:.2f} ms")
    assert mean_s < 0.001
    assert slowest_s < 2
    assert len(producer._waiting) == 1000
    assert producer.dropped == 19_000
    threads = threading.active_count()
    cpu_s = time.process_time()
    assert not producer.flush(3.0)
    print(f"idle {(time.process_time() - cpu_s) / 3:.2%} of a CPU")
    assert time.process_time() - cpu_s < 0.15
    assert threading.active_count() <= threads + 2
    start_s = time.perf_counter()
    assert not producer.close(0.5)
    assert time.perf_counter() - start_s < 10
    assert "bootstrap" in producer.problem


def test_full_queue_drops_oldest_updates(tansu):
    settings = tansu.settings()
    tansu.kill()
    producer = Producer(settings, queue_length=3)
    try:
        for update in updates(*range(10)):
            producer.publish(update)
    finally:
        tansu.start()
    assert producer.close(90.0)
    with consuming(tansu.settings(settings.update_topic)) as consumer:
        assert set(numbers(read(consumer, 3))) >= {8, 9}
    assert producer.dropped + producer.sent >= 10  # one on its way may be dropped, and arrive


def test_producer_continues_after_broker_lost_its_data(mock_broker):
    settings = mock_broker.settings()
    producer = Producer(settings)
    producer.publish(*updates(1))
    assert producer.flush(90.0)
    mock_broker.kill()
    mock_broker.start()
    producer.publish(*updates(2))
    assert producer.close(90.0)
    with consuming(mock_broker.settings(settings.update_topic)) as consumer:
        assert numbers(read(consumer, 1)) == [2]


def test_failed_producer_clients_leave_no_threads(mock_broker):
    settings = mock_broker.settings()
    producer = Producer(settings)
    producer.publish(*updates(0))
    assert producer.flush(90.0)
    threads = threading.active_count()
    mock_broker.answer_with_errors(PRODUCE, *[29] * 6)
    producer.publish(*updates(1))
    assert producer.flush(90.0)
    wait_until(lambda: threading.active_count() <= threads)
    producer.close()


@pytest.mark.parametrize("code", [-1, 6, 7, 10, 19, 29, 87])
def test_updates_are_sent_again_after_any_broker_error(mock_broker, code):
    settings = mock_broker.settings()
    producer = Producer(settings)
    producer.publish(*updates(0))
    assert producer.flush(90.0)
    mock_broker.answer_with_errors(PRODUCE, code, code)
    for update in updates(1, 2, 3):
        producer.publish(update)
    assert producer.close(90.0)
    with consuming(mock_broker.settings(settings.update_topic)) as consumer:
        assert set(numbers(read(consumer, 4) + read_for(consumer, 0.5))) == {0, 1, 2, 3}


def test_oversized_update_is_dropped_and_the_next_is_sent(mock_broker):
    settings = mock_broker.settings()
    producer = Producer(settings)
    producer.publish(VariableSet(VariableInfo("a", "A", "x" * 2_000_000)))
    producer.publish(*updates(1))
    assert producer.close(20.0)
    assert producer.dropped == 1
    with consuming(mock_broker.settings(settings.update_topic)) as consumer:
        assert numbers(read(consumer, 1)) == [1]


def test_producer_without_topic_sends_nothing(mock_broker):
    producer = Producer(mock_broker.settings(update_topic=None))
    producer.publish(*updates(1))
    assert producer.close(0.1)
    assert producer.sent == 0


def test_closed_producer_ignores_updates(mock_broker):
    producer = Producer(mock_broker.settings())
    producer.publish(*updates(1))
    assert producer.close(20.0)
    producer.publish(*updates(2))
    assert producer.flush(1.0)
    assert producer.sent == 1
