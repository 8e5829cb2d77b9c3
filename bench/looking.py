"""Time and memory to view a cell, compared with reading the same bytes with h5py."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np

from damnit_daemon.hdf5 import load_view
from damnit_daemon.model.view import ViewData
from damnit_tui.viewer.render import RenderTarget, draw_data, room_for
from damnit_tui.viewer.view_state import DisplayState

from .results import Result, compare, in_turn

SIZE = (130, 34)
"""Columns and lines of the drawing area."""
CASES: dict[str, tuple[tuple[int, ...], str, tuple[int, ...] | None]] = {
    "image 1024x1024": ((1024, 1024), "f4", None),
    "curve 1 M": ((1_000_000,), "f8", None),
    "curve 100 M": ((100_000_000,), "f4", None),
    "image 10000x10000": ((10_000, 10_000), "f4", None),
    "image of 500x1024x1024": ((500, 1024, 1024), "f4", (1, 1024, 1024)),
}
"""Shape, type and chunks (compressed) of each case; all of it in the page cache."""
ROWS_AT_ONCE = 1 << 22
PEAK = """
import re, sys
from pathlib import Path
from bench.looking import see
see(Path(sys.argv[1]))
# Not from getrusage: there a process begins with the peak of the one that started it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def measure_looking(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure the time from request to drawing, and the peak memory."""
    for name, (shape, dtype, chunks) in CASES.items():
        path = _make(scratch / "p1_r1.h5", shape, dtype, chunks)
        seen = in_turn(
            {
                "first": _timed(lambda p=path: see(p, first=True)),
                "whole": _timed(lambda p=path: see(p)),
                "h5py": _timed(lambda p=path: _read(p)),
            },
            repeats,
        )
        yield compare(f"look at {name}: first drawing / h5py", seen["first"], seen["h5py"], "s")
        yield compare(f"look at {name}: whole / h5py", seen["whole"], seen["h5py"], "s")
        peak = subprocess.run(
            [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
        )
        nbytes = np.dtype(dtype).itemsize * int(np.prod(shape)) / 1e6
        yield compare(f"look at {name}: memory / data", [float(peak.stdout)], [nbytes], "MB")
        path.unlink()


def see(path: Path, *, first: bool = False) -> None:
    """View it as the screen does: read, reduce, draw."""
    state = DisplayState()
    for looked in load_view(path, "v", state.view(*room_for(state, *SIZE))):
        _draw(looked, state)
        if first:
            return


def _draw(looked: ViewData, state: DisplayState) -> None:
    draw_data(looked, state.taking(looked), RenderTarget(*SIZE, {}))


def _read(path: Path) -> None:
    """Read the same bytes with h5py in parts; of 3-D data, only the displayed image."""
    with h5py.File(path) as file:
        dataset = file["v/data"]
        if dataset.ndim == 3:
            dataset[(dataset.shape[0] - 1) // 2].mean()
            return
        rows = max(1, ROWS_AT_ONCE // max(1, int(np.prod(dataset.shape[1:]))))
        for start in range(0, dataset.shape[0], rows):
            dataset[start : start + rows]


def _make(path: Path, shape: tuple[int, ...], dtype: str, chunks: tuple[int, ...] | None) -> Path:
    """Create a results file with one variable of repeated numbers."""
    part = np.random.default_rng(1).normal(size=1 << 20).astype(dtype)
    with h5py.File(path, "w") as file:
        more = {"chunks": chunks, "compression": 1, "shuffle": True} if chunks else {}
        dataset = file.create_dataset("v/data", shape, dtype, **more)
        if dataset.ndim == 3:
            dataset[(shape[0] - 1) // 2] = part.reshape(shape[1:])
            return path
        row = int(np.prod(shape[1:]))
        step = max(1, part.size // row)
        for start in range(0, shape[0], step):
            count = min(step, shape[0] - start)
            dataset[start : start + count] = part[: count * row].reshape(count, *shape[1:])
    return path


def _timed(call: Callable[[], None]) -> Callable[[], float]:
    def measured() -> float:
        begin = time.perf_counter()
        call()
        return time.perf_counter() - begin

    return measured
