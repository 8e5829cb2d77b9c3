"""Sort order of runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Blob, BlobKind, Column, RunKey, RunRow, StoredValue
from damnit_daemon.query import FilterError, SortKey, parse_sort, sort_keys
from tests.daemon.query.builders import StoredTable

COLUMNS = [Column("a", "A"), Column("b", "Group/B")]


def table(*values):
    """Runs 1, 2, … with these values of `a`; None: nothing is stored."""
    keys = [RunKey(1, run) for run in range(1, len(values) + 1)]
    return StoredTable(
        [RunRow(key, None, None) for key in keys],
        COLUMNS,
        [
            StoredValue(key, "a", value, 1.0)
            for key, value in zip(keys, values, strict=True)
            if value is not None
        ],
    )


def order(text, *values):
    made = table(*values)
    return [key.run for key in sort_keys(made, sorted(made.keys), parse_sort(text, COLUMNS))]


@pytest.mark.parametrize(
    ("text", "values", "runs"),
    [
        ("a", (3, 1.5, 2), [2, 3, 1]),
        ("-a", (3, 1.5, 2), [1, 3, 2]),
        ("a", (None, 2, float("nan"), 1), [4, 2, 1, 3]),
        ("-a", (None, 2, float("nan"), 1), [2, 4, 1, 3]),
        ("a", ("run 10", "Run 9", "", "a"), [4, 2, 1, 3]),
        ("a", ("x", 5, float("inf")), [2, 3, 1]),
        ("a", (Blob(BlobKind.PNG, 1), 1), [2, 1]),
        ("a", (1, 1, 0), [3, 1, 2]),
        ("-a", (1, 1, 0), [1, 2, 3]),
        ("-run", (1, 1, 0), [3, 2, 1]),
        ("a,-run", (1, 1, 0), [3, 2, 1]),
        ("", (2, 1), [1, 2]),
    ],
)
def test_runs_are_sorted(text, values, runs):
    assert order(text, *values) == runs


def test_sort_columns_are_found_as_in_filters():
    assert parse_sort(" -b , a ", COLUMNS) == [SortKey(COLUMNS[1], True), SortKey(COLUMNS[0])]
    assert [str(key) for key in parse_sort("-Group/B,a", COLUMNS)] == ["-b", "a"]
    titles = [Column("c", "Mean, all"), Column("d", "D")]
    assert parse_sort("-'Mean, all',d", titles) == [SortKey(titles[0], True), SortKey(titles[1])]
    with pytest.raises(FilterError) as caught:
        parse_sort("a, nothing", COLUMNS)
    assert (caught.value.start, caught.value.end) == (3, 10)


VALUES = st.lists(
    st.none() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.text(max_size=3), max_size=12
)


@given(VALUES)
def test_sort_keeps_all_runs_and_puts_empty_cells_last(values):
    made = table(*values)
    for text in ("a", "-a"):
        found = sort_keys(made, made.keys, parse_sort(text, COLUMNS))
        assert sorted(found) == sorted(made.keys)
        empty = [
            values[key.run - 1] in (None, "") or values[key.run - 1] != values[key.run - 1]
            for key in found
        ]
        assert empty == sorted(empty)
