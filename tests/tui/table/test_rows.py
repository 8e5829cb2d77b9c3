"""The rows of the table in memory."""

from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Blob, BlobKind, Column, RunKey, RunRow
from damnit_daemon.model.batch import ColumnPart, Extras, ValueBatch
from damnit_tui.table.rows import Rows

from ..conftest import key, stored

RUNS = st.integers(1, 8)
NAMES = st.sampled_from(["a", "b", "c.d", "comment"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("run"), RUNS),
        st.tuples(st.just("value"), RUNS, NAMES, st.integers(0, 3)),
        st.tuples(st.just("portion"), st.lists(st.tuples(RUNS, NAMES, st.integers(0, 3)))),
        st.tuples(st.just("no value"), RUNS, NAMES),
        st.tuples(st.just("no run"), RUNS),
    ),
    max_size=60,
)


def portion_of(values):
    """The same values as the database gives many at once; of one cell the last counts."""
    keys = [key(run) for run in dict.fromkeys(value.key.run for value in values)]
    columns = {}
    for value in {(value.key, value.name): value for value in values}.values():
        part = columns.setdefault(value.name, ColumnPart())
        part.rows.append(keys.index(value.key))
        part.values.append(value.value)
        part.timestamps.append(value.timestamp)
        part.max_diffs.append(value.max_diff)
        part.extras.append(Extras(*value[5:]))
    return ValueBatch(keys, columns)


@given(CHANGES)
def test_rows_hold_the_latest_values(changes):
    rows, runs, values = Rows(), set(), {}
    for kind, run, *more in changes:
        if kind == "portion":
            rows.add_portion(portion_of([stored(value, name, r) for r, name, value in run]))
            runs.update(r for r, _, _ in run)
            values.update({(r, name): value for r, name, value in run})
        elif kind == "run":
            rows.add_runs([RunRow(key(run), 1.0, 1.0)])
            runs.add(run)
        elif kind == "value":
            name, value = more
            before = rows.version(key(run)) if key(run) in rows else None
            touched = rows.add_values([stored(value, name, run)])
            assert (key(run) in touched) == (values.get((run, name)) != value)
            assert (rows.version(key(run)) != before) == (key(run) in touched)
            runs.add(run)
            values[run, name] = value
        elif kind == "no value":
            rows.remove_values([(key(run), *more)])
            values.pop((run, *more), None)
        else:
            rows.remove_runs([key(run)])
            runs.discard(run)
            values = {cell: v for cell, v in values.items() if cell[0] != run}
    assert [k.run for k in rows.keys] == sorted(runs, reverse=True)
    assert [rows.position(k) for k in rows.keys] == list(range(len(runs)))
    for run in range(1, 9):
        for name in ("a", "b", "c.d", "comment"):
            found = rows.value(key(run), name)
            assert (found.value if found else None) == values.get((run, name))


def test_newest_run_is_the_first_row():
    rows = Rows()
    rows.add_runs([RunRow(key(1), None, None), RunRow(key(3), None, None)])
    assert rows.add_runs([RunRow(key(2), None, None), RunRow(key(3), None, None)]) == [key(2)]
    assert [k.run for k in rows.keys] == [3, 2, 1]


def test_equal_runs_of_two_proposals_are_separate_rows():
    rows = Rows()
    rows.add_values([stored(1.0, "v", 5)._replace(key=RunKey(900, 5)), stored(2.0, "v", 5)])
    assert rows.value(RunKey(900, 5), "v").value == 1.0
    assert rows.value(key(5), "v").value == 2.0


def test_columns_are_time_comment_and_variables_by_title():
    rows = Rows()
    rows.add_columns([Column("b", "beta"), Column("a", "Alpha"), Column("comment", "x")])
    assert [c.name for c in rows.columns] == ["start_time", "comment", "a", "b"]
    assert rows.add_columns([Column("a", "Zeta")])
    assert [c.name for c in rows.columns] == ["start_time", "comment", "b", "a"]
    assert not rows.add_columns([Column("a", "Zeta")])


