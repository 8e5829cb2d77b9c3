"""Removal of a variable from results files of both programs."""

import os
import stat

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import ResultsFile, ResultsMissing, ResultsUnreadable, remove_from_file
from damnit_daemon.hdf5.layout import computed_at


@pytest.fixture
def target(tmp_path):
    """Two xarray variables that share a dimension's name, and a plain one."""
    path = tmp_path / "p1234_r1.h5"
    array = xr.DataArray(np.arange(4.0), dims="x", coords={"x": [1, 2, 3, 4]})
    for name, mode in (("first", "w"), ("second", "a")):
        array.to_netcdf(path, mode=mode, group=name, format="NETCDF4", engine="h5netcdf")
    with h5py.File(path, "a") as file:
        for name in ("first", "second"):
            file[name].attrs["_damnit_objtype"] = "dataarray"
            file[f".reduced/{name}"] = 1.0
        file["plain/data"] = 5
        file[".reduced/plain"] = 5
        file[".errors/failed"] = "division by zero"
        file.create_group(".preview")
        file.attrs["provenance"] = "context.py"
    return path


def test_removal_leaves_other_variables_unchanged(target):
    assert remove_from_file(target, "first", timeout_s=1)

    with ResultsFile(target) as results:
        read = results.read("second")
        assert results.read("plain") == 5
    assert list(read.values) == [0.0, 1.0, 2.0, 3.0]
    assert list(read.x.values) == [1, 2, 3, 4]
    with h5py.File(target) as file:
        assert "first" not in file
        assert "first" not in file[".reduced"]
        assert file.attrs["provenance"] == "context.py"


def test_removal_keeps_computation_times_of_other_variables(target):
    os.utime(target, (1_700_000_000, 1_700_000_000))

    remove_from_file(target, "first", timeout_s=1)

    with h5py.File(target) as file:
        assert computed_at(file, "second") == 1_700_000_000
        assert computed_at(file, "failed") == 1_700_000_000


def test_removal_deletes_error_of_variable(target):
    assert remove_from_file(target, "failed", timeout_s=1)
    with h5py.File(target) as file:
        assert list(file[".errors"]) == []


def test_file_without_the_variable_is_not_rewritten(target):
    before = target.stat().st_ino
    assert not remove_from_file(target, "other", timeout_s=1)
    assert target.stat().st_ino == before


def test_removal_keeps_permissions_of_results_file(target):
    target.chmod(0o640)
    remove_from_file(target, "first", timeout_s=1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_removal_from_damaged_or_missing_file_fails_cleanly(target, tmp_path):
    with pytest.raises(ResultsMissing):
        remove_from_file(tmp_path / "none.h5", "first", timeout_s=1)
    target.write_bytes(target.read_bytes()[:3000])
    with pytest.raises(ResultsUnreadable):
        remove_from_file(target, "first", timeout_s=1)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
