"""A folder with a variable of every type, as DAMNIT writes them, for the tests of inspect."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

from damnit_daemon.model import VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import NewValue, create_database, ensure_run, save_values
from damnit_daemon.store import update_computed_variables as save_variables

from ...daemon.hdf5.builders import Fragment
from ..conftest import NOW, PROPOSAL, key

RUNS = (1, 2, 3)
TRAIN = 1_500_000_000


def spot(run: int, rows: int = 240, columns: int = 320) -> np.ndarray:
    """An image with a bright spot that moves from run to run, and a hot pixel."""
    y, x = np.indices((rows, columns))
    centre = 0.3 * rows + 12 * run, 0.6 * columns - 20 * run
    image = 900 * np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / 900) + x / 10
    image[5, 7] = 1e6
    return image.astype(np.float32)


def wave(run: int, points: int = 5000) -> np.ndarray:
    """A curve with one spike, which no reduction may lose."""
    x = np.arange(points)
    y = 1000 + 100 * np.sin(x / 400 + run) + 10 * np.cos(x * 1.7)
    y[points // 3] = 1500
    return y


def figure(run: int) -> str:
    """A Plotly figure."""
    x = list(range(30))
    return json.dumps(
        {
            "data": [
                {"type": "scatter", "name": "up", "x": x, "y": [v * run for v in x]},
                {"type": "bar", "name": "steps", "x": x, "y": [v % 5 for v in x]},
                {"type": "scatter3d", "name": "deep", "x": x, "y": x, "z": x},
            ],
            "layout": {
                "title": {"text": "Two traces"},
                "xaxis": {"title": {"text": "step"}},
                "yaxis": {"title": {"text": "counts"}},
            },
        }
    )


def dataset(run: int) -> xr.Dataset:
    """Two variables that share a coordinate."""
    trains = np.arange(TRAIN, TRAIN + 200)
    return xr.Dataset(
        {
            "ix": ("trainId", np.sin(np.arange(200) / 20 + run), {"units": "mm"}),
            "counts": (("trainId", "pixel"), np.arange(800.0).reshape(200, 4)),
        },
        {"trainId": trains},
    )


def values(run: int) -> dict[str, tuple[object, object, str]]:
    """Variable → (data, summary, DAMNIT's mark), one of each type that DAMNIT knows."""
    times = np.datetime64("2026-03-14T11:00") + np.arange(100) * np.timedelta64(36, "s")
    ramp = np.linspace(0, 1, 64)
    rgba = np.stack(
        [np.add.outer(ramp, 0 * ramp), np.add.outer(0 * ramp, ramp), np.full((64, 64), 0.4)], 2
    )
    rgba = np.concatenate([rgba * 255, np.full((64, 64, 1), 255)], 2).astype(np.uint8)
    cube = np.arange(6 * 40 * 50, dtype=float).reshape(6, 40, 50) * run
    lined = wave(run, 1000)
    return {
        "count": (42 * run, 42 * run, ""),
        "ratio": (run / 7, run / 7, ""),
        "flag": (run % 2 == 0, run % 2 == 0, ""),
        "phase": (1 + 2j * run, 1 + 2j * run, ""),
        "note": ("a line\n" * 3 + f"needle in run {run}", "a line", ""),
        "raw": (b"\x00\x01binary\xff", "binary", ""),
        "curve": (wave(run), 1000.0 * run, ""),
        "bools": (np.arange(50) % 3 == 0, 0.3, ""),
        "spectrum": (np.exp(1j * np.arange(300) / 20) * np.arange(300), "complex128: (300,)", ""),
        "image": (spot(run), 17.0 * run, ""),
        "mask": (spot(run, 40, 60) > 100, "<thumbnail error>", ""),
        "waves": (np.outer(ramp, np.exp(6j * ramp)), "<thumbnail error>", ""),
        "cube": (cube, "float64: (6, 40, 50)", ""),
        "figure": (rgba, "an image", "image"),
        "plotly": (np.frombuffer(figure(run).encode(), np.uint8), "an image", "PlotlyFigure"),
        "empty": (np.zeros((0,)), "float64: (0,)", ""),
        "hollow": (np.full(20, np.nan), "float64: (20,)", ""),
        "line": (
            xr.DataArray(lined, {"trainId": TRAIN + np.arange(1000)}, ["trainId"], name="I",
                         attrs={"units": "µJ"}),
            float(lined.mean()), "",
        ),
        "clock": (xr.DataArray(np.arange(100.0) ** 2, {"time": times}, ["time"]), 3300.0, ""),
        "names": (
            xr.DataArray([3.0, 1.0, 2.0], {"motor": ["x", "y\x1b[31m", "phi"]}, ["motor"]), 2.0, ""
        ),
        "map": (
            xr.DataArray(
                np.outer(np.sin(ramp * 6), np.cos(ramp * 6)) * run,
                {"q": ramp * 0.5, "angle": ramp * 90}, ["q", "angle"],
            ),
            0.0, "",
        ),
        "set": (dataset(run), "Dataset (0.01MB)", ""),
        "scalar_array": (xr.DataArray(2.5 * run), 2.5 * run, ""),
    }  # fmt: skip


def make_inspect_folder(path: Path) -> DamnitFolder:
    """Three runs with a variable of every type; run 3 has no results file."""
    path.mkdir(parents=True)
    (path / "context.py").write_text("")
    folder = DamnitFolder(path)
    database = create_database(folder.database, proposal=PROPOSAL, context_python=None)
    names = list(values(1))
    infos = [VariableInfo(n, f"Look/{n}", f"What {n} is.", tags=("looks",)) for n in names]
    with database.writing() as con:
        save_variables(con, [*infos, VariableInfo("spotted", "Look/spotted", "With a preview.")])
        for run in RUNS:
            ensure_run(con, key(run), added_at=NOW, start_time=NOW - 3600 + 60 * run)
            facts = {"computed_at": NOW - 60, "duration_s": 1.25, "context_hash": "7f3a"}
            stored = [
                NewValue(key(run), name, _storable(summary), attributes=facts | _units(name))
                for name, (_, summary, _) in values(run).items()
            ]
            save_values(con, [*stored, NewValue(key(run), "spotted", 1.5)], now=NOW - 50)
    for run in RUNS[:2]:
        fragment = Fragment(folder.results_file(key(run)))
        for name, (data, _, mark) in values(run).items():
            fragment.data(name, data, mark)
        fragment.data("spotted", wave(run)).preview("spotted", spot(run, 60, 80))
    return folder


def _units(name: str) -> dict[str, str]:
    return {"units": "µJ"} if name in ("ratio", "curve", "line", "image") else {}


def _storable(summary: object) -> object:
    return int(summary) if isinstance(summary, bool) else summary
