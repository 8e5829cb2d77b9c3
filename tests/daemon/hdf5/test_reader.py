"""Reading of single variables from a results file."""

from __future__ import annotations

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import (
    DataKind,
    NoSuchData,
    ParquetTable,
    PlotlyJSON,
    ResultsBusy,
    ResultsDenied,
    ResultsFile,
    ResultsMissing,
    ResultsUnreadable,
)

from .builders import Fragment


@pytest.fixture
def file(tmp_path):
    return Fragment(tmp_path / "p1_r2.h5")


@pytest.mark.parametrize(
    "value", [3, -(2**62), 2.5, float("inf"), True, False, 1 + 2j, "héllo\n", "", b"abc"]
)
def test_scalar_is_read_with_its_type(file, value):
    file.value("v", value)
    with ResultsFile(file.path) as results:
        found = results.read("v")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12).reshape(3, 4),
        np.array([True, False]),
        np.array([1 + 2j, 3]),
        np.zeros((0,)),
        np.array([1, 2**64 - 1], dtype=np.uint64),
    ],
)
def test_array_is_read_with_its_dtype(file, array):
    file.value("v", array, summary="an array")
    with ResultsFile(file.path) as results:
        found = results.read("v")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_text_array_is_read_completely(file):
    with h5py.File(file.path, "r+") as opened:
        texts = np.array([["a", "ö"], ["", "long text"]], dtype=object)
        opened.create_dataset("v/data", data=texts, dtype=h5py.string_dtype())
    with ResultsFile(file.path) as results:
        assert results.read("v").tolist() == texts.tolist()


def test_undecodable_text_is_read_with_replacement_characters(file):
    with h5py.File(file.path, "r+") as opened:
        opened.create_dataset("v/data", data=b"a\xff", dtype=h5py.string_dtype())
    with ResultsFile(file.path) as results:
        assert results.read("v") == "a\N{REPLACEMENT CHARACTER}"


def test_image_and_plotly_figures_are_read(file):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    figure = '{"data": ["µ"]}'
    file.data("mpl", pixels, "image")
    file.data("plotly", np.frombuffer(figure.encode(), np.uint8), "PlotlyFigure")
    file.preview("plotly", np.frombuffer(b"{}", np.uint8), "PlotlyFigure")
    with ResultsFile(file.path) as results:
        np.testing.assert_array_equal(results.read("mpl"), pixels)
        assert results.describe("mpl").kind is DataKind.IMAGE
        assert results.object_type("mpl") == "image"
        read = results.read("plotly")
        assert read == PlotlyJSON(figure)
        assert isinstance(read, PlotlyJSON)
        assert isinstance(results.preview("plotly"), PlotlyJSON)


NAMES = ["signal", None, "t"]


@pytest.mark.parametrize("name", NAMES)
def test_dataarray_is_read_whole_without_damnit_attributes(file, name):
    array = xr.DataArray(
        np.arange(12.0).reshape(3, 4),
        dims=("t", "x"),
        coords={"t": [1, 2, 3]},
        name=name,
        attrs={"units": "eV"},
    )
    if name == "t":
        dataset = array.to_dataset(name="__xarray_dataarray_variable__")
        dataset.attrs["__xarray_dataarray_name__"] = "t"
        file.netcdf("v", dataset)
        with h5py.File(file.path, "r+") as opened:
            opened["v"].attrs["_damnit_objtype"] = "dataarray"
    else:
        file.data("v", array)
    with ResultsFile(file.path) as results:
        found = results.read("v")
        description = results.describe("v")
    xr.testing.assert_identical(found, array)
    assert found.name == name
    assert (description.kind, description.dtype) == (DataKind.DATAARRAY, "float64")
    assert (description.shape, description.dims) == ((3, 4), ("t", "x"))


