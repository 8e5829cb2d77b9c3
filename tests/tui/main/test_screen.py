"""The main screen on real databases."""

import json
import os
import pty
import subprocess
import sys

import pytest

from damnit_daemon.store import NewValue, create_database
from damnit_tui.dialogs.help import HelpScreen
from damnit_tui.table.widget import RunTable
from damnit_tui.terminal import clipboard
from damnit_tui.terminal.driver import is_gone
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.cell_bar import CellBar
from damnit_tui.widgets.empty_state import EmptyState
from damnit_tui.widgets.footer import KeyFooter
from damnit_tui.widgets.status import StatusLines

from ..conftest import (
    NOW,
    PROPOSAL,
    add_run,
    database_of,
    key,
    make_app,
    make_folder,
    settle,
    until,
)


def text_of(app, widget):
    return app.main_screen.query_one(widget).render().plain


def table_text(app):
    table = app.main_screen.table
    return "\n".join(table.render_line(y).text for y in range(table.size.height))


async def test_main_screen_shows_the_table_and_its_location(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "p1234 · " in text_of(app, StatusLines)
        assert "18 runs" in text_of(app, StatusLines)
        assert "1032.5250" in table_text(app)
        assert "first light" in table_text(app)
        assert "◥" in table_text(app)


async def test_new_runs_are_announced_and_shown(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await settle(pilot)
        await pilot.press("G")
        add_run(folder, 413)
        await until(pilot, lambda: "1 new run ↑" in text_of(app, StatusLines))
        assert app.main_screen.table.cursor.key == key(395)
        await pilot.press("g")
        await pilot.pause()
        assert "new run" not in text_of(app, StatusLines)
        assert app.main_screen.table.cursor.key == key(413)


async def test_follow_mode_moves_to_each_new_run(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await settle(pilot)
        await pilot.press("j", "l", "F")
        assert "following" in text_of(app, StatusLines)
        add_run(folder, 413)
        await until(pilot, lambda: app.main_screen.table.cursor.key == key(413))
        assert app.main_screen.table.cursor.name == "comment"


@pytest.mark.extended
async def test_folder_without_a_database_shows_instructions_until_runs_arrive(empty_folder):
    app = make_app(empty_folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await until(pilot, lambda: "no run database yet" in text_of(app, EmptyState))
        assert "Create it: damnit-daemon proposal NUMBER" in text_of(app, EmptyState)
        create_database(empty_folder.database, proposal=PROPOSAL, context_python=None)
        await until(pilot, lambda: "No runs yet" in text_of(app, EmptyState))
        assert "as they arrive: damnit-daemon start" in text_of(app, EmptyState)
        add_run(empty_folder, 1)
        await until(pilot, lambda: bool(app.main_screen.table.rows.keys))
        await settle(pilot)
        assert not app.main_screen.query_one(EmptyState).display
        await pilot.press("l")
        await pilot.pause()
        assert app.main_screen.table.cursor == (key(1), "comment")


async def test_keys_of_the_main_screen_work_without_runs(empty_folder):
    app = make_app(empty_folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await until(pilot, lambda: app.focused is app.main_screen.query_one(EmptyState))
        await pilot.press("slash")
        await until(pilot, lambda: app.main_screen.prompt_bar.prompt is not None)


@pytest.mark.extended
async def test_deleted_database_stays_on_the_screen(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        before = folder.database.read_bytes()
        folder.database.unlink()
        await until(pilot, lambda: "unreadable" in text_of(app, StatusLines))
        assert "1032.5250" in table_text(app)
        folder.database.write_bytes(before)
        await until(pilot, lambda: "unreadable" not in text_of(app, StatusLines))
        assert "1032.5250" in table_text(app)


async def test_cell_bar_names_the_reason_of_an_empty_cell(folder):
    app = make_app(folder)
    async with app.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(410), "xgm.intensity")
        await pilot.pause()
        assert text_of(app, CellBar).startswith(
            " r410 · XGM/Intensity  ? no source 'SA2_XTD1_XGM/XGM/DOOCS'"
        )


@pytest.mark.extended
@pytest.mark.parametrize(
    ("run", "name", "shown"),
    [
        (410, "agipd.hits", ["ZeroDivisionError", "division by zero", "Frames with more than 12"]),
        (405, "scan", ["raised an error", "ZeroDivisionError", "depends on agipd.hits"]),
        (412, "scan", ["skipped", "Run is not a scan"]),
        (411, "scan", ["Dataset (12.34MB)"]),
        (411, "comment", ["first light"]),
        (412, "comment", ["no comment"]),
        (412, "xgm.intensity", ["1032.525 µJ", "Mean pulse energy", "took 840 ms", "12:00:00"]),
        (412, "xgm.trend", ["Curve of 60 points"]),
        (412, "agipd.preview", ["Image, 30 × 20 pixels"]),
        (408, "ratio", ["0.75", "my notebook"]),
        (412, "start_time", ["2026-03-14 11:45:00"]),
    ],
)
async def test_enter_opens_a_screen_with_the_details_of_a_cell(folder, run, name, shown):
    app = make_app(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(run), name)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is not app.main_screen)
        await until(pilot, lambda: getattr(app.screen, "is_settled", True))
        await pilot.pause()
        screen = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        for text in shown:
            assert text in screen
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main_screen


async def test_x_moves_through_failed_cells(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        found = []
        for _ in range(4):
            await pilot.press("x")
            found.append((app.main_screen.table.cursor.key.run, app.main_screen.table.cursor.name))
        assert found == [
            (410, "agipd.hits"),
            (410, "xgm.intensity"),
            (405, "scan"),
            (410, "agipd.hits"),
        ]


@pytest.mark.extended
async def test_colon_and_a_number_move_to_the_run(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *"397", "enter")
        await pilot.pause()
        assert app.main_screen.table.cursor.key == key(397)
        await pilot.press("colon", "4", "escape")
        await pilot.pause()
        await pilot.press("j")
        assert app.main_screen.table.cursor.key == key(396)


async def test_help_screen_opens_and_closes(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is app.main_screen


async def test_control_characters_of_values_are_never_sent_to_the_terminal(folder):
    bad = "\x1b]0;owned\x07\x9b31m[bold red]x[/]\u202e"
    attributes = {"error": bad, "error_cls": bad, "units": bad}
    add_run(
        folder,
        413,
        NewValue(key(413), "ratio", 1.5, attributes={"units": bad}, provenance=bad),
        NewValue(key(413), "comment", bad),
        NewValue(key(413), "agipd.hits", None, attributes=attributes),
    )
    with database_of(folder).writing() as con:
        con.execute("UPDATE variables SET title = ?, description = ?", (f"{bad}/x", bad))
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        for name in ("comment", "ratio", "agipd.hits"):
            app.main_screen.table.move_to(key(413), name)
            await pilot.press("enter")
            await until(pilot, lambda: app.screen is not app.main_screen)
            await until(pilot, lambda: getattr(app.screen, "is_settled", True))
            await pilot.pause()
            lines = [strip.text for strip in app.screen._compositor.render_strips()]
            assert not [c for c in "".join(lines) if ord(c) < 32 or c in "\x7f\x9b\u202e"]
            assert "[bold red]x[/]" in "".join(lines)
            await pilot.press("escape")
            await pilot.pause()


async def test_malformed_rows_do_not_crash_the_main_screen(folder):
    with database_of(folder).writing() as con:
        con.execute("UPDATE run_variables SET attributes = '{broken' WHERE run = 412")
        con.execute("UPDATE run_variables SET value = x'00ff' WHERE run = 411")
        con.execute("UPDATE run_info SET start_time = 'yesterday' WHERE run = 410")
        con.execute("UPDATE variables SET type = 'colour' WHERE name = 'ratio'")
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        await pilot.press("j", "l", "l", "l", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))


async def test_copying_a_cell_names_the_destination(folder, monkeypatch):
    copied = []
    monkeypatch.setattr(
        clipboard, "copy_text", lambda text, osc52, environ: copied.append(text) or "somewhere"
    )
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "comment")
        await pilot.press("y")
        await until(pilot, lambda: len(app._notifications) == 1)
        assert copied == ["first light"]
        assert [n.message for n in app._notifications] == ["Copied to somewhere."]


async def test_no_color_draws_images_without_coloured_blocks(folder, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "▣ 30×20" in table_text(app)
        assert not {*"▀▆"} & {*table_text(app)}
        await pilot.press("H")
        await settle(pilot)
        assert "▣ 30×20" in table_text(app)
        assert not {*"▀▆"} & {*table_text(app)}


async def test_images_are_redrawn_for_taller_rows(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "▀" not in table_text(app)
        app.main_screen.table.move_to(key(412), "comment")
        for _ in range(2):
            await pilot.press("H")
            await until(pilot, lambda: "▀" in table_text(app))
            await settle(pilot)
            table = app.main_screen.table
            assert not table.view.missing_previews()
        assert table.view.row_height == 5
        await pilot.press("H")
        await until(pilot, lambda: "▆" in table_text(app))
        assert "▀" not in table_text(app)


async def test_lite_option_draws_no_images(folder):
    app = make_app(folder, lite=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "▣ 30×20" in table_text(app)


async def test_read_only_option_is_shown_in_the_status_lines(folder):
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "read-only" in text_of(app, StatusLines)


def test_text_too_long_for_osc_52_is_copied_to_a_file(tmp_path):
    sent = []
    environ = {"TERM": "xterm", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "OSC 52" in clipboard.copy_text("short", sent.append, environ)
    assert sent == ["short"]
    long = "x" * 100_000
    place = clipboard.copy_text(long, sent.append, environ)
    assert sent == ["short"]
    assert (tmp_path / os.path.basename(place)).read_text() == long  # noqa: PTH119 – text from the screen
    assert str(tmp_path) in clipboard.copy_text("x", sent.append, {**environ, "TERM": "linux"})


def test_hangup_of_a_terminal_is_detected():
    ours, theirs = pty.openpty()
    assert not is_gone(theirs)
    os.close(ours)
    assert is_gone(theirs)
    os.close(theirs)


IMPORTS = """
import sys
import damnit_tui.cli, damnit_tui.app
heavy = {"numpy", "h5py", "xarray", "pandas", "matplotlib", "pyarrow", "PIL", "typer", "extra_data"}
others = {"damnit_daemon.cli", "damnit_daemon.services", "damnit_daemon.demo", "damnit_daemon.hdf5"}
print(sorted((heavy | others) & set(sys.modules)))
"""


def test_heavy_modules_are_not_imported_before_the_first_paint():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_make_folder_creates_the_expected_runs(tmp_path):
    folder = make_folder(tmp_path / "x")
    with database_of(folder).reading() as con:
        (count,) = con.execute("SELECT count(*) FROM run_info").fetchone()
    assert count == 18
    assert NOW == 1_773_489_600
    assert RunTable.__name__ == "RunTable"


@pytest.mark.parametrize(
    ("width", "there"),
    [(80, "? ⏎ / e p r J q"), (100, "? ⏎ / e p r J q x"), (120, "? ⏎ / e p r J q x : w F")],
)
async def test_key_footer_shows_the_most_important_keys_first(folder, width, there):
    app = make_app(folder)
    async with app.run_test(size=(width, 24)) as pilot:
        await settle(pilot)
        keys = text_of(app, KeyFooter).strip().split("  ")
        assert " ".join(key.split()[0] for key in keys) == there
