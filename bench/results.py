"""Results, and repeated measurements."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")

AIMS: dict[str, float] = {
    f"first paint {size} / empty app": 1.5 for size in ("100x50", "1000x100", "5000x200")
}
"""Name of a result → upper limit of its ratio to the baseline."""


@dataclass(frozen=True)
class Result:
    """A measurement with its baseline."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    aim: float | None
    """Upper limit of the ratio; None if there is none."""
    ok: bool | None
    """True if the aim is met; None without an aim."""


def compare(name: str, values: Sequence[float], baselines: Sequence[float], unit: str) -> Result:
    """Compare a measurement with its baseline by their medians."""
    value, baseline = median(values), median(baselines)
    ratio, aim = value / baseline, AIMS.get(name)
    return Result(name, value, unit, baseline, ratio, aim, None if aim is None else ratio <= aim)


def within(name: str, value: float, unit: str, limit: float) -> Result:
    """Compare a measurement with a limit instead of a baseline."""
    return Result(name, value, unit, limit, value / limit, 1.0, value <= limit)


def in_turn(cases: Mapping[str, Callable[[], T]], repeats: int) -> dict[str, list[T]]:
    """Call the cases in turn, repeatedly; the first round is a warm-up."""
    found: dict[str, list[T]] = {name: [] for name in cases}
    for number in range(repeats + 1):
        for name, case in cases.items():
            value = case()
            if number:
                found[name].append(value)
    return found


def wall_time_s(command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> float:
    """Measure a command from start to exit.

    Raises:
        SystemExit: If it fails, as there is nothing to measure then.
    """
    begin = time.perf_counter()
    done = subprocess.run(
        command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    duration = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return duration


def environment(**changes: str) -> dict[str, str]:
    """Return the current environment, with Python allowed to write bytecode as usual."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "NO_COLOR")
    return {**{k: v for k, v in os.environ.items() if k not in dropped}, **changes}


def program(name: str, module: str) -> list[str]:
    """Return the installed command, or its entry point in a source tree."""
    script = Path(sys.executable).with_name(name)
    if script.exists():
        return [str(script)]
    return [sys.executable, "-c", f"from {module} import main; main()"]
