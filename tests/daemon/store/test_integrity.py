"""Integrity check of a database file."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from damnit_daemon.store import create_database, find_damage


def test_new_database_has_no_damage(tmp_path):
    database = create_database(tmp_path / "runs.sqlite", proposal=1, context_python=None)
    with database.reading() as con:
        assert find_damage(con) == []


def test_null_in_not_null_column_is_damage(tmp_path):
    path = tmp_path / "any.sqlite"
    with closing(sqlite3.connect(path)) as con:
        con.executescript(
            "CREATE TABLE t (a NOT NULL); INSERT INTO t VALUES (1);"
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = 'CREATE TABLE t (a NOT NULL, b NOT NULL)';"
        )
    with closing(sqlite3.connect(path)) as con:
        assert find_damage(con) == ["NULL value in t.b"]
