"""Thousands of damaged fragments and results files among healthy ones."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from damnit_ctx import Cell
from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.launch.reader_process import ReaderPool
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import ViewRequest
from damnit_daemon.runner.encode import Computed
from damnit_daemon.runner.fragment import FragmentEntry, FragmentWriter
from damnit_daemon.services.combiner import Combiner
from tests.daemon.builders import cells, make_damnit_folder
from tests.fuzz.budget import report, rounds
from tests.fuzz.mutation import mutate

BATCH = 25
NAMES = ("number", "array", "labelled", "words", "failed")


def fragment(folder, key):
    """Write a fragment with values of several kinds."""
    import xarray as xr

    computed = Computed(time.time(), 0.1, "")
    labelled = xr.DataArray(np.arange(40.0), dims="x", coords={"x": np.arange(40)})
    values = {"number": 7, "array": np.arange(300.0), "labelled": labelled, "words": "text"}
    entries = [FragmentEntry(name, computed, Cell(value)) for name, value in values.items()]
    entries.append(FragmentEntry("failed", computed, message="no", error_class="ValueError"))
    return FragmentWriter(folder.path, *key).write_together(entries, 1.0, computed)


@pytest.fixture(scope="module")
def healthy_bytes(tmp_path_factory):
    folder = make_damnit_folder(tmp_path_factory.mktemp("healthy") / "amore")
    return fragment(folder, RunKey(1234, 1)).read_bytes()


def test_combiner_stores_healthy_fragments_among_damaged_ones(tmp_path, healthy_bytes):
    tried = told = wrong = 0
    for number in rounds(1):
        chance = random.Random(number)
        folder = make_damnit_folder(tmp_path / str(number))
        folder.extracted_data.mkdir(exist_ok=True)
        for run in range(1, BATCH + 1):
            path = folder.extracted_data / f"p1234_r{run}.bad{number}.ready.h5"
            path.write_bytes(mutate(healthy_bytes, chance))
            if run % 5 == 0:
                fragment(folder, RunKey(1234, run))
        combiner = Combiner(folder, spinning_s=1.0)
        try:
            combined = combiner.sweep()
            tried += BATCH
            told += len(combined.broken)
            wrong += len(combined.postponed)
            assert combined.postponed == []
            assert list(folder.fragments()) == []
            for run in range(5, BATCH + 1, 5):
                found = cells(folder, run)
                assert found["number"] == 7, run
                assert found["words"] == "text", run
                assert found["failed"] == ("ValueError", "no"), run
                with ResultsFile(folder.results_file(RunKey(1234, run))) as results:
                    np.testing.assert_array_equal(results.read("array"), np.arange(300.0))
            # What is there now takes more.
            for run in range(1, BATCH + 1, 10):
                fragment(folder, RunKey(1234, run))
            again = combiner.sweep()
            assert (again.broken, again.postponed) == ([], [])
        finally:
            combiner.close()
    report("damaged fragments", tried=tried, survived=tried - told, told=told, wrong=wrong)


def test_reader_answers_for_damaged_results_files(tmp_path, healthy_bytes):
    folder = make_damnit_folder(tmp_path / "amore")
    folder.extracted_data.mkdir(exist_ok=True)
    key = RunKey(1234, 1)
    pool = ReaderPool(spinning_s=1.0)
    tried = told = longest = 0
    try:
        for number in rounds(60):
            chance = random.Random(number)
            folder.results_file(key).write_bytes(mutate(healthy_bytes, chance))
            tried += 1
            try:
                view = ViewRequest(columns=60, rows=20)
                list(pool.stream("look", folder, key, chance.choice(NAMES[:4]), view))
            except DamnitError as error:
                told += 1
                longest = max(longest, len(str(error)))
    finally:
        pool.close()
    assert longest < 1000
    report("damaged results files", tried=tried, survived=tried - told, told=told, wrong=0)