def test_dataset_is_read_whole(file):
    dataset = xr.Dataset(
        {
            "flag": ("t", [True, False]),
            "when": ("t", np.array(["2020-01-01", "2020-01-02"], "datetime64[ns]")),
            "text": ("t", ["a", "b"]),
            "image": (("t", "y"), np.ones((2, 3))),
        },
        coords={"t": [0.5, 1.5], "label": ("t", [10, 20])},
    )
    file.data("v", dataset)
    with ResultsFile(file.path) as results:
        found = results.read("v")
        members = dict(results.describe("v").members)
    xr.testing.assert_equal(found, dataset)
    assert found.attrs == {}
    assert {name: member.dtype for name, member in members.items()} == {
        "flag": "bool",
        "when": "datetime64[ns]",
        "text": "str",
        "image": "float64",
    }


def test_slice_of_array_is_read_alone(file):
    file.data("v", np.arange(20).reshape(4, 5))
    file.data("x", xr.DataArray(np.arange(20).reshape(4, 5), dims=("t", "x")))
    with ResultsFile(file.path) as results:
        assert results.read_part("v", np.s_[1, 2:4]).tolist() == [7, 8]
        assert results.read_part("v", np.s_[3, 4]) == 19
        part = results.read_part("x", np.s_[-1, ::2])
    assert part.dims == ("x",)
    assert part.values.tolist() == [15, 17, 19]


def test_description_reads_no_data(file):
    with h5py.File(file.path, "r+") as opened:
        # A terabyte that was never written.
        opened.create_dataset("v/data", shape=(2**20, 2**17), dtype="f8", chunks=(1024, 1024))
    with ResultsFile(file.path) as results:
        description = results.describe("v")
        assert results.read_part("v", np.s_[5, :3]).tolist() == [0, 0, 0]
    assert (description.kind, description.shape) == (DataKind.ARRAY, (2**20, 2**17))
    assert description.size_bytes == 2**40


@pytest.mark.parametrize(
    ("value", "kind", "dtype"),
    [
        (1.5, DataKind.SCALAR, "float64"),
        (True, DataKind.SCALAR, "bool"),
        ("a", DataKind.TEXT, "str"),
        (b"a", DataKind.BYTES, "str"),
        (np.zeros((2, 3), np.float32), DataKind.ARRAY, "float32"),
    ],
)
def test_scalars_and_arrays_are_described(file, value, kind, dtype):
    file.data("v", value)
    with ResultsFile(file.path) as results:
        description = results.describe("v")
    assert (description.kind, description.dtype) == (kind, dtype)
    assert description.shape == np.shape(value)


def test_previews_are_read_and_described(file):
    file.value("a", np.zeros((2, 2, 2)), summary="3-D").preview("a", np.arange(3))
    file.value("b", 1).preview("b", xr.DataArray([1, 2], dims="q", coords={"q": [5, 6]}))
    file.value("c", 1)
    with ResultsFile(file.path) as results:
        assert results.preview("a").tolist() == [0, 1, 2]
        assert results.preview("b").q.values.tolist() == [5, 6]
        assert results.preview("c") is None
        assert [results.has_preview(name) for name in "abc"] == [True, True, False]
        assert results.describe_preview("b").kind is DataKind.DATAARRAY


def test_error_has_message_class_and_time(file):
    file.error("bad", "it broke\nthere", "ZeroDivisionError", at=5.0)
    with ResultsFile(file.path) as results:
        error = results.error("bad")
        assert results.error("other") is None
        assert results.computed_at("bad") == 5.0
        assert not results.has_data("bad")
        with pytest.raises(NoSuchData, match="has no data of bad"):
            results.read("bad")
    assert (error.message, error.error_class) == ("it broke\nthere", "ZeroDivisionError")


def test_names_include_data_errors_and_summaries(file):
    file.value("b", 1).error("a", "x")
    file.value("grp.inner", 1)
    with h5py.File(file.path, "r+") as opened:
        opened[".reduced/summary_only"] = 1.0
        opened[".unknown/x"] = 1.0
    with ResultsFile(file.path) as results:
        assert results.names() == ["a", "b", "grp.inner", "summary_only"]
        assert not results.has_data("summary_only")


