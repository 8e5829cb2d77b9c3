"""The views `runs` and `max_diffs`: one row per run, one column per variable.

Not read by this project, but by DAMNIT's own commands and users' queries.
"""

from __future__ import annotations

import sqlite3

from .schema import PLAIN_VIEWS
from .sql import fetch_all

MAX_NAMES = 1900
"""SQLite's limit is 2,000 columns."""
MAX_SQL_CHARS = 900_000
"""SQLite's limit is a million characters per statement."""


def rebuild_views(con: sqlite3.Connection) -> None:
    """Rebuild the views from all existing names, inside the caller's transaction.

    If there are more names than a view can have, the first defined are used.
    """
    con.execute("DROP VIEW IF EXISTS runs")
    con.execute("DROP VIEW IF EXISTS max_diffs")
    names = _viewable_names(con)
    for statement in _pivot_views(names) if names else PLAIN_VIEWS:
        con.execute(statement)


def _viewable_names(con: sqlite3.Connection) -> list[str]:
    sql = (
        "SELECT name FROM (SELECT name FROM variables ORDER BY rowid) "
        "UNION ALL SELECT name FROM (SELECT DISTINCT name FROM run_variables ORDER BY name)"
    )
    found = (name for (name,) in fetch_all(con, sql) if isinstance(name, str) and "\0" not in name)
    names = list(dict.fromkeys(found))[:MAX_NAMES]
    while sum(map(len, _pivot(names, "value"))) > MAX_SQL_CHARS:
        names = names[: len(names) // 2]
    return names


def _pivot_views(names: list[str]) -> tuple[str, str]:
    values, max_diffs = (", ".join(_pivot(names, column)) for column in ("value", "max_diff"))
    runs = (
        "CREATE VIEW runs AS "
        f"SELECT run_info.proposal, run_info.run, start_time, added_at, {values} "
        "FROM run_variables INNER JOIN run_info "
        "ON run_variables.proposal = run_info.proposal AND run_variables.run = run_info.run "
        "GROUP BY run_info.proposal, run_info.run"
    )
    return runs, (
        f"CREATE VIEW max_diffs AS SELECT proposal, run, {max_diffs} "
        "FROM run_variables GROUP BY proposal, run"
    )


def _pivot(names: list[str], column: str) -> list[str]:
    # A view cannot have bound parameters, so the quoting has to be correct: the names
    # come from a file that others may write.
    return [
        f"max({column}) FILTER (WHERE name = {_quote(name, chr(39))}) AS {_quote(name, chr(34))}"
        for name in names
    ]


def _quote(name: str, mark: str) -> str:
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"
