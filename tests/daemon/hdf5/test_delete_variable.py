"""Taking a variable out of results files as both sides write them."""

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


def test_the_others_stay_as_they_are(target):
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


def test_when_the_others_were_computed_is_not_forgotten(target):
    os.utime(target, (1_700_000_000, 1_700_000_000))

    remove_from_file(target, "first", timeout_s=1)

    with h5py.File(target) as file:
        assert computed_at(file, "second") == 1_700_000_000
        assert computed_at(file, "failed") == 1_700_000_000


def test_an_error_goes_too(target):
    assert remove_from_file(target, "failed", timeout_s=1)
    with h5py.File(target) as file:
        assert list(file[".errors"]) == []


def test_a_file_without_it_is_left_alone(target):
    before = target.stat().st_ino
    assert not remove_from_file(target, "other", timeout_s=1)
    assert target.stat().st_ino == before


def test_its_permissions_stay(target):
    target.chmod(0o640)
    remove_from_file(target, "first", timeout_s=1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_damaged_and_missing_files_say_so_and_leave_nothing_behind(target, tmp_path):
    with pytest.raises(ResultsMissing):
        remove_from_file(tmp_path / "none.h5", "first", timeout_s=1)
    target.write_bytes(target.read_bytes()[:3000])
    with pytest.raises(ResultsUnreadable):
        remove_from_file(target, "first", timeout_s=1)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
