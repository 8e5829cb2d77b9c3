"""Tables with more rows than the first page."""

import pytest

from damnit_daemon.store import NewValue, ensure_run, rowid_blocks, save_values

from ..conftest import NOW, database_of, key, make_app, png, settle, until

RUNS = range(100, 413)


@pytest.fixture
def large(folder, monkeypatch):
    """More runs than fit on a screen, the old ones with pictures; read in small portions."""
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 4)
    with database_of(folder).writing() as con:
        for run in range(100, 395):
            ensure_run(con, key(run), added_at=NOW - 1e6 + run, start_time=NOW - 1e6 + run)
        values = [NewValue(key(run), "ratio", run / 412) for run in range(100, 395)]
        picture = png(90, 60) + bytes(rowid_blocks.LARGE)
        values += [NewValue(key(run), "agipd.preview", picture) for run in range(100, 120)]
        save_values(con, values, now=NOW - 1e6)
    return folder


async def test_large_table_is_loaded_in_full(large):
    app = make_app(large)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        rows = app.main_screen.table.rows
        assert [k.run for k in rows.all_keys] == [*reversed(RUNS)]
        assert all(rows.value(key(run), "ratio") is not None for run in RUNS)
        assert all(rows.is_complete(key(run)) for run in RUNS)
        assert rows.value(key(100), "ratio").value == 100 / 412


async def test_cursor_far_down_a_large_table_is_restored(large):
    for _ in range(2):
        app = make_app(large)
        async with app.run_test(size=(120, 20)) as pilot:
            await settle(pilot)
            cursor = app.main_screen.table.cursor
            app.main_screen.table.move_to(key(101), "ratio")
            await pilot.press("space")
            app.main_screen.table.move_to(key(102), "ratio")
            await pilot.pause()
    assert cursor == (key(102), "ratio")


async def test_large_images_far_down_are_drawn_when_visible(large):
    app = make_app(large)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        assert table.rows.value(key(101), "agipd.preview").timestamp == 0.0
        await pilot.press("G")
        await settle(pilot)
        assert table.rows.value(key(101), "agipd.preview").timestamp == NOW - 1e6
        assert not table.view.missing_previews()


async def test_changes_far_down_a_large_table_are_shown(large):
    app = make_app(large)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        rows = app.main_screen.table.rows
        with database_of(large).writing() as con:
            save_values(con, [NewValue(key(103), "ratio", 5.0)], now=NOW)
            con.execute("DELETE FROM run_variables WHERE run = 104 AND name = 'ratio'")
            con.execute("DELETE FROM run_variables WHERE run = 105")
            con.execute("DELETE FROM run_info WHERE run = 105")
        await until(pilot, lambda: rows.value(key(103), "ratio").value == 5.0)
        await until(pilot, lambda: rows.value(key(104), "ratio") is None)
        await until(pilot, lambda: key(105) not in rows)


async def test_new_run_and_new_variable_appear_in_a_large_table(large):
    app = make_app(large)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        rows = app.main_screen.table.rows
        with database_of(large).writing() as con:
            ensure_run(con, key(420), added_at=NOW)
            save_values(con, [NewValue(key(420), "comment", None, provenance="")], now=NOW)
            save_values(con, [NewValue(key(100), "fresh", 1.0)], now=NOW)
        await until(pilot, lambda: key(420) in rows)
        await until(pilot, lambda: rows.column_index("fresh") is not None)
        assert rows.value(key(100), "fresh").value == 1.0
