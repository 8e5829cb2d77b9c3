"""Tables, indexes, views and trigger of a run database, as DAMNIT defines them.

Never edit a released step: existing databases have gone through it.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

FORMAT_VERSION = 4
"""DAMNIT's `data_format_version`; `PRAGMA user_version` belongs to DAMNIT."""

PLAIN_VIEWS = (
    "CREATE VIEW runs AS SELECT * FROM run_info",
    "CREATE VIEW max_diffs AS SELECT proposal, run FROM run_info",
)
"""Views of a database without variables."""

# No types in run_info, run_variables, metameta.value and time_comments: SQLite then
# stores values as they are bound, and DAMNIT relies on that.
_RUN_TABLES = (
    "CREATE TABLE IF NOT EXISTS {0}.run_info(proposal, run, start_time, added_at)",
    "CREATE UNIQUE INDEX IF NOT EXISTS {0}.proposal_run ON run_info (proposal, run)",
    """CREATE TABLE IF NOT EXISTS {0}.run_variables(
        proposal, run, name, version, value, timestamp, max_diff, provenance,
        summary_type, summary_method)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS {0}.variable_version
        ON run_variables (proposal, run, name, version)""",
)
_TABLES = (
    "CREATE TABLE IF NOT EXISTS metameta(key PRIMARY KEY NOT NULL, value)",
    """CREATE TABLE IF NOT EXISTS variables(
        name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT,
        attributes TEXT)""",
    "CREATE TABLE IF NOT EXISTS time_comments(timestamp, comment)",
)
_ADD_ATTRIBUTES = "ALTER TABLE {0}.run_variables ADD COLUMN attributes"
_TAGS = (
    """CREATE TABLE IF NOT EXISTS tags(
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS variable_tags(
        variable_name TEXT NOT NULL, tag_id INTEGER NOT NULL,
        FOREIGN KEY (variable_name) REFERENCES variables(name) ON DELETE CASCADE,
        FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
        PRIMARY KEY (variable_name, tag_id))""",
)
_ORPHAN_TAGS = (
    """CREATE TRIGGER IF NOT EXISTS delete_orphan_tags_after_variable_tag_delete
        AFTER DELETE ON variable_tags FOR EACH ROW
        BEGIN
            DELETE FROM tags WHERE id = OLD.tag_id AND NOT EXISTS (
                SELECT 1 FROM variable_tags WHERE tag_id = OLD.tag_id);
        END""",
)


def create_tables(con: sqlite3.Connection) -> None:
    """Create the tables of an empty database, inside the caller's transaction."""
    upgrade(con, 0)
    for statement in PLAIN_VIEWS:
        con.execute(statement)


def upgrade(con: sqlite3.Connection, version: int) -> None:
    """Apply the steps from a format to the current one, inside the caller's transaction.

    Each step may have been applied already: DAMNIT commits a step and its version
    number separately, and may be killed in between.
    """
    if version < 1:
        create_run_tables(con, "main")
        _execute_all(con, _TABLES)
    elif version < 2 and not has_attributes(con):
        con.execute(_ADD_ATTRIBUTES.format("main"))
    if version < 3:
        _execute_all(con, _TAGS)
    _execute_all(con, _ORPHAN_TAGS)
    con.execute(
        "INSERT OR REPLACE INTO metameta (key, value) VALUES ('data_format_version', ?)",
        (FORMAT_VERSION,),
    )


def create_run_tables(con: sqlite3.Connection, schema: Literal["main", "temp"]) -> None:
    """Create the tables of runs and values, if they do not exist."""
    for statement in _RUN_TABLES:
        con.execute(statement.format(schema))
    if not has_attributes(con, schema):
        con.execute(_ADD_ATTRIBUTES.format(schema))


def has_attributes(con: sqlite3.Connection, schema: Literal["main", "temp"] = "main") -> bool:
    """Return True if `run_variables` has the column that format 2 added."""
    sql = "SELECT name FROM pragma_table_info('run_variables', ?)"
    return ("attributes",) in con.execute(sql, (schema,)).fetchall()


def _execute_all(con: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        con.execute(statement)
