"""Time from a key to the complete image in the running app; stepping with a held key."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import h5py
import numpy as np

from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    NewValue,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)

from .results import Result, environment, program, within
from .terminal import TerminalProgram

PROPOSAL, RUNS = 1, 12
NAMES = ("image", "wave")
QUIET_S = 0.25
"""The image is complete when nothing is drawn for this long."""
STEPS_PER_S = 5
LIMIT_MS = 150


def measure_looking_use(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure Enter and `v`, right after the start and later, and `j` held down."""
    folder = _make(scratch / "looks")
    command = [*program("damnit-tui", "damnit_tui.cli"), str(folder)]
    number = iter(range(10_000))

    def start(*options: str) -> TerminalProgram:
        state = str(scratch / f"state{next(number)}")
        homes = {"XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state}
        return TerminalProgram([*command, *options], environment(**homes), scratch, rows=40)

    ways = {"blocks": "in half blocks", "kitty": "in pixels"}
    for name in NAMES:
        for way, words in ways.items() if name == "image" else [("blocks", "")]:
            found: dict[str, list[float]] = {"first": [], "later": [], "pane": [], "walk": []}
            for _ in range(repeats):
                with start("--graphics", way, "--columns", name) as app:
                    app.seconds_until(f"{RUNS} runs")
                    app.wait_until_quiet()
                    app.send(b"$")
                    app.bytes_within(QUIET_S)
                    found["first"].append(_drawn_s(app, b"\r"))
                    found["walk"] += _walk(app)
                    app.send(b"\x1b")
                    app.bytes_within(2 * QUIET_S)
                    found["later"].append(_drawn_s(app, b"\r"))
                    app.send(b"\x1b")
                    app.bytes_within(2 * QUIET_S)
                    found["pane"].append(_drawn_s(app, b"v"))
            label = f"{name} {words}".strip()
            for what, words_of in (
                ("first", "Enter, right after the start"),
                ("later", "Enter"),
                ("pane", "v"),
                ("walk", f"j, {STEPS_PER_S} a second"),
            ):
                value = 1000 * median(found[what])
                yield within(f"{label}: {words_of} to whole picture", value, "ms", LIMIT_MS)
                best = 1000 * min(found[what])
                yield Result(f"{label}: {words_of}, best", best, "ms", 0.0, 0.0, None, None)


def _drawn_s(app: TerminalProgram, key: bytes) -> float:
    """Return the time from a key to the last byte drawn in response."""
    app.send(key)
    began = last = time.perf_counter()
    while (now := time.perf_counter()) - last < QUIET_S or (last == began and now - began < 5):
        if app.bytes_within(0.004):
            last = time.perf_counter()
    return last - began


def _walk(app: TerminalProgram) -> list[float]:
    """Return for each step of a held key the time until it is completely drawn."""
    found = []
    for _ in range(RUNS - 2):
        app.send(b"j")
        began = last = time.perf_counter()
        while time.perf_counter() - began < 1 / STEPS_PER_S:
            if app.bytes_within(0.004):
                last = time.perf_counter()
        found.append(last - began)
    return found


def _make(path: Path) -> Path:
    """Create a folder with a 1024 x 1024 image and a curve of 1 million points per run."""
    path.mkdir(parents=True)
    (path / "context.py").write_text("")
    folder = DamnitFolder(path)
    database = create_database(folder.database, proposal=PROPOSAL, context_python=None)
    rng, now = np.random.default_rng(1), time.time()
    with database.writing() as con:
        update_computed_variables(con, [VariableInfo(name, name) for name in NAMES])
        for run in range(1, RUNS + 1):
            key = RunKey(PROPOSAL, run)
            ensure_run(con, key, added_at=now, start_time=now)
            save_values(con, [NewValue(key, name, float(run)) for name in NAMES], now=now)
            file = folder.results_file(key)
            file.parent.mkdir(exist_ok=True)
            with h5py.File(file, "w") as results:
                results["image/data"] = rng.normal(size=(1024, 1024)).astype("f4")
                results["wave/data"] = np.cumsum(rng.normal(size=1_000_000))
    return path
