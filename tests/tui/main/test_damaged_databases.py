"""Old, locked, damaged, hostile and missing databases in the app."""

import sqlite3
import time
from contextlib import closing

import numpy as np
import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import NewValue, ensure_run, save_values
from damnit_tui.data.session import Session
from damnit_tui.widgets.status import StatusLines
from tests.daemon.store.conftest import STEPS, names_in, nobody_special, run_script, shared_folder

__all__ = ["shared_folder"]  # pytest finds it here

from ..conftest import NOW, add_run, database_of, key, make_app, make_folder, png, settle, until

HOSTILE = [
    'it\'s "quoted" `twice`',
    "two\nlines\tand a tab\r",
    "\x00\x07\x7f\x85\x9b31m",
    "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\",
    "[bold red]markup[/] [/nothing] [@click=app.quit]x[/]",
    "🧪👩🏽‍🔬🇪🇺 e\u0301 \ufeff",
    "שלום \u202ereversed\u202c עולם \u2066x\u2069",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace"),
]
MEGABYTE = 1_000_000


def text_of(app, widget):
    return app.main_screen.query_one(widget).render().plain


def table_text(app):
    table = app.main_screen.table
    return "\n".join(table.render_line(y).text for y in range(table.size.height))


def on_screen(app):
    return "".join(strip.text for strip in app.screen._compositor.render_strips())


def old_folder(path, version):
    path.mkdir()
    run_script(path / "runs.sqlite", STEPS[version])
    return DamnitFolder(path)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_database_of_an_old_format_is_shown(tmp_path, version):
    app = make_app(old_folder(tmp_path / "amore", version))
    async with app.run_test(size=(100, 20)) as pilot:
        await settle(pilot)
        assert "9.3" in table_text(app)
        assert "Photon energy" in table_text(app)


async def test_database_without_a_format_version_is_shown_and_names_the_migration(tmp_path):
    app = make_app(old_folder(tmp_path / "amore", 0))
    async with app.run_test(size=(100, 20)) as pilot:
        await settle(pilot)
        assert "9.3" in table_text(app)
        assert "old format 0: e migrates" in on_screen(app)


async def test_database_of_a_newer_format_is_shown(folder):
    run_script(folder.database, "UPDATE metameta SET value = 99 WHERE key = 'data_format_version'")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "first light" in table_text(app)


def test_read_only_folder_is_read(shared_folder):
    folder = make_folder(shared_folder / "amore")
    folder.database.chmod(0o444)
    folder.path.chmod(0o555)
    with closing(Session(folder, clock=lambda: NOW)) as session, nobody_special():
        assert not session.is_writable()
        assert session.first_page.load().runs
        assert session.changes.changes().is_new
        portions = []
        while (changes := session.changes.walk()) is not None:
            portions.append(changes.portion)
        assert session.changes.has_all
        assert sum(len(portion) for portion in portions if portion) > 100
    assert names_in(folder.path) == ["context.py", "runs.sqlite"]


async def test_replaced_database_keeps_the_cursor_position(folder, tmp_path):
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(398), "ratio")
        other = make_folder(tmp_path / "other")
        with database_of(other).writing() as con:
            con.execute("DELETE FROM run_variables WHERE run = 400")
            con.execute("DELETE FROM run_info WHERE run = 401")
            con.execute("DELETE FROM run_variables WHERE run = 401")
            save_values(con, [NewValue(key(398), "ratio", 55.5)], now=NOW)
        other.database.replace(folder.database)
        rows = app.main_screen.table.rows
        await until(pilot, lambda: (v := rows.value(key(398), "ratio")) and v.value == 55.5)
        await settle(pilot)
        assert app.main_screen.table.cursor == (key(398), "ratio")
        assert key(401) not in rows
        assert rows.value(key(400), "ratio") is None