def test_variable_without_definition_is_titled_by_its_name():
    rows = Rows()
    rows.add_values([stored(1.0, "new.one", 1)])
    assert rows.columns[-1] == Column("new.one", "new.one")


def failed(name, run):
    return stored(None, name, run, attributes_json='{"error": "x", "error_cls": "KeyError"}')


def test_cells_missing_from_a_reloaded_run_are_reported():
    rows = Rows()
    rows.add_values([stored(1.0, "a", 1), stored(1.0, "b", 1), stored(1.0, "b", 2)])
    assert rows.cells_beside([key(1)], [stored(2.0, "a", 1)]) == [(key(1), "b")]


def test_rows_added_as_a_portion_equal_rows_added_as_values():
    values = [
        stored(1.5, "a", 1, max_diff=0.25, attributes_json='{"units": "mm"}'),
        stored("text", "b", 1, provenance="manual-input"),
        stored(Blob(BlobKind.TRENDLINE, 99), "c", 2, summary_type="trendline"),
        failed("a", 2),
    ]
    rows, others = Rows(), Rows()
    rows.add_portion(portion_of(values))
    others.add_values(values)
    for value in values:
        assert rows.value(value.key, value.name) == value
        assert others.value(value.key, value.name) == value
    for each in (rows, others):
        assert each.scalars("b", [key(1)]) == ["text"]
        assert list(each.errors(key(2))) == ["KeyError"]
        assert each.scalars("a", [key(2), key(1)]) == [None, 1.5]
        assert each.scalars("c", [key(2)]) == [None]
        assert each.filled("c", [key(1), key(2)]) == [False, True]


def test_cell_object_is_reused_until_its_value_changes():
    rows = Rows()
    rows.add_values([stored(1.0, "a", 1)])
    first = rows.value(key(1), "a")
    assert rows.value(key(1), "a") is first
    rows.add_portion(portion_of([stored(1.0, "b", 1)]))
    rows.add_values([stored(2.0, "a", 1)])
    assert rows.value(key(1), "a").value == 2.0


def test_details_of_a_large_blob_are_kept_until_the_blob_changes():
    rows, picture = Rows(), Blob(BlobKind.PNG, 50_000)
    rows.add_values([stored(picture, "p", 1, timestamp=5.0, provenance="mine")])
    rows.add_portion(portion_of([stored(picture, "p", 1, timestamp=0.0)]))
    assert rows.value(key(1), "p").timestamp == 5.0
    assert rows.value(key(1), "p").provenance == "mine"
    rows.add_portion(portion_of([stored(Blob(BlobKind.PNG, 50_001), "p", 1, timestamp=0.0)]))
    assert rows.value(key(1), "p").timestamp == 0.0
    rows.note_written(key(1), "p", 7.0)
    rows.note_written(key(1), "p", 8.0)
    assert rows.value(key(1), "p").timestamp == 7.0


def test_forgotten_values_leave_runs_in_place():
    rows = Rows()
    rows.add_values([stored(1.0, "a", 1), failed("b", 2), stored("text", "c", 1)])
    rows.mark_complete([key(1)])
    before = rows.version(key(1))
    rows.forget_values()
    assert rows.keys == [key(2), key(1)]
    assert rows.value(key(1), "a") is None
    assert not rows.is_complete(key(1))
    assert not [*rows.text_names, *rows.errors(key(2))]
    assert rows.version(key(1)) != before


