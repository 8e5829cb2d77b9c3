"""The table read column by column."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from damnit_daemon.export import export_table
from damnit_daemon.model import Blob, BlobKind, Failure, RunKey
from damnit_daemon.store import NewValue, create_database, load_summaries, save_values
from damnit_daemon.store.rowid_blocks import LARGE

FIRST, SECOND = RunKey(1234, 1), RunKey(1234, 2)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(1, 200)) * 500
LINE = np.arange(2.0 * LARGE).reshape(2, LARGE)


@pytest.fixture
def database(tmp_path):
    database = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    values = [
        NewValue(FIRST, "number", 1.5),
        NewValue(SECOND, "number", 7),
        NewValue(SECOND, "text", "dark"),
        NewValue(FIRST, "failed", None, attributes={"error": "'x'", "error_cls": "KeyError"}),
        NewValue(FIRST, "picture", PICTURE),
        NewValue(FIRST, "small_line", LINE[:, :3], summary_type="trendline"),
        NewValue(FIRST, "large_line", LINE, summary_type="trendline"),
        NewValue(FIRST, "large_array", np.zeros(LARGE, "f4")),
        NewValue(FIRST, "complex_number", 1 - 2j),
    ]
    with database.writing() as con:
        save_values(con, values, now=10)
    return database


def load(database, keys=(SECOND, FIRST), **options):
    with database.reading() as con:
        return load_summaries(con, keys, **options)


@pytest.mark.parametrize("are_all", [False, True])
def test_columns_have_one_cell_for_each_run_in_the_given_order(database, are_all):
    cells = load(database, are_all=are_all)

    assert cells["number"] == [7, 1.5]
    assert cells["text"] == ["dark", None]
    assert cells["failed"] == [None, Failure("'x'", "KeyError")]
    assert cells["complex_number"] == [None, 1 - 2j]


def test_blobs_of_any_size_are_told_apart_by_their_beginning(database):
    cells = {name: column[1] for name, column in load(database).items()}

    assert cells["picture"].kind is BlobKind.PNG
    assert cells["small_line"].kind is BlobKind.TRENDLINE
    assert isinstance(cells["large_line"], Blob)
    assert cells["large_line"].kind is BlobKind.TRENDLINE
    assert (cells["large_array"].dtype, cells["large_array"].shape) == ("float32", (LARGE,))


def test_only_wanted_variables_of_wanted_runs_are_loaded(database):
    assert load(database, [SECOND], names=["number", "nothing"]) == {"number": [7]}
    assert load(database, [RunKey(1234, 3)]) == {}
    assert load(database, [SECOND], are_all=True)["number"] == [7]


def test_pictures_are_not_read_for_an_export(database):
    """On shared storage the pictures are most of the database."""
    ruin_overflow_pages(database.path)
    with closing(sqlite3.connect(database.path)) as con, pytest.raises(sqlite3.DatabaseError):
        con.execute("SELECT value FROM run_variables WHERE name = 'picture'").fetchall()

    assert "<image>" in export_table(database, format="csv")


def ruin_overflow_pages(path):
    """Overwrite what the only picture has outside its row."""
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18], "big")
    pattern = bytes(range(1, 200))
    for start in range(page, len(content), page):
        if pattern in content[start + 4 : start + 600] and b"\x89PNG" not in content[start:][:page]:
            content[start : start + page] = b"\xff" * page
    path.write_bytes(content)
