"""Measure DAMNIT's window, in its own Python: `window.py FOLDER STARTED` prints JSON.

`STARTED` is the time at which the process was started. Run it with `QT_QPA_PLATFORM=offscreen`.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from damnit.gui.main_window import MainWindow
from damnit.gui.table_filter import NumericFilter
from PyQt6.QtWidgets import QApplication

REPEATS = 7


def main(folder: str, started: str) -> None:
    """Open the folder, then change a whole run and filter by a number."""
    app = QApplication([])
    window = MainWindow(Path(folder), background_activity=False)
    window.show()
    app.processEvents()
    found = {"painted_s": time.time() - float(started)}
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        app.processEvents()
    status = Path("/proc/self/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    assert match is not None
    found["memory_mb"] = int(match[1]) / 1024
    table, view = window.table, window.table_view
    proposal, run = table.row_to_proposal_run(table.rowCount() - 1)
    names = [name for name in table.column_ids if "_number_" in name or "_mean_" in name]

    def update(number: int) -> None:
        values = dict.fromkeys(names, 100.0 + number)
        window.handle_run_values_updated(proposal, run, values)

    def choose(number: int) -> None:
        column = table.find_column(names[0], by_title=False)
        view.model().set_filter(column, NumericFilter(column, 900 + number / 10, 2000))

    found["update_s"] = timed(app, update)
    found["filter_s"] = timed(app, choose)
    print(json.dumps(found))
    sys.stdout.flush()


def timed(app: QApplication, work: Callable[[int], None]) -> float:
    """Return the median time of a piece of work until its events are processed."""
    times = []
    for number in range(REPEATS):
        began = time.perf_counter()
        work(number)
        app.processEvents()
        times.append(time.perf_counter() - began)
    return median(times)


if __name__ == "__main__":
    main(*sys.argv[1:])
