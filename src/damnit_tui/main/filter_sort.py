"""What the main screen does about which runs are shown, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual import on

from damnit_daemon.model import Column
from damnit_daemon.query import FilterError
from damnit_daemon.query.cells import COMMENT, RUN, TIME, Cells, scalar, text_of
from damnit_daemon.query.tokens import quoted

from ..table.column_values import column_values
from ..table.query import TableQuery
from ..table.widget import RunTable
from ..widgets.footer import KeyFooter
from ..widgets.history import remember
from ..widgets.prompt import Prompt, offered
from .base import MainPart

if TYPE_CHECKING:
    from damnit_daemon.query import Filter
    from damnit_daemon.query.completion import Completion

FILTER_PROMPT = "filter-prompt"
MOST_VALUES = 200
"""Of a column, offered while a filter is typed."""


class Arranging(MainPart):
    """A part of the main screen: filter and sort."""

    has_all_runs = False
    """Whether all runs of the database are in the table, and all variables with them."""
    filter_history: tuple[str, ...] = ()
    """The oldest first."""
    _before_prompt = TableQuery()
    _arranged_for: tuple[Column, ...] = ()
    """The variables that the present filter knows."""
    _wanted: tuple[str, str] = ("", "")
    """A filter and an order whose columns may not be known yet."""

    def want(self, filter_text: str, sort_text: str) -> None:
        """Arrange the table so as soon as its columns are known."""
        self._wanted = (filter_text, sort_text)

    def arrange_wanted(self) -> None:
        """Try what is wanted; what is wrong with it is told, once.

        To be called when columns have come: those that the filter speaks of in general
        (`tag:`, `is:empty`) may be among them.
        """
        rows = self.table.rows
        if not rows.all_keys:
            return
        present = rows.arrangement
        if present.filter and self._arranged_for != tuple(rows.columns):
            self._try_again(present.filter)
        filter_text, sort_text = self._wanted
        self._wanted = ("", "")
        if sort_text and not self._try_wanted("Order", self.set_sort, sort_text):
            self._wanted = ("", sort_text)
        if filter_text and not self._try_wanted("Filter", self.set_filter, filter_text):
            self._wanted = (filter_text, self._wanted[1])

    def _try_wanted(self, what: str, take: Callable[[str], None], text: str) -> bool:
        """Take it; if it is wrong, say so, unless its columns may be still to come."""
        try:
            take(text)
        except FilterError as error:
            if not self.has_all_runs:
                return False
            self.notify(f"{what}: {error}", severity="error", markup=False)
        return True

    async def action_filter(self) -> None:
        """Ask for a filter."""
        if self.query(Prompt):
            return
        self._before_prompt = self.table.rows.arrangement
        present = self._before_prompt.filter
        await self.open_prompt(
            Prompt(
                "Filter:",
                present.text if present else "",
                history=self.filter_history,
                complete=self.complete_filter,
                idle="words, xgm > 500, sample ~ dark, is:error, has:…, tag:…, and or not ( )",
                id=FILTER_PROMPT,
            )
        )

    @on(Prompt.Typed, f"#{FILTER_PROMPT}")
    def try_filter(self, event: Prompt.Typed) -> None:
        """Show what a filter would leave; the last good one stays while it is wrong.

        Nor does the table go empty because the name of a column is not typed in full yet.
        """
        rows = self.table.rows
        offer = self.complete_filter(event.text, len(event.text))
        if offer.options and offer.start < len(event.text):
            try:
                from damnit_daemon.query import parse_filter

                found = parse_filter(event.text, rows.columns)
            except FilterError:
                pass
            else:
                if not any(found.mask(rows, rows.all_keys)):
                    return
        self._filter_by(event.text, event.prompt)

    @on(Prompt.Closed, f"#{FILTER_PROMPT}")
    def close_filter(self, event: Prompt.Closed) -> None:
        """Keep the filter, or go back to the one before."""
        if not event.is_kept:
            self._show_arrangement(self._before_prompt)
        elif self._filter_by(event.text, event.prompt):
            self.filter_history = remember(self.filter_history, event.text)
        else:
            return  # to be mended, or given up with Esc
        self.close_prompt(event.prompt)

    def action_filter_value(self) -> None:
        """Show only runs with the value under the cursor."""
        column, text = self.cursor_column, self._same_value()
        if column is not None and text:
            self.filter_column(column, text)
        else:
            self.notify("There is no number or text to filter by in this cell.", markup=False)

    def action_filter_column_values(self) -> None:
        """Ask which of the values of this column are to be shown."""
        column, rows = self.cursor_column, self.table.rows
        if column is None:
            return
        cells = Cells(rows, rows.all_keys)
        values = column_values(column, cells.scalars(column))
        if not (values.texts or values.numbers):
            self._filter_present(column, sum(cells.filled(column)))
            return

        def take(text: str | None) -> None:
            if text is not None:
                self.filter_column(column, text)

        if column.name == TIME.name:
            from ..dialogs.range_filter import TimeRangeScreen

            title, now = column.title, self._clock()
            screen = TimeRangeScreen(values, title, now=now, zone=self._zone)
            self.app.push_screen(screen, take)
        elif values.is_range:
            from ..dialogs.range_filter import RangeFilterDialog

            self.app.push_screen(RangeFilterDialog(values, column.title), take)
        else:
            from ..dialogs.value_filter import ValueFilterDialog

            self.app.push_screen(ValueFilterDialog(values, column.title), take)

    def _filter_present(self, column: Column, filled: int) -> None:
        """Of pictures and the like, one can only ask whether they are there."""
        if filled:
            self.filter_column(column, f"has:{quoted(column.name)}")
        else:
            self.notify("There is nothing in this column.", markup=False)

    def action_clear_filter(self) -> None:
        """Show all runs."""
        self._show_arrangement(self.table.rows.arrangement.with_filter(None))

    def action_sort(self, reverse: bool) -> None:
        """Sort by the column under the cursor; again: the other way round, and not at all."""
        if (column := self.cursor_column) is not None:
            self._show_arrangement(self.table.rows.arrangement.sorted_by(column, reverse=reverse))

    def action_sort_also(self) -> None:
        """Sort those that are equal by this column; again: the other way round, and not at all."""
        if (column := self.cursor_column) is not None:
            self._show_arrangement(self.table.rows.arrangement.sorted_also(column))

    @on(RunTable.MarksChanged)
    def filter_marked(self, event: RunTable.MarksChanged) -> None:
        """Follow the marks where the filter asks for them."""
        rows = self.table.rows
        rows.marked = event.marked
        if rows.arrangement.filter and rows.arrangement.filter.uses_marks:
            self._show_arrangement(rows.arrangement)

    @property
    def cursor_column(self) -> Column | None:
        """The variable under the cursor."""
        cursor, rows = self.table.cursor, self.table.rows
        index = rows.column_index(cursor.name) if cursor else None
        return rows.columns[index] if index is not None else None

    def filter_column(self, column: Column, text: str) -> None:
        """Filter by something else in one column, and by the rest as before."""
        present = self.table.rows.arrangement.filter
        together = present.with_column(column, text) if present else text
        if self._filter_by(together):
            self.filter_history = remember(self.filter_history, together)

    def set_filter(self, text: str) -> None:
        """Filter by this alone.

        Raises:
            FilterError: If it is wrong.
        """
        from damnit_daemon.query import parse_filter

        found = parse_filter(text.rstrip(), self.table.rows.columns)
        self._arranged_for = tuple(self.table.rows.columns)
        self._show_arrangement(self.table.rows.arrangement.with_filter(found))

    def set_sort(self, text: str) -> None:
        """Sort by these columns.

        Raises:
            FilterError: If there is no such column.
        """
        rows = self.table.rows
        from damnit_daemon.query import parse_sort

        sort = tuple(parse_sort(text, rows.columns))
        self._show_arrangement(TableQuery(rows.arrangement.filter, sort))

    def complete_filter(self, text: str, cursor: int) -> Completion:
        """What could follow in a filter."""
        from damnit_daemon.query.completion import complete_filter

        return offered(complete_filter(text, cursor, self.table.rows.columns, self.texts_of))

    def texts_of(self, column: Column) -> Iterable[str]:
        """The texts there are in a column, those of the newest runs first."""
        rows = self.table.rows
        found: dict[str, None] = {}
        for value in rows.scalars(column.name, rows.all_keys):
            if isinstance(value, str) and value:
                found[value] = None
                if len(found) >= MOST_VALUES:
                    break
        return found

    def tell_arrangement(self) -> None:
        """Say on top what is shown."""
        rows = self.table.rows
        self.status = self.status._replace(
            reading=not self.feed.has_asked,
            filter=rows.arrangement.filter.text if rows.arrangement.filter else "",
            sort=rows.arrangement.describe_sort(),
            shown=len(rows.keys),
            runs=len(rows.all_keys),
        )

    # Prompts

    async def open_prompt(self, prompt: Prompt) -> None:
        """Let somebody type at the bottom of the screen: the next key, too."""
        self.add_class("-asking")
        await self.mount(prompt, before=self.query_one(KeyFooter))
        self.set_focus(prompt.input)

    def close_prompt(self, prompt: Prompt) -> None:
        """Go back to the table."""
        self.remove_class("-asking")
        prompt.remove()
        self.table.focus()

    def _filter_by(self, text: str, prompt: Prompt | None = None) -> bool:
        """Filter, or say what is wrong; tell whether it could be understood."""
        try:
            self.set_filter(text)
        except FilterError as error:
            if prompt is not None:
                prompt.show_mistake(str(error), error.start, error.end)
            else:
                self.notify(f"Filter: {error}", severity="error", markup=False)
            return False
        if prompt is not None:
            prompt.show_well()
        return True

    def _try_again(self, known: Filter) -> None:
        """Understand a filter again where the variables have changed; the old one serves else."""
        try:
            self.set_filter(known.text)
        except FilterError:
            self._arranged_for = tuple(self.table.rows.columns)

    def _show_arrangement(self, arrangement: TableQuery) -> None:
        self.table.show_arrangement(arrangement)
        self.feed.asked = arrangement.names
        self.tell_arrangement()

    def _same_value(self) -> str:
        """A filter for the value under the cursor; empty if it has none."""
        cursor, column, rows = self.table.cursor, self.cursor_column, self.table.rows
        if cursor is None or column is None or column.name == "start_time":
            return ""
        if column.name not in (RUN.name, COMMENT.name) and rows.value(*cursor) is None:
            return ""
        value = scalar(rows, cursor.key, column)
        if value is None or value == "":
            return ""
        text = text_of(value)
        if isinstance(value, str):
            # In quotes, so that it is a text even if it looks like a number.
            text = f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else ""
        name = quoted(column.name)
        return f"{name} = {text}" if text and name else ""
