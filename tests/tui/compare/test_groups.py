"""Runs grouped by the values of a column."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import parse_filter
from damnit_daemon.query.times import Moment
from damnit_tui.compare.groups import (
    EMPTY,
    columns_that_fit,
    group_rows,
    group_runs,
    heading,
    numeric_columns,
)
from damnit_tui.compare.groups_screen import GroupsScreen
from damnit_tui.fixed_columns import TIME
from damnit_tui.table.rows import Rows
from damnit_tui.widgets.row_list import RowList

from ..conftest import NOW, key, make_app, settle, stored, until
from ..main.test_command_line import command

KIND, HITS = Column("kind", "Run/Kind"), Column("hits", "Hits")


def table(kinds, hits=()):
    rows = Rows()
    rows.add_columns([KIND, HITS])
    rows.add_runs([RunRow(key(n), NOW + 3600 * n, NOW) for n in range(1, len(kinds) + 1)])
    for column, values in ((KIND, kinds), (HITS, hits)):
        found = [(n, value) for n, value in enumerate(values, 1) if value is not None]
        rows.add_values([stored(value, column.name, n) for n, value in found])
    return rows


def texts(row):
    return [part.text for part in row.parts]


def test_groups_count_runs_and_average_numbers():
    rows = table(["dark", "data", "dark", None, "", "run 10", "run 9"], [1, 5, 3.5, 7])
    groups = group_runs(KIND, rows, rows.keys)
    assert [texts(row) for row in group_rows(groups, rows, [HITS], "mean")] == [
        ["dark", "2", "1–3", "2.2500"],
        ["data", "1", "2", "5"],
        ["run 9", "1", "7", ""],
        ["run 10", "1", "6", ""],
        [EMPTY, "2", "4–5", "7"],
    ]
    assert [texts(row)[3] for row in group_rows(groups, rows, [HITS], "sum")][:2] == ["4.5000", "5"]


def test_numbers_that_look_alike_are_one_group():
    rows = table([1.00001, 1.00002, 2, "2"])
    groups = group_runs(KIND, rows, rows.keys)
    assert [(group.text, len(group.keys)) for group in groups] == [
        ("2", 1),
        ("1.0000", 2),
        ("2", 1),
    ]
    assert len({group.id for group in groups}) == 3


def test_start_times_are_grouped_by_day():
    rows = table([None] * 40)
    groups = group_runs(TIME, rows, rows.keys, UTC)
    assert sum(len(group.keys) for group in groups) == 40
    assert 2 <= len(groups) <= 3
    for group in groups:
        found = parse_filter(group.filter, rows.columns, Moment(NOW, UTC))
        assert set(found.select(rows, rows.keys)) == set(group.keys)


@given(
    st.lists(
        st.none()
        | st.text(max_size=3)
        | st.sampled_from(["dark", "Dark", "12", "a b", "(x)", '"', "yes"])
        | st.integers(-3, 3)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from([1.00001, 1.00002, 0.00010001, 9999.99996, 0.33331, 0.33332]),
        min_size=1,
        max_size=12,
    )
)
def test_filter_of_a_group_matches_its_runs(kinds):
    rows = table(kinds)
    groups = group_runs(KIND, rows, rows.keys)
    assert sorted(k for group in groups for k in group.keys) == sorted(rows.keys)
    for group in groups:
        if group.filter:  # a text with both kinds of quotes has none
            found = parse_filter(group.filter, rows.columns)
            assert set(found.select(rows, rows.keys)) >= set(group.keys)


def test_only_columns_with_numbers_are_averaged():
    rows = table(["dark", 2], ["x", "y"])
    assert numeric_columns([TIME, KIND, HITS], rows, rows.keys) == [KIND]
    assert numeric_columns([KIND], rows, rows.keys[1:2]) in ([], [KIND])


def listed(screen):
    return screen.query_one(RowList).plain_text().splitlines()


@pytest.fixture
def sampled(folder):
    return make_app(folder)


async def test_group_is_shown_in_the_table(sampled):
    async with sampled.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        table = sampled.main_screen.table
        table.move_to(key(409), "sample")
        await pilot.press("B")
        await until(pilot, lambda: isinstance(sampled.screen, GroupsScreen))
        screen = sampled.screen
        groups = {group.text: group.keys for group in screen.groups}
        assert sum(map(len, groups.values())) == len(table.rows.keys)
        await pilot.press("s", "g", "enter")
        await until(pilot, lambda: sampled.screen is sampled.main_screen)
        largest = max(groups.values(), key=len)
        await until(pilot, lambda: sorted(table.rows.keys) == sorted(largest))


@pytest.mark.extended
async def test_groups_of_marked_runs_follow_statistic_and_search(sampled):
    async with sampled.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("space", "space")
        await command(pilot, "group sample")
        await until(pilot, lambda: isinstance(sampled.screen, GroupsScreen))
        screen = sampled.screen
        assert sum(len(group.keys) for group in screen.groups) == 2
        marked = sampled.main_screen.table.marked
        title = lambda: str(screen.query_one("#groups-head").content)  # noqa: E731
        assert "2 marked runs by " in title()
        before = listed(screen)
        await pilot.press("m", "m")
        assert "min" in title()
        assert listed(screen) != before
        await pilot.press("slash", *"nothing", "enter")
        await until(pilot, lambda: "0 matching “nothing”" in title())
        await pilot.press("y", "slash", "enter", "enter")
        await until(pilot, lambda: sampled.screen is sampled.main_screen)
        shown = sampled.main_screen.table.rows
        await until(pilot, lambda: 0 < len(shown.keys) < len(shown.all_keys))
        assert set(shown.keys) <= marked


@pytest.mark.extended
async def test_group_command_takes_one_column(sampled):
    async with sampled.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        for text in ("group", "group sample,ratio", "group nothing"):
            await command(pilot, text)
            assert sampled.screen is sampled.main_screen
            await pilot.press("escape")


async def test_only_columns_with_numbers_or_texts_are_grouped(sampled):
    async with sampled.run_test(size=(130, 34), notifications=True) as pilot:
        await settle(pilot)
        sampled.main_screen.table.move_to(key(409), "agipd.preview")
        await pilot.press("B")
        await pilot.pause()
        assert sampled.screen is sampled.main_screen
        (message,) = [each.message for each in sampled._notifications]
        assert "no numbers or texts" in message


def test_columns_that_do_not_fit_are_left_out_whole():
    rows = table(["dark", "data"], [1.5, 2.5])
    listed = group_rows(group_runs(KIND, rows, rows.keys), rows, [HITS, HITS], "mean")
    headings = heading(KIND, [HITS, HITS])
    assert columns_that_fit(listed, headings, 200) == 5
    assert columns_that_fit(listed, headings, 40) == 4
    assert columns_that_fit(listed, headings, 10) == 3
