"""How to come to each place that has keys, for the test that presses each of them."""

from __future__ import annotations

from textual.widgets import OptionList

from damnit_daemon.edit import Editor
from damnit_daemon.ledger import JobState
from damnit_daemon.store import (
    AlertChange,
    LabelChange,
    RaisedAlert,
    ValueEdit,
    add_note,
    change_alerts,
    load_plain,
    raise_alerts,
    save_labels,
)
from damnit_tui.alerts.screen import AlertsScreen
from damnit_tui.compare.details_screen import DetailsScreen
from damnit_tui.compare.differences_screen import DifferencesScreen
from damnit_tui.compare.groups_screen import GroupsScreen
from damnit_tui.compare.history_screen import HistoryScreen
from damnit_tui.context_editor.screen import ContextScreen
from damnit_tui.daemon.screen import DaemonScreen
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
from damnit_tui.dialogs.variable_deletion import DeletionDialog
from damnit_tui.dialogs.variable_dialog import VariableDialog
from damnit_tui.jobs.screen import JobsScreen
from damnit_tui.log.screen import LogScreen
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.proposals.screen import ProposalsScreen
from damnit_tui.report.screen import ReportScreen
from damnit_tui.reprocess.dialog import ReprocessDialog
from damnit_tui.viewer.cell_dialog import CellDialog
from damnit_tui.viewer.members_dialog import MembersDialog
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.edit_prompt import EditPrompt
from damnit_tui.widgets.find_prompt import FindPrompt
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.search_prompt import SearchPrompt

from .conftest import NOW, add_run, database_of, key, make_folder, until
from .daemon_at_work import begin, end, ledger_of, queue, take_lease
from .viewer.sample_folder import make_inspect_folder


def make_rich_folder(path):
    """Runs, notes, a log, a context file, and a daemon elsewhere that is at work."""
    folder = make_folder(path)
    with database_of(folder).writing() as con:
        add_note(con, NOW - 100, "beam is back")
        labels = {410: ("good",), 409: ("bad", "sample-7"), 405: ("dark",), 404: ("sample-7",)}
        save_labels(con, [LabelChange(key(run), (), found) for run, found in labels.items()])
        raised = [RaisedAlert(key(run), "ratio > 0.9", NOW - 50) for run in (411, 410)]
        acknowledged = raised[1]._replace(acknowledged_at=NOW - 20, acknowledged_by="anna@max")
        raise_alerts(con, raised)
        change_alerts(con, [AlertChange(raised[1], acknowledged)])
    for run in range(370, 395):
        add_run(folder, run)
    with ledger_of(folder) as con:
        take_lease(con)
        end(con, begin(con, queue(con, 408)), JobState.FAILED, "no memory")
        begin(con, queue(con, 412), "ratio", computing="ratio")
        queue(con, 411)
    log = folder.log_file(key(411))
    log.parent.mkdir(parents=True)
    log.write_text("a line\n" * 200)
    return folder


async def cell(pilot, run=411, name="ratio"):
    """Go to a cell of the table."""
    pilot.app.main_screen.table.move_to(key(run), name)
    await pilot.pause()


async def press(pilot, kind, *keys):
    """Press keys until a screen of a kind is there."""
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await pilot.pause()


def at(kind, *keys, run=411, name="ratio"):
    """A way to a screen: from a cell by these keys."""

    async def go(pilot):
        await cell(pilot, run, name)
        await press(pilot, kind, *keys)

    return go


async def to_table(pilot):
    """The table itself."""
    await cell(pilot)


async def to_data(pilot, name="set"):
    """Into the data of a cell; of the folder with every type."""
    await cell(pilot, 1, name)
    await press(pilot, ViewerScreen, "enter")
    await until(pilot, lambda: pilot.app.screen.viewer.data is not None)
    await pilot.pause()


async def to_members(pilot):
    """The variables of a Dataset."""
    await to_data(pilot)
    await press(pilot, MembersDialog, "v")


async def to_saving(pilot):
    """Where data is saved."""
    await to_data(pilot, "curve")
    await press(pilot, SaveDialog, "S")


async def to_cell_box(pilot):
    """All that is known of a value."""
    await to_data(pilot)
    await press(pilot, CellDialog, "i")


async def to_plot(pilot):
    """A plot over runs."""
    await at(PlotScreen, "p")(pilot)
    await until(pilot, lambda: pilot.app.screen.is_settled)


async def to_choosing(pilot):
    """What is plotted."""
    await to_plot(pilot)
    await press(pilot, VariableDialog, "v")


async def to_differences(pilot):
    """What differs."""
    await at(DifferencesScreen, "d")(pilot)
    await until(pilot, lambda: bool(pilot.app.screen.found))
    await pilot.pause()


async def to_prompt(pilot):
    """A line to type in."""
    await cell(pilot)
    await pilot.press("colon")
    await until(pilot, lambda: bool(pilot.app.screen.query(Prompt)))


async def to_finding(pilot):
    """A line in which a column is looked for."""
    await cell(pilot)
    await pilot.press("ctrl+f")
    await until(pilot, lambda: bool(pilot.app.screen.query(FindPrompt)))
    await pilot.press("a")


