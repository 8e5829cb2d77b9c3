"""Brokers for tests; a conftest imports those that it needs.

Each is started once per test process. Tests take topics and groups of their
own, and leave the broker running.
"""

from __future__ import annotations

import os

import pytest

from .apache import ApacheKafka
from .broker import NamedBroker
from .mock import MockBroker
from .parts import PartMissing
from .tansu import ForgetfulTansu, Tansu

BROKER_VARIABLE = "DAMNIT_TEST_BROKER"


def run(kind, tmp_path_factory):
    """Start a broker, or skip with the reason; stop it at the end."""
    try:
        broker = kind(tmp_path_factory.mktemp(kind.__name__))
    except PartMissing as reason:
        pytest.skip(f"no {kind.__name__}: {reason}")
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def tansu(tmp_path_factory):
    """Today's protocol, on S3 storage."""
    yield from run(Tansu, tmp_path_factory)


@pytest.fixture(scope="session")
def forgetful_tansu(tmp_path_factory):
    """Today's protocol; a kill makes it forget everything."""
    yield from run(ForgetfulTansu, tmp_path_factory)


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory):
    """Apache Kafka 0.9."""
    yield from run(ApacheKafka, tmp_path_factory)


@pytest.fixture(scope="session")
def mock_broker(tmp_path_factory):
    """Outages and error codes."""
    yield from run(MockBroker, tmp_path_factory)


@pytest.fixture(scope="session")
def named_broker():
    """The broker that somebody runs for these tests."""
    address = os.environ.get(BROKER_VARIABLE)
    if not address:
        pytest.skip(f"{BROKER_VARIABLE} names no broker")
    return NamedBroker(address)


@pytest.fixture(params=["tansu", "apache_kafka", "named_broker"])
def broker(request):
    """Each real broker in turn."""
    return request.getfixturevalue(request.param)
