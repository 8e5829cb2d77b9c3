"""Cost of detecting a database change, and of sorting and filtering a table; how they grow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from damnit_daemon.model import RunKey
from damnit_daemon.query import parse_filter, parse_sort, sort_keys
from damnit_daemon.store import ChangeFeed, Database, NewValue, save_values
from damnit_tui.table.rows import Rows

from .database import FIRST_RUN, PROPOSAL, make_folder
from .results import Result, compare, within

SIZES = {"100x50": (100, 50), "5000x200": (5000, 200)}
UPDATES = 15


def measure_store(scratch: Path, _repeats: int) -> Iterator[Result]:
    """Measure one cell change in a small and a large database; then sorting and filtering."""
    costs = {}
    for name, (runs, variables) in SIZES.items():
        folder = make_folder(scratch / f"store{name}", runs, variables)
        database = Database(folder / "runs.sqlite")
        with closing(ChangeFeed(database)) as live:
            rows = load_rows(live)
            costs[name] = _update_costs_s(live, database, runs)
    yield compare("seeing one change, 5000x200 / 100x50", costs["5000x200"], costs["100x50"], "s")
    numbers = [column.name for column in rows.columns if "_number_" in column.name]
    texts = [column.name for column in rows.columns if "_text_" in column.name]
    for label, filter_text in {
        "filter by a number": f"{numbers[0]} > 900",
        "filter by two": f"{numbers[0]} > 900 and {numbers[1]} < 920",
        "filter by a text": f'{texts[0]} ~ "cal"',
        "filter by a word anywhere": "calibration",
        "filter by errors": "is:error",
    }.items():
        found = parse_filter(filter_text, rows.columns)
        took = _median_s(lambda found=found: found.select(rows, rows.all_keys))
        yield within(f"{label}, 5000 runs", 1000 * took, "ms", 50)
    for label, sort_text in {"sort by a number": numbers[0], "sort by a text": texts[0]}.items():
        by = parse_sort(sort_text, rows.columns)
        took = _median_s(lambda by=by: sort_keys(rows, rows.all_keys, by))
        yield within(f"{label}, 5000 runs", 1000 * took, "ms", 50)


def whole_run_s(folder: Path, runs: int) -> float:
    """Return the time to detect new values in a whole run, and to put them into the table."""
    database = Database(folder / "runs.sqlite")
    key, found = RunKey(PROPOSAL, FIRST_RUN + runs - 1), []
    with closing(ChangeFeed(database)) as live:
        rows = load_rows(live)
        names = [c.name for c in rows.columns if "_number_" in c.name or "_mean_" in c.name]
        for number in range(UPDATES):
            values = [NewValue(key, name, 100.0 + number) for name in names]
            with database.writing() as con:
                save_values(con, values, now=time.time())
            began = time.perf_counter()
            rows.add_values(live.changes([key]).values)
            found.append(time.perf_counter() - began)
    return median(found)


def filter_s(folder: Path) -> float:
    """Return the time to filter all runs by a number."""
    with closing(ChangeFeed(Database(folder / "runs.sqlite"))) as live:
        rows = load_rows(live)
    number = next(column.name for column in rows.columns if "_number_" in column.name)
    found = parse_filter(f"{number} > 900", rows.columns)
    return _median_s(lambda: found.select(rows, rows.all_keys))


def load_rows(live: ChangeFeed) -> Rows:
    """Load a whole table as the app does."""
    rows, first = Rows(), live.changes()
    rows.add_runs(first.runs)
    rows.add_columns(first.columns or ())
    while (found := live.walk()) is not None:
        if found.portion is not None:
            rows.add_portion(found.portion)
    return rows


def _update_costs_s(live: ChangeFeed, database: Database, runs: int) -> list[float]:
    """Return the times to detect a written cell, with a screenful of runs visible."""
    last = FIRST_RUN + runs - 1
    shown = [RunKey(PROPOSAL, last - row) for row in range(40)]
    found = []
    for number in range(UPDATES):
        value = NewValue(shown[number], "motors_number_003", float(number))
        with database.writing() as con:
            save_values(con, [value], now=time.time())
        began = time.perf_counter()
        changes = live.changes(shown)
        found.append(time.perf_counter() - began)
        assert [each.value for each in changes.values] == [float(number)], (number, changes)
    return found


def _median_s(work: object) -> float:
    times = []
    for _ in range(7):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return median(times)
