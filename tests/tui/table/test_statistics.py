"""Trends under the titles, outliers, and statistics at the foot."""

import math

import pytest

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import parse_filter
from damnit_tui.table.query import TableQuery
from damnit_tui.table.rows import Rows
from damnit_tui.table.statistics import FRESH_S, STATISTICS, Numbers, Statistics, statistic_of

from ..conftest import NOW, key, stored, until
from .test_widget import COLUMNS, TableApp, line


def test_number_beyond_five_deviations_is_an_outlier():
    numbers = Numbers([10, 11, 9, 10.5, 9.5, 40, None, "dark", float("nan")])
    assert numbers.is_far(40)
    assert not numbers.is_far(11)
    assert not numbers.is_far(None)
    assert not numbers.is_far("40")


@pytest.mark.parametrize("values", [[], [1, 100], [5, 5, 5, 5, 5, 5, 9], [None] * 9])
def test_numbers_without_a_usual_spread_have_no_outliers(values):
    assert not Numbers(values).is_far(100)


def test_trend_goes_from_the_oldest_to_the_newest_run():
    assert Numbers(range(8)).trend(4) == "⣀⠤⠒⠉"
    assert Numbers([1]).trend(3) == "   "
    assert Numbers([]).trend(3) == "   "


def test_trend_of_many_runs_keeps_its_peaks():
    values = [0.0] * 5000
    values[2500] = 1.0
    trend = Numbers(values).trend(10)
    assert len(trend) == 10
    assert set(trend[:4] + trend[6:]) == {"⣀"}
    assert set(trend[4:6]) != {"⣀"}


def test_column_statistics_are_cached_for_a_while():
    rows, now = Rows(), 0.0
    statistics = Statistics(rows, clock=lambda: now)
    rows.add_values([stored(float(run), "v", run) for run in range(1, 9)])
    first = statistics.of("v")
    rows.add_values([stored(100.0, "v", 3)])
    statistics.values_changed()
    assert statistics.of("v") is first
    now = FRESH_S
    assert statistics.of("v") != first
    rows.add_runs([RunRow(key(11), NOW, NOW)])
    assert len(statistics.of("v").found) == 8


async def test_T_shows_trends_under_the_titles():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("T")
        await pilot.pause()
        assert line(table, 1).split()[:2] == ["Run", "│"]
        assert "⣀" in line(table, 2)
        assert line(table, 4).split()[0] == "100"
        assert table.view.header_height == 4
        table.show_query(TableQuery(parse_filter("v00 < 1", table.rows.columns)))
        await pilot.pause()
        assert "⣀" not in line(table, 2)
        await pilot.press("T")
        await pilot.pause()
        assert table.view.header_height == 3


async def test_X_highlights_outliers():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        with table.updating() as rows:
            rows.add_values([stored(9999.0, "v00", 98)])
        odd = table.get_component_rich_style("role--odd")
        assert not [s for s in table.render_line(5) if s.style == odd]
        await pilot.press("X")
        await pilot.pause()
        assert [s.text.strip() for s in table.render_line(5) if s.style == odd] == ["9999"]
        await pilot.press("X")
        await pilot.pause()
        assert not [s for s in table.render_line(5) if s.style == odd]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2, 3, 6, None, "dark", float("nan")], [4, 3, 2.16024690, 1, 6, 12]),
        ([5], [1, 5, None, 5, 5, 5]),
        ([], [0, None, None, None, None, None]),
        ([1e308, 1e308], [2, 1e308, 0, 1e308, 1e308, math.inf]),
        ([-1e308, -1e308, 1e308], [3, -1e308 / 3, math.inf, -1e308, 1e308, -math.inf]),
    ],
)
def test_statistics_of_numbers(values, found):
    for name, expected in zip(STATISTICS, found, strict=True):
        statistic = statistic_of(Numbers(values).values, name)
        assert math.isnan(statistic) if expected is None else statistic == pytest.approx(expected)


def foot_lines(table):
    lines = range(table.view.body_end, table.view.height)
    return [line(table, y).replace("│", " ").split() for y in lines]


