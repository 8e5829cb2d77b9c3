"""The whole daemon and a real broker: announcements, updates and outages."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

import pytest

from damnit_daemon.broker import group_name
from damnit_daemon.ledger import ArrivalState, JobState, load_arrivals, load_counters
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, load_setting
from tests.brokers.broker import unique_name
from tests.brokers.fixtures import (  # noqa: F401 – fixtures
    apache_kafka,
    broker,
    named_broker,
    tansu,
)
from tests.brokers.follower import Follower
from tests.daemon.broker.topic_reader import consuming
from tests.daemon.daemon_process import wait_until

pytestmark = [
    pytest.mark.broker,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:(read|open)_text is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket"),
]

CONTEXT = """\
from damnit_ctx import Variable

@Variable(title="Trains", tags=["train"])
def n_trains(run):
    return len(run.train_ids)

@Variable
def number(run, run_number: "meta#run_number"):
    return run_number
"""
KEYS = {
    "variable_set": {"name", "title", "description", "tags", "attributes", "type"},
    "run_values_updated": {"run", "proposal", "values"},
    "processing_state_set": {
        "processing_id",
        "proposal",
        "run",
        "data",
        "status",
        "hostname",
        "username",
        "slurm_cluster",
        "slurm_job_id",
    },
    "processing_finished": {"processing_id"},
}
"""All that may be sent to where DAMNIT's window listens."""

