"""Copying and exporting runs."""

import csv
import json
import shutil
import subprocess

import pytest

from damnit_tui.data.table_export import FORMATS
from damnit_tui.dialogs.export_dialog import ExportDialog
from damnit_tui.terminal import clipboard

from ..conftest import key, make_app, settle, until
from .test_cell_edit import notifications, screen_text, table_of


@pytest.fixture
def copied(monkeypatch):
    """What is copied."""
    texts = []
    monkeypatch.setattr(
        clipboard, "copy_text", lambda text, *_: texts.append(text) or "the clipboard"
    )
    return texts


async def open_box(pilot):
    await pilot.press("O")
    await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
    await pilot.pause()


async def test_run_under_the_cursor_is_copied_as_markdown(folder, copied):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("Y")
        await until(pilot, lambda: bool(copied))
        await until(pilot, lambda: "Copied 1 run to the clipboard." in notifications(app))
        head, _, row = copied[0].splitlines()
        assert head.startswith("| Proposal | Run | Timestamp | Comment |")
        assert "shutter?<br>ask Anna" in row
        assert "✗ ZeroDivisionError: division by zero" in row
        assert "\\<image>" not in row
        assert "<image>" in row


async def test_marked_runs_are_copied_in_the_order_shown(folder, copied):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("g", "space", "j", "j", "space", "Y")
        await until(pilot, lambda: bool(copied))
        marked = sorted((k.run for k in table_of(pilot).marks.runs), reverse=True)
        rows = copied[0].splitlines()[2:]
        assert [int(row.split("|")[2]) for row in rows] == marked


@pytest.mark.extended
@pytest.mark.parametrize("name", FORMATS)
async def test_export_writes_all_runs_in_each_format(folder, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await open_box(pilot)
        await pilot.press("tab", "tab")
        for _ in range(FORMATS.index(name)):
            await pilot.press("right")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        target = tmp_path / f"p1234-runs.{name}"
        assert target.stat().st_size
        await until(pilot, lambda: f"Exported 18 runs to {target}." in notifications(app))


async def test_export_writes_only_the_chosen_runs_and_columns(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("g", "space")
        await open_box(pilot)
        assert "marked 1" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        head, *rows = csv.reader((tmp_path / "p1234-runs.csv").read_text().splitlines())
        assert [row[1] for row in rows] == ["412"]
        assert head[:4] == ["Proposal", "Run", "Timestamp", "Comment"]


async def test_export_asks_before_it_replaces_a_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "p1234-runs.csv"
    target.write_text("mine")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await open_box(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "⏎ again to overwrite it" in screen_text(app))
        assert target.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert target.read_text().startswith("Proposal,Run")


@pytest.mark.extended
async def test_export_copies_text_formats_but_not_workbooks(folder, copied):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await open_box(pilot)
        await pilot.press("tab", "tab", *["right"] * 6, "tab", "right", "enter")
        await pilot.pause()
        assert "xlsx can only be exported to a file" in screen_text(app)
        await pilot.press("shift+tab", *["left"] * 3, "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert len(json.loads(copied[0])["runs"]) == 18


@pytest.mark.extended
async def test_export_to_an_unwritable_folder_reports_and_keeps_the_dialog(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await open_box(pilot)
        app.screen.query_one("#export-file").value = "/no/such/folder/runs.csv"
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be written" in screen_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main_screen


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_copying_in_tmux_fills_the_tmux_buffer(tmp_path, monkeypatch):
    def tmux(*arguments):
        command = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    tmux("new-session", "-d", "sleep 60")
    try:
        pid = tmux("display-message", "-p", "#{pid}").strip()
        monkeypatch.setenv("TMUX", f"{tmp_path / 'socket'},{pid},0")
        text = "| 1 | µ 'quoted' |\n" * 100
        place = clipboard.copy_text(text, _fail, {"TMUX": "yes", "TERM": "screen"})
        assert place.startswith("the tmux buffer")
        assert tmux("show-buffer") == text
    finally:
        tmux("kill-server")


def test_copying_without_tmux_uses_the_clipboard_of_the_terminal():
    sent = []
    place = clipboard.copy_text("text", sent.append, {"TERM": "xterm-256color"})
    assert (sent, place) == (["text"], "the terminal's clipboard (OSC 52)")


@pytest.mark.parametrize("environ", [{"TERM": "linux"}, {"TERM": "xterm", "long": "yes"}])
def test_copying_falls_back_to_a_file_without_tmux_and_osc_52(tmp_path, environ):
    text = "µ" * (clipboard.OSC52_LIMIT_BYTES if "long" in environ else 1)
    place = clipboard.copy_text(text, _fail, {**environ, "XDG_RUNTIME_DIR": str(tmp_path)})
    (file,) = tmp_path.iterdir()
    assert place == str(file)
    assert file.read_text() == text
    assert file.stat().st_mode & 0o077 == 0


def _fail(_text):
    raise AssertionError("nobody should have been asked")
