"""Arbitrary rows in the run database: the app opens, the table is shown and exported."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from damnit_daemon.export import TableSelection, load_table, text_parts
from damnit_daemon.store import Database
from tests.fuzz.budget import report, rounds
from tests.fuzz.ledger_rows import DEEP, insert_row
from tests.tui.conftest import make_app, make_folder, settle, until

TABLES = [
    "run_info",
    "run_variables",
    "variables",
    "metameta",
    "time_comments",
    "variable_tags",
    "tags",
]
ATTRIBUTES = [
    DEEP,
    f'{{"error": {DEEP}}}',
    '{"error": [1]}',
    '{"error": {"a": 1}, "error_cls": 5}',
    '{"background": "x", "bold": []}',
    '{"background": [1e400, -5, "a"]}',
    '{"units": {}}',
    '{"computed_at": "x"}',
    '{"note": [[]]}',
    "[1",
    "5",
    "NaN",
]


def spoil(path, chance, number):
    """Insert rows of all kinds; how many were taken."""
    inserted = 0
    with closing(sqlite3.connect(path)) as con:
        for _ in range(number):
            inserted += insert_row(con, chance.choice(TABLES), chance)
        rows = con.execute("SELECT rowid FROM run_variables").fetchall()
        for (rowid,) in rows:
            if chance.random() < 0.5:
                con.execute(
                    "UPDATE run_variables SET attributes = ? WHERE rowid = ?",
                    (chance.choice(ATTRIBUTES), rowid),
                )
        con.execute("DELETE FROM metameta WHERE key IN ('data_format_version', 'proposal')")
        con.execute("INSERT INTO metameta VALUES ('data_format_version', 4), ('proposal', 1234)")
        con.commit()
    return inserted


def has_all(app):
    """A condition: the whole database was read."""
    return lambda: app.screen.feed.has_all


async def test_app_opens_with_random_rows_in_the_database(tmp_path):
    tried = 0
    for number in rounds(2):
        folder = make_folder(tmp_path / str(number))
        tried += spoil(folder.database, random.Random(number), 40)
        app = make_app(folder)
        async with app.run_test(size=(120, 30)) as pilot:
            await settle(pilot)
            await until(pilot, has_all(app))
            await pilot.press("l", "j", "l", "j", "G", "w", "escape", "i", "escape")
            await settle(pilot)
    report("random rows, app", tried=tried, survived=tried, told=0, wrong=0)


def test_export_writes_random_rows_of_the_database(tmp_path):
    tried = 0
    for number in rounds(10):
        folder = make_folder(tmp_path / str(number))
        tried += spoil(folder.database, random.Random(number), 40)
        for format_name in ("md", "csv", "tsv", "json"):
            table = load_table(Database(folder.database), TableSelection())
            assert "".join(text_parts(table, format_name))
    report("random rows, export", tried=tried, survived=tried, told=0, wrong=0)
