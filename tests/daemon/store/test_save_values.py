"""Storing of values in the run database."""

import json
import math

import numpy as np
import pytest

from damnit_daemon.model import RunKey, RunRow, StoredValue, VariableInfo
from damnit_daemon.store import (
    NewValue,
    add_user_variable,
    decode_value,
    ensure_run,
    load_columns,
    load_runs,
    load_value,
    load_values,
    save_values,
    update_computed_variables,
)

from .conftest import KEY, query

NAN = float("nan")
HARD = {
    "uint64": 2**64 - 1,
    "numpy_uint64": np.uint64(2**64 - 1),
    "float32": np.float32(1.5),
    "longdouble": np.longdouble("1e4000"),
    "nan": NAN,
    "inf": -math.inf,
    "nul": "a\0b",
    "surrogate": "a\udc80b",
    "objects": np.array(["a", {1: 2}], dtype=object),
    "strings": np.array(["a", "b"]),
    "structured": np.zeros(1, dtype=[("a", "i4")])[0],
    "empty": b"",
    "timedelta": np.timedelta64(1, "s"),
    "trendline": np.zeros((2, 5), "f4"),
    "matrix": np.zeros((3, 5)),
    "complex": np.complex64(1j),
    "picture": b"\x89PNG\r\n\x1a\n",
    "long": "x" * 5_000_000,
    "list": [1, 2],
}


@pytest.fixture
def con(database):
    with database.writing() as con:
        yield con


def new(name, value, computed_at=None, **others):
    attributes = {} if computed_at is None else {"computed_at": computed_at}
    return NewValue(KEY, name, value, attributes=attributes, **others)


def test_saved_value_has_the_columns_of_damnit(database):
    with database.writing() as con:
        value = NewValue(
            KEY, "energy", 9.3, max_diff=0.5, summary_method="mean", attributes={"units": "keV"}
        )
        report = save_values(con, [value], now=100)

    assert query(database.path, "SELECT * FROM run_variables") == [
        (1234, 7, "energy", 1, 9.3, 100.0, 0.5, "context.py", None, "mean", '{"units": "keV"}')
    ]
    assert query(database.path, "SELECT typeof(timestamp) FROM run_variables") == [("real",)]
    assert report.names == ["energy"]
    with database.reading() as con:
        assert report.written == load_values(con)


def test_unusual_value_does_not_prevent_others(con):
    values = [NewValue(KEY, name, value, max_diff=value) for name, value in HARD.items()]

    report = save_values(con, values, now=1.0)

    assert report.names == list(HARD)
    assert not report.rejected
    assert [row.name for row in load_values(con, blobs=True)] == list(HARD)
    for row in load_values(con, blobs=True):
        decode_value(row)
        assert row == load_value(con, KEY, row.name)


@pytest.mark.parametrize("bad", ["", "a b", "a'b", 'x"; DROP TABLE runs; --', "a\0", "1", "\udc80"])
def test_invalid_name_is_rejected_and_others_are_saved(con, bad):
    report = save_values(con, [new("a", 1), new(bad, 2), new("b", 3)], now=1.0)

    assert report.names == ["a", "b"]
    assert report.rejected == [(KEY, bad, "not a variable name")]
    assert {row.name for row in load_values(con)} == {"a", "b"}


def test_saving_a_value_adds_its_run(con):
    ensure_run(con, KEY, added_at=5.0)
    other = RunKey(1234, 8)

    save_values(con, [new("a", 1), NewValue(other, "a", 2)], now=9.0)

    assert load_runs(con) == [RunRow(KEY, None, 5.0), RunRow(other, None, 9.0)]


def test_numpy_run_number_of_value_is_stored_as_integer(database):
    with database.writing() as con:
        key = RunKey(np.int32(1234), np.int64(7))
        save_values(con, [NewValue(key, "a", 1)], now=1.0)

    kinds = query(database.path, "SELECT typeof(proposal), typeof(run) FROM run_variables")
    assert kinds == [("integer", "integer")]


@pytest.mark.parametrize("start_time", [1.7e9, np.float64(1.7e9)])
def test_start_time_value_is_stored_with_run(con, start_time):
    report = save_values(con, [new("start_time", start_time)], now=1.0)

    assert load_runs(con) == [RunRow(KEY, 1.7e9, 1.0)]
    assert load_values(con) == []
    assert load_columns(con) == []
    assert not report.rejected


def test_invalid_start_time_value_is_ignored(con):
    ensure_run(con, KEY, added_at=1.0, start_time=5.0)

    for nothing in (None, NAN, "today"):
        save_values(con, [new("start_time", nothing)], now=2.0)

    assert load_runs(con) == [RunRow(KEY, 5.0, 1.0)]


def test_cleared_value_keeps_only_attributes(con):
    save_values(con, [NewValue(KEY, "a", np.zeros((2, 3)), 0.5, summary_method="mean")], now=1.0)
    error = {"error": "division by zero", "error_cls": "ZeroDivisionError"}

    save_values(
        con,
        [NewValue(KEY, "a", None, 0.5, "context.py", "trendline", "mean", error)],
        now=2.0,
    )

    assert load_value(con, KEY, "a") == StoredValue(
        KEY, "a", None, 2.0, None, "context.py", None, None, json.dumps(error)
    )


def test_nan_is_stored_as_null_with_summary_method(con):
    save_values(con, [NewValue(KEY, "a", NAN, 0.5, summary_method="mean")], now=1.0)

    assert load_value(con, KEY, "a") == StoredValue(
        KEY, "a", None, 1.0, 0.5, "context.py", None, "mean", None
    )


