"""Runs in the run database."""

import numpy as np
import pytest

from damnit_daemon.model import RunKey, RunRow
from damnit_daemon.store import ensure_run, load_runs

from .conftest import KEY, query


def test_run_is_added_once(database):
    with database.writing() as con:
        assert ensure_run(con, KEY, added_at=1.0)
        assert not ensure_run(con, KEY, added_at=2.0)
        assert load_runs(con) == [RunRow(KEY, None, 1.0)]


def test_start_time_is_kept_until_replaced(database):
    with database.writing() as con:
        ensure_run(con, KEY, added_at=1.0, start_time=10.0)
        ensure_run(con, KEY, added_at=2.0)
        assert load_runs(con) == [RunRow(KEY, 10.0, 1.0)]
        ensure_run(con, KEY, added_at=3.0, start_time=20.0)
        assert load_runs(con) == [RunRow(KEY, 20.0, 1.0)]


def test_nan_start_time_is_not_stored(database):
    with database.writing() as con:
        ensure_run(con, KEY, added_at=1.0, start_time=float("nan"))
        assert load_runs(con) == [RunRow(KEY, None, 1.0)]


def test_numpy_run_numbers_and_times_are_stored_as_numbers(database):
    with database.writing() as con:
        key = RunKey(np.int64(1234), np.uint16(7))
        ensure_run(con, key, added_at=np.float32(1.5), start_time=3)

    kinds = ", ".join(f"typeof({c})" for c in ("proposal", "run", "start_time", "added_at"))
    assert query(database.path, f"SELECT {kinds} FROM run_info") == [
        ("integer", "integer", "real", "real")
    ]


def test_runs_are_ordered_and_include_those_with_values_only(database, other):
    other.executescript("""
        INSERT INTO run_info VALUES (2, 1, NULL, 5.0), (1, 10, 3.0, 4), (1, 2, NULL, NULL);
        INSERT INTO run_variables (proposal, run, name, version) VALUES
            (1, 2, 'a', 1), (1, 2, 'b', 1), (1, 3, 'a', 1), (7, 1, 'a', 1), (7, 4, 'a', 1);
    """)

    with database.reading() as con:
        assert load_runs(con) == [
            RunRow(RunKey(1, 2), None, None),
            RunRow(RunKey(1, 3), None, None),
            RunRow(RunKey(1, 10), 3.0, 4.0),
            RunRow(RunKey(2, 1), None, 5.0),
            RunRow(RunKey(7, 1), None, None),
            RunRow(RunKey(7, 4), None, None),
        ]


@pytest.mark.parametrize("bad", ["NULL", "'7'", "x'37'", "7.5"])
def test_runs_without_valid_number_are_skipped(database, other, bad):
    other.executescript(f"""
        INSERT INTO run_info VALUES (1, {bad}, NULL, NULL), ({bad}, 1, NULL, NULL);
        INSERT INTO run_variables (proposal, run, name, version)
            VALUES (1, {bad}, 'a', 1), ({bad}, 1, 'a', 1), (1, 5, 'a', 1), (2, 9, 'a', 1);
    """)

    with database.reading() as con:
        assert [row.key for row in load_runs(con)] == [RunKey(1, 5), RunKey(2, 9)]


def test_invalid_times_are_read_as_none(database, other):
    other.execute("INSERT INTO run_info VALUES (1, 1, 'yesterday', x'00')")

    with database.reading() as con:
        assert load_runs(con) == [RunRow(RunKey(1, 1), None, None)]
