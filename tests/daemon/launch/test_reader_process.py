"""Reader processes: a damaged file freezes or ends only the reader."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import NoSuchData
from damnit_daemon.launch.reader_process import ReaderPool
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import ViewRequest
from damnit_daemon.paths import DamnitFolder
from tests.conftest import default

DAMAGED = Path(__file__).parents[2] / "damaged"
KEY = RunKey(1234, 1)


@pytest.fixture
def folder(tmp_path):
    folder = DamnitFolder(tmp_path)
    folder.extracted_data.mkdir()
    with h5py.File(folder.results_file(KEY), "w") as file:
        file["a/data"] = np.arange(10.0)
    return folder


@pytest.fixture
def pool():
    pool = ReaderPool(spinning_s=1.0)
    yield pool
    pool.close()


def look(pool, folder, name, **options):
    return list(pool.stream("look", folder, KEY, name, ViewRequest(columns=40, rows=10), **options))


def put(folder, name):
    shutil.copyfile(DAMAGED / name, folder.results_file(KEY))


def names_in(path):
    with h5py.File(path) as file:
        return [name for name in file if not name.startswith(".")]


def test_reader_process_returns_view(pool, folder):
    (looked,) = look(pool, folder, "a")
    assert looked.about.shape == (10,)


def test_reader_process_passes_errors_on(pool, folder):
    with pytest.raises(NoSuchData, match="has no data of b"):
        look(pool, folder, "b")
    assert look(pool, folder, "a")


@pytest.mark.parametrize("name", default(["results-hang.h5", "results-appcrash.h5"]))
def test_damaged_file_is_one_error_and_reader_recovers(pool, folder, tmp_path, name):
    healthy = folder.results_file(KEY).read_bytes()
    put(folder, name)
    ends = []
    for variable in names_in(DAMAGED / name)[:3]:
        began = time.monotonic()
        try:
            look(pool, folder, variable)
        except DamnitError as error:
            ends.append(str(error))
        assert time.monotonic() - began < 30
    assert all("\n" not in end and len(end) < 500 for end in ends)
    folder.results_file(KEY).write_bytes(healthy)
    assert look(pool, folder, "a")


def test_killed_reader_process_is_replaced(pool, folder):
    assert look(pool, folder, "a")
    (process,) = pool._idle
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    assert look(pool, folder, "a")


def test_cancelled_view_ends_reader_process(pool, folder):
    with h5py.File(folder.results_file(KEY), "a") as file:
        file.create_dataset("big/data", (20_000, 100, 100), "f8", chunks=(1, 100, 100))
        file["big/data"][0] = 1
    wanted = threading.Event()
    threading.Timer(0.3, wanted.set).start()
    began = time.monotonic()
    look(pool, folder, "big", is_cancelled=wanted.is_set)
    assert time.monotonic() - began < 20
    assert look(pool, folder, "a")
