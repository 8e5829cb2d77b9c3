"""How times and memory grow with ten times the runs, and with ten times the variables."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from damnit_daemon.demo import make_proposal, write_run

from .app_start import app_start, command_for, newest
from .database import make_folder
from .processing import make_folder as make_context_folder
from .results import Result, environment, in_turn, program, wall_time_s
from .store_use import filter_s, whole_run_s
from .tables import FETCH, OURS, usage

BASE = (500, 20)
"""Runs and variables, of which one is multiplied."""
MORE_RUNS, MORE_VARIABLES = (5000, 20), (500, 200)
FEW_RUNS, FEW_VARIABLES = 2, 3
FACTOR = 10


def measure_growth(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure tables of three sizes, then processing of runs."""
    own = environment()
    folders = {size: make_folder(scratch / "x".join(map(str, size)), *size) for size in _SIZES}
    cases: dict[str, Callable[[Path, int], float]] = {
        "table through the API": lambda folder, _runs: wall_time_s(
            [sys.executable, "-c", OURS, str(folder)], own, scratch
        ),
        "SQLite's fetchall": lambda folder, _runs: wall_time_s(
            [sys.executable, "-c", FETCH, str(folder)], own, scratch
        ),
        "--print csv": lambda folder, _runs: usage(_printing(folder), own)[0],
        "memory of --print csv": lambda folder, _runs: usage(_printing(folder), own)[1],
        "first paint": lambda folder, runs: (
            app_start(command_for(folder), scratch, newest(runs))().first_paint_s
        ),
        "memory of the app": lambda folder, runs: (
            app_start(command_for(folder), scratch, newest(runs))().memory_mb
        ),
        "take in a whole run": whole_run_s,
        "filter by a number": lambda folder, _runs: filter_s(folder),
    }
    for name, case in cases.items():
        unit = "MB" if name.startswith("memory") else "s"
        found = in_turn(
            {
                f"{name}, {size}": lambda size=size, case=case: case(folders[size], size[0])
                for size in _SIZES
            },
            repeats,
        )
        base, runs, variables = (median(times) for times in found.values())
        yield growth(f"{name}: ten times the runs", base, runs, unit)
        yield growth(f"{name}: ten times the variables", base, variables, unit)
    yield from _processing(scratch / "processing", repeats)


_SIZES = (BASE, MORE_RUNS, MORE_VARIABLES)


def growth(name: str, small: float, large: float, unit: str) -> Result:
    """Return a line with the exponent: 1 is proportional, 0 is constant."""
    exponent = math.log(large / small, FACTOR)
    label = f"{name}: exponent {exponent:.2f}"
    return Result(label, large, unit, small, large / small, None, None)


def _printing(folder: Path) -> list[str]:
    return [*program("damnit-tui", "damnit_tui.cli"), str(folder), "--print", "csv"]


def _processing(scratch: Path, repeats: int) -> Iterator[Result]:
    proposal = make_proposal(scratch)
    many = FACTOR * FEW_RUNS
    for run in range(1, many + 1):
        write_run(proposal, run, camera=False, proc=False)
    variables = environment(EXTRA_DATA_DATA_ROOT=str(scratch), AMORE_BROKER="none")
    few, ten_fold = (
        make_context_folder(scratch / f"{n} variables", _context(n), proposal.number)
        for n in (FEW_VARIABLES, FACTOR * FEW_VARIABLES)
    )
    command = program("damnit-daemon", "damnit_daemon.cli")

    def case(folder: Path, runs: int, what: tuple[str, ...] = ("--direct",)) -> object:
        numbers = [str(run) for run in range(1, runs + 1)]
        whole = [*command, "--in", str(folder), "reprocess", *numbers, *what]
        return lambda: wall_time_s(whole, variables, folder)

    def reading(folder: Path) -> object:
        whole = [*command, "--in", str(folder), "read-context"]
        return lambda: wall_time_s(whole, variables, folder)

    cases: Mapping[str, object] = {
        "few": case(few, FEW_RUNS),
        "runs": case(few, many),
        "variables": case(ten_fold, FEW_RUNS),
        "context": reading(few),
        "long context": reading(ten_fold),
    }
    found = {name: median(times) for name, times in in_turn(cases, repeats).items()}  # type: ignore[arg-type]
    yield growth("process: ten times the runs", found["few"], found["runs"], "s")
    yield growth("process: ten times the variables", found["few"], found["variables"], "s")
    yield growth(
        "read-context: ten times the variables", found["context"], found["long context"], "s"
    )


def _context(variables: int) -> str:
    functions = (
        f"@Variable\ndef number_{i}(run):\n    return {i} * len(run.train_ids)\n"
        for i in range(variables)
    )
    return "\n\n".join(["from damnit_ctx import Variable\n", *functions])
