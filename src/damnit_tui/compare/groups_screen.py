"""Runs grouped by the values of a column."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from damnit_daemon.model import Column, RunKey
from damnit_daemon.text import count_of

from .. import keymap
from ..dialogs.list_screen import ListScreen
from ..sanitize import visible
from ..table.context import TableContext
from ..table.requests import FilterRequested
from ..table.statistics import STATISTICS
from ..widgets.row_list import ListRow, RowCell, RowList
from ..widgets.screen_footer import ScreenFooter
from .groups import (
    GroupOrder,
    RunGroup,
    columns_that_fit,
    group_rows,
    group_runs,
    heading,
    numeric_columns,
)

REST = 10
"""Groups are updated again only after this many times as long as it took."""


class GroupsScreen(ListScreen):
    """How many runs have each value, and a statistic of the numeric columns for each.

    Of the marked runs; without marks, of the runs shown in the table.
    """

    BINDINGS = keymap.bindings("groups")
    OWNER = "groups"
    OFFERED = ("open", "statistic", "sort", "search", "help", "close")

    def __init__(self, context: TableContext, column: Column) -> None:
        """Create the screen.

        Args:
            context: The table.
            column: The column to group by.
        """
        super().__init__(context)
        self.column = column
        self.groups: list[RunGroup] = []
        self.statistic = "mean"
        self.order = GroupOrder.VALUE
        self._headings: Sequence[RowCell] = ()
        self._lines: Sequence[ListRow] = ()
        """A line for each group."""
        self._listed: object = None
        self._next_s = 0.0

    def compose(self) -> ComposeResult:
        """Compose the groups and the footer."""
        yield Static(id="groups-head", classes="list-head")
        yield RowList()
        yield ScreenFooter("groups")

    def refresh_list(self) -> None:
        """Group the runs again, if values have changed, and if that does not take all the time."""
        rows = self.context.rows
        keys = sorted(rows.chosen)
        listed = (keys, [rows.version(key) for key in keys], len(rows.columns))
        if listed != self._listed and time.monotonic() >= self._next_s:
            self._listed = listed
            begun = time.monotonic()
            self._regroup(keys)
            self._next_s = time.monotonic() + REST * (time.monotonic() - begun)

    def on_resize(self) -> None:
        """List as many columns as fit."""
        self.list_again()

    def list_again(self) -> None:
        """List the groups that match the search, with as many columns as fit."""
        fitting = columns_that_fit(self._lines, self._headings, self.size.width)
        pairs = list(zip(self.groups, self._lines, strict=True))
        if self.order is GroupOrder.COUNT:
            pairs.sort(key=lambda pair: -len(pair[0].keys))
        listed = [replace(line, parts=line.parts[:fitting]) for _, line in pairs]
        # Not by the ID, which names the column.
        matching = [line for line in listed if replace(line, id="").has(self.words)]
        self.query_one(RowList).fill(self._headings[:fitting], matching, stretch=0)
        rows = self.context.rows
        runs = count_of(len(rows.chosen), "marked run" if rows.marked else "run")
        facts = [
            f"{runs} by {visible(self.column.title)}",
            count_of(len(self.groups), "group"),
            str(self.order),
            f"{self.statistic} of each column",
        ]
        if left_out := len(self._headings[fitting:]):
            facts.append(f"{count_of(left_out, 'more column')} not shown")
        self.show_head(*facts, shown=len(matching))

    def _regroup(self, keys: Sequence[RunKey]) -> None:
        rows = self.context.rows
        self.groups = group_runs(self.column, rows, keys, self.context.zone)
        shown = [each for each in self.context.view.columns if each.name != self.column.name]
        columns = numeric_columns(shown, rows, keys)
        self._headings = heading(self.column, columns)
        self._lines = group_rows(self.groups, rows, columns, self.statistic)
        self.list_again()

    # Actions

    @on(RowList.Opened)
    def action_open(self) -> None:
        """Show the runs of the group in the table."""
        current = self.query_one(RowList).current
        group = next((each for each in self.groups if each.id == current), None)
        if group is None:
            return
        if not group.filter:
            self.notify("These runs cannot be filtered by this value.", markup=False)
            return
        text = f"{group.filter} is:marked" if self.context.rows.marked else group.filter
        self.post_message(FilterRequested(self.column, text))
        self.dismiss()

    def action_statistic(self) -> None:
        """Show the next statistic."""
        place = STATISTICS.index(self.statistic)
        self.statistic = STATISTICS[(place + 1) % len(STATISTICS)]
        self._regroup(sorted(self.context.rows.chosen))

    def action_sort(self) -> None:
        """Sort by value, or the largest groups first."""
        is_by_value = self.order is GroupOrder.VALUE
        self.order = GroupOrder.COUNT if is_by_value else GroupOrder.VALUE
        self.list_again()
