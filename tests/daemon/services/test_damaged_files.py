"""Damaged fragments are quarantined and the rest is combined."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import ResultsFile, write_error_fragment
from damnit_daemon.model import RunKey
from damnit_daemon.services.collector import Collector
from damnit_daemon.services.combiner import Combiner, CombinerFailed
from damnit_daemon.services.selection import failed_variables
from tests.daemon.builders import cells, make_damnit_folder

DAMAGED = Path(__file__).parents[2] / "damaged"
KEY = RunKey(1234, 7)
OTHER = RunKey(1234, 8)


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore")


@pytest.fixture
def combiner(folder):
    combiner = Combiner(folder, spinning_s=1.0)
    yield combiner
    combiner.close()


def put(folder, name, target):
    path = folder.extracted_data / target
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(DAMAGED / name, path)
    return path


def healthy(folder, key, name="a"):
    return write_error_fragment(folder.path, key, name, "no", "ValueError", computed_at=time.time())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fragment-hang.h5", "reading it never ends"),
        ("fragment-segv.h5", "SIGSEGV"),
        ("fragment-attributeerror.h5", ""),
    ],
)
def test_fragment_that_crashes_hdf5_is_quarantined_and_rest_is_combined(
    folder, combiner, name, reason
):
    bad = put(folder, name, "p1234_r7.bad.ready.h5")
    healthy(folder, KEY)
    healthy(folder, OTHER)
    combined = combiner.sweep()
    assert sorted(combined.saved) == [(KEY, ["a"]), (OTHER, ["a"])]
    if name == "fragment-attributeerror.h5" and not combined.broken:
        return  # what can be read of it is read
    ((path, why),) = combined.broken
    assert Path(path) == bad
    assert reason in why
    assert (folder.extracted_data / "broken" / f"{bad.name}.txt").read_text() == f"{why}\n"
    assert list(folder.fragments()) == []


def test_fragment_whose_copies_differ_is_quarantined_and_rest_is_combined(folder, combiner):
    """Its own checksum is right, but HDF5 does not copy it unchanged, on no disk."""
    bad = put(folder, "fragment-differs.h5", "p1234_r7.bad.ready.h5")
    healthy(folder, KEY)
    combined = combiner.sweep()
    assert combined.postponed == []
    ((path, why),) = combined.broken
    assert Path(path) == bad
    assert "'labelled': it cannot be copied unchanged" in why
    assert cells(folder, 7)["a"] == ("ValueError", "no")
    assert cells(folder, 7)["labelled"][0] == "UnreadableResult"
    assert list(folder.fragments()) == []


@pytest.mark.extended
def test_fragment_that_hangs_hdf5_delays_neither_combining_nor_values(folder, combiner):
    bad = put(folder, "fragment-hang.h5", "p1234_r7.bad.ready.h5")
    good = healthy(folder, KEY)
    assert combiner.ingest([bad, good]) == ["a"]
    combined = combiner.combine_run(KEY, [bad, good])
    assert [Path(path) for path, _ in combined.broken] == [bad]
    assert cells(folder, 7) == {"a": ("ValueError", "no")}


def test_lost_result_is_reported_in_cell_and_job_and_can_be_retried(folder, combiner):
    collector = Collector(folder, KEY, store=combiner)
    collector.add(put(folder, "fragment-segv.h5", "p1234_r7.bad.ready.h5"), "lost")
    collector.lose("full", "No space left on device", "OSError")
    collector.finish()
    assert "SIGSEGV" in " ".join(collector.notes)  # the job's reason
    found = cells(folder, 7)
    assert found["lost"][0] == "UnreadableResult"
    assert "SIGSEGV" in found["lost"][1]
    assert found["full"] == ("OSError", "No space left on device")
    assert failed_variables(folder, [KEY]) == {KEY: ["full", "lost"]}


@pytest.mark.extended
def test_results_file_that_hangs_hdf5_postpones_only_its_run(folder, combiner):
    put(folder, "results-hang.h5", "p1234_r7.h5")
    waits = healthy(folder, KEY)
    healthy(folder, OTHER)
    combined = combiner.sweep()
    if not combined.postponed:
        pytest.skip("this HDF5 copies the file without coming to the damaged place")
    assert "Move it away" in combined.postponed[0]
    assert combined.saved == [(OTHER, ["a"])]
    assert waits.exists()
    began = time.monotonic()
    with pytest.raises(CombinerFailed, match="Move it away"):
        combiner.combine_run(KEY, [waits])
    assert time.monotonic() - began < 0.5


ODD_ATTRIBUTES = [
    ("v", "CLASS", "camera"), ("x", "CLASS", "camera"), ("v", "CLASS", 3), ("x", "CLASS", 3),
    ("v", "CLASS", ["a", "b"]), ("v", "CLASS", np.bytes_("DIMENSION_SCALE")), ("x", "NAME", 3),
    ("v", "DIMENSION_LIST", "q"), ("x", "REFERENCE_LIST", "q"), ("v", "_Netcdf4Dimid", "q"),
    ("v", "_Netcdf4Coordinates", "q"), ("x", "_Netcdf4Dimid", [1, 2, 3]),
]  # fmt: skip


@pytest.mark.extended
def test_unusual_netcdf_attributes_leave_a_mergeable_results_file(folder, combiner):
    for number, (variable, attribute, value) in enumerate(ODD_ATTRIBUTES, 1):
        key = RunKey(1234, number)
        path = folder.extracted_data / f"p1234_r{number}.odd.ready.h5"
        path.parent.mkdir(exist_ok=True)
        dataset = xr.Dataset({"v": ("x", np.arange(3.0))}, coords={"x": [1, 2, 3]})
        dataset.to_netcdf(path, group="odd", engine="h5netcdf")
        with h5py.File(path, "a") as file:
            file.create_dataset(".reduced/odd", data=1.0)
            file["odd"].attrs["_damnit_objtype"] = "dataset"
            file["odd"][variable].attrs[attribute] = value
        healthy(folder, key)
    combiner.sweep()
    for number in range(1, len(ODD_ATTRIBUTES) + 1):
        key = RunKey(1234, number)
        assert combiner.combine_run(key, [healthy(folder, key, "later")]).postponed == []
        assert set(cells(folder, number)) >= {"a", "later"}
        with ResultsFile(folder.results_file(key)) as results:
            assert results.error("later") is not None
    assert list(folder.fragments()) == []
