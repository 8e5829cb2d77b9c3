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
    peer: float | None = None
    """The same of DAMNIT, if it was measured."""
    peer_ratio: float | None = None
    """Ours divided by DAMNIT's: the median of the pairs measured one after the other."""


def compare(name: str, values: Sequence[float], baselines: Sequence[float], unit: str) -> Result:
    """Compare a measurement with its baseline by their medians."""
    value, baseline = median(values), median(baselines)
    ratio, aim = value / baseline, AIMS.get(name)
    return Result(name, value, unit, baseline, ratio, aim, None if aim is None else ratio <= aim)


def beside(
    name: str, times: Mapping[str, Sequence[float]], unit: str, aim: float | None = None
) -> Result:
    """Compare a measurement with the limit and with DAMNIT, both measured in turn with it.

    Args:
        name: What is measured.
        times: `ours`, and if they were measured `limit` and `peer`, one for each round.
        unit: The unit.
        aim: Upper limit of the ratio to the limit.
    """
    ours, limit, peer = times["ours"], times.get("limit"), times.get("peer")
    ratio = _ratio(ours, limit) if limit else 0.0
    ok = ratio <= aim if limit and aim is not None else None
    return Result(
        name, median(ours), unit, median(limit) if limit else 0.0, ratio, aim, ok,
        median(peer) if peer else None, _ratio(ours, peer) if peer else None,
    )  # fmt: skip


def _ratio(values: Sequence[float], others: Sequence[float]) -> float:
    return median(value / other for value, other in zip(values, others, strict=True))


def within(name: str, value: float, unit: str, limit: float) -> Result:
    """Compare a measurement with a limit instead of a baseline."""
    return Result(name, value, unit, limit, value / limit, 1.0, value <= limit)


class Progress:
    """What is being measured, for the user; the program replaces `show`."""

    def __init__(self) -> None:
        self.show: Callable[[str], object] = lambda _text: None


PROGRESS = Progress()


def in_turn(cases: Mapping[str, Callable[[], T]], repeats: int) -> dict[str, list[T]]:
    """Call the cases in turn, repeatedly; the first round is a warm-up."""
    found: dict[str, list[T]] = {name: [] for name in cases}
    for number in range(repeats + 1):
        for name, case in cases.items():
            PROGRESS.show(f"{name}, {f'round {number} of {repeats}' if number else 'warming up'}")
            value = case()
            if number:
                found[name].append(value)
    return found


def wall_time_s(command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> float:
    """Measure a command from start to exit; see `run_command`."""
    begin = time.perf_counter()
    run_command(command, environment, cwd)
    return time.perf_counter() - begin


def run_command(command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> str:
    """Run a command; returns what it printed.

    Raises:
        SystemExit: If it fails, as there is nothing to measure then.
    """
    done = subprocess.run(
        command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


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
