"""Values saved by an earlier job: read back unchanged, or else computed again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from damnit_ctx import Cell
from damnit_daemon.runner import file_format
from damnit_daemon.runner.encode import Computed
from damnit_daemon.runner.fragment import FragmentWriter
from damnit_daemon.runner.saved_values import ValueMissing, read_back, survives

HASH = "0123456789abcdef"
TRAINS = xr.DataArray(
    np.arange(6.0).reshape(3, 2),
    dims=("trainId", "pulse"),
    coords={"trainId": np.arange(10, 13, dtype=np.uint64)},
    attrs={"units": "mJ"},
)
SURVIVING = {
    "floats": np.linspace(0, 1, 7),
    "float32": np.ones((2, 3, 4), np.float32),
    "bools": np.array([True, False]),
    "nan": np.array([1.0, np.nan, np.inf]),
    "empty": np.zeros((0, 3)),
    "array": TRAINS,
    "named": TRAINS.rename("energy"),
    "integers": TRAINS.astype(np.int16),
    "flags": TRAINS > 2,
    "instructions": TRAINS.assign_attrs(scale_factor=2, add_offset=1, missing_value=1.0),
    "units of times": TRAINS.assign_attrs(units="seconds since trigger", calendar="noleap"),
    "names of HDF5": xr.Dataset({"a": TRAINS}, attrs={"CLASS": "x", "coordinates": "y"}),
    "dataset": xr.Dataset({"a": TRAINS, "b": ("x", np.arange(4))}, attrs={"from": "here"}),
}
CHANGING = {
    "number": 1.5,
    "scalar": np.float64(1.5),
    "text": "hello",
    "complex": np.array([1j]),
    "levels": TRAINS.assign_coords(pulse=[0, 1]).stack(all=("trainId", "pulse")),
    "slash": TRAINS.rename("a/b"),
    "attributes": TRAINS.assign_attrs(lots=[1, "x"]),
    "strings": TRAINS.assign_coords(pulse=["a", "b"]),
    "bins": TRAINS.rename("it").groupby_bins("trainId", [9, 10, 13]).sum(),
    "words": TRAINS.assign_coords({"laser delay": ("trainId", [1, 2, 3])}),
    "swapped": TRAINS.astype(">f8"),
    "frame": pd.DataFrame({"a": [1, 2]}),
}


def save(folder, value, context_hash=HASH, error=""):
    """As a job does, with the fragment in the place of the results file."""
    writer = FragmentWriter(folder, 1234, 1)
    computed = Computed(1_790_000_000.0, 0.1, context_hash)
    if error:
        path = writer.write_error("it", error, "ValueError", computed)
    else:
        path = writer.write_cell("it", Cell(value), computed)
    path.rename(folder / file_format.EXTRACTED_DATA / file_format.results_name(1234, 1))


@pytest.mark.parametrize("name", SURVIVING)
def test_saved_value_is_read_back_unchanged(tmp_path, name):
    value = SURVIVING[name]
    save(tmp_path, value)
    found = read_back(tmp_path, 1234, 1, "it", HASH)
    assert type(found) is type(value)
    if isinstance(value, np.ndarray):
        assert found.dtype == value.dtype
        np.testing.assert_array_equal(found, value)
    else:
        xr.testing.assert_identical(found, value)


@pytest.mark.parametrize("name", CHANGING)
def test_value_that_storage_changes_is_not_read_back(tmp_path, name):
    assert not survives(CHANGING[name])
    save(tmp_path, CHANGING[name])
    with pytest.raises(ValueMissing):
        read_back(tmp_path, 1234, 1, "it", HASH)


def test_saved_list_is_read_back_as_an_array(tmp_path):
    save(tmp_path, [1, 2])
    assert type(Cell([1, 2]).data) is np.ndarray
    np.testing.assert_array_equal(read_back(tmp_path, 1234, 1, "it", HASH), [1, 2])


def test_value_of_another_context_file_is_not_read_back(tmp_path):
    save(tmp_path, SURVIVING["floats"], context_hash="another")
    with pytest.raises(ValueMissing):
        read_back(tmp_path, 1234, 1, "it", HASH)


@pytest.mark.parametrize("kind", ["missing", "error", "broken"])
def test_missing_failed_or_broken_value_is_not_read_back(tmp_path, kind):
    (tmp_path / file_format.EXTRACTED_DATA).mkdir()
    if kind == "error":
        save(tmp_path, None, error="no")
    elif kind == "broken":
        path = tmp_path / file_format.EXTRACTED_DATA / file_format.results_name(1234, 1)
        path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(ValueMissing):
        read_back(tmp_path, 1234, 1, "it", HASH)
