"""The schema of the run database."""

import sqlite3

import pytest

from damnit_daemon.store.schema import create_tables, upgrade

from .conftest import query

COLUMNS = {
    "run_info": [("proposal", ""), ("run", ""), ("start_time", ""), ("added_at", "")],
    "run_variables": [
        (name, "")
        for name in (
            "proposal", "run", "name", "version", "value", "timestamp", "max_diff",
            "provenance", "summary_type", "summary_method", "attributes",
        )
    ],
    "variables": [
        (name, "TEXT") for name in ("name", "type", "title", "description", "attributes")
    ],
    "metameta": [("key", ""), ("value", "")],
    "time_comments": [("timestamp", ""), ("comment", "")],
    "tags": [("id", "INTEGER"), ("name", "TEXT")],
    "variable_tags": [("variable_name", "TEXT"), ("tag_id", "INTEGER")],
    "runs": [("proposal", ""), ("run", ""), ("start_time", ""), ("added_at", "")],
    "max_diffs": [("proposal", ""), ("run", "")],
}  # fmt: skip


def objects(path, kind):
    rows = query(path, "SELECT name FROM sqlite_master WHERE type = ?", kind)
    return {name for (name,) in rows if not name.startswith("sqlite_")}


def test_tables_and_views_have_columns_of_damnit_in_order(database):
    found = {
        table: query(database.path, "SELECT name, type FROM pragma_table_info(?)", table)
        for table in COLUMNS
    }

    assert found == COLUMNS


def test_schema_has_no_other_objects(database):
    assert objects(database.path, "view") == {"runs", "max_diffs"}
    assert objects(database.path, "table") == COLUMNS.keys() - {"runs", "max_diffs"}
    assert objects(database.path, "index") == {"proposal_run", "variable_version"}
    assert objects(database.path, "trigger") == {"delete_orphan_tags_after_variable_tag_delete"}


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        ("proposal_run", ["proposal", "run"]),
        ("variable_version", ["proposal", "run", "name", "version"]),
    ],
)
def test_schema_indexes_are_unique(database, index, columns):
    assert query(database.path, "SELECT name FROM pragma_index_info(?)", index) == [
        (column,) for column in columns
    ]
    table = "run_info" if index == "proposal_run" else "run_variables"
    unique = query(
        database.path, 'SELECT "unique" FROM pragma_index_list(?) WHERE name = ?', table, index
    )
    assert unique == [(1,)]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "delete"),
        ("user_version", 0),
        ("application_id", 0),
        ("auto_vacuum", 0),
        ("page_size", 4096),
        ("encoding", "UTF-8"),
    ],
)
def test_database_pragmas_equal_those_of_damnit(database, pragma, value):
    assert query(database.path, f"PRAGMA {pragma}") == [(value,)]


def test_tag_is_deleted_with_its_last_variable(database):
    with database.writing() as con:
        con.execute("INSERT INTO variables (name) VALUES ('a'), ('b')")
        con.execute("INSERT INTO tags (name) VALUES ('both'), ('only a')")
        con.execute("INSERT INTO variable_tags VALUES ('a', 1), ('a', 2), ('b', 1)")
    with database.writing() as con:
        con.execute("DELETE FROM variables WHERE name = 'a'")

    assert query(database.path, "SELECT name FROM tags") == [("both",)]
    assert query(database.path, "SELECT * FROM variable_tags") == [("b", 1)]


def test_migration_step_done_before_is_not_repeated():
    con = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(con)
    before = con.execute("SELECT * FROM sqlite_master").fetchall()

    upgrade(con, 0)

    assert con.execute("SELECT * FROM sqlite_master").fetchall() == before
    con.close()