OUTAGES_S = [2, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
MUCH_LATER_S = "600"


def announce(kafka, topic, *runs, event="migration_complete"):
    kafka.send(
        topic,
        [json.dumps({"event": event, "proposal": "1234", "run": run}).encode() for run in runs],
    )


def make_topics(kafka, *topics):
    """One after the other: Tansu loses messages to topics that are made at the same time."""
    for topic in topics:
        kafka.send(topic, [b'{"event": "hello"}'])


def listening(experiment, kafka, context=CONTEXT, **settings):
    """An experiment whose daemon hears of runs by messages; its topic of events."""
    topic = unique_name("events")
    defaults = {
        "trigger": "kafka",
        "broker": kafka.address,
        "kafka_topics": topic,
        "kafka_api_version": kafka.api_version,
        "kafka_session_timeout_s": "6",
        "watch_settle_s": MUCH_LATER_S,
    }
    made = experiment(context, **defaults | settings)
    with Database(made.folder.database).reading() as con:
        updates = f"test.damnit.db-{load_setting(con, 'db_id')}"
    return made, topic, updates


def counters(made):
    with made.ledger.reading() as con:
        return load_counters(con)


def test_kafka_message_leads_to_cells_and_updates(experiment, broker):  # noqa: F811
    made, events, updates = listening(experiment, broker)
    make_topics(broker, events, updates)
    made.start_daemon()
    made.arrive(1)
    announce(broker, events, 1)
    made.has_cells(1, number=1)
    with closing(Follower(broker, updates)) as follower:

        def finished(messages):
            return any(m.get("msg_kind") == "processing_finished" for m in messages)

        follower.until(finished)
        told = [m for m in follower.messages if "msg_kind" in m]
    for message in told:
        assert message.keys() == {"msg_kind", "data"}
        assert message["data"].keys() == KEYS[message["msg_kind"]]
    assert {m["msg_kind"] for m in told} == KEYS.keys()
    (job,) = made.jobs()
    ids = {m["data"]["processing_id"] for m in told if "processing_id" in m["data"]}
    assert ids == {job.processing_id}
    statuses = [m["data"]["status"] for m in told if m["msg_kind"] == "processing_state_set"]
    assert {"PENDING", "RUNNING"} >= set(statuses) >= {"RUNNING"}
    variables = {m["data"]["name"]: m["data"] for m in told if m["msg_kind"] == "variable_set"}
    assert variables["n_trains"]["title"] == "Trains"
    assert variables["n_trains"]["tags"] == ["train"]
    updated = [m["data"] for m in told if m["msg_kind"] == "run_values_updated"]
    assert {name for data in updated for name in data["values"]} >= {"n_trains", "number"}
    assert {(data["proposal"], data["run"]) for data in updated} == {(1234, 1)}


@pytest.mark.extended
def test_values_are_stored_before_updates_are_sent(experiment, tansu):  # noqa: F811
    made, events, updates = listening(experiment, tansu)
    make_topics(tansu, events, updates)
    made.start_daemon()
    made.arrive(1)
    with closing(Follower(tansu, updates)) as follower:
        follower.until(len)
        announce(tansu, events, 1)
        missing, named = set(), set()

        def finished(messages):
            return any(m.get("msg_kind") == "processing_finished" for m in messages)

        def all_named():
            for message in follower.poll():
                if message.get("msg_kind") == "run_values_updated":
                    names = message["data"]["values"].keys() - {"start_time"}
                    named.update(names)
                    missing.update(names - made.cells(1).keys())
            # What had to be sent again comes after what was sent behind it.
            return finished(follower.messages) and named == {"n_trains", "number"}

        wait_until(all_named)
        assert not missing


@pytest.mark.extended
def test_repeated_message_creates_one_job_and_malformed_ones_are_counted(
    experiment,
    apache_kafka,  # noqa: F811
):
    made, events, updates = listening(experiment, apache_kafka)
    make_topics(apache_kafka, events, updates)
    made.start_daemon()
    made.arrive(1)
    made.arrive(2)
    announce(apache_kafka, events, *[1] * 5)
    nonsense = [b"{", b"[]", b'{"event": "migration_complete"}', b"\xff\xfe", b"null"]
    apache_kafka.send(events, nonsense)
    announce(apache_kafka, events, 2)
    made.has_cells(2, number=2)
    made.has_cells(1, number=1)
    jobs = made.all_over(2)
    assert sorted(job.run_key.run for job in jobs) == [1, 2]
    with made.ledger.reading() as con:
        arrivals = load_arrivals(con, RunKey(1234, 1))
    assert all(a.state is not ArrivalState.PENDING for a in arrivals)
    daemon = made.daemons[-1]
    daemon.terminate()
    daemon.wait(60)
    counted = counters(made)
    malformed = sum(number for name, number in counted.items() if name.startswith("malformed"))
    assert malformed == len(nonsense), counted


@pytest.mark.extended
@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
def test_messages_during_rebalances_create_one_job_each(experiment, request, kind):
    """Another member of the daemon's group comes and goes, and does nothing of what it is given."""
    kafka = request.getfixturevalue(kind)
    made, events, updates = listening(experiment, kafka)
    make_topics(kafka, events, updates)
    made.start_daemon()
    for run in range(1, 6):
        made.arrive(run)
    announce(kafka, events, 1)
    made.has_cells(1, number=1)
    group = replace(kafka.settings(events), group=group_name(made.folder.path))
    for run in range(2, 6):
        with consuming(group) as other:
            wait_until(lambda other=other: is_member(other), timeout_s=100)
            announce(kafka, events, run)
            other.poll(0.5)  # and does not commit it
    for run in range(2, 6):
        wait_until(lambda run=run: made.cells(run).get("number") == run, timeout_s=100)
    jobs = made.all_over(5)
    assert sorted(job.run_key.run for job in jobs) == [1, 2, 3, 4, 5]
    assert {job.state for job in jobs} == {JobState.DONE}
    with made.ledger.reading() as con:
        for run in range(1, 6):
            assert len(load_arrivals(con, RunKey(1234, run))) == 1


def is_member(consumer):
    """Whether the group has taken it in, which all others had to join anew for."""
    consumer.poll(0.2)
    client = consumer._client
    return client is not None and client._coordinator.generation_if_stable() is not None


@pytest.mark.extended
@pytest.mark.parametrize("kind", ["tansu", "apache_kafka"])
@pytest.mark.parametrize("outage_s", OUTAGES_S)
def test_broker_outage_loses_and_repeats_no_run(experiment, request, kind, outage_s):
    """What was announced before and after is processed once; the watcher goes on meanwhile."""
    kafka = request.getfixturevalue(kind)
    made, events, updates = listening(experiment, kafka)
    make_topics(kafka, events, updates)
    made.start_daemon()
    for run in range(1, 6):
        made.arrive(run)
    announce(kafka, events, 1, 2)
    made.has_cells(2, number=2)
    announce(kafka, events, 3)
    kafka.kill()
    try:
        with pytest.raises(AssertionError, match="nothing came"):
            wait_until(lambda: made.daemons[-1].poll() is not None, timeout_s=outage_s)
    finally:
        kafka.start()
    announce(kafka, events, 4, 5)
    for run in range(1, 6):
        wait_until(lambda run=run: made.cells(run).get("number") == run, timeout_s=120)
    jobs = made.all_over(5)
    assert sorted(job.run_key.run for job in jobs) == [1, 2, 3, 4, 5]
    assert {job.state for job in jobs} == {JobState.DONE}
    with closing(Follower(kafka, updates)) as follower:

        def all_finished(messages):
            ids = {
                m["data"]["processing_id"]
                for m in messages
                if m.get("msg_kind") == "processing_finished"
            }
            return ids >= {job.processing_id for job in jobs}

        follower.until(all_finished, timeout_s=120)


@pytest.mark.extended
def test_run_found_during_an_outage_is_not_repeated_when_announced(
    experiment,
    apache_kafka,  # noqa: F811
):
    kafka = apache_kafka
    made, events, updates = listening(experiment, kafka, trigger="both", watch_settle_s="0")
    make_topics(kafka, events, updates)
    made.start_daemon()
    wait_until(made.looked)
    kafka.kill()
    try:
        made.arrive(1)
        wait_until(lambda: made.cells(1).get("number") == 1, timeout_s=100)
        made.all_over(1)
    finally:
        kafka.start()
    announce(kafka, events, 1)

    def heard():
        with made.ledger.reading() as con:
            return [a for a in load_arrivals(con, RunKey(1234, 1)) if a.arrival.source == "kafka"]

    (event,) = wait_until(heard, timeout_s=100)
    assert event.state is ArrivalState.IGNORED
    assert len(made.jobs()) == 1


def test_broker_that_starts_after_the_daemon_is_listened_to(experiment, tansu):  # noqa: F811
    made, events, updates = listening(experiment, tansu)
    make_topics(tansu, events, updates)
    tansu.kill()
    try:
        made.start_daemon()
        made.arrive(1)
        wait_until(made.looked)
    finally:
        tansu.start()
    announce(tansu, events, 1)
    wait_until(lambda: made.cells(1).get("number") == 1, timeout_s=120)


@pytest.mark.extended
def test_unreachable_broker_does_not_delay_runs(experiment, tmp_path):
    from tests.brokers.process import free_port

    nobody = f"127.0.0.1:{free_port()}"
    made = experiment(CONTEXT, trigger="both", broker=nobody, watch_settle_s="0")
    made.start_daemon()
    for run in range(1, 4):
        made.arrive(run)
    for run in range(1, 4):
        made.has_cells(run, number=run)
    daemon = made.daemons[-1]
    daemon.terminate()
    assert daemon.wait(60) == 0
