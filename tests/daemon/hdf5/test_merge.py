"""Merging of fragments into a results file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from itertools import count

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import ResultsFile, ResultsMissing, ResultsUnreadable, merge
from damnit_daemon.hdf5.netcdf import datasets_in, dimension_names, is_scale, restore_dimensions

from .builders import Fragment


@pytest.fixture
def target(tmp_path):
    return tmp_path / "p1234_r7.h5"


@pytest.fixture
def fragment(tmp_path):
    made = iter("abcdefghijklmnopqrstuvwxyz")
    return lambda **how: Fragment(tmp_path / f"p1234_r7.{next(made) * 8}.ready.h5", **how)


def values(path):
    with ResultsFile(path) as results:
        return {n: results.read(n) if results.has_data(n) else None for n in results.names()}


def only_files(target):
    """No temporary file stays."""
    return not [p for p in target.parent.iterdir() if not p.name.endswith((".h5", "secret"))]


def test_first_fragment_creates_results_file(target, fragment):
    first = fragment(provenance="me").value("v", 5, at=1.0).preview("v", np.arange(3))
    first.value("start_time", 1.5).error("bad", "x", at=1.0)
    assert merge(target, [first.path]) == []
    assert values(target) == {"v": 5, "start_time": 1.5, "bad": None}
    with h5py.File(target) as file:
        assert file.attrs["provenance"] == "me"
        assert {".reduced", ".preview", ".errors"} < set(file)
    assert only_files(target)


def test_several_fragments_are_merged_at_once(target, fragment):
    paths = [fragment().value(f"v{i}", i, at=1.0).path for i in range(20)]
    merge(target, paths)
    assert values(target) == {f"v{i}": i for i in range(20)}


def test_newest_value_of_each_variable_is_kept(target, fragment):
    first = fragment().value("a", "new", at=20.0).value("b", "old", at=20.0)
    second = fragment().value("a", "old", at=10.0).value("b", "new", at=30.0)
    merge(target, [first.path])
    merge(target, [second.path])
    assert values(target) == {"a": "new", "b": "new"}


def test_newest_value_wins_in_any_order_of_fragments(target, fragment):
    new = fragment().value("v", "new", at=20.0)
    old = fragment().value("v", "old", at=10.0)
    merge(target, [new.path, old.path])
    assert values(target) == {"v": "new"}


def test_value_with_future_time_does_not_block_newer_values(target, fragment):
    merge(target, [fragment().value("v", "from then", at=4600.0).path], now=4600.0)
    merge(target, [fragment().value("v", "now", at=1000.0).path], now=1001.0)
    merge(target, [fragment().value("v", "old", at=900.0).path], now=1002.0)
    assert values(target) == {"v": "now"}


def test_merged_variable_replaces_data_summary_and_preview(target, fragment):
    old = fragment().value("v", np.arange(3), at=1.0, summary="s").preview("v", np.arange(2))
    merge(target, [old.path])
    merge(target, [fragment().value("v", 5, at=2.0).path])
    with ResultsFile(target) as results:
        assert results.read("v") == 5
        assert results.preview("v") is None


def test_value_replaces_error_and_error_replaces_value(target, fragment):
    merge(target, [fragment().value("a", 1, at=1.0).error("b", "x", at=1.0).path])
    merge(target, [fragment().error("a", "y", at=2.0).value("b", 2, at=2.0).path])
    with ResultsFile(target) as results:
        assert results.error("a").message == "y"
        assert not results.has_data("a")
        assert results.error("b") is None
        assert results.read("b") == 2
    with h5py.File(target) as file:
        assert list(file[".reduced"]) == ["b"]


def test_unknown_groups_and_attributes_are_kept(target, fragment):
    merge(target, [fragment().value("v", 1, at=1.0, unknown="attribute").path])
    with h5py.File(target, "r+") as file:
        file.attrs["ours"] = np.arange(3)
        file.attrs["nothing"] = h5py.Empty("f4")
        file[".reduced"].attrs["note"] = "kept"
        file[".unknown/group/data"] = np.arange(4)
        file["v"].attrs["mark"] = "kept"
        file["strange name/data"] = 7
        file[".versions"] = 3
    merge(target, [fragment(provenance="other").value("w", 1, at=1.0).path])
    with h5py.File(target) as file:
        assert file.attrs["provenance"] == "context.py"
        assert file.attrs["ours"].tolist() == [0, 1, 2]
        assert isinstance(file.attrs["nothing"], h5py.Empty)
        assert file[".reduced"].attrs["note"] == "kept"
        assert file[".unknown/group/data"][:].tolist() == [0, 1, 2, 3]
        assert file["v"].attrs["mark"] == "kept"
        assert file["strange name/data"][()] == 7
        assert file[".versions"][()] == 3
        assert file[".reduced/v"].attrs["unknown"] == "attribute"


def test_fragment_without_computed_at_has_age_of_its_file(target, fragment):
    newer = fragment().value("v", "newer").written_at(200.0)
    older = fragment().value("v", "older").written_at(100.0)
    merge(target, [newer.path])
    merge(target, [older.path])
    assert values(target) == {"v": "newer"}
    with ResultsFile(target) as results:
        assert results.computed_at("v") == 200.0
    merge(target, [fragment().value("v", "newest", at=201.0).path])
    assert values(target) == {"v": "newest"}


def test_results_file_without_computed_at_has_age_of_its_file(target, fragment):
    Fragment(target).value("v", "theirs").value("w", "theirs").written_at(100.0)
    merge(target, [fragment().value("w", "ours", at=150.0).path])
    # The file is new now, but what is in it is not.
    merge(target, [fragment().value("v", "ours", at=120.0).path])
    assert values(target) == {"v": "ours", "w": "ours"}


def test_data_without_summary_keeps_its_age(target, fragment):
    merge(target, [fragment().data("v", ARRAY).written_at(100.0).path])
    merge(target, [fragment().value("w", 1, at=1.0).path])
    late = fragment().data("v", ARRAY + 1).written_at(200.0)
    merge(target, [late.path])
    with ResultsFile(target) as results:
        assert results.computed_at("v") == 200.0
        xr.testing.assert_identical(results.read("v"), ARRAY + 1)


def test_results_file_without_preview_and_error_groups_is_merged(target, fragment):
    with h5py.File(target, "w") as old:
        old["v/data"] = 1
        old[".reduced/v"] = 1
    merge(target, [fragment().error("w", "x", at=1.0).path])
    with ResultsFile(target) as results:
        assert results.names() == ["v", "w"]


def test_merging_fragments_again_leaves_file_unchanged(target, fragment):
    paths = [fragment().value("v", 1, at=5.0).path, fragment().value("w", 1).path]
    merge(target, paths)
    before = target.stat()
    merge(target, paths)
    merge(target, [])
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_merging_no_fragments_creates_no_file(target):
    assert merge(target, []) == []
    assert not target.exists()


def test_open_reader_keeps_old_results_file(target, fragment):
    merge(target, [fragment().value("v", "old", at=1.0).path])
    with ResultsFile(target) as results:
        merge(target, [fragment().value("v", "new", at=2.0).path])
        assert results.read("v") == "old"
    assert values(target) == {"v": "new"}


def test_replaced_data_leaves_no_dead_space(target, fragment):
    merge(target, [fragment().value("v", np.random.rand(10**6), at=1.0, summary="big").path])
    assert target.stat().st_size > 8e6
    merge(target, [fragment().value("v", 1, at=2.0).path])
    assert target.stat().st_size < 20_000


MERGE_AND_MEASURE = """
import re, sys
from pathlib import Path
from damnit_daemon.hdf5 import merge