def test_values_ahead_are_sorted_filtered_and_shown_with_their_rows():
    rows = Rows()
    rows.add_runs([RunRow(key(run), 1.0, 1.0) for run in (1, 2, 3)])
    rows.add_values([stored(5.0, "xgm", 1)])
    version = rows.version(key(2))

    ahead = [("xgm", 1234, 1, 4.0), ("xgm", 1234, 2, 7.0), ("name", 1234, 2, "dark")]
    changed = rows.add_ahead([*ahead, ("spot", 1234, 3, b""), ("xgm", 1234, 99, 1.0)])

    keys = [key(run) for run in (1, 2, 3)]
    assert changed == set(keys), "and not a run that nobody knows"
    assert rows.scalars("xgm", keys) == [5.0, 7.0, None], "what was known is newer"
    assert rows.filled("spot", keys) == [False, False, True]
    assert list(rows.text_names) == ["name"]
    assert rows.scalar(key(2), "name") == "dark"
    assert rows.value(key(2), "xgm") is None, "its units and time are not known"
    assert rows.version(key(2)) != version, "so that a filter looks again"

    rows.add_portion(portion_of([stored(8.0, "xgm", 2)]))
    rows.mark_complete(keys)
    assert rows.value(key(2), "xgm") == stored(8.0, "xgm", 2)
    assert rows.scalar(key(2), "name") is None, "it was deleted before its row was read"


def test_errors_ahead_are_filtered_and_replaced_by_their_rows():
    rows = Rows()
    rows.add_runs([RunRow(key(run), 1.0, 1.0) for run in (1, 2, 3, 4)])
    rows.mark_complete([key(4)])  # as the first screen does, with its own columns only
    failed = b'{"error": "too hot", "error_cls": "ValueError"}'
    skipped = b'{"error": "no beam", "error_cls": "Skip"}'

    rows.add_ahead([("xgm", 1234, 1, failed), ("spot", 1234, 1, skipped), ("xgm", 1234, 4, failed)])
    rows.add_ahead([("xgm", 1234, run, failed) for run in (2, 3)])
    rows.add_ahead([("spot", 1234, 3, b"not JSON \xff"), ("wave", 1234, 3, b'{"units": "J"}')])
    assert sorted(rows.errors(key(1))) == ["Skip", "ValueError"]
    assert list(rows.errors(key(3))) == ["ValueError"]
    assert list(rows.errors(key(4))) == ["ValueError"]
    assert rows.filled("xgm", [key(1)]) == [False]

    rows.add_portion(portion_of([stored(8.0, "xgm", 1)]))  # it was computed again
    rows.add_values([stored(9.0, "xgm", 2)])
    assert list(rows.errors(key(1))) == ["Skip"]
    assert not list(rows.errors(key(2)))
    rows.mark_complete([key(1), key(3), key(4)])
    assert not [e for run in (1, 3, 4) for e in rows.errors(key(run))], "their rows never came"


def test_values_ahead_with_invalid_run_or_name_are_ignored():
    rows = Rows()
    rows.add_runs([RunRow(key(run), 1.0, 1.0) for run in (1, 2)])
    changed = rows.add_ahead(
        [
            ("xgm", 1234, 1.0, 4.0),
            ("xgm", 1234, 1, 5.0),
            ("spot", 1234.0, 1, 6.0),
            (7, 1234, 1, 7.0),
            (None, 1234, 1, 7.0),
            ("xgm", None, None, 8.0),
            ("xgm", "1234", "2", 8.0),
        ]
    )
    assert changed == {key(1)}
    assert rows.scalars("xgm", rows.keys) == [None, 5.0]
    assert rows.scalars("spot", rows.keys) == [None, None]


def test_value_ahead_can_be_deleted():
    rows = Rows()
    rows.add_runs([RunRow(key(1), 1.0, 1.0)])
    rows.add_ahead([("xgm", 1234, 1, 4.0), ("spot", 1234, 1, b'{"error": "too hot"}')])
    assert [*rows.errors(key(1))] == ["Error"]
    rows.remove_values([(key(1), "xgm"), (key(1), "spot")])
    assert rows.scalar(key(1), "xgm") is None
    assert not [*rows.errors(key(1))]
