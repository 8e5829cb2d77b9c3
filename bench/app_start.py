"""First paint and memory of the app, beside an empty Textual app and DAMNIT's window."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .database import FIRST_RUN, make_folder
from .peer import Peer
from .results import Result, beside, compare, environment, in_turn, program, within
from .store_use import filter_s, whole_run_s
from .terminal import TerminalProgram

SIZES = {"100x50": (100, 50), "1000x100": (1000, 100), "5000x200": (5000, 200)}
"""Numbers of runs and variables."""

KEYS = r"\?\s+help"
"""Text in the bottom line, which only the app draws."""

# -P keeps the script's folder off sys.path: a module there would shadow one of Python's.
EMPTY = [sys.executable, "-P", str(Path(__file__).with_name("empty_app.py"))]
MOST_WINDOWS = 3
"""Rounds with DAMNIT's window, which takes up to a minute to open."""
MOST_MB = {"100x50": 70.0, "5000x200": 200.0}
"""Limit of resident memory when everything is loaded."""


def newest(runs: int) -> str:
    """Return a pattern for the number of the newest run, which is in the first row."""
    return rf"(?<![\w.,]){FIRST_RUN + runs - 1}(?![\w.,])"


class Start(NamedTuple):
    """Measurements of one start."""

    first_paint_s: float
    """Until the newest run is on screen."""
    ready_s: float
    """Until the app itself is drawn, and responds to keys."""
    memory_mb: float
    """Resident when everything is loaded."""


def measure_app(scratch: Path, repeats: int, peer: Peer | None = None) -> Iterator[Result]:
    """Measure first paint and memory of `damnit-tui` on databases of three sizes."""
    folders = {name: make_folder(scratch / name, *size) for name, size in SIZES.items()}
    cases = {"empty": app_start(EMPTY, scratch, "painted")}
    for name, folder in folders.items():
        cases[name] = app_start(command_for(folder), scratch, newest(SIZES[name][0]), KEYS)
    starts = in_turn(cases, repeats)
    for name in SIZES:
        ours, empty = zip(*starts[name], strict=True), zip(*starts["empty"], strict=True)
        (paint, ready, memory), (paint_empty, *_) = ours, empty
        yield compare(f"first paint {name} / empty app", paint, paint_empty, "s")
        yield compare(f"app there {name} / empty app", ready, paint_empty, "s")
        if name in MOST_MB:
            yield within(f"memory {name}, all loaded", median(memory), "MB", MOST_MB[name])
    if peer is not None:
        yield from measure_window(scratch, folders, min(repeats, MOST_WINDOWS), peer)


def measure_window(
    scratch: Path, folders: Mapping[str, Path], repeats: int, peer: Peer
) -> Iterator[Result]:
    """Measure DAMNIT's window and our app in turn."""
    if why := peer.why_no_window():
        print(f"DAMNIT's window was not measured: {why}.")
        return
    for name, folder in folders.items():
        runs = SIZES[name][0]
        start = app_start(command_for(folder), scratch, newest(runs), KEYS)
        found = in_turn(
            {
                "ours": lambda start=start, folder=folder, runs=runs: (
                    *start(), whole_run_s(folder, runs), filter_s(folder)
                ),
                "peer": lambda folder=folder: peer.window(folder),
            },
            repeats,
        )  # fmt: skip
        ours, theirs = zip(*found["ours"], strict=True), zip(*found["peer"], strict=True)
        paint, _, memory, update, filtered = ours
        their_paint, their_memory, their_update, their_filter = theirs
        for what, own, other, unit in (
            ("first paint", paint, their_paint, "s"),
            ("memory, all loaded", memory, their_memory, "MB"),
            ("take in a whole run", update, their_update, "s"),
            ("filter by a number", filtered, their_filter, "s"),
        ):
            yield beside(f"{what}, {name}", {"ours": own, "peer": other}, unit)


def command_for(folder: Path) -> list[str]:
    """Return the command that opens a folder."""
    return [*program("damnit-tui", "damnit_tui.cli"), str(folder)]


def app_start(command: list[str], scratch: Path, *patterns: str) -> Callable[[], Start]:
    """Return a case that measures one start."""
    state = environment(XDG_STATE_HOME=str(scratch / "state"), XDG_CONFIG_HOME=str(scratch))
    return lambda: _start(command, patterns, state, scratch)


def _start(command: list[str], patterns: Sequence[str], state: dict[str, str], cwd: Path) -> Start:
    with TerminalProgram(command, state, cwd) as app:
        seen_s = [app.seconds_until(pattern) for pattern in patterns]
        app.wait_until_idle()
        return Start(seen_s[0], seen_s[-1], app.memory_mb())
