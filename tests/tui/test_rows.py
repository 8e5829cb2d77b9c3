from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Column, RunKey, RunRow
from damnit_tui.table.rows import Rows

from .conftest import key, stored

RUNS = st.integers(1, 8)
NAMES = st.sampled_from(["a", "b", "c.d", "comment"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("run"), RUNS),
        st.tuples(st.just("value"), RUNS, NAMES, st.integers(0, 3)),
        st.tuples(st.just("no value"), RUNS, NAMES),
        st.tuples(st.just("no run"), RUNS),
    ),
    max_size=60,
)


@given(CHANGES)
def test_rows_hold_what_they_were_told_last(changes):
    rows, runs, values = Rows(), set(), {}
    for kind, run, *more in changes:
        if kind == "run":
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


def test_newest_run_is_on_top():
    rows = Rows()
    rows.add_runs([RunRow(key(1), None, None), RunRow(key(3), None, None)])
    assert rows.add_runs([RunRow(key(2), None, None), RunRow(key(3), None, None)]) == [key(2)]
    assert [k.run for k in rows.keys] == [3, 2, 1]


def test_runs_of_two_proposals_do_not_mix():
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


def test_a_variable_nobody_announced_is_called_by_its_name():
    rows = Rows()
    rows.add_values([stored(1.0, "new.one", 1)])
    assert rows.columns[-1] == Column("new.one", "new.one")


def failed(name, run):
    return stored(None, name, run, attributes_json='{"error": "x", "error_cls": "KeyError"}')


def test_the_next_problem_is_found_in_reading_order_round_the_end():
    rows = Rows()
    rows.add_columns([Column("a", "A"), Column("b", "B")])
    rows.add_values([failed("b", 2), failed("a", 1), stored(1.0, "a", 2), stored(1.0, "a", 3)])
    assert rows.next_problem(0, 0) == (key(2), "b")
    assert rows.next_problem(1, 3) == (key(1), "a")
    assert rows.next_problem(2, 2) == (key(2), "b")
    rows.add_values([stored(1.0, "b", 2)])
    assert rows.next_problem(0, 0) == (key(1), "a")
    assert rows.next_problem(2, 2) == (key(1), "a")
    rows.add_values([stored(1.0, "a", 1)])
    assert rows.next_problem(0, 0) is None


def test_cells_that_are_gone_are_told_by_what_is_left():
    rows = Rows()
    rows.add_values([stored(1.0, "a", 1), stored(1.0, "b", 1), stored(1.0, "b", 2)])
    assert rows.cells_beside([key(1)], [stored(2.0, "a", 1)]) == [(key(1), "b")]
