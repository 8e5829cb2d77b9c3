"""The daemon screen: its status and settings; start and stop it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, Static

from damnit_daemon.errors import DamnitError
from damnit_daemon.settings import KNOWN

from .. import keymap
from ..data.session import READ_ONLY
from ..safe_text import plain
from ..sanitize import clip_start, visible
from ..themes import component, component_classes
from ..widgets.footer import KeyFooter
from ..widgets.lists import ListTable
from ..widgets.question_bar import QuestionBar
from .facts import ROLES, DaemonFacts
from .service import DaemonCommand, DaemonService, SettingChange

if TYPE_CHECKING:
    from ..table.context import TableContext

POLL_S = 1.0
BUSY = {
    DaemonCommand.START: "starting…",
    DaemonCommand.STOP: "stopping…",
    DaemonCommand.RESTART: "restarting…",
}
MOST_VALUE = 26
"""Most characters of a value in the list; a longer one is shown in full below."""


class DaemonScreen(Screen[None]):
    """Status above, settings below."""

    DEFAULT_CSS = """
    DaemonScreen {
        background: $background;
        & #daemon-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
        & #daemon-facts { height: auto; max-height: 50%; padding: 1 1; }
        & ListTable { height: 1fr; }
        & #daemon-what { width: 1fr; height: 2; padding: 0 1; color: $aside-color; }
    }
    """
    COMPONENT_CLASSES = component_classes("success", "mark", "error", "quiet")
    BINDINGS = keymap.bindings("daemon")

    @dataclass
    class FactsRead(Message):
        """The daemon's state was read."""

        facts: DaemonFacts

    @dataclass
    class Result(Message):
        """The result of an action."""

        text: str
        is_good: bool = True

    def __init__(self, context: TableContext) -> None:
        super().__init__()
        self._session = context.session
        self._service = DaemonService(context.session.folder)
        self._zone = context.zone
        self._facts = DaemonFacts()
        self._rows: list[tuple[str, str, str]] = []
        self._stop = threading.Event()
        self._poll_now = threading.Event()
        self._busy = ""

    def compose(self) -> ComposeResult:
        """Compose title, status, settings, prompt and footer."""
        yield Label(plain(f" Daemon of {self._session.folder.path}"), id="daemon-title")
        yield Static(id="daemon-facts")
        yield ListTable()
        yield Label("", id="daemon-what")
        yield QuestionBar(key_owner="value", id="daemon-edit")
        yield KeyFooter("daemon")

    def on_mount(self) -> None:
        """Start polling."""
        table = self.query_one(ListTable)
        for name in ("Setting", "Value", "Description"):
            table.add_column(name, key=name)
        table.focus()
        self.poll()

    def on_unmount(self) -> None:
        """Stop the worker."""
        self._stop.set()
        self._poll_now.set()

    @work(thread=True, exclusive=True, group="poll")
    def poll(self) -> None:
        """Poll the daemon's state."""
        while not self._stop.is_set():
            self.post_message(self.FactsRead(self._service.read()))
            self._poll_now.wait(POLL_S)
            self._poll_now.clear()

    @on(FactsRead)
    def show_facts(self, event: FactsRead) -> None:
        """Show the daemon's state."""
        self._facts = event.facts
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        now = self._session.clock()
        role = ROLES[event.facts.seen.state(now)]
        for label, text in event.facts.lines(now, self._zone):
            style = self._style(role) if label == "Daemon" else ""
            shown = f"{text}; {self._busy}" if label == "Daemon" and self._busy else text
            grid.add_row(Text(label, self._style("quiet")), Text(visible(shown), style))
        self.query_one("#daemon-facts", Static).update(grid)
        rows = event.facts.rows()
        if rows != self._rows and not event.facts.problem:
            self._fill(rows)

    def _fill(self, rows: list[tuple[str, str, str]]) -> None:
        table = self.query_one(ListTable)
        chosen = self._chosen_key()
        self._rows = rows
        table.clear()
        for key, value, what in rows:
            short = clip_start(value, MOST_VALUE) or "–"
            shown = Text(visible(short), "" if value else self._style("quiet"))
            table.add_row(Text(key), shown, Text(what), key=key)
        keys = [row[0] for row in rows]
        if chosen in keys:
            table.move_cursor(row=keys.index(chosen), animate=False)

    @on(ListTable.RowHighlighted)
    def show_setting(self) -> None:
        """Describe the setting under the cursor in full."""
        found = (row for row in self._rows if row[0] == self._chosen_key())
        _, value, what = next(found, ("", "", ""))
        more = f": {value}" if len(value) > MOST_VALUE else ""
        self.query_one("#daemon-what", Label).update(plain(f"{what}{more}"))

    def _chosen_key(self) -> str:
        table = self.query_one(ListTable)
        if not table.row_count:
            return ""
        return str(table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value)

    def _style(self, role: str) -> str:
        return str(self.get_component_rich_style(component(role), partial=True))

    # Actions

    def action_close(self) -> None:
        """Close the prompt, or return to the table."""
        prompt = self.query_one(QuestionBar)
        if prompt.is_open:
            prompt.close()
        else:
            self.dismiss()

    def action_log(self) -> None:
        """Show the daemon's log."""
        from ..log.screen import LogScreen

        self.app.push_screen(LogScreen(self._service.log(), "daemon log"))

    def action_start(self) -> None:
        """Start the daemon."""
        self._command(DaemonCommand.START)

    def action_stop(self) -> None:
        """Stop the daemon, after confirmation."""
        self._confirm(DaemonCommand.STOP)

    def action_restart(self) -> None:
        """Restart the daemon, after confirmation; start it if it is stopped."""
        self._confirm(DaemonCommand.RESTART)

    def _confirm(self, command: DaemonCommand) -> None:
        from ..dialogs.confirm import ConfirmDialog

        if not self._may_write():
            return
        stops, verb = command is DaemonCommand.STOP, command.capitalize()
        until = "you start it again (s)" if stops else "it is running again"
        text = (
            f"{verb} the daemon of {self._session.folder.path}?\n\n"
            f"New runs are not processed until {until}. {self._facts.stop_sentence()}"
        )
        dialog = ConfirmDialog(f"{verb} the daemon", text, command, yes=command)
        self.app.push_screen(dialog, self._command)

    @on(ListTable.RowSelected)
    def action_edit(self) -> None:
        """Edit the setting under the cursor."""
        key = self._chosen_key()
        setting = KNOWN.get(key)
        if setting is None or not self._may_write():
            return
        value = self._facts.settings.get(key)
        text = "" if value is None else str(value)
        hint = f"such as {setting.example}; empty: default"
        self.query_one(QuestionBar).ask(f"{key}:", text, purpose=key, hint=hint)

    @on(QuestionBar.Submitted)
    def save(self, event: QuestionBar.Submitted) -> None:
        """Validate and save the typed value."""
        self._command(SettingChange(event.purpose, event.text.strip()))

    def _may_write(self) -> bool:
        if self._session.read_only:
            self.notify(READ_ONLY, severity="warning", markup=False)
        return not self._session.read_only

    def _command(self, command: DaemonCommand | SettingChange | None) -> None:
        if command is None or not self._may_write():
            return
        if self._busy:
            self.notify(f"The daemon is {self._busy}", markup=False)
            return
        self._busy = BUSY[command] if isinstance(command, DaemonCommand) else ""
        self._poll_now.set()
        self._do(command)

    @work(thread=True, group="command")
    def _do(self, command: DaemonCommand | SettingChange) -> None:
        try:
            result = self.Result(self._service.carry_out(command, self._notify_later))
        except DamnitError as error:
            result = self.Result(" ".join(filter(None, [error.message, error.hint])), is_good=False)
        self.post_message(result)

    def _notify_later(self, line: str) -> None:
        self.call_later(self.notify, line, markup=False)

    @on(Result)
    def show_result(self, event: Result) -> None:
        """Report the result."""
        self._busy = ""
        self._poll_now.set()
        severity = "information" if event.is_good else "error"
        self.notify(event.text, severity=severity, markup=False, timeout=8)  # type: ignore[arg-type]
