"""The log screen of a run: following, searching and jumping."""

from __future__ import annotations

import os

import pytest

from damnit_tui.log.screen import LogScreen
from damnit_tui.log.view import LogView

from ..conftest import key, make_app, settle, until

HEADER = "----- Processing r410 (p1234) as me on here (subprocess) -----\n"
FAILED = (
    "Computed ratio in 0.010 s\n"
    "Could not get data for xgm.intensity\n"
    "Traceback (most recent call last):\n"
    '  File "context.py", line 14, in xgm_intensity\n'
    "SourceNameError: no source 'SA2_XTD1_XGM/XGM/DOOCS'\n"
)
CHATTER = "".join(f"chatter {number}\n" for number in range(300))


@pytest.fixture
def log(folder):
    path = folder.log_file(key(410))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"\n{HEADER}{CHATTER}{FAILED}{CHATTER}\n{HEADER}{CHATTER}the end\n")
    return path


def page_of(app):
    return app.screen.query_one(LogView).page


def texts(app):
    return [line.text for line in page_of(app).lines]


def place(app):
    return str(app.screen.query_one("#log-place").content)


async def open_log(pilot, run=410, name="ratio"):
    await settle(pilot)
    pilot.app.main_screen.table.move_to(key(run), name)
    await pilot.press("L")
    await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
    await until(pilot, lambda: bool(page_of(pilot.app).lines or page_of(pilot.app).problem))


@pytest.mark.extended
async def test_log_screen_opens_at_the_end_and_follows(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        await until(pilot, lambda: len(texts(app)) == 18)
        assert texts(app)[-1] == "the end"
        assert place(app).strip().endswith("following")
        with log.open("a") as file:
            file.write("one more\n")
        await until(pilot, lambda: texts(app)[-1] == "one more")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)


async def test_log_screen_of_a_failed_cell_opens_at_its_traceback(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot, name="xgm.intensity")
        await until(pilot, lambda: page_of(app).match is not None)
        shown = texts(app)
        assert "Could not get data for xgm.intensity" in shown[:6]
        assert "SourceNameError: no source 'SA2_XTD1_XGM/XGM/DOOCS'" in shown


@pytest.mark.extended
async def test_log_screen_scrolls_by_keys(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        for pressed, first in (
            ("g", ""),
            ("down", HEADER.strip()),
            ("j", "chatter 0"),
            ("k", HEADER.strip()),
            ("up", ""),
            ("pagedown", "chatter 16"),
            ("space", "chatter 34"),
            ("ctrl+f", "chatter 52"),
            ("ctrl+b", "chatter 34"),
            ("pageup", "chatter 16"),
            ("ctrl+d", "chatter 25"),
            ("ctrl+u", "chatter 16"),
            ("home", ""),
        ):
            await pilot.press(pressed)
            await until(pilot, lambda: texts(app)[0] == first), pressed  # noqa: B023 – awaited here
        assert "paused" in place(app)
        await pilot.press("G")
        await until(pilot, lambda: texts(app)[-1] == "the end")
        await pilot.press("g")
        await until(pilot, lambda: texts(app)[0] == "")
        await pilot.press("end")
        await until(pilot, lambda: texts(app)[-1] == "the end")


@pytest.mark.extended
async def test_log_screen_jumps_to_jobs_and_errors(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)

        def at():
            shown = page_of(app)
            return next((line.text for line in shown.lines if line.start == shown.match), "")

        await pilot.press("left_square_bracket")
        await until(pilot, lambda: at() == HEADER.strip())
        last = page_of(app).match
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: page_of(app).match not in (None, last))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: page_of(app).match == last)
        await pilot.press("X")
        await until(pilot, lambda: at() == "Traceback (most recent call last):")
        await pilot.press("X")
        await until(pilot, lambda: at() == "Could not get data for xgm.intensity")
        await pilot.press("x")
        await until(pilot, lambda: at().startswith("Traceback"))
        await pilot.press("x")
        await until(pilot, lambda: "no other error below" in place(app))


@pytest.mark.extended
async def test_log_screen_search_finds_lines_and_reports_the_end(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        await pilot.press("g", "slash", *"chatter 29[01]", "enter")

        def at():
            shown = page_of(app)
            return next((line.text for line in shown.lines if line.start == shown.match), "")

        await until(pilot, lambda: at() == "chatter 290")
        await pilot.press("n")
        await until(pilot, lambda: at() == "chatter 291")
        await pilot.press("N")
        await until(pilot, lambda: at() == "chatter 290")
        await pilot.press("N")
        await until(pilot, lambda: "no “chatter 29[01]” above" in place(app))
        await pilot.press("slash", *"(", "enter")  # no regular expression: as it stands
        await until(pilot, lambda: at() == "Traceback (most recent call last):")
        await pilot.press("slash", "escape")
        assert isinstance(app.screen, LogScreen)


@pytest.mark.extended
async def test_log_screen_scrolls_long_lines_sideways_and_escapes_control_characters(folder, log):
    log.write_text("\x1b]0;pwned\x07[red]x[/red] " + "y" * 300 + "z\n")
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        view = app.screen.query_one(LogView)
        assert view.render_line(0).text.startswith("␛]0;pwned␇[red]x[/red] yyy")
        await pilot.press(*["right"] * 20)
        assert view.render_line(0).text.endswith("z")
        await pilot.press("l", *["left"] * 5, *["h"] * 20)
        assert view.left == 0


@pytest.mark.extended
async def test_log_screen_survives_truncated_and_deleted_files(folder, log):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        os.truncate(log, 0)
        await until(pilot, lambda: "log was truncated" in place(app))
        log.unlink()
        await until(pilot, lambda: "log was deleted" in place(app))
        log.write_text("from anew\n")
        await until(pilot, lambda: texts(app) == ["from anew"])


@pytest.mark.extended
async def test_log_screen_of_a_run_without_a_log_waits_for_one(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await open_log(pilot)
        assert "no log r410-p1234.out" in page_of(app).problem
        path = folder.log_file(key(410))
        path.parent.mkdir(parents=True)
        path.write_text("begun\n")
        await until(pilot, lambda: texts(app) == ["begun"])
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.main_screen)
