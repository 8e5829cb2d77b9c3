"""Runs and values of format 0: one table with a row per run and a column per variable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from .edits import MANUAL_PROVENANCE
from .identifiers import COMMENT
from .sql import Row, fetch_all, has_columns

TABLE = "runs"
"""From format 1 on this is a view."""
_RUN = ("proposal", "runnr", "start_time", "added_at")
_CONTEXT_PROVENANCE = "context.py"


def is_format_zero(con: sqlite3.Connection) -> bool:
    """Return True if the database has the table of format 0."""
    return has_columns(con, TABLE, _RUN)


def remove_table(con: sqlite3.Connection) -> None:
    """Remove the table of format 0, and its index, whose name later formats use."""
    con.execute(f"DROP TABLE main.{TABLE}")


def load_rows(con: sqlite3.Connection, path: Path) -> tuple[list[Row], list[Row]]:
    """Load a database of format 0 as rows of the later tables.

    Format 0 has no times of values: they get that of the run's results file, else that of the run.

    Args:
        con: A connection.
        path: The database, next to the results files.

    Returns:
        Rows of `run_info`, and of `run_variables` without `attributes`.
    """
    names = [name for (name,) in fetch_all(con, f"SELECT name FROM pragma_table_info('{TABLE}')")]
    typed = {COMMENT}
    if has_columns(con, "variables", ("name", "type")):
        sql = "SELECT name FROM variables WHERE type IS NOT NULL"
        typed.update(name for (name,) in fetch_all(con, sql))
    runs: list[Row] = []
    values: list[Row] = []
    for row in fetch_all(con, f"SELECT * FROM {TABLE} ORDER BY proposal, runnr"):
        found = dict(zip(names, row, strict=True))
        proposal, run, start_time, added_at = (found.pop(name) for name in _RUN)
        runs.append((proposal, run, start_time, added_at))
        timestamp = _modified_at(path.parent, proposal, run) or added_at or start_time
        values += _values(found, (proposal, run), timestamp, typed)
    return runs, values


def _values(
    found: dict[str, object], key: tuple[object, object], timestamp: object, typed: set[str]
) -> Iterator[Row]:
    for name, value in found.items():
        if value is not None:
            provenance = MANUAL_PROVENANCE if name in typed else _CONTEXT_PROVENANCE
            yield (*key, name, 1, value, timestamp, None, provenance, None, None)


def save_rows(
    con: sqlite3.Connection, schema: Literal["main", "temp"], runs: list[Row], values: list[Row]
) -> None:
    """Store the rows of `load_rows` in the later tables, which must exist."""
    con.executemany(f"INSERT OR IGNORE INTO {schema}.run_info VALUES (?, ?, ?, ?)", runs)
    con.executemany(
        f"""INSERT OR IGNORE INTO {schema}.run_variables (proposal, run, name, version, value,
            timestamp, max_diff, provenance, summary_type, summary_method)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        values,
    )


def define_variables(con: sqlite3.Connection, values: list[Row]) -> None:
    """Define the variables that have values; format 0 defined only those that users type."""
    names = dict.fromkeys(name for _, _, name, *_ in values if name != COMMENT)
    con.executemany(
        "INSERT OR IGNORE INTO main.variables (name, title) VALUES (?, ?)",
        [(name, name) for name in names],
    )


def _modified_at(folder: Path, proposal: object, run: object) -> float | None:
    try:
        return (folder / "extracted_data" / f"p{proposal}_r{run}.h5").stat().st_mtime
    except (OSError, ValueError):
        return None
