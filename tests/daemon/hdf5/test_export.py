"""Export of viewed data to files."""

from __future__ import annotations

import csv
import errno
import os
import sys

import h5py
import numpy as np
import pytest
import xarray as xr
from PIL import Image

from damnit_daemon.errors import ExtraMissing
from damnit_daemon.hdf5 import NoSuchData, SaveFailed, export, save_data
from damnit_daemon.hdf5.render_png import draw
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import ViewRequest
from damnit_daemon.paths import DamnitFolder

from .builders import Fragment

KEY = RunKey(1, 2)


@pytest.fixture
def folder(tmp_path):
    return DamnitFolder(tmp_path / "amore")


@pytest.fixture
def file(folder):
    return Fragment(folder.results_file(KEY))


def rows(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(2, 3, 4),
        np.array([True, False]),
        np.array([1 + 2j]),
        np.zeros((0, 3)),
        np.float32(2.5),
    ],
)
def test_exported_npy_has_the_whole_array(file, folder, tmp_path, array):
    file.data("v", array)
    save_data(folder, KEY, "v", ViewRequest(), tmp_path / "v.npy")
    found = np.load(tmp_path / "v.npy")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_exported_csv_has_the_coordinate(file, folder, tmp_path):
    file.data("v", xr.DataArray([1.5, 2.5], {"trainId": [7, 8]}, ["trainId"]))
    save_data(folder, KEY, "v", ViewRequest(), tmp_path / "v.csv")
    assert rows(tmp_path / "v.csv") == [["trainId", "value"], ["7.0", "1.5"], ["8.0", "2.5"]]


def test_exported_csv_of_a_cut_has_the_values_shown(file, folder, tmp_path):
    cube = np.arange(24).reshape(2, 3, 4)
    file.data("v", cube)
    save_data(folder, KEY, "v", ViewRequest(axes=(1, 2), at=(1, 0, 0)), tmp_path / "v.csv")
    assert np.array(rows(tmp_path / "v.csv"), int).tolist() == cube[1].tolist()
    save_data(folder, KEY, "v", ViewRequest(axes=(1, 0), at=(0, 0, 2)), tmp_path / "w.csv")
    assert np.array(rows(tmp_path / "w.csv"), int).tolist() == cube[:, :, 2].T.tolist()


@pytest.mark.extended
def test_curves_and_images_are_exported_as_pictures(file, folder, tmp_path):
    file.data("v", np.arange(1000.0)).data("w", np.arange(600.0).reshape(20, 30))
    for name in ("v", "w"):
        path = tmp_path / f"{name}.png"
        save_data(
            folder, KEY, name, ViewRequest(), path, title="r2 $ 1", is_log=True, range=(1, 500)
        )
        with Image.open(path) as image:
            assert image.size == (1200, 900)


def test_export_selects_preview_and_dataset_member(file, folder, tmp_path):
    file.data("v", np.zeros(3)).preview("v", np.ones(2))
    file.data("s", xr.Dataset({"a": ("i", [1.0]), "b": ("i", [2.0])}))
    for view, found in ((ViewRequest(), [1, 1]), (ViewRequest(preview=False), [0, 0, 0])):
        save_data(folder, KEY, "v", view, tmp_path / "v.npy")
        assert np.load(tmp_path / "v.npy").tolist() == found
    save_data(folder, KEY, "s", ViewRequest(member="b"), tmp_path / "s.npy")
    assert np.load(tmp_path / "s.npy").tolist() == [2.0]


def test_text_and_plotly_figures_are_exported(file, folder, tmp_path):
    figure = '{"data": [], "layout": {"title": "</script><b>"}}'
    file.data("t", "héllo\nyou").data("p", np.frombuffer(figure.encode(), "u1"), "PlotlyFigure")
    save_data(folder, KEY, "t", ViewRequest(), tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_text() == "héllo\nyou"
    save_data(folder, KEY, "p", ViewRequest(), tmp_path / "p.json")
    assert (tmp_path / "p.json").read_text() == figure
    save_data(folder, KEY, "p", ViewRequest(), tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text()
    assert page.count("</script>") == 2  # Plotly's and ours: none from the figure


@pytest.mark.extended
@pytest.mark.parametrize(
    ("name", "ending"),
    [("n", ".txt"), ("t", ".npy"), ("t", ".csv"), ("t", ".png"), ("n", ".doc"), ("n", ".html")],
)
def test_impossible_export_fails_and_leaves_no_file(file, folder, tmp_path, name, ending):
    file.data("n", np.zeros(3)).data("t", "text")
    with pytest.raises(SaveFailed):
        save_data(folder, KEY, name, ViewRequest(), tmp_path / f"out{ending}")
    assert [p.name for p in tmp_path.iterdir()] == ["amore"]


def test_export_of_variable_without_data_is_refused(file, folder, tmp_path):
    with pytest.raises(NoSuchData):
        save_data(folder, KEY, "v", ViewRequest(), tmp_path / "v.npy")


def test_full_disk_during_export_is_reported_as_such(file, folder, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    file.data("v", np.zeros(3))
    monkeypatch.setattr(export, "_write_npy", full)
    with pytest.raises(SaveFailed, match="is full"):
        save_data(folder, KEY, "v", ViewRequest(), tmp_path / "v.npy")


def test_large_array_is_exported_in_parts(file, folder, tmp_path, monkeypatch):
    with h5py.File(file.path, "r+") as h5:
        h5.create_dataset("v/data", (64, 256, 256), "f4", chunks=(1, 256, 256), fillvalue=3)
    monkeypatch.setattr("damnit_daemon.hdf5.array_reader.BLOCK", 1 << 17)
    save_data(folder, KEY, "v", ViewRequest(), tmp_path / "v.npy")
    assert (np.load(tmp_path / "v.npy", mmap_mode="r") == 3).all()


def test_planted_symlink_at_export_target_is_not_followed(file, folder, tmp_path):
    target, other = tmp_path / "v.npy", tmp_path / "theirs"
    (tmp_path / ".v.npy.part.npy").symlink_to(other)
    file.data("v", np.arange(3.0))
    save_data(folder, KEY, "v", ViewRequest(), target)
    assert target.exists()
    assert not other.exists()
    assert target.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_picture_export_without_matplotlib_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ExtraMissing, match=r"Matplotlib is needed. .*'damnit-tui\[plot\]'"):
        draw({"points": "none", "path": str(tmp_path / "a.png")})
