"""The Kafka consumer with real brokers that are running."""

from __future__ import annotations

import threading
import time

import pytest

from damnit_daemon.broker import Consumer
from damnit_daemon.broker import consumer as consumer_module
from tests.brokers.broker import unique_name
from tests.brokers.mock import FETCH, HEARTBEAT, JOIN_GROUP, OFFSET_COMMIT
from tests.brokers.process import wait_until

from .topic_reader import consuming, event, events, read, read_for, run_numbers

pytestmark = pytest.mark.extended


def test_consumer_reads_messages_sent_before_and_after_it_joined(broker):
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(1, 2))
    with consuming(settings) as consumer:
        assert sorted(run_numbers(read(consumer, 2))) == [1, 2]
        assert consumer.is_assigned
        assert consumer.problem == ""
        broker.send(topic, [event(3)])
        (record,) = read(consumer, 1)
    assert record.topic == topic
    assert record.value == event(3)
    if broker.has_timestamps:
        assert record.timestamp_s == pytest.approx(time.time(), abs=60)
    else:
        assert record.timestamp_s is None


def test_uncommitted_messages_are_delivered_again(broker):
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(1, 2, 3))
    with consuming(settings) as consumer:
        read(consumer, 3)
    with consuming(settings) as consumer:
        again = read(consumer, 3, commit=True)
        assert sorted(run_numbers(again)) == [1, 2, 3]
    broker.send(topic, [event(4)])
    with consuming(settings) as consumer:
        assert run_numbers(read(consumer, 1)) == [4]
        assert read_for(consumer, 0.5) == []


def test_partial_commit_delivers_remaining_messages_again(tansu):
    settings = tansu.settings(unique_name("events"))
    tansu.send(*settings.topics, events(*range(1, 21)))
    with consuming(settings) as consumer:
        records = read(consumer, 20)
        first = [record for record in records if record.offset < 3]
        assert consumer.commit(first)
    with consuming(settings) as consumer:
        again = read(consumer, 20 - len(first))
        assert {record.offset for record in again} == {
            record.offset for record in records if record.offset >= 3
        }


def test_consumer_reads_several_topics(tansu):
    settings = tansu.settings(unique_name("raw"), unique_name("proc"))
    for number, topic in enumerate(settings.topics):
        tansu.send(topic, [event(number + 1)])
    with consuming(settings) as consumer:
        records = read(consumer, 2)
    assert {record.topic for record in records} == set(settings.topics)


def test_consumer_finds_topic_created_later(tansu, monkeypatch):
    monkeypatch.setattr(consumer_module, "METADATA_AGE_S", 1.0)
    settings = tansu.settings(unique_name("events"))
    with consuming(settings) as consumer:
        assert read_for(consumer, 1.5) == []
        tansu.send(*settings.topics, [event(1)])
        assert run_numbers(read(consumer, 1)) == [1]


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_rebalance_loses_no_message(kind, request):
    """A second member joins, and the first leaves, while messages come in."""
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    found, failures = set(), []
    first_may_stop, all_may_stop = threading.Event(), threading.Event()

    def consume(stop):
        try:
            with consuming(settings) as consumer:
                while not stop.is_set():
                    records = consumer.poll(0.2)
                    found.update(run_numbers(records))
                    consumer.commit(records)
        except BaseException as error:
            failures.append(error)
            raise

    stops = (first_may_stop, all_may_stop)
    first, second = (threading.Thread(target=consume, args=(stop,)) for stop in stops)
    try:
        broker.send(topic, events(0))
        first.start()
        wait_until(lambda: 0 in found, timeout_s=60)
        second.start()
        for run in range(1, 61):
            broker.send(topic, [event(run)])
            if run == 40:
                first_may_stop.set()
            time.sleep(0.1)  # the stream has to last longer than the changes
        wait_until(lambda: found == set(range(61)), timeout_s=60)
    finally:
        for stop in stops:
            stop.set()
        first.join()
        second.join()
    assert failures == []


UNKNOWN_SERVER_ERROR, OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC, NOT_LEADER = -1, 1, 3, 6
COORDINATOR_LOADING, NOT_COORDINATOR, ILLEGAL_GENERATION, UNKNOWN_MEMBER = 14, 16, 22, 25
REBALANCE, TOPIC_DENIED, GROUP_DENIED = 27, 29, 30


@pytest.mark.parametrize(
    ("request_kind", "code"),
    [
        (FETCH, UNKNOWN_SERVER_ERROR),
        (FETCH, UNKNOWN_TOPIC),
        (FETCH, NOT_LEADER),
        (FETCH, OFFSET_OUT_OF_RANGE),
        (FETCH, TOPIC_DENIED),
        (HEARTBEAT, NOT_COORDINATOR),
        (HEARTBEAT, REBALANCE),
        (JOIN_GROUP, COORDINATOR_LOADING),
        (JOIN_GROUP, GROUP_DENIED),
        (JOIN_GROUP, UNKNOWN_MEMBER),
    ],
)
def test_consumer_recovers_from_any_broker_error_code(mock_broker, request_kind, code):
    settings = mock_broker.settings(unique_name("events"))
    (topic,) = settings.topics
    mock_broker.send(topic, [event(1)])
    mock_broker.answer_with_errors(request_kind, *[code] * 3)
    with consuming(settings) as consumer:
        assert 1 in run_numbers(read(consumer, 1))
        mock_broker.send(topic, [event(2)])
        found = set()
        end_s = time.monotonic() + 90
        while 2 not in found and time.monotonic() < end_s:
            found |= set(run_numbers(consumer.poll(0.5)))
        assert 2 in found


@pytest.mark.parametrize("code", [ILLEGAL_GENERATION, GROUP_DENIED])
def test_refused_commit_delivers_messages_again(mock_broker, code):
    settings = mock_broker.settings(unique_name("events"))
    mock_broker.send(*settings.topics, [event(1)])
    with consuming(settings) as consumer:
        records = read(consumer, 1)
        mock_broker.answer_with_errors(OFFSET_COMMIT, code)
        assert not consumer.commit(records)
        consumer.poll(0.2)
    with consuming(settings) as consumer:
        assert run_numbers(read(consumer, 1)) == [1]


def test_commit_without_connection_returns_false(tansu):
    settings = tansu.settings(unique_name("events"))
    tansu.send(*settings.topics, [event(1)])
    consumer = Consumer(settings)
    records = read(consumer, 1)
    consumer.close()
    assert not consumer.commit(records)
    assert consumer.commit([])
