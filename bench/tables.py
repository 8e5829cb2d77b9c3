"""The whole table through the Python API and as CSV, beside fetching it from SQLite."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .database import make_folder
from .peer import Peer
from .results import Result, beside, environment, in_turn, program, run_command, wall_time_s

SIZE = (1000, 100)
WIDE = (100, 3000)
"""Of the shape of the largest tables; 700 MB."""
CALLS = 5
FETCH = (
    "import sqlite3, sys; rows = sqlite3.connect(sys.argv[1] + '/runs.sqlite')"
    ".execute('SELECT proposal, run, name, value FROM run_variables').fetchall()"
)
FETCH_AND_WRITE = (
    f"import csv; {FETCH}; csv.writer(sys.stdout).writerows("
    "(p, r, n, 'blob' if type(v) is bytes else v) for p, r, n, v in rows)"
)
OURS = "import sys; from damnit_daemon.api import Folder; Folder(sys.argv[1]).table()"
PEER = "import sys; from damnit import Damnit; Damnit(sys.argv[1]).table()"
REPEATED = """
import sys, time
from {module} import {name}
folder = {name}(sys.argv[1])
folder.table()
found = []
for _ in range({calls}):
    began = time.perf_counter()
    folder.table()
    found.append(time.perf_counter() - began)
print(sorted(found)[len(found) // 2])
"""

# Started by a small process: a process begins with the peak of the one that started it.
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measure_tables(scratch: Path, repeats: int, peer: Peer | None = None) -> Iterator[Result]:
    """Measure `Folder.table()` and `damnit-tui --print csv`."""
    own = environment()
    size = "x".join(map(str, SIZE))
    folder = str(make_folder(scratch / size, *SIZE))

    def timed(code: str) -> Callable[[], float]:
        return lambda: wall_time_s([sys.executable, "-c", code, folder], own, scratch)

    cases = {"ours": timed(OURS), "limit": timed(f"import pandas; {FETCH}")}
    if peer:
        script = peer.script(PEER, folder)
        cases["peer"] = lambda: wall_time_s(script, peer.environment, scratch)
    name = f"table through the API, new process, {size}"
    yield beside(name, in_turn(cases, repeats), "s", 1.3)

    cases = {"ours": lambda: _printed(_repeated("damnit_daemon.api", "Folder", folder), own)}
    if peer:
        again = peer.script(REPEATED.format(module="damnit", name="Damnit", calls=CALLS), folder)
        cases["peer"] = lambda: _printed(again, peer.environment)
    yield beside(f"table through the API, in process, {size}", in_turn(cases, repeats), "s")

    shown = [*program("damnit-tui", "damnit_tui.cli"), folder, "--print", "csv"]
    csv_cases = {
        "ours": lambda: wall_time_s(shown, own, scratch),
        "limit": timed(FETCH_AND_WRITE),
    }
    yield beside(f"--print csv, {size}", in_turn(csv_cases, repeats), "s", 1.5)
    yield from _measure_wide(scratch, repeats)


def _measure_wide(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure time and peak memory for a table of thousands of variables."""
    own, size = environment(), "x".join(map(str, WIDE))
    folder = str(make_folder(scratch / size, *WIDE))
    shown = [*program("damnit-tui", "damnit_tui.cli"), folder, "--print", "csv"]
    bare = [sys.executable, "-c", FETCH_AND_WRITE, folder]
    found = in_turn({"ours": lambda: usage(shown, own), "limit": lambda: usage(bare, own)}, repeats)
    times, peaks = (
        {side: [use[part] for use in uses] for side, uses in found.items()} for part in (0, 1)
    )
    yield beside(f"--print csv, {size}", times, "s", 1.5)
    yield beside(f"memory of --print csv, {size}", peaks, "MB")


def usage(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Return the time and the peak memory in MB of a command."""
    printed = run_command([sys.executable, "-c", LAUNCHER, *command], environment, Path.cwd())
    took_s, peak_kb = map(float, printed.split())
    return took_s, peak_kb / 1024


def _repeated(module: str, name: str, folder: str) -> list[str]:
    code = REPEATED.format(module=module, name=name, calls=CALLS)
    return [sys.executable, "-c", code, folder]


def _printed(command: Sequence[str], environment: Mapping[str, str]) -> float:
    return float(run_command(command, environment, Path.cwd()))
