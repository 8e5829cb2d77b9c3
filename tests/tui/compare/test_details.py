"""Details of a run: lines, sort orders and keys."""

from datetime import UTC

import pytest

from damnit_daemon.model import Column, RunRow
from damnit_daemon.store import NewValue
from damnit_tui.compare.details import Order, details_of, lines_of, ordered, summary
from damnit_tui.compare.details_screen import DetailsScreen
from damnit_tui.diagnosis.dialog import DiagnosisScreen
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.row_list import RowList
from damnit_tui.widgets.search_prompt import SearchPrompt

from ..conftest import NOW, add_run, key, make_app, settle, stored, until
from ..daemon_at_work import arrive, begin, end, ledger_of, queue, take_lease

COLUMNS = [Column("start_time", "Time"), Column("a", "A"), Column("b", "B"), Column("c", "G/C")]
VALUES = {
    "a": stored(
        1032.4,
        "a",
        attributes_json=f'{{"units": "µJ", "computed_at": {NOW - 60}, "duration_s": 0.5}}',
    ),
    "b": stored(
        None,
        "b",
        attributes_json='{"error": "no\\u001b", "error_cls": "KeyError", "duration_s": 2.0}',
    ),
}


def details(doing=lambda name: f"nothing is at {name}"):
    return details_of(key(1), COLUMNS, lambda _, name: VALUES.get(name), doing)


def texts(line):
    return [part.text for part in line.parts]


def test_details_list_one_line_for_each_value():
    a, b, c = lines_of(details(), UTC)
    assert texts(a) == ["A", "1032.4 µJ", "500 ms", "2026-03-14 11:59:00", ""]
    assert texts(b) == ["B", "✗ KeyError: no␛", "2 s", "", ""]
    assert b.parts[1].role == "error"
    assert texts(c)[:2] == ["G/C", "nothing is at c"]


def test_details_sort_by_title_duration_and_problems():
    def names(order):
        return [each.column.name for each in ordered(details(), order)]

    assert names(Order.TITLE) == ["a", "b", "c"]
    assert names(Order.TOOK) == ["b", "a", "c"]
    assert names(Order.PROBLEMS) == ["b", "c", "a"]


def test_details_summarise_values_and_times_of_the_run():
    told = dict(summary(RunRow(key(1), NOW - 900, NOW), details(), None, NOW, UTC))
    assert told["Variables"] == "1 with a value, 1 failed, 1 empty or skipped"
    assert told["Started"] == "2026-03-14 11:45:00"
    assert told["Computed"] == "2026-03-14 11:59:00, total compute time 2.5 s"


async def opened(pilot, run=411):
    app = pilot.app
    await settle(pilot)
    app.main_screen.table.move_to(key(run), "ratio")
    await pilot.press("i")
    await until(pilot, lambda: isinstance(app.screen, DetailsScreen))
    await pilot.pause()
    return app.screen


def listed(screen):
    return screen.query_one(RowList).plain_text()


def head(screen):
    return screen.query_one("#details-head").content.plain


@pytest.mark.extended
async def test_details_screen_walks_through_runs(folder):
    with ledger_of(folder) as con:
        take_lease(con)
        arrive(con, 410)
        end(con, begin(con, queue(con, 410), "scan"))
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await opened(pilot)
        assert "first light" in listed(screen)
        await pilot.press("j")
        await until(pilot, lambda: "ZeroDivisionError" in listed(screen))
        assert head(screen).startswith(" Run 410, proposal 1234")
        await until(pilot, lambda: screen._history is not None and screen._history.jobs)
        await pilot.press("k", "k", "k")
        assert head(screen).startswith(" Run 412")
        await pilot.press("escape")
        assert app.main_screen.table.cursor.key == key(412)


@pytest.mark.extended
async def test_details_screen_obeys_each_of_its_keys(folder, monkeypatch):
    copied = []
    app = make_app(folder)
    monkeypatch.setattr(app.system_clipboard, "copy", lambda text, _: copied.append(text))
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await opened(pilot, 410)
        await pilot.press("s", "s")
        assert screen.order is Order.PROBLEMS
        found = screen.query_one(RowList)
        await pilot.press("g")
        assert found.current == "agipd.hits"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DiagnosisScreen))
        await pilot.press("escape", "w")
        await until(pilot, lambda: isinstance(app.screen, DiagnosisScreen))
        await pilot.press("escape", "s", "slash", *"pulse", "enter")
        await until(pilot, lambda: not screen.query(SearchPrompt))
        await until(pilot, lambda: found.current == "xgm.unit")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await pilot.press("escape", "slash", "enter")
        await until(pilot, lambda: not screen.query(SearchPrompt))
        await pilot.press("G", "up", "down", "pageup", "ctrl+u", "pagedown", "ctrl+d", "home", "y")
        assert found.cursor == 0
        assert "XGM/Pulse [uJ/p]" in copied[0]
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("escape", "q")
        await until(pilot, lambda: app.screen is app.main_screen)


@pytest.mark.extended
async def test_details_screen_shows_new_values(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        add_run(folder, 411, NewValue(key(411), "scan", "Dataset (99MB)"))
        await until(pilot, lambda: "Dataset (99MB)" in listed(screen))


async def test_details_line_is_selected_by_a_click_and_opened_by_another(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await opened(pilot)
        found = screen.query_one(RowList)
        await pilot.click(found, offset=(5, 3))
        assert found.cursor == 2
        await pilot.click(found, offset=(5, 3))
        await until(pilot, lambda: app.screen is not screen)
