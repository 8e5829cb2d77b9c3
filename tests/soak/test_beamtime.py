"""Accelerated beamtimes: runs, edits, faults and several apps at once."""

from __future__ import annotations

import random
from contextlib import ExitStack

import pytest

from damnit_daemon.store import ChangeFeed, Database
from tests.brokers.broker import unique_name
from tests.brokers.fixtures import tansu
from tests.daemon.daemon_process import experiment, wait_until
from tests.fuzz.budget import rounds
from tests.slurm.fixtures import slurm

from .beamtime import CONTEXT, Beamtime, Outages

__all__ = ["experiment", "slurm", "tansu"]

APPS = 3


@pytest.fixture
def apps():
    """Make apps that watch a database."""
    with ExitStack() as stack:

        def make(it):
            made = [ChangeFeed(Database(it.folder.database)) for _ in range(APPS)]
            for app in made:
                stack.callback(app.close)
            return made

        yield make


@pytest.mark.timeout(0)
def test_accelerated_beamtime_ends_without_wrong_or_lost_values(experiment, apps):
    it = experiment(CONTEXT.format(cluster=False))
    it.start_daemon()
    wait_until(it.looked)
    beamtime = Beamtime(it, apps(it))
    for number in rounds(3):
        beamtime.live(random.Random(number))
    assert beamtime.close() == {}, it.log_text()[-3000:]


@pytest.mark.extended
@pytest.mark.broker
@pytest.mark.slurm
@pytest.mark.timeout(0)
@pytest.mark.filterwarnings("ignore:(read|open)_text is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")
def test_accelerated_beamtime_survives_outages_of_broker_and_slurm(experiment, apps, tansu, slurm):
    topic = unique_name("events")
    tansu.send(topic, [b'{"event": "hello"}'])
    it = experiment(
        CONTEXT.format(cluster=True), trigger="both", broker=tansu.address, kafka_topics=topic,
        kafka_api_version=tansu.api_version, kafka_session_timeout_s="6", watch_settle_s="3",
        executor="auto", slurm_poll_s="0.5", slurm_time="00:30:00",
        slurm_mem="300M", slurm_exclusive="no",
    )  # fmt: skip
    it.environment |= slurm.environment
    it.start_daemon()
    wait_until(it.looked)
    beamtime = Outages(it, apps(it), tansu, topic, slurm)
    for number in rounds(3):
        beamtime.live(random.Random(number))
    assert beamtime.close() == {}, it.log_text()[-3000:]
