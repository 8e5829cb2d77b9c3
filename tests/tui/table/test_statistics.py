"""Trends under the titles, and outliers."""

import pytest

from damnit_daemon.model import RunRow
from damnit_daemon.query import parse_filter
from damnit_tui.table.query import TableQuery
from damnit_tui.table.rows import Rows
from damnit_tui.table.statistics import FRESH_S, Numbers, Statistics

from ..conftest import NOW, key, stored
from .test_widget import TableApp, line


def test_number_beyond_five_deviations_is_an_outlier():
    numbers = Numbers.of([10, 11, 9, 10.5, 9.5, 40, None, "dark", float("nan")])
    assert numbers.is_far(40)
    assert not numbers.is_far(11)
    assert not numbers.is_far(None)
    assert not numbers.is_far("40")


@pytest.mark.parametrize("values", [[], [1, 100], [5, 5, 5, 5, 5, 5, 9], [None] * 9])
def test_numbers_without_a_usual_spread_have_no_outliers(values):
    assert not Numbers.of(values).is_far(100)


def test_trend_goes_from_the_oldest_to_the_newest_run():
    assert Numbers.of(range(8)).trend(4) == "⣀⠤⠒⠉"
    assert Numbers.of([1]).trend(3) == "   "
    assert Numbers.of([]).trend(3) == "   "


def test_trend_of_many_runs_keeps_its_peaks():
    values = [0.0] * 5000
    values[2500] = 1.0
    trend = Numbers.of(values).trend(10)
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
