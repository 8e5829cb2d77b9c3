"""The help of each screen, the command palette and the onboarding tips."""

from __future__ import annotations

import json

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from damnit_tui import keymap
from damnit_tui.dialogs.help import HelpScreen
from damnit_tui.keymap import commands
from damnit_tui.main.onboarding import VARIABLE
from damnit_tui.main.palette import PaletteProvider
from damnit_tui.widgets.onboarding import LINES, OnboardingTips
from damnit_tui.widgets.prompt import Prompt

from ..conftest import make_app, settle, until


@pytest.mark.extended
@pytest.mark.parametrize(
    ("pressed", "owner", "asks"),
    [
        ("J", "jobs", "question_mark"),
        ("L", "log", "question_mark"),
        ("D", "daemon", "question_mark"),
        ("D", "daemon", "f1"),
        ("E", "context", "f1"),
        ("P", "proposals", "f1"),
    ],
)
async def test_help_of_each_screen_lists_its_own_keys(folder, pressed, owner, asks):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        await pilot.press(pressed)
        await until(pilot, lambda: app.screen is not app.main_screen)
        await pilot.press(asks)
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert [name for name, _ in app.screen._sections()] == [keymap.SCREENS[owner]]
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)
        assert app.screen is not app.main_screen


async def test_help_of_the_report_lists_its_keys(folder):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        app.main_screen.command_line.run("report")
        await until(pilot, lambda: app.screen is not app.main_screen)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "Report" in [name for name, _ in app.screen._sections()]


@pytest.mark.parametrize("owner", keymap.SCREENS)
def test_help_lists_every_key_of_a_screen(owner):
    """What is written with another key is told with that one."""
    told = " ".join(shown for shown, _ in keymap.screen_lines(owner))
    for key in keymap.KEYS:
        if key.owner == owner and key.rank:
            assert key.shown in told


# The palette


async def offered(pilot, text=""):
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*text)
    options = pilot.app.screen.query_one("CommandList")
    await until(pilot, lambda: options.option_count > 0)
    await until(pilot, lambda: not text or all_fit(options, text))
    return [str(options.get_option_at_index(i).prompt) for i in range(options.option_count)]


def all_fit(options, text):
    return text in str(options.get_option_at_index(0).prompt).lower()


async def test_palette_lists_all_commands_and_all_keys_except_moves(folder):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        lines = [offer.line for offer in PaletteProvider(app.main_screen)._offers()]
    for command in commands.COMMANDS:
        assert any(line.startswith(f":{command.name}") for line in lines)
    for key in keymap.KEYS:
        if key.owner in keymap.MAIN_OWNERS and key.section not in ("Move", "Screens"):
            assert any(key.text in line for line in lines), key.id


@pytest.mark.extended
async def test_palette_runs_the_chosen_entry(folder):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        assert "J" in (await offered(pilot, "daemon's jobs"))[0]
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "JobsScreen")


@pytest.mark.extended
async def test_palette_opens_the_command_line_for_a_command_with_an_argument(folder):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        assert "[for N runs]" in (await offered(pilot, ":alert"))[0]
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query(Prompt)))
        await pilot.press("x")
        assert app.screen.query_one(Prompt).text == "alert x"


@pytest.mark.extended
async def test_palette_runs_a_key_of_the_table(folder):
    app = make_app(folder)
    async with app.run_test(size=(110, 40)) as pilot:
        await settle(pilot)
        await offered(pilot, "mark the run")
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.main_screen.table.marked))


# The tour


@pytest.fixture
def seen(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/damnit-tui/tour.json"


def newcomer(folder):
    app = make_app(folder)
    app.main_screen.onboards = True
    return app


async def test_onboarding_tips_are_shown_once_to_new_users(folder, seen):
    app = newcomer(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: bool(app.screen.query(OnboardingTips)))
        assert json.loads(seen.read_text())["version"] == 1
        await pilot.press("space")
        assert app.main_screen.table.marked
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.query(OnboardingTips))
        assert app.main_screen.table.marked
    app = newcomer(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: all(each.group != "onboarding" for each in app.workers))
        await pilot.pause()
        assert not app.screen.query(OnboardingTips)


async def test_onboarding_tips_can_be_disabled_by_the_environment(folder, seen, monkeypatch):
    monkeypatch.setenv(VARIABLE, "off")
    app = newcomer(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert not app.screen.query(OnboardingTips)
    assert not seen.exists()


async def test_onboarding_tips_are_closed_by_a_click(folder, seen):
    app = newcomer(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: bool(app.screen.query(OnboardingTips)))
        await pilot.click(OnboardingTips)
        await until(pilot, lambda: not app.screen.query(OnboardingTips))


def test_onboarding_tips_name_existing_keys():
    assert set(LINES) <= {key.id for key in keymap.KEYS}
    assert issubclass(OnboardingTips, Static)


def help_text(app):
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_help_has_columns_on_a_wide_screen_and_can_be_searched(folder):
    app = make_app(folder)
    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "Marks in cells" in help_text(app))
        heading = next(line for line in help_text(app).splitlines() if "Move" in line)
        assert len(heading.split()) > 3, "another heading beside it"
        await pilot.press("slash", *"sort desc")
        await until(pilot, lambda: "sort descending" in help_text(app))
        await until(pilot, lambda: "next or previous row" not in help_text(app))
        await pilot.press("enter", "j", "escape")
        await until(pilot, lambda: "next or previous row" in help_text(app))
        await pilot.press("slash", *"qjk", "escape", "escape")
        await until(pilot, lambda: app.screen is app.main_screen)
