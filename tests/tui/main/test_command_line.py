"""The `:` line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from damnit_daemon.query import FilterError
from damnit_tui.app import DamnitApp
from damnit_tui.dialogs.help import HelpScreen
from damnit_tui.keymap.commands import (
    COMMANDS,
    as_markdown,
    complete_name,
    help_lines,
    parse_command,
)
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.prompt_hint import PromptHint, mistake_lines

from ..conftest import key, make_app, settle, until
from .test_cell_edit import screen_text


def test_command_help_and_docs_list_every_command():
    assert len(help_lines()) == len(COMMANDS) + 1
    assert all(f"`:{command.name}" in as_markdown() for command in COMMANDS)


@pytest.mark.parametrize(
    ("text", "name", "argument", "start"),
    [
        ("filter xgm > 5", "filter", "xgm > 5", 7),
        (" :sort   -a,b ", "sort", "-a,b", 9),
        ("q", "q", "", 1),
        ("filter", "filter", "", 6),
    ],
)
def test_command_is_parsed_into_name_and_argument(text, name, argument, start):
    typed = parse_command(text)
    assert (typed.command.name, typed.argument, typed.start) == (name, argument, start)


def test_number_on_the_command_line_is_a_run():
    assert parse_command("123")[:2] == (None, "123")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("filtr x", "filtr", "Did you mean filter"),
        ("zzz", "zzz", "Known: filter, sort"),
        ("q now", "now", "takes no argument"),
    ],
)
def test_command_mistakes_have_a_position(text, place, words):
    with pytest.raises(FilterError) as caught:
        parse_command(text)
    assert words in str(caught.value)
    assert text[caught.value.start : caught.value.end] == place


@given(st.text(max_size=20), st.integers(0, 20))
def test_any_command_text_is_parsed_or_refused_with_a_position(text, cursor):
    complete_name(text, min(cursor, len(text)))
    try:
        parse_command(text)
    except FilterError as error:
        place = (error.start, error.end)
    else:
        place = (0, 0)
    assert 0 <= place[0] <= place[1] <= len(text)


@pytest.mark.parametrize(
    ("x", "width", "line"),
    [
        (3, 2, "   ^^ No such thing."),
        (25, 3, "       No such thing. ^^^"),
        (40, 3, "              No such thing. ^"),
    ],
)
def test_command_mistake_is_drawn_beside_its_position(x, width, line):
    found = mistake_lines("No such thing.", x, width, 30)
    assert len(found) <= 30
    assert found.split() == line.split()


def test_long_command_mistake_is_drawn_below_its_position():
    message = "It is longer than the rest."
    assert mistake_lines(message, 12, 2, 30) == f"{' ' * 12}^^\n{message}"


@pytest.mark.extended
async def test_command_mistake_is_shown_whole_in_a_narrow_terminal(folder):
    app = make_app(folder)
    async with app.run_test(size=(60, 24)) as pilot:
        await settle(pilot)
        height = app.main_screen.table.size.height
        await command(pilot, "label good/bad")
        prompt = app.main_screen.query_one(Prompt)
        assert prompt.size.height == 4
        assert "letter or digit first." in prompt.query_one(PromptHint).render().plain
        await pilot.press("escape")
        await pilot.pause()
        assert app.main_screen.table.size.height == height


async def command(pilot, text):
    await pilot.press("colon")
    pilot.app.main_screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


def view(app):
    table = app.main_screen.table
    return [key.run for key in table.rows.keys], [column.name for column in table.view.columns]


@pytest.mark.extended
async def test_filter_sort_and_columns_commands_change_the_view(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await command(pilot, "filter ratio > 0.99")
        await command(pilot, "sort ratio")
        await command(pilot, "columns ratio,xgm.trend,comment")
        assert view(app) == ([409, 410, 411, 412], ["ratio", "xgm.trend", "comment"])
        for text in ("filter", "sort", "columns"):
            await command(pilot, text)
        assert [len(part) for part in view(app)] == [18, 10]
        await command(pilot, "tags untagged")
        assert app.main_screen.runs.visible_columns.selection.tags == ("",)
        await command(pilot, "tags")
        await command(pilot, "statistics sum, mean sum")
        assert app.main_screen.table.view.foot.names == ("sum", "mean")
        await command(pilot, "statistics")
        assert app.main_screen.table.view.foot_height == 0
        await command(pilot, "397")
        assert app.main_screen.table.cursor.key == key(397)


@pytest.mark.extended
async def test_command_mistake_is_marked_and_can_be_corrected(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        hint = lambda: app.main_screen.query_one(PromptHint).render().plain  # noqa: E731
        for text, wrong in [
            ("filter ratio > 1 xmg < 2", "xmg"),
            ("sort ratio,nothing", "nothing"),
            ("statistics mean,median", "median"),
            ("columns nothing", "nothing"),
            ("tags nothing", "nothing"),
            ("theme nothing", "nothing"),
            ("view open nothing", "nothing"),
            ("view burn x", "burn"),
            ("nothing", "nothing"),
        ]:
            await command(pilot, text)
            assert app.main_screen.query(Prompt), text
            assert hint().index("^") == len(" : ") + text.index(wrong), text
            await pilot.press("escape")
            await pilot.pause()
        assert [len(part) for part in view(app)] == [18, 10]


@pytest.mark.extended
async def test_tab_completes_commands_and_their_arguments(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *"so", "tab")
        typed = app.main_screen.query_one(Input)
        assert typed.value == "sort"
        await pilot.press("space", "minus", *"rat", "tab")
        assert typed.value == "sort -ratio"
        await pilot.press("enter")
        await pilot.pause()
        assert view(app)[0][0] == 412
        await pilot.press("colon", "up")
        assert app.main_screen.query_one(Input).value == "sort -ratio"
        app.main_screen.query_one(Input).value = "filter comment = f"
        await pilot.press("end", "tab")
        assert app.main_screen.query_one(Input).value == 'filter comment = "first light"'


@pytest.mark.extended
async def test_views_are_saved_opened_and_deleted_by_commands(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        main = app.main_screen
        await command(pilot, "filter ratio > 0.99")
        await command(pilot, "columns ratio,comment")
        await command(pilot, "view save bright ones")
        await until(pilot, lambda: main.saved_views.names == ("bright ones",))
        for text in ("filter", "columns", "sort ratio"):
            await command(pilot, text)
        await command(pilot, "view open bright ones")
        await until(pilot, lambda: view(app) == ([412, 411, 410, 409], ["ratio", "comment"]))
        await command(pilot, "view list")
        await until(
            pilot, lambda: any("Views: bright ones" in n.message for n in app._notifications)
        )
        await command(pilot, "view delete bright ones")
        await until(pilot, lambda: main.saved_views.names == ())


@pytest.mark.extended
async def test_export_command_writes_the_shown_runs_and_columns(folder, tmp_path):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        told = lambda: " ".join(n.message for n in app._notifications)  # noqa: E731
        await command(pilot, "filter ratio > 0.99")
        await command(pilot, "columns ratio,comment")
        await command(pilot, f"export {tmp_path}/shown.csv")
        await until(pilot, lambda: "Exported 4 runs" in told())
        lines = (tmp_path / "shown.csv").read_text().splitlines()
        assert lines[0] == "Proposal,Run,Timestamp,Ratio,Comment"
        assert lines[1].split(",")[1] == "412"
        await command(pilot, f"export {tmp_path}/shown.csv")
        await until(pilot, lambda: "⏎ again to overwrite it" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: told().count("Exported 4 runs") == 2)
        await until(pilot, lambda: app.screen is app.main_screen)
        await command(pilot, "export shown.doc")
        hint = app.main_screen.query_one(PromptHint).render().plain
        assert hint.index("^^^^") == len(" : export shown")


@pytest.mark.extended
async def test_theme_help_and_quit_commands_work(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await command(pilot, "theme nord")
        assert app.theme == "nord"
        await command(pilot, "help")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.pause()
        await command(pilot, "q")
        await until(pilot, lambda: not app.is_running)
    assert isinstance(app, DamnitApp)
