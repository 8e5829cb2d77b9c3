"""Columns hidden because they are the same in all runs."""

from damnit_daemon.model import Column, RunRow
from damnit_daemon.text import count_of
from damnit_tui.fixed_columns import COMMENT, TIME
from damnit_tui.main.visible_columns import constant_columns
from damnit_tui.table.rows import Rows

from ..conftest import NOW, key, make_app, png, settle, stored, until

ERROR = '{"error": "x", "error_cls": "ValueError"}'
VALUES = {
    "same": [1, 1.0, 1],
    "words": ["dark", "dark", "dark"],
    "numbers": [1, 2, 1],
    "some": [1, None, 1],
    "late": [None, 1, 1],
    "empty": [None, None, None],
    "image": [png(), png(), png()],
    "failed": [ERROR, None, None],
    "comment": ["x", "x", "x"],
}


def test_constant_columns_have_one_value_or_none_at_all():
    rows, columns = Rows(), [TIME, COMMENT, *(Column(name, name) for name in VALUES)]
    rows.add_columns(columns)
    rows.add_runs([RunRow(key(run), NOW, NOW) for run in (1, 2, 3)])
    for name, values in VALUES.items():
        for run, value in enumerate(values, 1):
            if value == ERROR:
                rows.add_values([stored(None, name, run, attributes_json=ERROR)])
            elif value is not None:
                rows.add_values([stored(value, name, run)])
    # What is empty may not be loaded yet.
    assert constant_columns(rows, columns, rows.keys) == {"same", "words"}
    rows.mark_complete(rows.keys)
    assert constant_columns(rows, columns, rows.keys) == {"same", "words", "empty"}
    beside = constant_columns(rows, columns, [key(2), key(3)])
    assert beside == {"same", "words", "empty", "late", "failed"}


async def test_C_hides_columns_that_are_the_same_and_shows_them_again(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34), notifications=True) as pilot:
        await settle(pilot)
        main = app.main_screen
        before = main.table.view.columns
        await pilot.press("slash", *"run in 409,410", "enter", "C")
        await pilot.pause()
        hidden = [column for column in before if column not in main.table.view.columns]
        assert hidden
        same = constant_columns(main.table.rows, before, main.table.rows.keys)
        assert same == {column.name for column in hidden}
        await until(
            pilot, lambda: f"{count_of(len(hidden), 'column')} hidden" in main.status.hidden
        )
        await pilot.press("C")
        await pilot.pause()
        assert main.table.view.columns == before


async def test_C_says_why_nothing_is_hidden(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"run = 409", "enter", "C")
        await pilot.pause()
        told = [each.message for each in app._notifications]
        assert "Columns can only be the same in several runs." in told
