"""The Kafka consumer with brokers that are down, restart or lost their data."""

from __future__ import annotations

import gc
import http.server
import threading
import time
from pathlib import Path

import pytest

from damnit_daemon.broker import connection
from damnit_daemon.broker import consumer as consumer_module
from tests.brokers.broker import unique_name
from tests.brokers.process import free_port

from .topic_reader import consuming, event, events, read, read_for, run_numbers

pytestmark = pytest.mark.extended

NOBODY = f"127.0.0.1:{free_port()}"


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_consumer_reads_on_after_broker_was_killed_and_restarted(kind, request, monkeypatch):
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(1, 2))
    with consuming(settings) as consumer:
        read(consumer, 2, commit=True)
        monkeypatch.setattr(consumer_module, "SILENCE_S", 1.0)
        broker.kill()
        assert read_for(consumer, 3.0) == []
        assert consumer.problem == f"no response from {broker.address}"
        broker.start()
        broker.send(topic, [event(3)])
        assert run_numbers(read(consumer, 1)) == [3]
        read_for(consumer, 1.0)
        assert consumer.problem == ""


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_consumer_connects_once_broker_starts(kind, request):
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    broker.send(*settings.topics, [event(1)])
    broker.kill()
    with consuming(settings) as consumer:
        try:
            assert read_for(consumer, 3.0) == []
            assert consumer.problem
        finally:
            broker.start()
        assert run_numbers(read(consumer, 1)) == [1]
        assert consumer.problem == ""


@pytest.mark.parametrize("api_version", [None, (0, 9)])
def test_consumer_without_broker_leaks_no_threads_or_sockets(api_version, tansu):
    """Neither threads nor sockets pile up, and hardly any time is used."""
    settings = tansu.settings(addresses=(NOBODY,), api_version=api_version)
    with consuming(settings) as consumer:
        for _ in range(2):
            assert read_for(consumer, 1.0) == []
        before = resources()
        cpu_s, start_s = time.process_time(), time.monotonic()
        assert read_for(consumer, 3.0) == []
        share = (time.process_time() - cpu_s) / (time.monotonic() - start_s)
        after = resources()
        print(f"{share:.2%} of a CPU, threads and descriptors {before} → {after}")
        assert consumer.problem
        assert not consumer.is_assigned
    assert share < 0.05
    assert all(now <= then + 2 for now, then in zip(after, before, strict=True))


def test_stuck_consumer_client_is_replaced(apache_kafka, monkeypatch):
    """The new one reads on where the old one was."""
    monkeypatch.setattr(consumer_module, "SILENCE_BEFORE_ANEW_S", 3.0)
    settings = apache_kafka.settings(unique_name("events"))
    (topic,) = settings.topics
    apache_kafka.send(topic, [event(1)])
    with consuming(settings) as consumer:
        read(consumer, 1, commit=True)
        consumer._client.unsubscribe()
        apache_kafka.send(topic, [event(2)])
        assert run_numbers(read(consumer, 1)) == [2]


def test_poll_without_broker_returns_within_time_limit(tansu):
    with consuming(tansu.settings(addresses=(NOBODY,))) as consumer:
        start_s = time.monotonic()
        consumer.poll(0.2)
        assert time.monotonic() - start_s < 0.2 + connection.BOOTSTRAP_TIMEOUT_S + 10
        start_s = time.monotonic()
        consumer.poll(0.1)
        assert time.monotonic() - start_s < 5


def test_unresolvable_broker_name_is_a_problem(tansu):
    with consuming(tansu.settings(addresses=("nobody.invalid:9092",))) as consumer:
        assert read_for(consumer, 1.0) == []
        assert consumer.problem


def test_server_that_is_no_broker_is_a_problem(tansu):
    """A web server on the port, for example: it accepts and says nothing we understand."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *words: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        with consuming(tansu.settings(addresses=(address,))) as consumer:
            assert read_for(consumer, 2.5) == []
            assert consumer.problem
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("sent_after", [1, 30])
def test_consumer_reads_all_events_after_broker_lost_its_data(forgetful_tansu, sent_after):
    """It counts from 0 again, and may have come further than we were, or not as far."""
    broker = forgetful_tansu
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(*range(1, 11)))
    with consuming(settings) as consumer:
        read(consumer, 10, commit=True)
        broker.kill()
        broker.start()
        new = list(range(101, 101 + sent_after))
        broker.send(topic, events(*new))
        found = set()
        end_s = time.monotonic() + 60
        while found != set(new) and time.monotonic() < end_s:
            records = consumer.poll(0.5)
            consumer.commit(records)
            found |= set(run_numbers(records))
    assert found == set(new)


def test_broker_outage_loses_no_event(mock_broker):
    settings = mock_broker.settings(unique_name("events"))
    (topic,) = settings.topics
    mock_broker.send(topic, events(1, 2))
    with consuming(settings) as consumer:
        read(consumer, 2, commit=True)
        mock_broker.send(topic, [event(3)])
        mock_broker.begin_outage()
        before = read_for(consumer, 2.0)
        assert not consumer.commit(before) or not before
        mock_broker.end_outage()
        mock_broker.send(topic, [event(4)])
        after = read(consumer, 2 - len(before))
        assert sorted(run_numbers(before + after)) == [3, 4]


def resources():
    """Threads and open descriptors of this process, less those that nothing refers to."""
    gc.collect()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