def peak_kb():  # not of getrusage, which knows the parent's too
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])

target, small, big = map(Path, sys.argv[1:])
merge(target, [small])
before = peak_kb()
merge(target, [big])
print(peak_kb() - before)
"""


def test_large_data_is_merged_without_loading_it(target, fragment):
    small = fragment().value("w", np.arange(1000), at=1.0, summary="small").path
    file = fragment().value("v", np.zeros(10**7), at=1.0, summary="big")
    table = np.random.rand(10**6, 3)
    file.data("x", xr.DataArray(table, dims=("t", "x")))
    done = subprocess.run(
        [sys.executable, "-c", MERGE_AND_MEASURE, str(target), str(small), str(file.path)],
        capture_output=True,
        text=True,
        check=True,
    )
    grown_bytes = int(done.stdout) * 1024
    assert target.stat().st_size > 1e8
    assert grown_bytes < 2e7


DATASET = xr.Dataset(
    {
        "flag": ("t", [True, False, True]),
        "when": ("t", np.array(["2020-01-01", "2020-01-02", "2020-01-05"], "datetime64[ns]")),
        "text": ("t", ["a", "ö", ""]),
        "image": (("t", "y"), np.array([[1.5, 2], [3, 4], [np.nan, 6]]), {"units": "eV"}),
    },
    coords={"t": [0.5, 1.5, 2.5], "label": ("t", [10, 20, 30])},
    attrs={"title": "T"},
)
ARRAY = xr.DataArray(np.arange(12).reshape(3, 4), dims=("t", "x"), coords={"x": list("abcd")})


def dimension_ids(path):
    """The number of each dimension of the file; and whether the variables refer to them."""
    found = {}
    with h5py.File(path) as file:

        def look(name, item):
            if isinstance(item, h5py.Dataset) and item.is_scale:
                found[name] = int(item.attrs["_Netcdf4Dimid"])

        file.visititems(look)

        def check(name, item):
            if isinstance(item, h5py.Dataset) and "DIMENSION_LIST" in item.attrs:
                expected = [found[dim[0].name.strip("/")] for dim in item.dims]
                if "_Netcdf4Coordinates" in item.attrs:  # not of a line, by older h5netcdf
                    assert np.atleast_1d(item.attrs["_Netcdf4Coordinates"]).tolist() == expected
                assert item.attrs["_Netcdf4Dimid"] == expected[0]
                group = name.rpartition("/")[0]
                assert {dim[0].name.rpartition("/")[0] for dim in item.dims} == {f"/{group}"}

        file.visititems(check)
    return found


def test_netcdf_groups_survive_any_number_of_merges(target, fragment):
    for i in range(4):
        file = fragment().data("d", DATASET).data(f"a{i}", ARRAY).preview("d", ARRAY)
        with h5py.File(file.path, "r+") as opened:
            for name in ("d", f"a{i}"):
                opened[f".reduced/{name}"] = "summary"
        merge(target, [file.written_at(100.0 + i).path])
    with ResultsFile(target) as results:
        xr.testing.assert_identical(results.read("d"), DATASET)
        xr.testing.assert_identical(results.preview("d"), ARRAY)
        for i in range(4):
            xr.testing.assert_identical(results.read(f"a{i}"), ARRAY)
    with xr.open_dataset(target, group="d", engine="h5netcdf") as opened:
        assert opened.attrs.pop("_damnit_objtype") == "dataset"
        xr.testing.assert_identical(opened.load(), DATASET)
    ids = dimension_ids(target)
    assert sorted(ids.values()) == list(range(len(ids)))


def test_merge_keeps_compression_and_chunks(target, fragment):
    merge(target, [fragment().data("d", DATASET).path])
    with h5py.File(target) as file:
        image = file["d/image"]
        assert (image.compression, image.shuffle, image.chunks) == ("gzip", True, (3, 2))


def test_netcdf_groups_of_several_fragments_get_distinct_dimension_ids(target, fragment):
    """Each fragment counts from 0."""
    merge(target, [fragment().data("a", ARRAY).path, fragment().data("b", ARRAY).path])
    ids = dimension_ids(target)
    assert len(set(ids.values())) == len(ids) == 4


@pytest.mark.parametrize("name", ["not-a-name", ".hidden", "a..b"])
def test_invalid_variable_name_is_skipped_in_merge(target, fragment, name):
    file = fragment().value("v", 1, at=1.0)
    with h5py.File(file.path, "r+") as opened:
        opened[f".reduced/{name}"] = 1
    ((path, left_out, reason),) = merge(target, [file.path])
    assert (path, left_out) == (file.path, name)
    assert "not a variable name" in reason
    assert values(target) == {"v": 1}


def test_external_links_in_fragment_are_not_copied(target, fragment, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"password")
    file = fragment().value("v", 1, at=1.0).value("w", 1, at=1.0)
    with h5py.File(file.path, "r+") as opened:
        opened.create_dataset("v/more", shape=(8,), dtype="u1", external=[(str(secret), 0, 8)])
        layout = h5py.VirtualLayout(shape=(8,), dtype="u1")
        layout[:] = h5py.VirtualSource(str(secret), "x", shape=(8,))
        opened.create_virtual_dataset("x/data", layout)
    left_out = merge(target, [file.path])
    assert {name for _, name, _ in left_out} == {"v", "x"}
    assert values(target) == {"v": None, "w": 1}
    assert b"password" not in target.read_bytes()


def test_damaged_fragment_is_named_and_leaves_results_file_unchanged(target, fragment):
    merge(target, [fragment().value("v", 1, at=1.0).path])
    before = target.read_bytes()
    good, bad = fragment().value("v", 2, at=2.0), fragment().value("v", 3, at=3.0)
    bad.path.write_bytes(bad.path.read_bytes()[:1000])
    with pytest.raises(ResultsUnreadable) as raised:
        merge(target, [good.path, bad.path])
    assert raised.value.path == bad.path
    bad.path.unlink()
    with pytest.raises(ResultsMissing):
        merge(target, [good.path, bad.path])
    assert target.read_bytes() == before
    assert only_files(target)


def test_damaged_results_file_is_not_overwritten(target, fragment):
    target.write_bytes(b"\x89HDF\r\n\x1a\n and nonsense")
    with pytest.raises(ResultsUnreadable, match="Move it away") as raised:
        merge(target, [fragment().value("v", 1).path])
    assert raised.value.path == target
    assert target.read_bytes().endswith(b"nonsense")


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o2770, 0o660), (0o777, 0o666), (0o755, 0o644)])
def test_new_results_file_gets_permissions_of_folder(target, fragment, folder_mode, mode):
    target.parent.chmod(folder_mode)
    merge(target, [fragment().value("v", 1, at=1.0).path])
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_permissions_of_existing_results_file_are_kept(target, fragment):
    merge(target, [fragment().value("v", 1, at=1.0).path])
    target.parent.chmod(0o777)
    target.chmod(0o640)
    merge(target, [fragment().value("v", 2, at=2.0).path])
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_symlink_in_place_of_results_file_is_not_followed(target, fragment, tmp_path):
    elsewhere = Fragment(tmp_path / "elsewhere" / "private.h5").value("secret", 1, at=1.0)
    target.symlink_to(elsewhere.path)
    before = elsewhere.path.read_bytes()
    with pytest.raises(ResultsUnreadable, match="symbolic link"):
        merge(target, [fragment().value("v", 1, at=1.0).path])
    assert elsewhere.path.read_bytes() == before
    assert os.path.lexists(target)


def test_foreign_class_attribute_is_no_dimension_scale(tmp_path):
    with h5py.File(tmp_path / "from.h5", "w") as source, h5py.File(tmp_path / "to.h5", "w") as to:
        source["x"] = np.arange(3.0)
        source["x"].make_scale("x")
        for number in range(500):  # HDF5 reads the bytes of a pointer: one in some hundred fits
            source[f"v{number}"] = np.arange(3.0)
            source[f"v{number}"].dims[0].attach_scale(source["x"])
            source[f"v{number}"].attrs["CLASS"] = "camera" + number * "x"
        for name in source:
            source.copy(name, to)
        restore_dimensions(datasets_in(source), datasets_in(to), count(1))
        assert [name for name in to if is_scale(to[name])] == ["x"]
        assert {dimension_names(to[f"v{number}"]) for number in range(500)} == {("x",)}
        assert to["v7"].attrs["CLASS"] == "camera" + 7 * "x"


def test_groups_of_other_programs_are_merged_entry_by_entry(target, fragment):
    first = fragment().value("v", 1, at=1.0)
    second = fragment().value("v", 2, at=2.0)
    third = fragment()
    for made, entries in ((first, "ab"), (second, "bc"), (third, "d")):
        with h5py.File(made.path, "a") as file:
            for name in entries:
                file[f".parameters/{name}"] = made.path.name
                file[f".future/{name}/data"] = [1, 2]
            file[".future"].attrs["kept"] = 1
            file[".link"] = h5py.SoftLink("/v")
        os.utime(made.path, (1000.0, 1000.0 + ord(entries[0])))
    for path in (first.path, second.path, third.path, first.path):
        assert merge(target, [path]) == []
    with h5py.File(target) as file:
        origin = {name: found.asstr()[()] for name, found in file[".parameters"].items()}
        assert file[".future"].attrs["kept"] == 1
        assert [*file[".future"]] == ["a", "b", "c", "d"]
        assert list(file[".future/d/data"]) == [1, 2]
        assert ".link" not in file
    one, two, three = (made.path.name for made in (first, second, third))
    assert origin == {"a": one, "b": two, "c": two, "d": three}
    assert values(target) == {"v": 2}
