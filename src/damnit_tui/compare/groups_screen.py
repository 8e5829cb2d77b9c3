"""Runs grouped by the values of a column."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from damnit_daemon.model import Column, RunKey
from damnit_daemon.text import count_of

from .. import keymap
from ..sanitize import visible
from ..table.context import TableContext
from ..table.requests import FilterRequested
from ..table.statistics import STATISTICS
from ..widgets.row_list import RowList
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
from .list_screen import ListScreen

LIVE_S = 1.0
REST = 10
"""Groups are updated again only after this many times as long as it took."""
OFFERED = tuple(
    f"groups.{name}" for name in ("open", "statistic", "sort", "search", "help", "close")
)


class GroupsScreen(ListScreen):
    """How many runs have each value, and a statistic of the numeric columns for each."""

    DEFAULT_CSS = """
    GroupsScreen {
        layout: vertical;
        & #groups-head {
            height: 1; background: $panel; color: $title-color; text-style: $title-style;
        }
    }
    """
    BINDINGS = keymap.bindings("groups")
    OWNER = "groups"

    def __init__(
        self, context: TableContext, column: Column, *, marked: frozenset[RunKey] = frozenset()
    ) -> None:
        """Create the screen.

        Args:
            context: The table.
            column: The column to group by.
            marked: Only these runs; without any, the runs shown in the table.
        """
        super().__init__(context)
        self.column = column
        self.groups: list[RunGroup] = []
        self.statistic = "mean"
        self.order = GroupOrder.VALUE
        self._marked = marked
        self._listed: object = None
        self._next_s = 0.0

    def compose(self) -> ComposeResult:
        """Compose the groups and the footer."""
        yield Static(id="groups-head")
        yield RowList()
        yield ScreenFooter("groups")

    def on_mount(self) -> None:
        """List the groups, and refresh periodically."""
        self.query_one(ScreenFooter).offered = OFFERED
        self.query_one(RowList).focus()
        self.refresh_list()
        self.set_interval(LIVE_S, self.refresh_list)

    def refresh_list(self) -> None:
        """Group the runs again, if values have changed, and if that does not take all the time."""
        rows = self.context.rows
        keys = self._keys()
        listed = (keys, [rows.version(key) for key in keys], len(rows.columns))
        if listed != self._listed and time.monotonic() >= self._next_s:
            self._listed = listed
            begun = time.monotonic()
            self.list_again()
            self._next_s = time.monotonic() + REST * (time.monotonic() - begun)

    def on_resize(self) -> None:
        """List as many columns as fit."""
        self.list_again()

    def list_again(self) -> None:
        """List the groups that match the search."""
        rows, keys = self.context.rows, self._keys()
        groups = group_runs(self.column, rows, keys, self.context.zone)
        if self.order is GroupOrder.COUNT:
            groups.sort(key=lambda group: -len(group.keys))
        self.groups = groups
        shown = [each for each in self.context.view.columns if each.name != self.column.name]
        columns = numeric_columns(shown, rows, keys)
        headings = heading(self.column, columns)
        listed = group_rows(groups, rows, columns, self.statistic)
        fitting = columns_that_fit(listed, headings, self.size.width)
        listed = [replace(row, parts=row.parts[:fitting]) for row in listed]
        # Not by the ID, which names the column.
        matching = [row for row in listed if replace(row, id="").has(self.words)]
        self.query_one(RowList).fill(headings[:fitting], matching, stretch=0)
        self.query_one("#groups-head", Static).update(
            Text(self._title(keys, len(matching), len(headings) - fitting))
        )

    def _title(self, keys: Sequence[RunKey], matching: int, left_out: int) -> str:
        are_marked = not self._marked.isdisjoint(keys)
        runs = count_of(len(keys), "marked run" if are_marked else "run")
        title = visible(self.column.title)
        groups = count_of(len(self.groups), "group")
        parts = [f" {runs} by {title}", groups, str(self.order), f"{self.statistic} of each column"]
        if self.words:
            parts.append(f"{matching} matching “{visible(' '.join(self.words))}”")
        if left_out:
            parts.append(f"{count_of(left_out, 'more column')} not shown")
        return " · ".join(parts)

    def _keys(self) -> list[RunKey]:
        rows = self.context.rows
        return [key for key in sorted(self._marked) if key in rows] or list(rows.keys)

    # Actions

    def action_move(self, lines: int) -> None:
        """Move in the list."""
        self.query_one(RowList).action_move(lines)

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
        are_marked = not self._marked.isdisjoint(group.keys)
        text = f"{group.filter} is:marked" if are_marked else group.filter
        self.post_message(FilterRequested(self.column, text))
        self.dismiss()

    def action_statistic(self) -> None:
        """Show the next statistic."""
        place = STATISTICS.index(self.statistic)
        self.statistic = STATISTICS[(place + 1) % len(STATISTICS)]
        self.list_again()

    def action_sort(self) -> None:
        """Sort by value, or the largest groups first."""
        is_by_value = self.order is GroupOrder.VALUE
        self.order = GroupOrder.COUNT if is_by_value else GroupOrder.VALUE
        self.list_again()
