"""How the tests here read and send."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

from damnit_daemon.broker import Consumer

PATIENCE_S = 60.0


def event(run, name="migration_complete", proposal=1234):
    return json.dumps({"event": name, "proposal": proposal, "run": run}).encode()


def events(*runs):
    return [event(run) for run in runs]


def run_numbers(records):
    return [json.loads(record.value)["run"] for record in records]


@contextmanager
def consuming(settings):
    """A consumer that leaves its group in the end."""
    consumer = Consumer(settings)
    try:
        yield consumer
    finally:
        consumer.close()


def read(consumer, number, *, commit=False, timeout_s=PATIENCE_S):
    """Poll until so many messages came; fail if they do not."""
    records = []
    end_s = time.monotonic() + timeout_s
    while len(records) < number:
        assert time.monotonic() < end_s, f"{len(records)} of {number}; {consumer.problem!r}"
        batch = consumer.poll(0.5)
        if commit and batch:
            assert consumer.commit(batch)
        records += batch
    return records


def read_for(consumer, duration_s):
    """Poll for some time; what came."""
    records = []
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        records += consumer.poll(0.2)
    return records