async def test_M_shows_statistics_of_shown_and_of_marked_runs():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("M")
        await pilot.pause()
        over, *lines = foot_lines(table)
        assert over[-3:] == ["of", "shown", "runs"]
        names = ["count", "mean", "std", "min", "max"]
        assert [each[0] for each in lines] == names
        numbers = [table.rows.scalar(run, "v00") for run in table.rows.keys]
        assert lines[0][1] == str(len(numbers))
        assert float(lines[4][1]) == max(numbers)
        await pilot.press("space")
        await pilot.pause()
        over, count, *_ = foot_lines(table)
        assert over[-3:] == ["of", "marked", "runs"]
        assert count[1] == "1"
        await pilot.press("M")
        await pilot.pause()
        assert not table.view.foot_height


async def test_statistics_are_those_of_the_filtered_runs():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        table.show_analysis(statistics=["max"])
        await pilot.pause()
        assert foot_lines(table)[1][:2] == ["max", "100"]
        table.show_query(TableQuery(parse_filter("v00 < 5", table.rows.columns)))
        await pilot.pause()
        assert foot_lines(table)[1][:2] == ["max", "4"]


async def test_wide_statistics_widen_their_column():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        table.show_analysis(statistics=["mean", "std"])
        await pilot.pause()
        assert foot_lines(table)[2][:2] == ["std", "29.0115"]


@pytest.mark.parametrize("height", [8, 5, 3, 1])
async def test_rows_keep_three_lines_above_the_foot(height):
    async with TableApp().run_test(size=(80, height)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("M", "G")
        await pilot.pause()
        view = table.view
        assert view.body_end - view.header_height >= min(3, height - view.header_height)
        assert height < 5 or line(table, view.body_end - 1).split()[0] == "1"


async def test_click_on_the_foot_moves_no_cursor():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("M")
        before = table.cursor
        await pilot.click(table, offset=(20, 22))
        await pilot.pause()
        assert table.cursor == before


async def test_statistics_of_the_last_of_many_changes_are_shown(monkeypatch):
    monkeypatch.setattr("damnit_tui.table.widget.FRESH_S", 0.05)
    monkeypatch.setattr("damnit_tui.table.statistics.FRESH_S", 0.05)
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        table.show_analysis(statistics=["max"])
        for value in (5000.0, 6000.0):
            with table.updating() as rows:
                rows.add_values([stored(value, "v00", 98)])
        await until(pilot, lambda: foot_lines(table)[1][:2] == ["max", "6000"])


async def test_marked_run_that_is_removed_leaves_the_statistics(monkeypatch):
    monkeypatch.setattr("damnit_tui.table.statistics.FRESH_S", 0.0)
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("M", "space", "space")
        with table.updating() as rows:
            rows.remove_runs([key(100)])
        await pilot.pause()
        assert foot_lines(table)[1][:2] == ["count", "1"]
        with table.updating() as rows:
            rows.remove_runs([key(99)])
        await pilot.pause()
        assert foot_lines(table)[0][-2:] == ["shown", "runs"]


async def test_statistics_include_numbers_of_runs_above_and_below_the_screen():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        with table.updating() as rows:
            rows.add_columns([*COLUMNS, Column("old", "Old")])
            rows.add_values([stored(7.0, "old", 1), stored("new", "old", 100)])
        table.show_analysis(statistics=["max"])
        await pilot.press("dollar_sign")
        await pilot.pause()
        assert "7" in foot_lines(table)[1]


async def test_booleans_have_no_statistics():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        with table.updating() as rows:
            rows.add_columns([Column("flag", "Flag", type="boolean")])
            rows.add_values([stored(1, "flag", 100), stored(0, "flag", 99)])
        assert table.view.foot.cells(Column("flag", "Flag", type="boolean")) == ()
        table.show_analysis(statistics=["max"])
        assert table.view.foot.cells(Column("flag", "Flag", type="boolean")) == []


async def test_foot_moves_with_the_lower_edge_of_the_table():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.press("M")
        await pilot.pause()
        await pilot.resize_terminal(80, 20)
        await pilot.pause()
        screen = [
            "".join(segment.text for segment in strip)
            for strip in pilot.app.screen._compositor.render_strips()
        ]
        assert sum("of shown runs" in each for each in screen) == 1
        assert screen[-1].split()[0] == "max"
