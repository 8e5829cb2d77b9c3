"""Values that were replaced, as they stay in the database."""

from __future__ import annotations

import numpy as np
import pytest

from damnit_daemon.model import Blob, RunKey, VariableInfo
from damnit_daemon.model.value import PNG_SIGNATURE, BlobKind
from damnit_daemon.store import (
    NewValue,
    add_user_variable,
    load_past_values,
    load_value,
    remove_variable,
    save_setting,
    save_values,
)

from .conftest import KEY, query

ERROR = {"error": "no beam", "error_cls": "ValueError"}


def save(database, value, at, *, name="a", key=KEY, keep_newer=True, **attributes):
    new = NewValue(key, name, value, attributes={"computed_at": at, **attributes})
    with database.writing() as con:
        return save_values(con, [new], now=at, keep_newer=keep_newer)


def past(database, name="a", key=KEY):
    with database.reading() as con:
        return load_past_values(con, key, name)


def values(database, **which):
    return [old.stored.value for old in past(database, **which)]


def test_replaced_value_is_kept_with_its_provenance_and_times(database):
    save(database, 1, 10.0, context_hash="0123456789abcdef", job=7)
    assert past(database) == []
    save(database, 2.5, 20.0)
    (old,) = past(database)
    assert (old.stored.value, old.stored.timestamp, old.replaced_at) == (1, 10.0, 20.0)
    assert old.stored.attributes["job"] == 7


def test_table_to_which_a_later_version_has_added_columns_is_written(database):
    save(database, 1, 10.0)
    save(database, 2, 20.0)
    with database.writing() as con:
        con.execute("ALTER TABLE tui_past_values ADD COLUMN more")
    save(database, 3, 30.0)
    assert values(database) == [2, 1]


@pytest.mark.parametrize(
    ("before", "after", "is_kept"),
    [
        ((1, {}), (1, {"context_hash": "f" * 16}), False),
        ((1, {}), (2, {}), True),
        ((1, {}), (None, ERROR), True),
        ((None, ERROR), (1, {}), True),
        ((None, ERROR), (None, {**ERROR, "duration_s": 2.0}), False),
        ((None, ERROR), (None, {**ERROR, "error": "no pulses"}), True),
        ((None, {}), ("text", {}), True),
        ((np.arange(3), {}), (np.arange(3), {}), False),
    ],
)
def test_value_is_kept_if_the_next_one_looks_different(database, before, after, is_kept):
    save(database, before[0], 10.0, **before[1])
    save(database, after[0], 20.0, **after[1])
    assert len(past(database)) == is_kept


@pytest.mark.parametrize(
    ("setting", "kept"), [(None, 10), (3, 3), (0, 0), (10**9, 12), ("many", 10), (-1, 0)]
)
def test_setting_limits_the_values_kept_of_each_cell(database, setting, kept):
    with database.writing() as con:
        if setting is not None:
            save_setting(con, "kept_values", setting)
    for number in range(13):
        save(database, number, float(number + 1))
    save(database, 1, 1.0, key=RunKey(1234, 8))
    save(database, 2, 2.0, key=RunKey(1234, 8))
    assert values(database) == list(range(11, 11 - kept, -1))
    assert values(database, key=RunKey(1234, 8)) == ([1] if kept else [])


def test_several_values_for_a_cell_in_one_batch_are_all_kept(database):
    batch = [NewValue(KEY, "a", n, attributes={"computed_at": float(n)}) for n in range(1, 4)]
    with database.writing() as con:
        save_values(con, batch, now=9.0)
    assert values(database) == [2, 1]


def test_outdated_values_and_typed_ones_leave_no_trace(database):
    save(database, 2, 20.0)
    save(database, 1, 10.0)
    save(database, 3, 30.0, keep_newer=False)
    assert past(database) == []


def test_failed_transaction_leaves_the_old_value_and_no_trace(database):
    save(database, 1, 10.0)
    with pytest.raises(ZeroDivisionError), database.writing() as con:
        save_values(con, [NewValue(KEY, "a", 2, attributes={"computed_at": 20.0})], now=20.0)
        _ = 1 / 0
    assert past(database) == []
    with database.reading() as con:
        assert load_value(con, KEY, "a").value == 1


def test_of_large_values_only_size_kind_and_beginning_are_kept(database):
    save(database, PNG_SIGNATURE + b"\0" * 10_000, 10.0)
    save(database, "x" * 9000, 20.0)
    save(database, None, 30.0, error="y" * 100_000, error_cls="OSError", context_hash="a" * 16)
    save(database, 1, 40.0)
    error, text, image = past(database)
    assert image.stored.value == Blob(BlobKind.PNG, 10_008)
    assert text.stored.value == "x" * 4096 + "…"
    assert error.stored.failure.error_class == "OSError"
    assert len(error.stored.attributes_json) < 20_000
    assert error.stored.attributes["context_hash"] == "a" * 16


@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE TABLE tui_past_values(x)",
        """INSERT INTO tui_past_values VALUES
        (1234, 7, 'a', 9223372036854775807, x'00', 'b', 'c', 'd', 5, 6, x'ff', 'e')""",
    ],
)
def test_foreign_rows_and_layouts_never_cost_a_new_value(database, other, foreign):
    if foreign.startswith("INSERT"):
        save(database, 0, 5.0)
        save(database, 1, 6.0)
    other.execute(foreign)
    other.commit()
    save(database, 2, 20.0)
    save(database, 3, 30.0)
    past(database)
    with database.reading() as con:
        assert load_value(con, KEY, "a").value == 3


def test_deleted_variable_loses_its_earlier_values(database):
    for name in ("a", "b"):
        save(database, 1, 10.0, name=name)
        save(database, 2, 20.0, name=name)
    with database.writing() as con:
        remove_variable(con, "a")
    assert (values(database), values(database, name="b")) == ([], [1])


def test_first_values_and_edits_create_no_table(database):
    save(database, 1, 10.0)
    with database.writing() as con:
        add_user_variable(con, VariableInfo("sample", "Sample", None, "string"))
    save(database, "x", 10.0, name="sample", keep_newer=False)
    tables = "SELECT count(*) FROM sqlite_master WHERE name = 'tui_past_values'"
    assert query(database.path, tables) == [(0,)]
