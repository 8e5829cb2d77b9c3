"""Ledgers, and daemons at work in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.ledger import Ledger, ProcessId, acquire

from ..store.conftest import shared_folder  # noqa: F401 – a fixture

HERE = ProcessId("here", 10, "boot", "100")
THERE = ProcessId("there", 20, "other boot", "200")


@pytest.fixture
def path(tmp_path):
    """Where a ledger would be."""
    return tmp_path / "daemon.sqlite"


@pytest.fixture
def ledger(path):
    """A new ledger that gives up soon when it is locked."""
    ledger = Ledger(path, timeout_s=0.1)
    ledger.create()
    return ledger


@pytest.fixture
def con(ledger):
    """A connection to a new ledger whose transaction is never committed."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        yield con


@pytest.fixture
def other(ledger):
    """Another program's connection."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None, timeout=0)) as con:
        yield con


@pytest.fixture
def token(ledger):
    """Of a daemon that works here."""
    with ledger.writing() as con:
        return acquire(con, HERE, now=1000.0)
