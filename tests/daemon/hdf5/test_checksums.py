"""Checksums written by the runner: the combiner and doctor detect damaged values."""

from __future__ import annotations

import random
import struct
import time

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from damnit_ctx import Cell
from damnit_daemon.combine import combine_run
from damnit_daemon.hdf5 import ResultsFile, merge
from damnit_daemon.hdf5.check_file import check_file
from damnit_daemon.model import RunKey
from damnit_daemon.runner import checksum
from damnit_daemon.runner.encode import Computed
from damnit_daemon.runner.fragment import FragmentWriter
from damnit_daemon.services.selection import failed_variables
from tests.daemon.builders import cells, make_damnit_folder

KEY = RunKey(1234, 1)
PIXELS = np.random.default_rng(0).random((40, 50))
VALUES = {
    "number": Cell(struct.unpack("<q", b"a number")[0]),
    "words": Cell("words of some length"),
    "flag": Cell(np.bool_(True)),
    "wave": Cell(1 + 2j),
    "array": Cell(PIXELS, summary="mean", preview=PIXELS[0]),
    "nothing": Cell(np.zeros((0, 3))),
    "labelled": Cell(xr.DataArray(PIXELS, dims=("y", "x"), coords={"x": np.arange(50) * 0.5})),
    "times": Cell(xr.DataArray(pd.date_range("2026-01-01", periods=5), dims="t")),
    "several": Cell(xr.Dataset({"a": ("x", np.arange(9.0)), "b": ("x", list("ijklmnopq"))})),
    "frame": Cell(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})),
}


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore")


def write(folder, **values):
    writer = FragmentWriter(folder.path, *KEY)
    return [
        writer.write_cell(name, cell, Computed(time.time(), 0.1, ""))
        for name, cell in values.items()
    ]


def flip(path, content, *, bit=3):
    """Flip a bit of these bytes, all of whose copies in the file are found."""
    data = bytearray(path.read_bytes())
    places = [at for at in range(len(data)) if data.startswith(content, at)]
    assert places
    for at in places:
        data[at + len(content) // 2] ^= 1 << bit
    path.write_bytes(data)


def checked(folder):
    (found,) = check_file(folder.results_file(KEY), KEY, contents=True)
    return found


def test_results_file_keeps_checksums_of_its_fragments(folder):
    fragments = write(folder, **VALUES)
    failed = FragmentWriter(folder.path, *KEY).write_error("bad", "no", "E", Computed(2.0, 1, ""))
    combine_run(folder, KEY, [*fragments, failed])
    found = checked(folder)
    assert (found.damaged, found.unchecked) == ({}, 0)
    # and once more, out of the results file
    combine_run(folder, KEY, write(folder, number=Cell(2)))
    found = checked(folder)
    assert (found.damaged, found.unchecked) == ({}, 0)
    assert not [v for v in found.values if "checksums" in v.attributes]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("number", b"a number"),
        ("words", b"words of some length"),
        ("array", PIXELS[20].tobytes()),
    ],
)
def test_bit_flip_quarantines_fragment_and_its_cell_gives_the_reason(folder, name, content):
    write(folder, **{name: VALUES[name], "healthy": Cell(5)})
    bad, healthy = (path for _, path in folder.fragments())
    with h5py.File(bad) as file:
        if name not in file:
            bad, healthy = healthy, bad
    flip(bad, content)
    report = combine_run(folder, KEY, [bad, healthy])
    assert [(b.path, "differs from what was written" in b.reason) for b in report.broken] == [
        (bad, True)
    ]
    found = cells(folder)
    assert found["healthy"] == 5
    assert found[name][0] == "UnreadableResult"
    assert "differs from what was written" in found[name][1]
    assert failed_variables(folder, [KEY]) == {KEY: [name]}
    with ResultsFile(folder.results_file(KEY)) as results:
        assert results.names() == ["healthy"]


def test_bit_flip_in_fragment_keeps_older_value_in_results_file(folder):
    combine_run(folder, KEY, write(folder, number=Cell(1)))
    (bad,) = write(folder, number=VALUES["number"])
    flip(bad, b"a number")
    ((path, name, reason),) = merge(folder.results_file(KEY), [bad])
    assert (path, name) == (bad, "number")
    assert "differs from what was written" in reason
    with ResultsFile(folder.results_file(KEY)) as results:
        assert results.read("number") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("number", b"a number"), ("array", PIXELS[20].tobytes()), ("array", PIXELS[0].tobytes())],
)
def test_bit_flip_in_results_file_is_detected(folder, name, content):
    combine_run(folder, KEY, write(folder, **VALUES))
    flip(folder.results_file(KEY), content)
    assert list(checked(folder).damaged) == [name]


def test_values_without_checksums_are_counted(folder):
    combine_run(folder, KEY, write(folder, number=Cell(1), array=Cell(PIXELS)))
    with h5py.File(folder.results_file(KEY), "a") as file:
        del file[".reduced/number"].attrs["checksums"]
    found = checked(folder)
    assert (found.damaged, found.unchecked) == ({}, 1)


@pytest.mark.parametrize("chunks", [None, (7, 11, 3), (1, 1, 64), (40, 50, 64)])
def test_checksum_blocks_cover_dataset_exactly_once(tmp_path, monkeypatch, chunks):
    monkeypatch.setattr(checksum, "BLOCK_BYTES", 3000)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("a", shape=(40, 50, 64), dtype="f8", chunks=chunks)
        seen = np.zeros(dataset.shape, int)
        for block in checksum._blocks(dataset):
            seen[block] += 1
    assert (seen == 1).all()


@pytest.mark.extended
def test_every_bit_flip_is_detected_or_harmless(folder):
    combine_run(folder, KEY, write(folder, array=Cell(PIXELS), number=Cell(7), words=Cell("w")))
    path = folder.results_file(KEY)
    healthy = path.read_bytes()
    chance = random.Random(0)
    for _ in range(200):
        data = bytearray(healthy)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            found = checked(folder)
        except Exception:  # noqa: BLE001 - found: the file as a whole cannot be read
            continue
        with ResultsFile(path) as results:
            for name, expected in (("array", PIXELS), ("number", 7), ("words", "w")):
                if name in found.damaged or found.unchecked or name not in results.names():
                    continue
                np.testing.assert_array_equal(results.read(name), expected)
