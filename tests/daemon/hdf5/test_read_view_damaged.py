"""Views of missing, damaged or unusual files and data: a reason, never a crash."""

from __future__ import annotations

import subprocess
import sys

import h5py
import numpy as np
import pytest

from damnit_daemon.hdf5 import (
    NoSuchData,
    ResultsBusy,
    ResultsDenied,
    ResultsError,
    ResultsMissing,
    ResultsUnreadable,
    load_view,
)
from damnit_daemon.model.view import NotDrawable, ViewRequest

from .builders import Fragment

WHAT_IS_LOCKED = """
import sys, h5py
file = h5py.File(sys.argv[1], "r+")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path):
    return Fragment(tmp_path / "p1_r2.h5")


def seen(path, name="v", **options):
    *_, looked = load_view(path, name, ViewRequest(), **options)
    return looked


def test_view_of_missing_file_raises_results_missing(tmp_path):
    with pytest.raises(ResultsMissing):
        seen(tmp_path / "p1_r2.h5")


def test_view_of_unknown_variable_raises_no_such_data(file):
    with pytest.raises(NoSuchData):
        seen(file.path)


def test_view_of_foreign_file_is_refused(tmp_path):
    path = tmp_path / "p1_r2.h5"
    path.write_text("no HDF5 file" * 1000)
    with pytest.raises(ResultsUnreadable):
        seen(path)


def test_view_of_truncated_file_is_refused(file):
    file.data("v", np.zeros(100_000))
    file.path.write_bytes(file.path.read_bytes()[:200_000])
    with pytest.raises(ResultsUnreadable):
        seen(file.path)


def test_view_of_overwritten_file_raises_only_results_errors(file):
    file.data("v", np.zeros((100, 100)))
    with h5py.File(file.path, "r+") as h5:
        h5.create_dataset("w/data", data=np.zeros((100, 100)), chunks=(10, 10), compression=1)
    content = bytearray(file.path.read_bytes())
    rng = np.random.default_rng(3)
    for _ in range(60):
        broken = bytearray(content)
        for at in rng.integers(0, len(broken), 40):
            broken[at] = rng.integers(256)
        file.path.write_bytes(broken)
        for name in ("v", "w"):
            try:
                seen(file.path, name)
            except ResultsError:
                pass


def test_view_of_unreadable_path_is_refused(tmp_path):
    path = tmp_path / "p1_r2.h5"
    path.mkdir()
    with pytest.raises((ResultsDenied, ResultsUnreadable)):
        seen(path)


def test_view_of_file_open_for_writing_is_busy_until_closed(file):
    file.data("v", 1)
    with subprocess.Popen(
        [sys.executable, "-c", WHAT_IS_LOCKED, str(file.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(ResultsBusy):
            seen(file.path, timeout_s=0.1)
        other.communicate("")
    assert seen(file.path).content.lines == ("1",)


def test_view_follows_no_external_link(file, tmp_path):
    secret = Fragment(tmp_path / "secret.h5").data("v", 42)
    with h5py.File(file.path, "r+") as h5:
        h5["v"] = h5py.ExternalLink(str(secret.path), "/v")
    with pytest.raises(ResultsError):
        seen(file.path)


@pytest.mark.parametrize(
    "make",
    [
        lambda h5: h5.create_dataset("v/data", data=h5py.Empty("f8")),
        lambda h5: h5.create_dataset("v/data", shape=(3,), dtype=h5py.ref_dtype),
        lambda h5: h5.create_dataset("v/data", data=np.array([b"ab"], "V2")),
        lambda h5: h5.create_group("v"),
        lambda h5: h5.create_group("v/data"),
    ],
    ids=["null", "references", "opaque", "nothing", "a group"],
)
def test_view_of_foreign_hdf5_object_is_not_drawable(file, make):
    with h5py.File(file.path, "r+") as h5:
        make(h5)
    try:
        assert isinstance(seen(file.path).content, NotDrawable)
    except ResultsError:
        pass


def test_view_of_false_xarray_dataset_is_not_drawable(file):
    with h5py.File(file.path, "r+") as h5:
        h5.create_group("v").attrs["_damnit_objtype"] = "dataset"
    assert isinstance(seen(file.path).content, NotDrawable)


def test_view_ignores_units_that_are_no_text(file):
    file.data("v", np.arange(3.0))
    with h5py.File(file.path, "r+") as h5:
        h5["v/data"].attrs["units"] = np.arange(3)
        h5["v/data"].attrs["scale_factor"] = "many"
    assert seen(file.path).about.units == ""


def test_view_of_undecodable_bytes_has_lines(file):
    with h5py.File(file.path, "r+") as h5:
        h5.create_dataset("v/data", data=np.bytes_(b"\xff\xfe"), dtype="S2")
        h5.create_dataset("w/data", data=b"\xff\xfe", dtype=h5py.string_dtype())
    assert "ff fe" in seen(file.path).content.lines[0]
    assert seen(file.path, "w").content.lines
