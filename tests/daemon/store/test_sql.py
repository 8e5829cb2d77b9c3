"""Execution of SQL statements."""

import sqlite3

import pytest

from damnit_daemon.store.sql import fetch_all, fetch_into

BAD = "SELECT 'good' UNION ALL SELECT CAST(x'61ff62' AS TEXT)"


def test_non_utf8_text_is_read_with_escaped_bytes(database):
    with database.reading() as con:
        assert fetch_all(con, BAD) == [("good",), (r"a\xffb",)]
        # ... and only there.
        assert con.text_factory is str


def test_sql_error_of_fetch_is_raised(database):
    with database.reading() as con, pytest.raises(sqlite3.OperationalError, match="no such table"):
        fetch_all(con, "SELECT * FROM nowhere")


def test_partly_read_statement_is_closed(database, other):
    with database.reading() as con:
        assert fetch_into(next, con, "SELECT key FROM metameta ORDER BY key") == (
            "concurrent_jobs",
        )
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")
