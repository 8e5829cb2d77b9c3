"""The values that one cell has had, and computing one again as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from damnit_daemon.errors import DamnitError
from damnit_daemon.launch import KeptContext, find_kept_context, why_not_kept
from damnit_daemon.ledger import CellValue, RestoreRequest, load_cell_history
from damnit_daemon.model import Blob
from damnit_daemon.text import count_of

from .. import keymap
from ..data.daemon_requests import SendRequest
from ..data.session import READ_ONLY
from ..dialogs.confirm import ConfirmDialog
from ..dialogs.list_screen import ListScreen
from ..format import format_full_time, format_size
from ..sanitize import visible
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.describe import STATE_ROLES, CellState, describe
from ..table.layout import split_title
from ..widgets.row_list import ListRow, RowCell, RowList
from ..widgets.screen_footer import ScreenFooter

HEADING = tuple(map(RowCell, ("Since", "Value", "Context file", "Job", "By")))
NONE_KNOWN = "no earlier values known (DAMNIT records none)"


class HistoryScreen(ListScreen):
    """The present value of a cell, and earlier ones below."""

    BINDINGS = keymap.bindings("history")
    OWNER = "history"
    OFFERED = ("restore", "search", "copy", "help", "close")

    @dataclass
    class HistoryRead(Message):
        """The history was read."""

        values: Sequence[CellValue]
        problem: str = ""

    @dataclass
    class ContextFound(Message):
        """The context file of a value was looked for."""

        value: CellValue
        kept: KeptContext | None

    def __init__(self, context: TableContext, address: CellAddress) -> None:
        super().__init__(context)
        self.address = address
        self.column = context.cell(address)[0]
        self.values: Sequence[CellValue] = ()
        self._problem = ""
        self._shown: object = None
        self._is_read = False

    def compose(self) -> ComposeResult:
        """Compose the title, the values and the footer."""
        yield Static(id="history-head", classes="list-head")
        yield RowList()
        yield ScreenFooter("history")

    def refresh_list(self) -> None:
        """Read the history again if the cell has changed."""
        shown = self.context.rows.value(*self.address)
        if shown != self._shown or not self._is_read:
            self._shown, self._is_read = shown, True
            self.read_history()

    @work(thread=True, exclusive=True, group="history")
    def read_history(self) -> None:
        """Read the history of the cell."""
        session = self.context.session
        try:
            found = load_cell_history(session.database, session.ledger(), *self.address)
        except DamnitError as error:
            self.post_message(self.HistoryRead((), str(error)))
        else:
            self.post_message(self.HistoryRead(found))

    @on(HistoryRead)
    def show_history(self, event: HistoryRead) -> None:
        """List the values."""
        self.values, self._problem = event.values, event.problem
        self.list_again()

    def list_again(self) -> None:
        """List the values that match the search."""
        rows = [self._row(number, value) for number, value in enumerate(self.values)]
        matching = [row for row in rows if row.has(self.words)]
        self.query_one(RowList).fill(HEADING, matching)
        earlier = len(self.values) - any(value.is_current for value in self.values)
        known = count_of(earlier, "earlier value") if earlier else NONE_KNOWN
        self.show_head(self._title, visible(self._problem) or known, shown=len(matching))

    @property
    def is_settled(self) -> bool:
        """True if the history is on the screen."""
        return bool(self.values or self._problem)

    @property
    def _title(self) -> str:
        return f"History of r{self.address.key.run} · {'/'.join(split_title(self.column.title))}"

    def _row(self, number: int, value: CellValue) -> ListRow:
        since = format_full_time(value.since, self.context.zone) if value.since else "unknown"
        text, state = self._described(value)
        cells = (
            RowCell(since, "text" if value.is_current else "quiet"),
            RowCell(text, STATE_ROLES[state]),
            RowCell(value.context_hash, "quiet"),
            RowCell("" if value.job is None else str(value.job), "quiet", right=True),
            RowCell(visible(value.author), "quiet"),
        )
        return ListRow(str(number), cells)

    def _described(self, value: CellValue) -> tuple[str, CellState]:
        blob = value.stored.value
        found = describe(self.address.key, self.column, value.stored, complete=True)
        if isinstance(blob, Blob):
            return f"{found.text} of {format_size(blob.size_bytes)}, not kept", CellState.EMPTY
        return found.text, found.state

    # Restoring

    def action_restore(self) -> None:
        """Look for the context file of the value under the cursor."""
        current = self.query_one(RowList).current
        if self.context.session.read_only:
            self.notify(READ_ONLY, severity="warning", markup=False)
        elif current:
            self.find_context(self.values[int(current)])

    @work(thread=True, exclusive=True, group="contexts")
    def find_context(self, value: CellValue) -> None:
        """Look for the context file of a value."""
        kept = find_kept_context(self.context.session.folder, value.stored)
        self.post_message(self.ContextFound(value, kept))

    @on(ContextFound)
    def confirm(self, event: ContextFound) -> None:
        """Ask whether to compute the value again, or say why that is impossible."""
        if event.kept is None:
            self.notify(visible(why_not_kept(event.value.stored)), severity="warning", markup=False)
            return
        title = "/".join(split_title(self.column.title))
        run = self.address.key.run
        text = (
            f"Compute {title} of run {run} again, with the context file "
            f"{event.value.context_hash}, the modules and the parameters of that time?\n\n"
            "The present value is replaced, and listed here as an earlier one. Variables that it "
            "depends on are computed, too, but not stored. The job runs on the daemon's machine, "
            "with today's packages and data. The folder's context file and the parameters of the "
            "run stay as they are: the next reprocessing uses those again."
        )
        request = RestoreRequest(*self.address, event.kept.id, event.value.parameters)
        dialog = ConfirmDialog("Compute as before", text, request, yes="compute", no="cancel")
        self.app.push_screen(dialog, self._send)

    def _send(self, request: RestoreRequest | None) -> None:
        if request is not None:
            self.app.post_message(SendRequest(request))
