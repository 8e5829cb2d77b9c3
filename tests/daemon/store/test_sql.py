import sqlite3

import pytest

from damnit_daemon.store.sql import fetch_all, fetch_into

BAD = "SELECT 'good' UNION ALL SELECT CAST(x'61ff62' AS TEXT)"


def test_text_that_is_no_utf8_is_shown_with_its_bytes(database):
    with database.reading() as con:
        assert fetch_all(con, BAD) == [("good",), (r"a\xffb",)]
        # ... and only there.
        assert con.text_factory is str


def test_other_errors_pass(database):
    with database.reading() as con, pytest.raises(sqlite3.OperationalError, match="no such table"):
        fetch_all(con, "SELECT * FROM nowhere")


def test_no_statement_stays_open_when_the_rows_are_not_all_wanted(database, other):
    with database.reading() as con:
        assert fetch_into(next, con, "SELECT key FROM metameta ORDER BY key") == (
            "concurrent_jobs",
        )
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")
