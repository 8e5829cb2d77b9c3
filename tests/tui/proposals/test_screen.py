"""The proposals screen: recent, found and new folders."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from damnit_daemon.demo.proposal import make_proposal
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, load_settings, load_variables
from damnit_tui.proposals.folder_picker import FolderPickerApp
from damnit_tui.proposals.recent import load_recent, note_opened
from damnit_tui.proposals.screen import ProposalsScreen

from ..conftest import make_app, make_folder, settle, until


@pytest.fixture(autouse=True)
def _places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    for number in (1234, 2345, 3456):
        make_proposal(tmp_path / "exp", number)


@pytest.fixture
def official(tmp_path):
    return make_folder(tmp_path / "exp/SPB/202601/p001234/usr/Shared/amore")


def listed(app):
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(i).id) for i in range(options.option_count)]


def problem_text(app):
    return str(app.screen.query_one("#places-problem").content)


async def open_screen(pilot):
    await settle(pilot)
    await pilot.press("P")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProposalsScreen))
    await until(pilot, lambda: pilot.app.screen._is_all)


@pytest.mark.extended
async def test_proposals_screen_lists_and_filters_recent_and_found_folders(folder, official):
    note_opened(folder.path)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await open_screen(pilot)
        assert listed(app) == [str(folder.path), str(official.path)]
        await pilot.press(*"1234")
        await until(pilot, lambda: listed(app) == [str(official.path)])
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value == official.path)


@pytest.mark.extended
async def test_proposals_list_is_walked_by_arrow_keys_while_typing(folder, official):
    note_opened(folder.path)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await open_screen(pilot)
        options = app.screen.query_one(OptionList)
        await pilot.press("down")
        assert options.highlighted == 1
        await pilot.press("down", "up")
        assert options.highlighted == 0
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert app.return_value is None


@pytest.mark.extended
async def test_proposals_screen_opens_a_typed_path_or_reports_it(folder, official):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await open_screen(pilot)
        await pilot.press(*"/tmp", "enter")
        await until(pilot, lambda: "is not a DAMNIT folder" in problem_text(app))
        app.screen.query_one(Input).value = str(official.path)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value == official.path)


@pytest.mark.extended
async def test_proposals_screen_creates_a_folder_like_the_open_one(folder, tmp_path):
    folder.context_file.write_text("# ours\n")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await open_screen(pilot)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "Enter a proposal number" in problem_text(app))
        await pilot.press(*"9999", "ctrl+n")
        await until(pilot, lambda: "No proposal 9999" in problem_text(app))
        app.screen.query_one(Input).value = "2345"
        await pilot.press("ctrl+t")
        made = tmp_path / "exp/SPB/202601/p002345/usr/Shared/amore"
        await until(pilot, lambda: app.return_value == made)
    other = DamnitFolder(made)
    assert other.context_file.read_text() == "# ours\n"
    with Database(other.database).reading() as con:
        assert load_settings(con)["proposal"] == 2345
        assert "sample" in {variable.name for variable in load_variables(con)}


async def test_folder_picker_opens_without_a_folder(tmp_path, official):
    app = FolderPickerApp()
    async with app.run_test(size=(100, 20)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ProposalsScreen))
        await until(pilot, lambda: listed(app) == [str(official.path)])
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "No folder is open" in problem_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value == official.path)


async def test_folder_picker_without_any_folder_says_what_to_type(tmp_path):
    app = FolderPickerApp()
    async with app.run_test(size=(100, 20)) as pilot:
        await until(pilot, lambda: "No folders found. Type the path" in problem_text(app))
        await pilot.press("x")
        await until(pilot, lambda: problem_text(app) == "")


def test_recent_folders_are_limited_to_thirty(tmp_path):
    for number in range(40):
        note_opened(tmp_path / str(number), tmp_path, now=number)
    recent = load_recent(tmp_path)
    assert [path.name for path in recent] == [str(number) for number in range(39, 9, -1)]
    note_opened(tmp_path / "20", tmp_path, now=99)
    assert load_recent(tmp_path)[0].name == "20"
    (tmp_path / "recent.json").write_text('{"opened": {"a": "soon", "b": NaN}}')
    assert load_recent(tmp_path) == []
