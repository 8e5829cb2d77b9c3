"""Time to first paint and memory of the app, compared with an empty Textual app."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .database import FIRST_RUN, make_folder
from .results import Result, compare, environment, in_turn, program, within
from .terminal import TerminalProgram

SIZES = {"100x50": (100, 50), "1000x100": (1000, 100), "5000x200": (5000, 200)}
"""Numbers of runs and variables."""

KEYS = r"\?\s+help"
"""Text in the bottom line, which only the app draws."""

EMPTY_APP = Path(__file__).with_name("empty_app.py")
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


def measure_app(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure first paint and memory of `damnit-tui` on databases of three sizes."""
    state = environment(XDG_STATE_HOME=str(scratch / "state"), XDG_CONFIG_HOME=str(scratch))

    def start(command: list[str], *patterns: str) -> Callable[[], Start]:
        return lambda: _start(command, patterns, state, scratch)

    # -P keeps the script's folder off sys.path: a module there would shadow one of Python's.
    cases = {"empty": start([sys.executable, "-P", str(EMPTY_APP)], "painted")}
    for name, (runs, variables) in SIZES.items():
        folder = make_folder(scratch / name, runs, variables)
        command = [*program("damnit-tui", "damnit_tui.cli"), str(folder)]
        cases[name] = start(command, newest(runs), KEYS)
    starts = in_turn(cases, repeats)
    for name in SIZES:
        ours, empty = zip(*starts[name], strict=True), zip(*starts["empty"], strict=True)
        (paint, ready, memory), (paint_empty, *_) = ours, empty
        yield compare(f"first paint {name} / empty app", paint, paint_empty, "s")
        yield compare(f"app there {name} / empty app", ready, paint_empty, "s")
        if name in MOST_MB:
            yield within(f"memory {name}, all loaded", median(memory), "MB", MOST_MB[name])


def _start(command: list[str], patterns: Sequence[str], state: dict[str, str], cwd: Path) -> Start:
    with TerminalProgram(command, state, cwd) as app:
        seen_s = [app.seconds_until(pattern) for pattern in patterns]
        app.wait_until_idle()
        return Start(seen_s[0], seen_s[-1], app.memory_mb())
