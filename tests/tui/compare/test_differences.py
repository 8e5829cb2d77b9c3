"""Differences between runs: ranking, compared with numpy, and keys."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import Blob, BlobKind, Column, RunRow
from damnit_tui.compare import differences_screen as differences_screen
from damnit_tui.compare.differences import (
    CHANGED,
    FAILED,
    MISSING,
    SAME,
    differences,
    lines_of,
    spread_of,
)
from damnit_tui.compare.differences_screen import MOST_RUNS, DifferencesScreen
from damnit_tui.diagnosis.dialog import DiagnosisScreen
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.table.rows import Rows
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.row_list import RowList
from damnit_tui.widgets.search_prompt import SearchPrompt

from ..conftest import NOW, key, make_app, settle, stored, until


@pytest.fixture
def compare():
    """Compare the last runs of a table with these values, by variable."""

    def compared(count=2, **values):
        rows = Rows()
        rows.add_columns([Column(name, name) for name in values])
        longest = max(map(len, values.values()))
        rows.add_runs([RunRow(key(n), NOW, NOW) for n in range(1, longest + 1)])
        for name, column in values.items():
            rows.add_values([v._replace(name=name, key=key(n)) for n, v in made(column)])
        keys = rows.all_keys[:count]
        found, arrays = differences(keys, rows.columns[2:], rows, rows.value, rows.all_keys)
        return {each.column.name: each for each in found}, arrays

    return compared


def made(column):
    for run, value in enumerate(column, 1):
        if isinstance(value, dict):
            text = f'{{"error": "{value["error"]}", "error_cls": "{value["cls"]}"}}'
            yield run, stored(None, attributes_json=text)
        elif value is not None:
            yield run, stored(value)


def test_differences_rank_numbers_by_distance_relative_to_their_spread(compare):
    random = np.random.default_rng(2)
    steady = [*random.normal(100, 0.01, 50).tolist(), 100.0, 100.5]
    noisy = [*random.normal(100, 30, 50).tolist(), 100.0, 130.0]
    found, _ = compare(noisy=noisy, steady=steady, same=[*noisy[:-1], 100.0])
    assert list(found) == ["steady", "noisy", "same"]
    assert found["same"].grade == SAME
    numbers = np.array(steady)
    mad = 1.4826 * np.median(np.abs(numbers - np.median(numbers)))
    assert found["steady"].score == pytest.approx(0.5 / mad)
    assert found["steady"].text == f"by 0.5000 ({0.5 / mad:.2g} σ)"


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_differences_spread_equals_that_of_numpy(numbers):
    mad = 1.4826 * np.median(np.abs(np.array(numbers) - np.median(numbers)))
    expected = mad if mad > 0 else np.std(numbers)
    assert spread_of(numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_differences_rank_failures_before_missing_and_changed_values(compare):
    failed = {"error": "no", "cls": "KeyError"}
    skipped = {"error": "no scan", "cls": "Skip"}
    found, arrays = compare(
        value=[1.0, 2.0],
        missing=[1.0, None],
        broken=[failed, 1.0],
        skips=[skipped, 1.0],
        both=[failed, failed],
        text=["a", "b"],
        image=[Blob(BlobKind.PNG, 10), Blob(BlobKind.PNG, 10)],
        equal=["a", "a"],
        none=[None, None],
    )
    assert [each.grade for each in found.values()] == sorted(
        (each.grade for each in found.values()), reverse=True
    )
    grades = {name: each.grade for name, each in found.items()}
    assert grades == {
        "broken": FAILED,
        "missing": MISSING,
        "skips": MISSING,
        "value": CHANGED,
        "text": CHANGED,
        "both": SAME,
        "image": SAME,
        "equal": SAME,
        "none": SAME,
    }
    assert arrays == 1
    assert found["broken"].text == "one failed"


def test_differences_of_three_runs_count_failures_and_missing_values(compare):
    failed = {"error": "no", "cls": "KeyError"}
    found, _ = compare(3, broken=[failed, 1.0, failed], gone=[1.0, None, 1.0], x=[1, 2, 5])
    assert found["broken"].text == "2 of 3 failed"
    assert found["gone"].text == "1 of 3 missing"
    assert found["x"].text.startswith("by 4")
    assert len(lines_of(list(found.values()))[0].parts) == 5


def test_differences_rank_rare_texts_before_frequently_changing_ones(compare):
    often = [f"scan {n}" for n in range(30)]
    seldom = [*["LaB6"] * 29, "Si"]
    found, _ = compare(often=often, seldom=seldom)
    assert list(found) == ["seldom", "often"]


@pytest.mark.parametrize("values", [[1e308, -1e308], [float("inf"), 1.0], [2**62, -(2**62)]])
def test_differences_report_extreme_numbers_as_changed(compare, values):
    found, _ = compare(x=values)
    assert found["x"].grade == CHANGED


async def opened(pilot, *marked, run=411):
    app = pilot.app
    await settle(pilot)
    for each in marked:
        app.main_screen.table.move_to(key(each), "ratio")
        await pilot.press("space")
    app.main_screen.table.move_to(key(run), "ratio")
    await pilot.press("d")
    await until(pilot, lambda: isinstance(app.screen, DifferencesScreen))
    await until(pilot, lambda: bool(app.screen.found))
    await pilot.pause()
    return app.screen


@pytest.mark.extended
@pytest.mark.parametrize(
    ("marked", "run", "compared"),
    [
        ((), 411, [411, 410]),
        ((), 395, [396, 395]),
        ((400,), 411, [411, 400]),
        ((400, 402, 404), 411, [404, 402, 400]),
    ],
)
async def test_differences_compare_marked_runs_or_neighbouring_runs(folder, marked, run, compared):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await opened(pilot, *marked, run=run)
        assert [each.run for each in screen.keys] == compared


async def test_differences_leave_out_runs_beyond_the_limit(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("a", "d")
        await until(pilot, lambda: isinstance(app.screen, DifferencesScreen))
        assert len(app.screen.keys) == MOST_RUNS
        note = app.screen.query_one("#differences-note").content.plain
        assert "10 more runs not shown" in note


async def test_differences_of_many_variables_do_not_block_keys(folder, monkeypatch):
    app = make_app(folder)
    ready = []
    monkeypatch.setattr(differences_screen, "AT_ONCE_S", 0.0)
    one_by_one = differences_screen.compared

    def watched(*arguments):
        asyncio.get_running_loop().call_soon(ready.append, "a turn for others")
        for at, one in enumerate(one_by_one(*arguments)):
            assert at < 2 or ready
            yield one

    monkeypatch.setattr(differences_screen, "compared", watched)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert ready
        assert len(screen.found) == 9


@pytest.mark.extended
async def test_differences_screen_obeys_each_of_its_keys(folder, monkeypatch):
    copied = []
    app = make_app(folder)
    monkeypatch.setattr(app.system_clipboard, "copy", lambda text, _: copied.append(text))
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await opened(pilot)
        found = screen.query_one(RowList)
        assert "6 of 9" in screen.query_one("#differences-head").content.plain
        assert found.current == "agipd.hits"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DiagnosisScreen))
        assert app.screen._address.key == key(410)
        await pilot.press("escape", "a")
        assert len(found.plain_text().splitlines()) == 10
        await pilot.press("a", "slash", *"ratio", "enter")
        await until(pilot, lambda: not screen.query(SearchPrompt))
        await until(pilot, lambda: found.current == "ratio")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await pilot.press("escape", "y", "question_mark")
        assert "Ratio" in copied[0]
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("escape", "p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen))
        assert app.screen.model.state.y == ("ratio",)
        await pilot.press("escape", "q")
        await until(pilot, lambda: app.screen is app.main_screen)