@pytest.mark.extended
@pytest.mark.parametrize(
    "duration_s", [2, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
async def test_locked_database_stays_on_the_screen_and_keys_work(folder, duration_s):
    app = make_app(folder)
    app.main_screen.session.database.timeout_s = 0.2
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        add_run(folder, 413)
        await until(pilot, lambda: key(413) in app.main_screen.table.rows)
        with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
            con.execute("BEGIN EXCLUSIVE")
            con.execute("UPDATE run_variables SET value = 0.5 WHERE name = 'ratio' AND run = 413")
            await until(pilot, lambda: app.main_screen.feed.health.problem)
            end = time.monotonic() + duration_s
            while time.monotonic() < end:
                await pilot.press("j")
                await pilot.pause(0.1)
            assert "first light" in table_text(app)
            assert app.main_screen.table.cursor.key != key(413)
            con.execute("COMMIT")
        await until(pilot, lambda: not app.main_screen.feed.health.problem)
        rows = app.main_screen.table.rows
        await until(pilot, lambda: rows.value(key(413), "ratio").value == 0.5)
        assert len(rows.all_keys) == 19
        assert "first light" in table_text(app)


@pytest.mark.extended
async def test_database_locked_at_the_start_is_waited_for(folder):
    app = make_app(folder)
    app.main_screen.session.database.timeout_s = 0.2
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
        con.execute("BEGIN EXCLUSIVE")
        async with app.run_test(size=(120, 30)) as pilot:
            await until(pilot, lambda: app.main_screen.feed.health.problem)
            con.execute("COMMIT")
            await settle(pilot)
            assert "first light" in table_text(app)


@pytest.mark.extended
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
async def test_control_characters_in_the_database_are_shown_escaped(folder, hostile):
    add_run(
        folder,
        413,
        NewValue(key(413), "comment", hostile),
        NewValue(key(413), "sample", hostile, provenance="manual-input"),
    )
    with closing(sqlite3.connect(folder.database)) as con:
        con.execute(
            "INSERT INTO run_variables SELECT proposal, run, ?1, version, value, timestamp, "
            "max_diff, ?1, ?1, ?1, ?1 FROM run_variables WHERE run = 413 AND name = 'comment'",
            (hostile,),
        )
        con.execute(
            "UPDATE variables SET title = ?1, description = ?1, type = ?1 WHERE name = 'ratio'",
            (hostile,),
        )
        con.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (hostile,))
        con.execute("INSERT INTO variable_tags SELECT 'ratio', max(id) FROM tags")
        con.commit()
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        names = [column.name for column in app.main_screen.table.rows.columns]
        assert hostile in names
        for name in ("comment", "sample", "ratio", hostile):
            app.main_screen.table.move_to(key(413), name)
            await pilot.pause()
            shown = on_screen(app)
            assert not [c for c in shown if ord(c) < 32 or c in "\x7f\x85\x9b\u202e\u2066"]
        assert app.is_running


async def test_malformed_rows_are_shown_without_a_crash(folder):
    array = np.lib.format.magic(1, 0) + b"v\x00{'descr'"
    with database_of(folder).writing() as con:
        ensure_run(con, key(413), added_at=NOW, start_time=NOW)
        save_values(
            con,
            [
                NewValue(key(413), "agipd.preview", png()[:60]),
                NewValue(key(413), "xgm.trend", array, summary_type="trendline"),
                NewValue(key(413), "ratio", 0.5, attributes={"background": ["red"], "units": 5}),
                NewValue(key(413), "xgm.intensity", 2.5, summary_type="hologram"),
            ],
            now=NOW,
        )
        for attributes in ("{broken", "[]", "7", '"text"', '{"error": null, "error_cls": [1]}'):
            con.execute(
                "INSERT INTO run_variables (proposal, run, name, version, value, timestamp, "
                "attributes) VALUES (1234, 413, ?, 1, NULL, ?, ?)",
                (f"odd{len(attributes)}", NOW, attributes),
            )
        con.execute("UPDATE variables SET type = 'colour' WHERE name = 'agipd.hits'")
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        for column in list(table.rows.columns):
            table.move_to(key(413), column.name)
            await pilot.pause()
        await settle(pilot)
        assert app.is_running
        assert table.rows.value(key(413), "xgm.intensity").summary_type == "hologram"


async def test_equal_run_numbers_of_two_proposals_are_separate_rows(folder):
    other = RunKey(900, 412)
    with database_of(folder).writing() as con:
        ensure_run(con, other, added_at=NOW, start_time=NOW)
        save_values(con, [NewValue(other, "ratio", 77.25)], now=NOW)
    app = make_app(folder)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        rows = app.main_screen.table.rows
        assert rows.value(other, "ratio").value == 77.25
        assert rows.value(key(412), "ratio").value == 1.0
        assert "p900 412" in table_text(app)
        assert "p1234 412" in table_text(app)
        with database_of(folder).writing() as con:
            save_values(con, [NewValue(other, "ratio", 78.5)], now=NOW + 1)
        await until(pilot, lambda: rows.value(other, "ratio").value == 78.5)
        assert rows.value(key(412), "ratio").value == 1.0


@pytest.mark.extended
async def test_table_with_three_thousand_variables_works(folder):
    values = [NewValue(key(413), f"group{n % 40}.v{n:04d}", float(n)) for n in range(3000)]
    add_run(folder, 413, *values)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert len(app.main_screen.table.rows.columns) > 3000
        await pilot.press("$", "j", "0", "l")
        app.main_screen.table.move_to(key(413), "group39.v2999")
        await pilot.pause()
        assert "2999" in table_text(app)


async def test_texts_of_a_megabyte_are_shown(folder):
    long = "x" * MEGABYTE
    add_run(
        folder,
        413,
        NewValue(key(413), "comment", long),
        NewValue(key(413), "ratio", None, attributes={"error": long, "error_cls": long}),
        NewValue(key(413), "scan", "\x1b" * MEGABYTE),
    )
    with database_of(folder).writing() as con:
        con.execute(
            "UPDATE variables SET title = ?1, description = ?1 WHERE name = 'ratio'", (long,)
        )
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        began = time.monotonic()
        for name in ("comment", "ratio", "scan"):
            app.main_screen.table.move_to(key(413), name)
            await pilot.pause()
        assert "xxx" in table_text(app)
        assert time.monotonic() - began < 30


@pytest.mark.extended
async def test_truncated_database_is_reported(folder):
    content = folder.database.read_bytes()
    folder.database.write_bytes(content[: len(content) // 2])
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.main_screen.feed.health.problem)
        folder.database.write_bytes(content)
        await settle(pilot)
        assert "first light" in table_text(app)
        assert "18 runs" in text_of(app, StatusLines)


async def test_malformed_notes_are_shown_and_a_dropped_notes_table_does_not_crash(folder):
    rows = [(None, None), ("noon", b"\x00\xff"), (9e999, "\x1b[2Jgone"), (NOW, "x" * MEGABYTE)]
    with database_of(folder).writing() as con:
        con.executemany("INSERT INTO time_comments (timestamp, comment) VALUES (?, ?)", rows)
    app = make_app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        await until(pilot, lambda: len(table.lines.notes) == len(rows))
        for note in table.lines.notes:
            table.move_to_line(note)
            await pilot.pause()
            assert "Note · " in on_screen(app)
        assert "\x1b" not in on_screen(app)
        table.move_to_line(next(note for note in table.lines.notes if len(note.text) == MEGABYTE))
        await pilot.press("e")
        await until(pilot, lambda: app._notifications)
        assert any("too long to edit here" in note.message for note in app._notifications)
        with database_of(folder).writing() as con:
            con.execute("DROP TABLE time_comments")
        await until(pilot, lambda: not table.lines.notes)
        add_run(folder, 413)
        await until(pilot, lambda: key(413) in table.rows)


async def test_variable_of_unknown_type_is_shown_but_not_edited(folder):
    with database_of(folder).writing() as con:
        con.execute("UPDATE variables SET type = '\x1b[1mcolour' WHERE name = 'sample'")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(409), "sample")
        await pilot.press("e")
        await until(pilot, lambda: app._notifications)
        assert "LaB6" in table_text(app)
        (told,) = [note.message for note in app._notifications]
        assert "unsupported type" in told
        assert "\x1b" not in told


async def test_variable_with_an_empty_name_does_not_stop_the_cursor(folder):
    with closing(sqlite3.connect(folder.database)) as con:
        con.execute("INSERT INTO variables(name, type, title) VALUES ('', 'number', '')")
        con.commit()
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        seen = []
        for _ in range(5):
            await pilot.press("right")
            seen.append(table.cursor.name)
        assert "" in seen
        assert len(set(seen)) == 5
