"""How long the app takes to show the table, and its memory, beside an empty Textual app."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .database import FIRST_RUN, make_folder
from .results import Result, compare, environment, in_turn, program
from .terminal import TerminalProgram

SIZES = {"20x10": (20, 10), "1000x100": (1000, 100)}
"""Runs and variables."""

EMPTY_APP = Path(__file__).with_name("empty_app.py")
A_RUN = rf"(?<![\w.,]){str(FIRST_RUN)[0]}\d{{3}}(?![\w.,])"


class Start(NamedTuple):
    """What was seen of one start."""

    first_paint_s: float
    peak_mb: float


def measure_app(scratch: Path, repeats: int) -> Iterator[Result]:
    """`damnit-tui` on a small and on a large database: first paint and memory."""
    state = environment(XDG_STATE_HOME=str(scratch / "state"), XDG_CONFIG_HOME=str(scratch))

    def start(command: list[str], pattern: str) -> Callable[[], Start]:
        return lambda: _start(command, pattern, state, scratch)

    cases = {"empty": start([sys.executable, str(EMPTY_APP)], "painted")}
    for name, (runs, variables) in SIZES.items():
        folder = make_folder(scratch / name, runs, variables)
        command = [*program("damnit-tui", "damnit_tui.cli"), str(folder)]
        cases[name] = start(command, A_RUN)
    starts = in_turn(cases, repeats)
    for name in SIZES:
        ours, empty = zip(*starts[name], strict=True), zip(*starts["empty"], strict=True)
        (paint, memory), (paint_empty, memory_empty) = ours, empty
        yield compare(f"first paint {name} / empty app", paint, paint_empty, "s")
        yield compare(f"peak memory {name} / empty app", memory, memory_empty, "MB")


def _start(command: list[str], pattern: str, state: dict[str, str], cwd: Path) -> Start:
    with TerminalProgram(command, state, cwd) as app:
        first_paint_s = app.seconds_until(pattern)
        app.wait_until_quiet()
        return Start(first_paint_s, app.peak_memory_mb())
