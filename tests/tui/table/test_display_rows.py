"""Notes between runs, ordered by time."""

import pytest

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import SortKey, parse_filter
from damnit_daemon.store import Note
from damnit_tui.table.display_rows import DisplayRows
from damnit_tui.table.query import TableQuery
from damnit_tui.table.rows import Rows

from ..conftest import key, stored


def make_lines(starts, *times):
    """Runs that began at some seconds, and notes numbered from 1."""
    rows = Rows()
    rows.add_runs([RunRow(key(run), start, None) for run, start in starts.items()])
    lines = DisplayRows(rows)
    lines.notes = tuple(Note(at + 1, time, f"note {at + 1}") for at, time in enumerate(times))
    return rows, lines


def told(lines):
    return [line.run if hasattr(line, "run") else f"n{line.rowid}" for line in lines.part(0, 99)]


def test_note_stands_above_the_last_run_that_began_before():
    _, lines = make_lines({1: 10.0, 2: 20.0, 3: 30.0}, 5.0, 10.0, 25.0, 29.9, 99.0)
    assert told(lines) == ["n5", 3, "n4", "n3", 2, "n2", 1, "n1"]


def test_each_note_is_listed_once_with_missing_and_decreasing_run_times():
    _, lines = make_lines({1: 10.0, 2: None, 3: 30.0, 4: 25.0, 5: None}, 12.0, 27.0, 31.0)
    assert told(lines) == [5, "n3", "n2", 4, 3, 2, "n1", 1]


def test_notes_stand_at_the_end_when_no_run_has_a_time():
    _, lines = make_lines({1: None, 2: None}, 1.0, 2.0)
    assert told(lines) == [2, 1, "n2", "n1"]


def test_notes_are_not_listed_without_runs():
    _, lines = make_lines({}, 1.0)
    assert told(lines) == []


def test_note_moves_to_another_run_when_a_start_time_changes():
    rows, lines = make_lines({1: 10.0, 2: 20.0}, 25.0)
    assert told(lines) == ["n1", 2, 1]
    rows.add_runs([RunRow(key(2), 30.0, None)])
    assert told(lines) == [2, "n1", 1]


def test_filter_hides_notes_with_their_runs():
    rows, lines = make_lines({1: 10.0, 2: 20.0, 3: 30.0}, 5.0, 15.0, 25.0)
    rows.add_values([stored(run, "v", run) for run in (1, 2, 3)])
    rows.arrange(TableQuery(parse_filter("v < 3 and v > 1", rows.columns)))
    assert told(lines) == ["n3", 2]


@pytest.mark.parametrize("is_sorted", [True, False])
def test_notes_are_not_listed_when_sorted_or_folded(is_sorted):
    rows, lines = make_lines({1: 10.0, 2: 20.0}, 15.0)
    rows.add_values([stored(run, "v", run) for run in (1, 2)])
    if is_sorted:
        rows.arrange(TableQuery(sort=(SortKey(Column("v", "v"), False),)))
    lines.folded = not is_sorted
    assert len(lines) == 2
    assert lines.note(1) is None
    assert lines.place(lines.notes[0]) is None
    assert lines.are_in_order != is_sorted


def test_cursor_steps_of_several_lines_end_at_a_run():
    _, lines = make_lines({1: 10.0, 2: 20.0, 3: 30.0}, 5.0, 15.0, 25.0, 35.0)
    assert told(lines) == ["n4", 3, "n3", 2, "n2", 1, "n1"]
    assert lines.step(1, 1).rowid == 3  # one step at a time each is met
    assert lines.step(1, 3).run == 1
    assert lines.step(5, -3).run == 3
    assert lines.step(5, -99).run == 3
    assert lines.step(1, 99).run == 1


def test_newer_of_two_notes_with_equal_times_is_above():
    _, lines = make_lines({1: 10.0}, 11.0, 11.0)
    assert told(lines) == ["n2", "n1", 1]
    assert lines.run_of(lines.notes[0]) == key(1)
