"""All values of a run, and its processing history; steps through runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey

from .. import keymap
from ..data.run_history import RunHistory, read_history
from ..dialogs.list_screen import ListScreen
from ..sanitize import visible_lines
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import DiagnosisRequested, HistoryRequested, RunVisited
from ..widgets.row_list import RowList
from ..widgets.screen_footer import ScreenFooter
from .details import HEADING, Detail, Order, details_of, lines_of, ordered, summary


class DetailsScreen(ListScreen):
    """The details of a run in full screen."""

    DEFAULT_CSS = """
    DetailsScreen #details-facts {
        height: auto; max-height: 8; padding: 0 1; color: $facts-color;
    }
    DetailsScreen.-low #details-facts { max-height: 3; }
    """
    BINDINGS = keymap.bindings("details")
    OWNER = "details"
    OFFERED = ("next_run", "open", "why", "search", "sort", "help", "close")

    @dataclass
    class HistoryRead(Message):
        """The history of a run was read."""

        key: RunKey
        history: RunHistory | None

    def __init__(self, context: TableContext, key: RunKey) -> None:
        super().__init__(context)
        self.key = key
        self.order = Order.TITLE
        self._history: RunHistory | None = None
        self._listed: object = None

    def list_again(self) -> None:
        """List the same run with the current search."""
        self.refresh_list()

    def compose(self) -> ComposeResult:
        """Compose the run's title, its history, its values and the footer."""
        yield Static(id="details-head", classes="list-head")
        yield Static(id="details-facts")
        yield RowList()
        yield ScreenFooter("details")

    def on_mount(self) -> None:
        """Read the history, besides the values."""
        self.read_history(self.key)

    def on_resize(self) -> None:
        """Leave the values the space where there is little."""
        self.set_class(self.size.height < 30, "-low")

    def refresh_list(self) -> None:
        """Show the values, if they have changed."""
        rows, activity = self.context.rows, self.context.session.activity.latest
        if self.key not in rows:
            return
        doing = activity.appearance(self.key)
        table = rows.version(self.key), len(rows.columns)
        listed = self.key, table, self.order, self.words, doing, self._history
        if listed == self._listed:
            return
        self._listed = listed
        details = self._details()
        found = lines_of(ordered(details, self.order), self.context.zone)
        shown = [line for line in found if line.has(self.words)]
        self.query_one(RowList).fill(HEADING, shown)
        self._show_head(details, len(shown))

    def _details(self) -> list[Detail]:
        rows, session = self.context.rows, self.context.session
        activity, now = session.activity.latest, session.clock()
        return details_of(
            self.key,
            rows.columns,
            rows.value,
            lambda name: activity.sentence(self.key, name, now),
            complete=rows.is_complete(self.key),
        )

    def _show_head(self, details: Sequence[Detail], shown: int) -> None:
        title = f"Run {self.key.run}, proposal {self.key.proposal}"
        self.show_head(title, self.order.value, shown=shown)
        run = self.context.rows.run(self.key)
        facts = summary(
            run, details, self._history, self.context.session.clock(), self.context.zone
        )
        table = Table.grid(padding=(0, 2))
        for name, text in facts:
            table.add_row(Text(name), Text("\n".join(visible_lines(text)), overflow="ellipsis"))
        self.query_one("#details-facts", Static).update(table)

    @work(thread=True, exclusive=True, group="history")
    def read_history(self, key: RunKey) -> None:
        """Read the history of a run."""
        try:
            history = read_history(self.context.session.ledger(), key)
        except DamnitError:
            history = None
        self.post_message(self.HistoryRead(key, history))

    @on(HistoryRead)
    def show_history(self, event: HistoryRead) -> None:
        """Show the history, if it is still of the current run."""
        if event.key == self.key:
            self._history = event.history
            self.refresh_list()

    # Actions

    def action_walk(self, step: int) -> None:
        """Go to another run of the table."""
        key = self.context.neighbour(self.key, step)
        if key is None:
            return
        self.key = key
        self._history = None
        self.post_message(RunVisited(key))
        self.read_history(self.key)
        self.refresh_list()

    @on(RowList.Opened)
    def action_open(self) -> None:
        """View a value; explain an empty one."""
        if name := self.query_one(RowList).current:
            self.view_or_explain(CellAddress(self.key, name))

    def action_why(self) -> None:
        """Explain why a value is missing."""
        if name := self.query_one(RowList).current:
            self.post_message(DiagnosisRequested(CellAddress(self.key, name)))

    def action_history(self) -> None:
        """List the values that a cell has had."""
        if name := self.query_one(RowList).current:
            self.post_message(HistoryRequested(CellAddress(self.key, name)))

    def action_sort(self) -> None:
        """Switch the sort order."""
        orders = list(Order)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.refresh_list()