def test_saved_names_are_added_to_variables(database):
    with database.writing() as con:
        update_computed_variables(con, [VariableInfo("energy", "b")])
        save_values(con, [new(n, 1) for n in ("a", "b", "g.c", "comment", "Run")], now=1.0)

    rows = query(database.path, "SELECT name, type, title FROM variables")
    assert rows == [
        ("energy", None, "b"),
        ("a", None, "a"),
        ("b", None, "b (b)"),
        ("g.c", None, "g.c"),
        ("Run", None, "Run (Run)"),
    ]


def test_views_have_columns_of_new_names(database):
    with database.writing() as con:
        save_values(con, [new("a", 1, max_diff=0.5), new("comment", "good")], now=1.0)
    assert query(database.path, "SELECT proposal, run, a, comment FROM runs") == [
        (1234, 7, 1, "good")
    ]
    assert query(database.path, "SELECT a FROM max_diffs") == [(0.5,)]

    with database.writing() as con:
        save_values(con, [new("b", 2)], now=2.0)
    assert query(database.path, "SELECT a, b FROM runs") == [(1, 2)]


def test_views_are_not_rebuilt_for_known_names(database, other):
    with database.writing() as con:
        save_values(con, [new("a", 1), new("comment", "good")], now=1.0)
    with database.writing() as con:
        save_values(con, [new("a", 3)], now=1.5)  # creates the table of earlier values
    before = other.execute("PRAGMA schema_version").fetchall()

    with database.writing() as con:
        save_values(con, [new("a", 2), new("comment", "bad")], now=2.0)

    assert other.execute("PRAGMA schema_version").fetchall() == before


def test_saving_values_is_one_transaction(database, other):
    with database.writing() as con:
        save_values(con, [new("a", 1)], now=1.0)

        for table in ("run_variables", "run_info", "variables"):
            assert other.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("computed_at", "is_written"), [(49.0, False), (50.0, False), (50.1, True), (None, True)]
)
def test_newer_stored_value_is_kept(con, computed_at, is_written):
    save_values(con, [new("a", "stored", computed_at=50.0)], now=100.0)

    report = save_values(con, [new("a", "new", computed_at)], now=200.0)

    assert load_value(con, KEY, "a").value == ("new" if is_written else "stored")
    assert report.outdated == ([] if is_written else [(KEY, "a")])
    assert report.names == (["a"] if is_written else [])


@pytest.mark.parametrize(("computed_at", "is_written"), [(99.0, False), (101.0, True)])
def test_value_without_computed_at_has_age_of_its_row(con, computed_at, is_written):
    save_values(con, [new("a", "stored")], now=100.0)

    save_values(con, [new("a", "new", computed_at)], now=200.0)

    assert load_value(con, KEY, "a").value == ("new" if is_written else "stored")


def test_older_value_is_written_with_keep_newer_false(con):
    save_values(con, [new("a", "stored", computed_at=50.0)], now=100.0)

    save_values(con, [new("a", "old", computed_at=40.0)], now=200.0, keep_newer=False)

    assert load_value(con, KEY, "a").value == "old"


def test_value_from_an_hour_ahead_does_not_block_newer_values(con):
    save_values(con, [new("a", "from then", computed_at=4600.0)], now=4600.0)

    save_values(con, [new("a", "now", computed_at=1000.0)], now=1001.0)
    save_values(con, [new("a", "old", computed_at=900.0)], now=1002.0)

    assert load_value(con, KEY, "a").value == "now"


def test_value_from_slightly_ahead_is_kept_as_newer(con):
    save_values(con, [new("a", "newer", computed_at=1030.0)], now=1000.0)

    report = save_values(con, [new("a", "older", computed_at=1000.0)], now=1001.0)

    assert load_value(con, KEY, "a").value == "newer"
    ((_, name, reason),) = report.rejected
    assert (name, "dated 29 s in the future" in reason) == ("a", True)


def test_value_age_is_compared_within_its_cell_only(con):
    save_values(con, [new("a", 1, computed_at=50.0)], now=100.0)
    other = RunKey(1234, 8)
    old = {"computed_at": 40.0}

    report = save_values(
        con,
        [NewValue(other, "a", 2, attributes=old), NewValue(KEY, "b", 3, attributes=old)],
        now=1.0,
    )

    assert len(report.written) == 2


def test_newer_of_two_values_in_one_batch_is_kept(con):
    values = [new("a", "new", computed_at=2.0), new("a", "old", computed_at=1.0)]

    save_values(con, values, now=3.0)

    assert load_value(con, KEY, "a").value == "new"


def test_invalid_stored_attributes_do_not_block_newer_value(con):
    save_values(con, [new("a", 1)], now=10.0)
    con.execute("UPDATE run_variables SET attributes = '{', timestamp = 'noon'")

    save_values(con, [new("a", 2, computed_at=5.0)], now=11.0)

    assert load_value(con, KEY, "a").value == 2


def test_computed_value_does_not_replace_user_variable(con):
    add_user_variable(con, VariableInfo("sample", "Sample", type="string"))
    save_values(con, [new("sample", "gold", provenance="manual-input")], now=1.0)

    report = save_values(con, [new("sample", "lead"), new("a", 1)], now=2.0)

    assert load_value(con, KEY, "sample").value == "gold"
    assert report.names == ["a"]
    assert report.rejected == [(KEY, "sample", "a user-editable variable has this name")]
