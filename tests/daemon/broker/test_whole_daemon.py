"""A daemon and a real broker: events sent too early, or to another group member."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from damnit_daemon.broker.settings import group_name, parse_api_version
from damnit_daemon.ledger import JobState, load_arrivals
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import ArrivalSource
from damnit_daemon.model.consumer_health import parse_consumer_health
from damnit_daemon.services.watcher import DEFAULT_GRACE_S
from tests.brokers.broker import unique_name
from tests.daemon.daemon_process import experiment, wait_until

from .topic_reader import event

pytestmark = pytest.mark.extended

__all__ = ["experiment"]

COUNTS = """
@Variable
def n_files(run):
    return len(run.files)
"""


@pytest.fixture
def listening(tansu, experiment):
    """An experiment whose daemon reads a topic of its own."""
    topic = unique_name("events")
    tansu.send(topic, [event(999, proposal=99)])  # which makes it
    it = experiment(
        COUNTS,
        trigger="kafka",
        broker=tansu.address,
        kafka_topics=topic,
        kafka_session_timeout_s=tansu.session_timeout_s,
    )
    it.broker, it.topic = tansu, topic
    it.start_daemon()
    wait_until(lambda: hears(it))
    return it


def health(it):
    return parse_consumer_health(it.lease().info.get("consumer"))


def hears(it):
    found = health(it)
    return found is not None and found.partitions and not found.problem


def arrivals(it, run):
    with it.ledger.reading() as con:
        return load_arrivals(con, RunKey(1234, run))


def send_to(broker, partition, value):
    from kafka import KafkaProducer

    producer = KafkaProducer(
        bootstrap_servers=broker.address,
        api_version=parse_api_version(broker.api_version),
        enable_idempotence=False,
    )
    with closing(producer):
        producer.send(partition.topic, value, partition=partition.partition).get(20.0)


def test_run_with_files_later_than_its_event_is_processed_once(listening):
    it = listening
    it.broker.send(it.topic, [event(1)])
    (job,) = wait_until(lambda: [j for j in it.jobs(JobState.QUEUED) if "no raw data" in j.reason])
    assert "There is no raw data of run 1" in job.reason
    it.arrive(1)
    it.has_cells(1, n_files=1)
    # Another that was announced afterwards: what was to come of the first has come.
    it.broker.send(it.topic, [event(2)])
    it.arrive(2)
    it.has_cells(2, n_files=1)
    jobs = it.all_over(2)
    assert [(j.run_key.run, j.state) for j in jobs] == [(1, JobState.DONE), (2, JobState.DONE)]
    assert {a.arrival.source for a in arrivals(it, 1)} == {ArrivalSource.KAFKA}


@pytest.mark.extended
def test_run_is_processed_at_once_when_foreign_group_member_took_its_event(listening):
    it = listening
    from kafka import KafkaConsumer

    taker = KafkaConsumer(
        it.topic,
        bootstrap_servers=it.broker.address,
        api_version=parse_api_version(it.broker.api_version),
        group_id=group_name(it.folder.path),
        client_id="a-test",
        auto_offset_reset="earliest",
        session_timeout_ms=3000,
        heartbeat_interval_ms=1000,
    )
    with closing(taker):
        taken = []

        def takes():
            for records in taker.poll(timeout_ms=200).values():
                taken.extend(record.value for record in records)
            return " reads " in health(it).problem

        wait_until(takes, timeout_s=100)
        assert group_name(it.folder.path) in health(it).problem
        send_to(it.broker, min(taker.assignment()), event(1))
        it.arrive(1)
        wait_until(lambda: (takes(), event(1) in taken)[1])
        began = time.monotonic()
        it.has_cells(1, n_files=1)
        assert time.monotonic() - began < DEFAULT_GRACE_S / 2
        assert [a.arrival.source for a in arrivals(it, 1)] == [ArrivalSource.WATCHER]
    wait_until(lambda: hears(it), timeout_s=100)
    it.broker.send(it.topic, [event(2)])
    it.arrive(2)
    it.has_cells(2, n_files=1)
    assert {a.arrival.source for a in arrivals(it, 2)} == {ArrivalSource.KAFKA}
