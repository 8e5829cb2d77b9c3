"""The main screen: the run table of one DAMNIT folder, and the widgets around it.

```
MainScreen          feed -> table and status lines; keys and `:` commands -> functions
├─ StatusLines
├─ RunsPane         filter, order, search, columns: RunsQuery, VisibleColumns
│  ├─ RunTable, PreviewPane
│  ├─ EmptyState
│  └─ EditBar       edits: EditController
│     └─ PromptBar  the only prompt; else the description of the cell
└─ KeyFooter
```

Each part handles its own messages, and lets those of others bubble up. The screen inherits from
none of them: what has no place on it is an object with a single subject (`ViewActions`,
`DaemonActions`, `AlertMonitor`, `CommandLine`, `SavedViews`, `SessionState`, `TableCopy`), and
`CommandRegistry` maps the ids of keys and the names of `:` commands to their functions. What all
screens share is asked of the app by a message (`table.requests`, `data.daemon_requests`).
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from .. import keymap
from ..data.daemon_activity import DaemonActivity
from ..data.edit_queue import EditConflicted, EditDelayed, EditFailed, EditSaved, Outcome
from ..data.feed import DerivedRead, Feed, Health, NotesRead, Update
from ..data.session import Session
from ..keymap.commands import Command
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import CommandRequested
from ..table.update import apply_update
from ..table.widget import RunTable
from ..widgets.empty_state import EmptyState, notice_for
from ..widgets.footer import KeyFooter
from ..widgets.prompt_bar import PromptBar
from ..widgets.prompt_line import PromptLine
from ..widgets.status import Status, StatusLines
from .alerts import AlertMonitor
from .blob_previews import BlobPreviewLoader
from .command_line import COMMAND_PROMPT, CommandLine
from .command_registry import CommandRegistry
from .daemon_actions import DaemonActions
from .edit_bar import EditBar
from .edit_controller import RightsChanged
from .graphics import GraphicsChoice
from .messages import FeedItemRead, QueryChanged
from .onboarding import record_first_use
from .preview import PreviewPane
from .runs_pane import RunsPane
from .saved_views import SavedViews
from .session_state import SessionState
from .table_copy import TableCopy
from .view_actions import ViewActions

TICK_S = 2.0
"""Clock interval: each tick wakes an otherwise idle machine."""


class MainScreen(Screen[None]):
    """The run table, live."""

    BINDINGS = keymap.bindings("main")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 – Textual's way

    def __init__(
        self,
        session: Session,
        *,
        lite: bool = False,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """Create the screen.

        Args:
            session: The folder to show.
            lite: The line is slow: no images, one repaint a second.
            clock: Returns the current time.
            zone: Time zone of the times shown.
            busy: Returns True while the terminal is behind.
        """
        super().__init__()
        self.session = session
        self.feed = Feed(session, pace_s=1.0 if lite else 0.5, clock=clock)
        self.table = table = RunTable(clock=clock, zone=zone, busy=busy, images=not lite, id="runs")
        self.context = TableContext(session, table.rows, table.cells, table.view, zone)
        self._lines, self._notice = StatusLines(), EmptyState()
        self.prompt_bar = PromptBar(self.table)
        self.edit_bar = EditBar(session.edits, self.table, self.prompt_bar, clock=clock, zone=zone)
        self.runs = RunsPane(self.table, self.prompt_bar, clock=clock, zone=zone, session=session)
        self._clock = clock
        self._zone = zone
        self.graphics = GraphicsChoice(self, lite=lite)
        self.preview = PreviewPane(self.context, self.graphics)
        self.views = ViewActions(self, self.context, self.table, self.graphics, self.preview)
        self.daemon = DaemonActions(self, self.context, self.table)
        self.table_copy = TableCopy(self, self.context, self.table)
        self.alerts = AlertMonitor(self.context, self.feed, self.edit_bar, self)
        self.onboards = False
        """True if new users are shown the first keys."""
        self._previews = BlobPreviewLoader(session.database, self.table)
        self.folder_name = str(session.folder.path)
        """The folder's name on the screen."""
        self.commands = CommandRegistry()
        self.command_line = CommandLine(self.commands, self.prompt_bar, self.table)
        self.saved_views = SavedViews(self.runs)
        self.session_state = SessionState(
            session, self.runs, self.command_line, self.edit_bar, self.preview, self.views
        )
        self._register_commands()

    def _register_commands(self) -> None:
        add = self.commands.add
        add("runs.add_runs", self.edit_bar.add_runs)
        add("runs.alerts", self.alerts.show_list)
        add("runs.cancel", self.daemon.cancel_jobs)
        add("runs.command", self.open_command_line)
        add("runs.context", self.daemon.edit_context)
        add("runs.copy", self.table_copy.copy_cell)
        add("runs.copy_rows", self.table_copy.copy_runs)
        add("runs.daemon", self.daemon.daemon)
        add(
            "runs.delete_variable",
            partial(self.runs.derived.delete_here, self.edit_bar.delete_variable),
        )
        add("runs.derive", self.runs.ask_derived)
        add("runs.details", self.views.details)
        add("runs.differences", self.views.differences)
        add("runs.groups", self.views.groups)
        add("runs.edit", self.edit_bar.edit)
        add("runs.export", self.table_copy.export)
        add("runs.fold_notes", self.edit_bar.fold_notes)
        add("runs.history", self.views.history)
        add("runs.jobs", self.daemon.jobs)
        add("runs.label", partial(self.edit_bar.labels.ask, self.command_line))
        add("runs.label_again", partial(self.edit_bar.labels.repeat, self.command_line))
        add("runs.log", self.daemon.log)
        add("runs.notes", self.edit_bar.show_notes)
        add("runs.palette", self.open_palette)
        add("runs.plot", self.views.plot)
        add("runs.preview", self.preview.toggle)
        add("runs.proposals", self.open_proposals)
        add("runs.redo", partial(self.runs.derived.redo, self.edit_bar.redo))
        add("runs.reprocess", self.daemon.reprocess)
        add("runs.undo", partial(self.runs.derived.undo, self.edit_bar.undo))
        add("runs.user_variable", self.edit_bar.change_variable)
        add("runs.why", self.views.why)
        add_line = self.commands.add_line
        query, columns = self.runs.runs_query, self.runs.visible_columns
        add_line("acknowledge", self.alerts.run_acknowledge)
        add_line("alert", self.alerts.run_command, self.alerts.complete)
        add_line("columns", columns.set_columns, query.complete_sort)
        add_line("derive", self.runs.derived.run_command, self.runs.derived.complete)
        add_line("export", self.table_copy.run_command)
        add_line("filter", query.set_filter, query.complete_filter)
        add_line("graphics", self.views.set_graphics, self.graphics.complete)
        add_line("group", self.views.group_by, query.complete_sort)
        add_line("help", lambda _: self.call_after_refresh(self.app.run_action, "help"))
        add_line("history", lambda _: self.views.history())
        add_line("label", self.edit_bar.labels.run_command, self.edit_bar.labels.complete)
        add_line("q", lambda _: self.app.exit())
        add_line("report", self.views.report)
        add_line("sort", query.set_sort, query.complete_sort)
        add_line("statistics", self.runs.set_statistics, self.runs.complete_statistics)
        add_line("tags", columns.set_tags, columns.complete_tags)
        add_line("theme", self.session_state.set_theme, self.session_state.complete_theme)
        add_line("timings", lambda _: self.daemon.timings())
        add_line("view", self.saved_views.run_command, self.saved_views.complete)

    async def action_command(self, id: str) -> None:
        """Run the command of a key."""
        await self.commands.run(id)

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield self._lines
        with self.runs:
            with Container(id="table-area"):
                yield self.table
                yield self.preview
            yield self._notice
            yield self.edit_bar
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start reading."""
        self.status = Status(
            folder=self.folder_name, read_only=self.session.read_only, zone=self._zone
        )
        self._lines.now = self._clock()
        self.table.focus()
        self.session_state.start()
        self.watch(self.table, "follow", self._show_follow, init=False)
        if (update := self.feed.prepared_update()) is not None:
            self._apply(update)
        # Not before the first paint: reading would only delay it.
        self.call_after_refresh(self.begin_reading)
        self.set_interval(TICK_S, self._tick)

    def on_unmount(self) -> None:
        """Stop the worker."""
        self.session_state.stop()
        self.feed.stop()

    # The database

    def begin_reading(self) -> None:
        """Enable garbage collection, without the objects created so far; then start reading."""
        gc.freeze()
        gc.enable()
        self.read_database()
        self.views.start(self.feed)
        self.alerts.start()
        self._lines.watch_folder(self.session.folder)
        if self.onboards:
            self.show_onboarding()

    @work(group="onboarding")
    async def show_onboarding(self) -> None:
        """Show a new user the first keys, above the lines at the bottom."""
        from ..widgets.onboarding import OnboardingTips

        if await asyncio.to_thread(record_first_use):
            await self.mount(OnboardingTips(), before=self.edit_bar)

    def on_key(self, event: events.Key) -> None:
        """Close the tips with Esc first."""
        tips = self.query("OnboardingTips")
        if event.key == "escape" and tips:
            event.stop()
            event.prevent_default()
            tips.remove()

    @work(thread=True, exclusive=True, group="feed")
    def read_database(self) -> None:
        """Post what the feed yields; ends with the screen."""
        for item in self.feed.updates():
            self.post_message(FeedItemRead(item))
        self.session.close()

    @on(FeedItemRead)
    def show_feed_item(self, event: FeedItemRead) -> None:
        """Apply an event of the feed."""
        if isinstance(event.item, Health):
            self.status = self.status._replace(health=event.item)
        elif isinstance(event.item, DaemonActivity):
            self._show_work(event.item)
        elif isinstance(event.item, NotesRead):
            with self.table.updating():
                self.table.lines.set_notes(event.item.notes)
            self.alerts.show_stored(event.item.alerts)
        elif isinstance(event.item, DerivedRead):
            self.runs.derived.show_shared(event.item.definitions)
        elif event.item.ahead:
            with self.table.updating(shown=False) as rows:
                rows.add_ahead(event.item.ahead)
            self.feed.acknowledge()
            if self.table.rows.arrangement.is_active:
                self.show_query()
            return
        else:
            self._apply(event.item)
            if event.item.portion is not None:
                self.feed.acknowledge()
            else:
                # Not before it is on the screen: reading on would only delay that.
                self.call_after_refresh(self.feed.acknowledge)
            self.alerts.check()
        self._tick()

    def _apply(self, update: Update) -> None:
        table = self.table
        with table.updating() as rows:
            added = apply_update(rows, update)
        if update.restart:
            self.status = self.status._replace(
                proposal=update.proposal, loading=False, changed_at=None
            )
            self.table_copy.proposal = update.proposal
        if update.has_all_runs:
            self.runs.runs_query.has_all_runs = True
        if update.live:
            self.views.refresh({CellAddress(value.key, value.name) for value in update.values})
        if not update.live:
            # Values are there to stay: scanning half a million of them for garbage, again and
            # again, would block the keys for 0.2 s each time.
            gc.freeze()
        unseen = added if table.cursor and table.cursor.key not in added else []
        self.status = self.status.after(update, runs=len(table.rows.all_keys), unseen=len(unseen))
        self.runs.visible_columns.select_new()
        self.session_state.restore()
        self.runs.runs_query.apply_requested()
        if table.rows.arrangement.is_active:
            self.show_query()

    def _show_work(self, work: DaemonActivity) -> None:
        """Mark the runs the daemon is processing; a run it has announced gets its row at once."""
        table, status = self.table, self.status
        if not status.loading:
            with table.updating() as rows:
                added = rows.expect_runs({*work.failures, *work.runs, *work.growing})
            if status.work.is_known and table.cursor and table.cursor.key not in added:
                status = status._replace(new_runs=status.new_runs + len(added))
        table.show_work(work)
        self.status = status._replace(work=work, runs=len(table.rows.all_keys))

    @property
    def is_settled(self) -> bool:
        """Return True once everything has been read and drawn."""
        return self.feed.has_all and self._previews.is_idle and self.session_state.is_restored

    # Status and cell lines

    @property
    def status(self) -> Status:
        """Contents of the status lines."""
        return self._lines.status

    @status.setter
    def status(self, status: Status) -> None:
        self._lines.status = status

    def _tick(self) -> None:
        lines = self._lines
        if lines.status.health != self.feed.health:
            lines.set_reactive(StatusLines.status, lines.status._replace(health=self.feed.health))
        self.alerts.check_if_due()
        if lines.status.alerts != (waiting := len(self.alerts.unacknowledged)):
            lines.status = lines.status._replace(alerts=waiting)
        lines.now = self._clock()
        notice = notice_for(
            self.feed.health,
            runs=len(self.table.rows.all_keys),
            loading=lines.status.loading,
            daemon=lines.status.work.daemon is not None,
        )
        self.describe()
        self._notice.lines = notice
        if self.has_class("-noticed") != bool(notice) and self.prompt_bar.prompt is None:
            # A hidden widget loses the focus, and with it the keys of the pane around it.
            self.call_after_refresh((self._notice if notice else self.table).focus)
        self.set_class(bool(notice), "-noticed")
        self.session_state.save()

    @on(RunTable.ViewMoved)
    def show_place(self) -> None:
        """Show which columns are in view."""
        view = self.table.view
        self.feed.shown = tuple(view.shown_keys)
        slots, total = view.slots[view.pinned :], len(view.fits)
        shown = ""
        if slots and len(view.slots) < total:
            shown = f"columns {slots[0].index + 1}–{slots[-1].index + 1} of {total}"
        hidden = self.runs.visible_columns.selection.hidden_words(self.table.rows.columns)
        self.status = self.status._replace(columns=shown, hidden=hidden)

    @on(RunTable.CursorMoved)
    def show_cell(self) -> None:
        """Describe the cell under the cursor in full."""
        if self.status.new_runs and not round(self.table.scroll_y):
            # A user who moves the cursor has seen them.
            self.status = self.status._replace(new_runs=0)
        self.preview.show_cell(self.table.cursor)
        self.describe()

    @on(RunTable.PointerMoved)
    def describe(self) -> None:
        """Describe the cell under the pointer or cursor in full."""
        self.prompt_bar.cell_bar.description = self.table.describe()

    @on(QueryChanged)
    def show_query(self) -> None:
        """Show filter and order in the status lines; read their variables first."""
        rows = self.table.rows
        self.feed.first_names = rows.arrangement.names
        self.status = self.status._replace(
            reading=not self.feed.has_first_names,
            filter=rows.arrangement.filter.text if rows.arrangement.filter else "",
            sort=rows.arrangement.describe_sort(),
            shown=len(rows.keys),
            runs=len(rows.all_keys),
        )

    @on(RunTable.MarksChanged)
    def show_marks(self, event: RunTable.MarksChanged) -> None:
        """Show the number of marked runs."""
        self.status = self.status._replace(marked=len(event.marked), marking=event.in_range)

    def _show_follow(self, follow: bool) -> None:
        self.status = self.status._replace(follow=follow)

    # Commands

    async def open_command_line(self, text: str = "") -> None:
        """Prompt for a command; load the names of the views meanwhile.

        Args:
            text: Initial text.
        """
        await self.command_line.open(text)
        self.saved_views.load_names()

    @on(PromptLine.Submitted, f"#{COMMAND_PROMPT}.-open")
    def submit_command(self, event: PromptLine.Submitted) -> None:
        """Run the typed command."""
        self.command_line.submit(event)

    @on(PromptLine.Cancelled, f"#{COMMAND_PROMPT}.-open")
    def cancel_command(self) -> None:
        """Close the command line."""
        self.prompt_bar.close()

    async def type_command(self, command: Command) -> None:
        """Run a command; if it takes an argument, open the command line with it instead."""
        if command.arguments:
            await self.open_command_line(f"{command.name} ")
        else:
            self.command_line.run(command.name)

    def open_palette(self) -> None:
        """Find a key or command by what it does."""
        from .palette import palette

        self.app.push_screen(palette())

    # Edits

    @on(RightsChanged)
    def show_rights(self, event: RightsChanged) -> None:
        """Show a mark if writing is disabled."""
        self.status = self.status._replace(
            read_only=bool(event.denied), old_format=event.denied.old_format
        )

    @on(EditSaved)
    @on(EditDelayed)
    @on(EditConflicted)
    @on(EditFailed)
    def show_edits(self, event: Outcome) -> None:
        """Show the number of edits that wait for the database, and acknowledged alerts."""
        if isinstance(event, EditSaved) and event.alerts:
            self.alerts.show_changes(event.alerts)
            self._tick()
        if self.status.unwritten != self.edit_bar.edits.delayed:
            self.status = self.status._replace(unwritten=self.edit_bar.edits.delayed)

    @on(RunTable.NoteOpened)
    def open_note(self, event: RunTable.NoteOpened) -> None:
        """Show the notes, with this one highlighted."""
        self.edit_bar.show_notes(event.note)

    def on_screen_resume(self) -> None:
        """Ask the questions that had to wait until the table was visible."""
        self.edit_bar.ask_about_conflict()

    # Blobs

    @on(RunTable.PreviewsMissing)
    def load_previews(self, event: RunTable.PreviewsMissing) -> None:
        """Load the visible blobs."""
        self._previews.load(event.addresses)

    # Actions

    @on(RunTable.CellOpened)
    def open_cell(self, event: RunTable.CellOpened) -> None:
        """Open a value, or explain why there is none."""
        self.views.open_cell(event.address)

    async def run_on_cell(self, request: CommandRequested) -> None:
        """Close all screens over this one, and run a command on a cell."""
        while self.app.screen is not self:
            await self.app.pop_screen()
        self.table.move_to(*request.address)
        if request.command == "runs.context":
            self.daemon.edit_context(request.line)
        elif request.command == "runs.reprocess":
            self.daemon.reprocess(request.address.name, here=True)
        else:
            await self.commands.run(request.command)

    def open_proposals(self) -> None:
        """Show other proposals; choosing one opens it in place of this one."""
        from ..proposals.screen import ProposalsScreen

        self.app.push_screen(ProposalsScreen(self.session.folder.path), self._open_other)

    def _open_other(self, path: Path | None) -> None:
        if path is not None and path != self.session.folder.path and self.edit_bar.may_leave():
            self.app.exit(path)
