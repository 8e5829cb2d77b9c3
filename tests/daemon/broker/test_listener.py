"""The broker listener with real brokers: no event is lost when it is killed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from damnit_daemon.broker import ArrivalFilter, Consumer
from damnit_daemon.services.listener import Listener
from tests.brokers.broker import unique_name
from tests.brokers.process import free_port, wait_until

from .topic_reader import event, events

pytestmark = pytest.mark.extended

PROGRAM = str(Path(__file__).with_name("listener_process.py"))


class Listening:
    """A listener in a process of its own, and the file that it writes."""

    def __init__(self, settings, ledger):
        self.settings = settings
        self.ledger = ledger
        self.process = None

    def start(self, die_at=0):
        task = {"settings": asdict(self.settings), "ledger": str(self.ledger), "die_at": die_at}
        self.process = subprocess.Popen([sys.executable, PROGRAM, json.dumps(task)])

    def end(self, signal_number):
        self.process.send_signal(signal_number)
        return self.process.wait(60)

    def arrivals(self):
        """All that was recorded, key and run; also what was recorded again."""
        text = self.ledger.read_text() if self.ledger.exists() else ""
        return [tuple(json.loads(line)) for line in text.splitlines()]

    def runs(self):
        return {run for _, run in self.arrivals()}


@pytest.fixture
def listening(tmp_path):
    made = []

    def make(settings):
        made.append(Listening(settings, tmp_path / "arrivals"))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.process.kill()
            one.process.wait()


@pytest.mark.parametrize(("kind", "deaths"), [("tansu", 1), ("apache_kafka", 3)])
def test_listener_killed_before_commit_records_equal_keys_again(kind, deaths, request, listening):
    broker = request.getfixturevalue(kind)
    settings = broker.settings(unique_name("events"))
    (topic,) = settings.topics
    broker.send(topic, events(1, 2, 3))
    listener = listening(settings)
    for _ in range(deaths):
        listener.start(die_at=1)
        assert listener.process.wait(60) == -signal.SIGKILL
    killed = listener.arrivals()
    assert killed  # recorded, never committed
    listener.start()
    wait_until(lambda: listener.runs() == {1, 2, 3}, timeout_s=60)
    broker.send(topic, events(4))
    wait_until(lambda: listener.runs() == {1, 2, 3, 4}, timeout_s=60)
    assert listener.end(signal.SIGTERM) == 0
    found = listener.arrivals()
    assert len(found) > 4, "what was not committed came again"
    assert len(set(found)) == 4, "under the same keys"


def test_listener_killed_at_random_loses_no_message(apache_kafka, listening):
    settings = apache_kafka.settings(unique_name("events"), session_timeout_s=1.0)
    (topic,) = settings.topics
    listener = listening(settings)
    dice = random.Random(1)
    for kill in range(8):
        listener.start()
        for run in range(5):
            apache_kafka.send(topic, [event(1 + 5 * kill + run)])
        time.sleep(dice.uniform(0.3, 1.5))  # the instant is the point
        listener.end(signal.SIGKILL)
    listener.start()
    wait_until(lambda: listener.runs() == set(range(1, 41)), timeout_s=60)
    assert len(set(listener.arrivals())) == 40


def test_listener_gives_repeated_messages_one_key(broker, tmp_path):
    settings = broker.settings(unique_name("events"))
    broker.send(*settings.topics, [event(1)] * 5 + [b"rubbish", event(2, proposal=99)])
    keys = []
    listener = Listener(
        Consumer(settings),
        ArrivalFilter(proposal=1234),
        lambda arrivals: keys.extend(arrival.key for arrival in arrivals),
    )
    stop = threading.Event()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: listener.counts.total() == 7, timeout_s=60)
    finally:
        stop.set()
        thread.join()
    assert len(set(keys)) == 1
    assert listener.counts["malformed: is not JSON"] == 1
    assert listener.counts["ignored: other proposal"] == 1


@pytest.mark.parametrize(
    "address", [f"127.0.0.1:{free_port()}", "nobody.invalid:9092"], ids=["refused", "unknown"]
)
def test_listener_without_broker_stops_within_a_minute(address, tansu):
    listener = Listener(Consumer(tansu.settings(addresses=(address,))), ArrivalFilter(), print)
    stop = threading.Event()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    time.sleep(1.5)  # it is in the middle of something
    start_s = time.monotonic()
    stop.set()
    thread.join()
    assert time.monotonic() - start_s < 60


def test_event_is_recorded_within_two_seconds(tansu, apache_kafka):
    """A measurement, with a limit that only something broken would miss."""
    for broker in (tansu, apache_kafka):
        settings = broker.settings(unique_name("events"))
        broker.send(*settings.topics, [event(1)])
        recorded = {}
        listener = Listener(
            Consumer(settings),
            ArrivalFilter(),
            lambda arrivals, recorded=recorded: recorded.update(
                {arrival.run_key.run: time.perf_counter() for arrival in arrivals}
            ),
        )
        stop = threading.Event()
        thread = threading.Thread(target=listener.run, args=(stop,))
        thread.start()
        delays = []
        try:
            wait_until(lambda recorded=recorded: 1 in recorded, timeout_s=60)
            for run in range(2, 6):
                broker.send(*settings.topics, [event(run)])
                sent_s = time.perf_counter()
                wait_until(lambda recorded=recorded, run=run: run in recorded)
                delays.append(max(0.0, recorded[run] - sent_s))
        finally:
            stop.set()
            thread.join()
        print(f"{type(broker).__name__}: {[round(1e3 * delay, 1) for delay in delays]} ms")
        assert min(delays) < 2


def test_idle_listener_uses_hardly_any_cpu(tansu):
    """Listening to nothing, joined and connected."""
    settings = tansu.settings(unique_name("events"))
    tansu.send(*settings.topics, [event(1)])
    listener = Listener(Consumer(settings), ArrivalFilter(), lambda arrivals: None)
    stop = threading.Event()
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: listener.counts.total() == 1, timeout_s=60)
        cpu_s, start_s = time.process_time(), time.monotonic()
        time.sleep(4.0)  # time is what is measured
        share = (time.process_time() - cpu_s) / (time.monotonic() - start_s)
    finally:
        stop.set()
        thread.join()
    print(f"{share:.2%} of a CPU")
    assert share < 0.03
