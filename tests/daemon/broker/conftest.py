"""Real brokers for what is marked so."""

from __future__ import annotations

import pytest

from damnit_daemon.broker import connection
from tests.brokers.fixtures import (  # noqa: F401 – fixtures
    apache_kafka,
    broker,
    forgetful_tansu,
    mock_broker,
    named_broker,
    tansu,
)

KAFKA_PYTHON_WARNINGS = (
    "(read|open)_text is deprecated:DeprecationWarning",  # at its import, on Python 3.11
    "unclosed <socket:ResourceWarning",  # after an attempt to connect that failed
    "Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
)

BROKERS = {"apache_kafka", "broker", "forgetful_tansu", "mock_broker", "named_broker", "tansu"}


def pytest_configure(config):
    for warning in KAFKA_PYTHON_WARNINGS:
        config.addinivalue_line("filterwarnings", f"ignore:{warning}")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Brokers on this machine answer at once, and come back within seconds."""
    monkeypatch.setattr(connection, "BOOTSTRAP_TIMEOUT_S", 1.0)
    monkeypatch.setattr(connection, "LONGEST_PAUSE_S", 1.0)
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.1)


def pytest_collection_modifyitems(items):
    for item in items:
        if BROKERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("broker")
