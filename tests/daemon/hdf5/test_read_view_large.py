"""Views of data larger than memory, reduced while reading."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from damnit_daemon.hdf5 import load_view
from damnit_daemon.hdf5.bins import Bins
from damnit_daemon.model.view import ViewRequest

from .builders import Fragment

TEN_GB = (1250, 1000, 1000)
LOOK = """
import re, sys
from pathlib import Path
from damnit_daemon.hdf5 import load_view
from damnit_daemon.model.view import ViewRequest
for step in load_view(Path(sys.argv[1]), "v", ViewRequest(axes=eval(sys.argv[2]))):
    pass
# Not from getrusage: there a process begins with the peak of the one that started it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.fixture
def huge(tmp_path):
    """Ten gigabytes, of which nearly nothing is on the disk."""
    file = Fragment(tmp_path / "p1_r2.h5")
    with h5py.File(file.path, "r+") as h5:
        dataset = h5.create_dataset("v/data", TEN_GB, "f8", chunks=(1, 250, 1000), fillvalue=1.0)
        dataset[625, 10, 20] = 5.0
        h5.create_dataset("w/data", (200_000_000,), "f4", chunks=(1 << 20,))
    return file.path


@pytest.mark.extended
@pytest.mark.parametrize("axes", [(1, 2), (0, 2), (0,)])
def test_view_of_ten_gigabytes_uses_little_memory(huge, axes):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(huge), repr(axes)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 300


@pytest.mark.extended
def test_view_gives_a_first_result_before_the_rest(huge):
    steps = [looked.read for looked in load_view(huge, "w", ViewRequest())]
    assert steps[0] == 0
    assert steps[-1] == 1
    assert steps == sorted(steps)


def test_cancelled_view_stops_reading(huge):
    answers = load_view(
        huge, "w", ViewRequest(), is_cancelled=iter([False] * 250 + [True] * 9).__next__
    )
    assert [looked.read for looked in answers][-1] < 1


def test_long_coordinate_is_not_read_whole(tmp_path):
    path = Fragment(tmp_path / "p1_r2.h5").path
    size = 5_000_000
    with h5py.File(path, "r+") as h5:
        group = h5.create_group("v")
        group.attrs["_damnit_objtype"] = "dataarray"
        x = group.create_dataset("x", data=np.arange(size) * 0.5)
        x.make_scale("x")
        y = np.zeros(size)
        y[1_000_000] = 1
        group.create_dataset("y", data=y).dims[0].attach_scale(x)
    *_, looked = load_view(path, "v", ViewRequest(columns=100))
    assert looked.content.window == (0, (size - 1) / 2)
    assert np.argmax(looked.content.greatest) == pytest.approx(20, abs=1)


@given(
    values=st.lists(st.floats(width=32) | st.just(np.nan), min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 60), min_size=1, max_size=8),
    block=st.integers(1, 13),
)
@settings(max_examples=150, deadline=None)
def test_blockwise_bins_equal_bins_of_whole_array(values, cuts, block):
    numbers = np.array(values)
    edges = np.array([0, *sorted(min(c, len(numbers)) for c in cuts), len(numbers)])
    bins = Bins(edges)
    for start in range(0, len(numbers), block):
        bins.add(numbers[start : start + block], start)
    least, greatest, mean = bins.result()
    for i, (begin, end) in enumerate(pairwise(edges)):
        good = numbers[begin:end][np.isfinite(numbers[begin:end])]
        assert bins.points[i] == end - begin
        assert bins.finite[i] == len(good)
        if len(good):
            assert (least[i], greatest[i]) == (good.min(), good.max())
            assert least[i] <= mean[i] <= greatest[i]
        else:
            assert np.isnan([least[i], greatest[i], mean[i]]).all()
