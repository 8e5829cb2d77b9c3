"""Every key is declared once; what people read about it is drawn from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from damnit_daemon.paths import DamnitFolder
from damnit_tui import keymap
from damnit_tui.alerts.screen import AlertsScreen
from damnit_tui.app import DamnitApp
from damnit_tui.compare.details_screen import DetailsScreen
from damnit_tui.compare.differences_screen import DifferencesScreen
from damnit_tui.compare.groups_screen import GroupsScreen
from damnit_tui.compare.history_screen import HistoryScreen
from damnit_tui.context_editor.screen import ContextScreen
from damnit_tui.daemon.screen import DaemonScreen
from damnit_tui.data.session import Session
from damnit_tui.diagnosis.dialog import DiagnosisScreen
from damnit_tui.dialogs.columns_dialog import ColumnsDialog
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.dialogs.edit_conflict import ConflictDialog
from damnit_tui.dialogs.export_dialog import ExportDialog
from damnit_tui.dialogs.help import HelpScreen
from damnit_tui.dialogs.notes import NotesScreen
from damnit_tui.dialogs.range_filter import RangeFilterDialog, TickLine
from damnit_tui.dialogs.save_dialog import SaveDialog
from damnit_tui.dialogs.tags_dialog import TagsDialog
from damnit_tui.dialogs.user_variable import UserVariableForm
from damnit_tui.dialogs.value_filter import ValueFilterDialog
from damnit_tui.dialogs.variable_deletion import DeletionDialog
from damnit_tui.dialogs.variable_dialog import VariableDialog
from damnit_tui.jobs.screen import JobsScreen
from damnit_tui.keymap.commands import COMMANDS
from damnit_tui.log.screen import LogScreen
from damnit_tui.main.runs_pane import RunsPane
from damnit_tui.main.screen import MainScreen
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.proposals.screen import ProposalsScreen
from damnit_tui.report.screen import ReportScreen
from damnit_tui.reprocess.dialog import ReprocessDialog
from damnit_tui.table.widget import RunTable
from damnit_tui.viewer.cell_dialog import CellDialog
from damnit_tui.viewer.members_dialog import MembersDialog
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.checklist import Checklist
from damnit_tui.widgets.edit_prompt import EditPrompt
from damnit_tui.widgets.find_prompt import FindPrompt
from damnit_tui.widgets.lists import ChoiceList, ListTable
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.row_list import RowList
from damnit_tui.widgets.search_prompt import SearchPrompt

ROOT = Path(__file__).parents[2]
OWNERS = {
    "confirm": (ConfirmDialog,),
    "conflict": (ConflictDialog,),
    "context": (ContextScreen,),
    "daemon": (DaemonScreen,),
    "deletion": (DeletionDialog,),
    "export": (ExportDialog,),
    "form": (ReprocessDialog,),
    "jobs": (JobsScreen,),
    "log": (LogScreen,),
    "notes": (NotesScreen,),
    "proposals": (ProposalsScreen,),
    "report": (ReportScreen,),
    "variable": (UserVariableForm,),
    "table": (RunTable,),
    "main": (MainScreen,),
    "runs": (RunsPane,),
    "app": (DamnitApp,),
    "dialog": (HelpScreen, CellDialog),
    "inspect": (ViewerScreen,),
    "cell": (CellDialog, DiagnosisScreen),
    "why": (DiagnosisScreen,),
    "plot": (PlotScreen,),
    "choose": (VariableDialog,),
    "details": (DetailsScreen,),
    "differences": (DifferencesScreen,),
    "groups": (GroupsScreen,),
    "history": (HistoryScreen,),
    "alerts": (AlertsScreen,),
    "lines": (RowList,),
    "list": (ListTable, ChoiceList),
    "members": (MembersDialog,),
    "save": (SaveDialog,),
    "help": (HelpScreen,),
    "find": (FindPrompt,),
    "prompt": (Prompt,),
    "search": (SearchPrompt,),
    "value": (EditPrompt,),
    "ticks": (Checklist,),
    "ticking": (ColumnsDialog, TagsDialog, ValueFilterDialog),
    "columns": (ColumnsDialog,),
    "range": (RangeFilterDialog,),
    "tick-line": (TickLine,),
}


def test_ids_are_unique():
    ids = [key.id for key in keymap.KEYS]
    assert len(ids) == len(set(ids))


def test_no_key_means_two_things_on_the_main_screen():
    keys = [
        k for key in keymap.KEYS if key.owner in keymap.MAIN_OWNERS for k in key.keys.split(",")
    ]
    assert len(keys) == len(set(keys))


def test_y_copies_and_capital_s_saves_on_every_screen():
    verbs = {"y": {"copy"}, "S": {"save", "export"}}
    for name, verb in verbs.items():
        found = {k.id for k in keymap.KEYS if name in k.keys.split(",")} - {"confirm.yes"}
        assert found
        assert {id.split(".")[1] for id in found} == verb, name


def test_every_key_has_an_action_where_it_belongs():
    for key in keymap.KEYS:
        *of_app, name = f"{key.action.split('(')[0]}".split(".")
        name = f"action_{name}"
        for owner in (DamnitApp,) if of_app == ["app"] else OWNERS[key.owner]:
            assert hasattr(owner, name), f"{owner.__name__} has no {name}"


def test_every_key_and_command_of_the_main_screen_has_a_function(tmp_path):
    commands = MainScreen(Session(DamnitFolder(tmp_path))).commands
    keys = {key.id: key.action for key in keymap.KEYS if key.owner == "main"}
    assert commands.keys.keys() == keys.keys()
    assert all(action == f"command({id!r})" for id, action in keys.items())
    names = [command.name for command in COMMANDS]
    assert sorted(commands.lines) == sorted(names)


def test_every_owner_of_keys_is_known():
    assert {key.owner for key in keymap.KEYS} == set(OWNERS)


def test_every_binding_has_a_tooltip_and_an_id():
    for owner in OWNERS:
        for binding in keymap.bindings(owner):
            assert binding.tooltip
            assert binding.id


def test_the_help_has_every_key_of_the_main_screen():
    told = {text for section in keymap.HELP_SECTIONS for _, text in keymap.help_lines(section)}
    of_main = [k for k in keymap.KEYS if k.owner in keymap.MAIN_OWNERS]
    assert told == {k.both or k.text for k in of_main if k.shown}


def test_the_help_has_one_row_for_each_pair_of_keys():
    for owner in keymap.SCREENS:
        texts = [text for _, text in keymap.screen_lines(owner)]
        assert not {t for t in texts if t.startswith("previous ")}
    seconds = [at for at, key in enumerate(keymap.KEYS) if not key.shown and key.keys]
    assert seconds
    for at in seconds:
        owner = keymap.KEYS[at].owner
        near = [key for key in keymap.KEYS if key.owner == owner and key.both]
        assert near or owner in ("conflict", "tick-line", "prompt"), keymap.KEYS[at].id
    assert ("n/N", "next or previous match of the search or filter") in keymap.help_lines("Find")


def test_the_page_in_the_docs_is_up_to_date():
    drawn = subprocess.run(
        [sys.executable, "-m", "damnit_tui.keymap"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    kept = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert kept == drawn, "python -m damnit_tui.keymap > docs/keys.md"


def test_the_page_has_every_key():
    page = keymap.as_markdown()
    assert all(f"| {key.text} |" in page for key in keymap.KEYS)
