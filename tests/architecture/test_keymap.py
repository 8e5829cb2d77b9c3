"""Every key is declared once; what people read about it is drawn from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from damnit_tui import keymap
from damnit_tui.app import DamnitApp
from damnit_tui.screens.cell_box import CellBox
from damnit_tui.screens.choose_variable import ChooseVariable
from damnit_tui.screens.columns import ColumnsScreen
from damnit_tui.screens.conflict import ConflictBox
from damnit_tui.screens.context import ContextScreen
from damnit_tui.screens.daemon import DaemonScreen
from damnit_tui.screens.deletion import DeletionBox
from damnit_tui.screens.details import DetailsScreen
from damnit_tui.screens.differences import DifferencesScreen
from damnit_tui.screens.export import ExportBox
from damnit_tui.screens.help import HelpScreen
from damnit_tui.screens.inspect import InspectScreen
from damnit_tui.screens.jobs import JobsScreen
from damnit_tui.screens.log import LogScreen
from damnit_tui.screens.main import MainScreen
from damnit_tui.screens.members_box import MembersBox
from damnit_tui.screens.notes import NotesScreen
from damnit_tui.screens.number_range import RangeScreen, TickLine
from damnit_tui.screens.plot import PlotScreen
from damnit_tui.screens.proposals import ProposalsScreen
from damnit_tui.screens.report import ReportScreen
from damnit_tui.screens.reprocess import ReprocessBox
from damnit_tui.screens.save_box import SaveBox
from damnit_tui.screens.tags import TagsScreen
from damnit_tui.screens.user_variable import UserVariableForm
from damnit_tui.screens.values import ValuesScreen
from damnit_tui.screens.why import WhyScreen
from damnit_tui.table.widget import RunTable
from damnit_tui.widgets.find_prompt import FindPrompt
from damnit_tui.widgets.line_list import LineList
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.tick_list import TickList

ROOT = Path(__file__).parents[2]
OWNERS = {
    "conflict": (ConflictBox,),
    "context": (ContextScreen,),
    "daemon": (DaemonScreen,),
    "deletion": (DeletionBox,),
    "export": (ExportBox,),
    "form": (ReprocessBox,),
    "jobs": (JobsScreen,),
    "log": (LogScreen,),
    "notes": (NotesScreen,),
    "proposals": (ProposalsScreen,),
    "report": (ReportScreen,),
    "variable": (UserVariableForm,),
    "table": (RunTable,),
    "main": (MainScreen,),
    "app": (DamnitApp,),
    "dialog": (HelpScreen, CellBox),
    "inspect": (InspectScreen,),
    "cell": (CellBox, WhyScreen),
    "why": (WhyScreen,),
    "plot": (PlotScreen,),
    "choose": (ChooseVariable,),
    "details": (DetailsScreen,),
    "differences": (DifferencesScreen,),
    "lines": (LineList,),
    "members": (MembersBox,),
    "save": (SaveBox,),
    "find": (FindPrompt,),
    "prompt": (Prompt,),
    "ticks": (TickList,),
    "ticking": (ColumnsScreen, TagsScreen, ValuesScreen),
    "columns": (ColumnsScreen,),
    "range": (RangeScreen,),
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


def test_every_key_has_an_action_where_it_belongs():
    for key in keymap.KEYS:
        *of_app, name = f"{key.action.split('(')[0]}".split(".")
        name = f"action_{name}"
        for owner in (DamnitApp,) if of_app == ["app"] else OWNERS[key.owner]:
            assert hasattr(owner, name), f"{owner.__name__} has no {name}"


def test_every_owner_of_keys_is_known():
    assert {key.owner for key in keymap.KEYS} == set(OWNERS)


def test_every_binding_has_a_tooltip_and_an_id():
    for owner in OWNERS:
        for binding in keymap.bindings(owner):
            assert binding.tooltip
            assert binding.id


def test_the_help_has_every_key_of_the_main_screen():
    told = {text for section in keymap.HELP_SECTIONS for _, text in keymap.help_lines(section)}
    assert told == {k.text for k in keymap.KEYS if k.owner in keymap.MAIN_OWNERS}


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