def test_file_without_preview_and_error_groups_is_read(tmp_path):
    path = tmp_path / "old.h5"
    with h5py.File(path, "w") as old:
        old["v/data"] = 1
        old[".reduced/v"] = 1
    with ResultsFile(path) as results:
        assert results.names() == ["v"]
        assert results.read("v") == 1
        assert results.preview("v") is None
        assert results.error("v") is None


def test_pandas_table_without_pyarrow_is_read_as_bytes(file):
    content = b"PAR1 is not parsed here, as no Parquet reader may be installed"
    file.data("v", np.frombuffer(content, np.uint8), "dataframe")
    with ResultsFile(file.path) as results:
        assert results.describe("v").kind is DataKind.TABLE
        try:
            assert results.read("v") == ParquetTable(content)
        except ResultsUnreadable:
            pytest.importorskip("pyarrow")  # with it, nonsense is an error


def test_reader_follows_no_external_link(file, tmp_path):
    with h5py.File(tmp_path / "private.h5", "w") as private:
        private["v/data"] = 42
    with h5py.File(file.path, "r+") as opened:
        opened["v"] = h5py.ExternalLink(str(tmp_path / "private.h5"), "/v")
        opened["loop"] = h5py.SoftLink("/loop")
    with ResultsFile(file.path) as results:
        assert not results.has_data("v")
        assert not results.has_data("loop")


def test_reader_of_missing_file_raises_results_missing(tmp_path):
    with pytest.raises(ResultsMissing):
        ResultsFile(tmp_path / "no.h5")
    with pytest.raises(ResultsMissing):
        ResultsFile(tmp_path / "no" / "no.h5")


@pytest.mark.parametrize("content", [b"", b"not HDF5 at all", b"\x89HDF\r\n\x1a\n"])
def test_reader_refuses_foreign_file(tmp_path, content):
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    with pytest.raises(ResultsUnreadable):
        ResultsFile(path)
    with pytest.raises(ResultsUnreadable, match="not a file"):
        ResultsFile(tmp_path)


def test_reader_refuses_truncated_file(file):
    file.data("v", np.arange(10000))
    content = file.path.read_bytes()
    file.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ResultsUnreadable, match="truncated"):
        ResultsFile(file.path)


def test_damaged_data_of_one_variable_leaves_others_readable(file):
    with h5py.File(file.path, "r+") as opened:
        opened.create_dataset(
            "v/data", data=np.random.rand(1000), compression="gzip", chunks=(1000,)
        )
        offset = opened["v/data"].id.get_chunk_info(0).byte_offset
        opened["w/data"] = 5
    with file.path.open("r+b") as raw:
        raw.seek(offset)
        raw.write(b"\xff" * 64)
    with ResultsFile(file.path) as results:
        with pytest.raises(ResultsUnreadable, match="v: "):
            results.read("v")
        assert results.read("w") == 5


HOLD = """
import h5py, sys
with h5py.File(sys.argv[1], "r+") as file:
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_file_open_for_writing_is_busy_until_closed(file):
    file.value("v", 1)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ResultsBusy, match="in use"):
            ResultsFile(file.path, timeout_s=0.1)
        other.stdin.write("\n")
        other.stdin.flush()
        # Closing takes it a moment: that is what the patience is for.
        with ResultsFile(file.path, timeout_s=60) as results:
            assert results.read("v") == 1


def test_reader_of_file_without_permission_is_denied(file):
    file.path.chmod(0)
    if os.access(file.path, os.R_OK):
        pytest.skip("root may read everything")
    with pytest.raises(ResultsDenied):
        ResultsFile(file.path)


def test_plain_values_are_read_without_importing_xarray(file):
    file.value("v", np.arange(3), summary="array")
    code = """
import sys
from pathlib import Path
from damnit_daemon.hdf5 import ResultsFile
with ResultsFile(Path(sys.argv[1])) as results:
    results.read("v"), results.describe("v"), results.preview("v"), results.error("v")
print(sorted({"xarray", "pandas", "h5netcdf", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(file.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
