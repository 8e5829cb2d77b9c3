"""Health of the consumer when brokers hang, lose topics or reassign partitions."""

from __future__ import annotations

import json
import signal
import time
from contextlib import closing
from importlib.metadata import version

import pytest

from damnit_daemon.broker import consumer as consumer_module
from damnit_daemon.broker import load_advertised
from damnit_daemon.model.consumer_health import ConsumerHealth, parse_consumer_health
from tests.brokers.broker import Broker, unique_name
from tests.brokers.follower import Follower
from tests.brokers.process import ServerProcess, free_port
from tests.brokers.tansu import broker_command

from .topic_reader import consuming, event, events, read, run_numbers

pytestmark = pytest.mark.extended

PATIENCE_S = 150.0


@pytest.fixture(autouse=True)
def _attentive(monkeypatch):
    from damnit_daemon.broker import probe

    monkeypatch.setattr(probe, "EVERY_S", 0.5)
    monkeypatch.setattr(probe, "TIMEOUT_S", 1.0)
    monkeypatch.setattr(consumer_module, "SILENCE_S", 2.0)


def poll_until(consumer, condition):
    """Poll until something holds; what came meanwhile."""
    records = []
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, consumer.health
        batch = consumer.poll(0.3)
        consumer.commit(batch)
        records += batch
    return records


def test_health_reports_partitions_positions_and_lag(broker):
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(1, 2, 3))
    with consuming(settings) as consumer:
        assert consumer.health.problem
        read(consumer, 3, commit=True)
        poll_until(consumer, lambda: consumer.health.lag == 0)
        health = consumer.health
    assert f"{topic}/0" in health.partitions
    assert health.foreign == ()
    assert time.time() - health.reached_at < 30
    assert "0 unread messages" in health.sentence(time.time())
    assert parse_consumer_health(json.loads(json.dumps(health.to_json()))) == health


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_broker_that_stops_answering_is_reported(kind, request):
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    broker.send(*settings.topics, [event(1)])
    with consuming(settings) as consumer:
        read(consumer, 1, commit=True)
        poll_until(consumer, lambda: not consumer.problem)
        process = broker._broker._process
        process.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            poll_until(consumer, lambda: consumer.problem)
            assert time.monotonic() - began < 20
            assert consumer.problem == f"no response from {broker.address}"
        finally:
            process.send_signal(signal.SIGCONT)
        poll_until(consumer, lambda: not consumer.problem)
        assert consumer.health.last_error


@pytest.mark.skipif(
    version("kafka-python").startswith("2"), reason="kafka-python 2 does not tell topics' ids"
)
@pytest.mark.parametrize("sent_after", [1, 9])
def test_topic_deleted_and_recreated_is_read_without_restart(tansu, sent_after):
    from kafka import KafkaAdminClient

    settings = tansu.settings(unique_name("events"))
    (topic,) = settings.topics
    tansu.send(topic, events(1, 2, 3, 4, 5))
    with consuming(settings) as consumer:
        read(consumer, 5, commit=True)
        poll_until(consumer, lambda: consumer.health.lag == 0)
        admin = KafkaAdminClient(bootstrap_servers=tansu.address)
        admin.delete_topics([topic])
        admin.close()
        tansu.send(topic, [event(100)])  # which makes it; Tansu may lose this one
        tansu.send(topic, events(*range(101, 101 + sent_after)))
        with closing(Follower(tansu, topic)) as follower:  # Tansu loses some now and then
            follower.until(lambda messages: any(m["run"] > 100 for m in messages))
            wanted, found = {message["run"] for message in follower.messages}, set()
        end_s = time.monotonic() + PATIENCE_S
        while not found >= wanted:
            assert time.monotonic() < end_s, (found, consumer.health)
            found.update(run_numbers(consumer.poll(0.3)))


@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_foreign_group_member_that_takes_partitions_is_reported(kind, request):
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    broker.send(*settings.topics, [event(1)])
    with consuming(settings) as ours:
        read(ours, 1, commit=True)
        with consuming(settings) as foreign:
            # Tansu now and then gives the newcomer nothing: then it is the one to report it.
            def without_all():
                foreign.poll(0.2)
                return [each for each in (ours, foreign) if " reads " in each.problem]

            poll_until(ours, without_all)
            for each in without_all():
                assert each.health.foreign
                assert settings.group in each.problem
        poll_until(ours, lambda: not ours.problem)


class Unreachable(Broker):
    """Tansu that sends its clients on to where nobody is."""

    def __init__(self, folder):
        port, self.nowhere = free_port(), f"127.0.0.1:{free_port()}"
        self.address = f"127.0.0.1:{port}"
        command = broker_command(self.address, "memory://tansu/")
        command[command.index("--advertised-listener-url") + 1] = f"tcp://{self.nowhere}"
        self._broker = ServerProcess(command, port, folder / "tansu.log")

    def start(self):
        self._broker.start()

    def stop(self):
        self._broker.stop()


@pytest.mark.usefixtures("tansu")
def test_unreachable_advertised_address_is_a_problem(tmp_path):
    broker = Unreachable(tmp_path)
    try:
        broker.start()
        settings = broker.settings(unique_name("events"))
        assert load_advertised(settings) == [broker.nowhere]
        with consuming(settings) as consumer:
            poll_until(consumer, lambda: consumer.problem.startswith("no response"))
    finally:
        broker.stop()


@pytest.mark.parametrize("found", [None, 3, [], "x", {"lag": "many", "partitions": 5}, {}])
def test_malformed_health_in_lease_is_read_as_default(found):
    health = parse_consumer_health(found)
    assert (health is None) == (not isinstance(found, dict))
    if health is not None:
        assert health == ConsumerHealth()
        assert health.sentence(0.0) == "not connected yet"
