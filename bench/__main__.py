"""Measure everything in one run, print a table, write `build/bench.json`.

Ours and its baseline are measured in turn, several times, and compared by their
medians: a machine that gets slower in between slows both. Nothing here fails
because something is slow.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from .app_start import measure_app
from .app_use import measure_use
from .daemon import measure_daemon
from .looking import measure_looking
from .looking_use import measure_looking_use
from .processing import measure_processing
from .results import Result
from .store_use import measure_store

MEASUREMENTS: dict[str, Callable[[Path, int], Iterable[Result]]] = {
    "processing": measure_processing,
    "app": measure_app,
    "use": measure_use,
    "store": measure_store,
    "daemon": measure_daemon,
    "inspect": measure_looking,
    "inspect-use": measure_looking_use,
}
OUTPUT = Path("build/bench.json")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="leave out the rest")
    parser.add_argument("--repeats", type=int, default=7, help="of each (default: 7)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"default: {OUTPUT}")
    parser.add_argument("--long", action="store_true", help="the daemon with 500 runs, 60 s idle")
    arguments = parser.parse_args()
    measurements = MEASUREMENTS | {"daemon": partial(measure_daemon, is_long=arguments.long)}
    console, results = Console(), []
    for name in arguments.only or MEASUREMENTS:
        with TemporaryDirectory(prefix="bench-") as scratch, console.status(f"measuring {name}"):
            results += measurements[name](Path(scratch), arguments.repeats)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps([asdict(r) for r in results], indent=1) + "\n")
    console.print(as_table(results))


def as_table(results: Iterable[Result]) -> Table:
    """Format the results for people; the JSON file is for programs."""
    table = Table("what", "ours", "baseline", "ratio", "aim", "")
    for column in table.columns[1:]:
        column.justify = "right"
    for result in results:
        aim = "" if result.aim is None else f"≤ {result.aim:g}"
        mark = {True: "✓", False: "✗", None: ""}[result.ok]
        value, baseline = (f"{v:.3g} {result.unit}" for v in (result.value, result.baseline))
        table.add_row(result.name, value, baseline, f"{result.ratio:.2f}", aim, mark)
    return table


if __name__ == "__main__":
    main()
