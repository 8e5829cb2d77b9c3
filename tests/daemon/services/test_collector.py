"""Times at which computed values of a running job are stored in the database."""

from __future__ import annotations

import time

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import write_error_fragment
from damnit_daemon.model import RunKey
from damnit_daemon.services.collector import (
    FIRST_VALUE_WITHIN_S,
    INGEST_INTERVAL_S,
    TRY_AGAIN_AFTER_S,
    Collector,
)
from tests.daemon.builders import cells, make_damnit_folder

KEY = RunKey(1234, 1)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore")


@pytest.fixture
def finished(folder):
    """Write a fragment of a variable, as if it had failed."""

    def write(name):
        return write_error_fragment(
            folder.path, KEY, name, "no", "ValueError", computed_at=time.time()
        )

    return write


def test_first_value_is_stored_immediately_and_later_ones_in_batches(folder, finished):
    clock, saved = Clock(), []
    collector = Collector(
        folder, KEY, clock=clock, on_saved=lambda _, names: saved.append(sorted(names))
    )
    collector.add(finished("start"))
    assert saved == []
    collector.add(finished("a"))
    assert saved == [["a", "start"]]
    collector.add(finished("b"))
    collector.add(finished("c"))
    assert len(saved) == 1
    clock.now += INGEST_INTERVAL_S
    collector.ingest_if_due()
    assert saved[1:] == [["b", "c"]]


def test_start_time_is_stored_soon_without_waiting_for_a_value(folder, finished):
    clock = Clock()
    collector = Collector(folder, KEY, clock=clock)
    collector.add(finished("start"))
    clock.now += FIRST_VALUE_WITHIN_S
    collector.ingest_if_due()
    assert set(cells(folder)) == {"start"}


def test_values_stay_in_fragments_when_lease_is_lost(folder, finished):
    def refuse():
        raise DamnitError("another daemon took over")

    collector = Collector(folder, KEY, require_right=refuse)
    paths = [finished("start"), finished("a")]
    for path in paths:
        collector.add(path)
    collector.finish()
    assert collector.problem == "another daemon took over"
    assert cells(folder) == {}
    assert all(path.exists() for path in paths)
    assert not folder.results_file(KEY).exists()


def test_failed_storing_of_values_is_retried_during_the_job(folder, finished):
    reasons, clock = ["locked", "locked"], Clock()

    def require_right():
        if reasons:
            raise DamnitError(reasons.pop())

    collector = Collector(folder, KEY, clock=clock, require_right=require_right)
    for name in ("start", "a", "b"):
        collector.add(finished(name))
    assert len(reasons) == 1
    clock.now += TRY_AGAIN_AFTER_S
    collector.ingest_if_due()
    assert reasons == []
    clock.now += TRY_AGAIN_AFTER_S
    collector.ingest_if_due()
    assert cells(folder) == {}  # the pauses grow
    clock.now += TRY_AGAIN_AFTER_S
    collector.ingest_if_due()
    assert set(cells(folder)) == {"start", "a", "b"}