async def to_search(pilot):
    """The search prompt of a list screen."""
    await at(DetailsScreen, "i")(pilot)
    await pilot.press("slash")
    await until(pilot, lambda: bool(pilot.app.screen.query(SearchPrompt)))
    await pilot.press("a")


async def to_value(pilot):
    """The prompt that edits a cell."""
    await cell(pilot, 403, "comment")
    await pilot.press("e")
    await until(pilot, lambda: bool(pilot.app.screen.query(EditPrompt)))


async def to_tick_line(pilot):
    """The line with a tick beside a range of numbers."""
    await at(RangeFilterDialog, "vertical_line")(pilot)
    pilot.app.screen.query(TickLine).first().focus()
    await pilot.pause()


async def to_conflict(pilot):
    """Somebody else was faster."""
    folder = pilot.app.main_screen.session.folder
    await cell(pilot, 403, "comment")
    with database_of(folder).reading() as con:
        old = load_plain(con, key(403), "comment")
    await pilot.press("e", "m")
    editor = Editor(folder, author="you@there", clock=lambda: NOW)
    editor.set_values([ValueEdit(key(403), "comment", old, f"{old or ''}+")])
    await press(pilot, ConflictDialog, "enter")


async def to_confirm(pilot):
    """Whether jobs are to be cancelled."""
    await until(pilot, lambda: pilot.app.main_screen.status.work.runs.get(key(412)))
    await at(ConfirmDialog, "K", run=412)(pilot)


async def to_notes(pilot):
    """A note in the list."""
    folder = pilot.app.main_screen.session.folder
    with database_of(folder).writing() as con:
        add_note(con, NOW - 200, "more")
    await at(NotesScreen, "o")(pilot)
    await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count > 0)
    await pilot.press("down")


async def to_context(pilot):
    """The context file's editor."""
    await at(ContextScreen, "E")(pilot)
    await until(pilot, lambda: not pilot.app.screen.query_one("TextArea").read_only)


async def to_report(pilot):
    """The report, once it is written."""
    await cell(pilot)
    await press(pilot, ReportScreen, "colon", *"report", "enter")
    await until(pilot, lambda: bool(pilot.app.screen.query_one("TextArea").text))


async def to_alerts(pilot):
    """The alerts, with the cursor on an acknowledged one."""
    await press(pilot, AlertsScreen, "exclamation_mark")
    await until(pilot, lambda: pilot.app.screen.alerts)
    await pilot.press("G")


async def to_jobs(pilot):
    """The jobs, once they are read."""
    await at(JobsScreen, "J")(pilot)
    await until(pilot, lambda: pilot.app.screen.query_one("RowList, DataTable").has_focus)


async def to_daemon(pilot):
    """The daemon, once its settings are listed."""
    await at(DaemonScreen, "D")(pilot)
    await until(pilot, lambda: pilot.app.screen.query_one("DataTable").row_count > 0)


RICH, TYPES = make_rich_folder, make_inspect_folder
PLACES = {
    "app": (RICH, to_table),
    "main": (RICH, to_table),
    "runs": (RICH, to_table),
    "table": (RICH, to_table),
    "cell": (TYPES, to_cell_box),
    "choose": (RICH, to_choosing),
    "columns": (RICH, at(ColumnsDialog, "c")),
    "confirm": (RICH, to_confirm),
    "conflict": (RICH, to_conflict),
    "context": (RICH, to_context),
    "daemon": (RICH, to_daemon),
    "deletion": (RICH, at(DeletionDialog, "delete")),
    "details": (RICH, at(DetailsScreen, "i")),
    "dialog": (RICH, at(HelpScreen, "question_mark")),
    "differences": (RICH, to_differences),
    "groups": (RICH, at(GroupsScreen, "B")),
    "alerts": (RICH, to_alerts),
    "export": (RICH, at(ExportDialog, "O")),
    "find": (RICH, to_finding),
    "form": (RICH, at(ReprocessDialog, "r")),
    "help": (RICH, at(HelpScreen, "question_mark")),
    "history": (RICH, at(HistoryScreen, "W", name="comment")),
    "inspect": (TYPES, to_data),
    "jobs": (RICH, to_jobs),
    "list": (RICH, to_jobs),
    "lines": (RICH, at(DetailsScreen, "i")),
    "log": (RICH, at(LogScreen, "L")),
    "members": (TYPES, to_members),
    "notes": (RICH, to_notes),
    "plot": (RICH, to_plot),
    "prompt": (RICH, to_prompt),
    "proposals": (RICH, at(ProposalsScreen, "P")),
    "range": (RICH, at(RangeFilterDialog, "vertical_line")),
    "report": (RICH, to_report),
    "save": (TYPES, to_saving),
    "search": (RICH, to_search),
    "tick-line": (RICH, to_tick_line),
    "ticking": (RICH, at(TagsDialog, "t")),
    "ticks": (RICH, at(ColumnsDialog, "c")),
    "value": (RICH, to_value),
    "variable": (RICH, at(UserVariableForm, "A", "enter")),
    "why": (RICH, at(DiagnosisScreen, "w", run=410, name="xgm.intensity")),
}
"""Whose keys → which folder, and the way there."""
