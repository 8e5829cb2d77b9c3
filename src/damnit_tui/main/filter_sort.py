"""Filter and sort the runs."""

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
from ..widgets.history import remember
from ..widgets.prompt import Prompt, offered
from ..widgets.prompt_line import PromptLine
from .base import MainPart

if TYPE_CHECKING:
    from damnit_daemon.query import Filter
    from damnit_daemon.query.completion import Completion

FILTER_PROMPT = "filter-prompt"
MOST_VALUES = 200
"""Most values of a column offered for completion in a filter."""


class Arranging(MainPart):
    """Part of the main screen: filter and sort."""

    has_all_runs = False
    """True once the table has all runs and variables of the database."""
    filter_history: tuple[str, ...] = ()
    """Oldest first."""
    _before_prompt = TableQuery()
    _arranged_for: tuple[Column, ...] = ()
    """The variables known to the current filter."""
    _wanted: tuple[str, str] = ("", "")
    """A requested filter and order whose columns may not be loaded yet."""

    def want(self, filter_text: str, sort_text: str) -> None:
        """Request a filter and order, applied as soon as its columns are known."""
        self._wanted = (filter_text, sort_text)

    def arrange_wanted(self) -> None:
        """Try to apply the requested filter and order; errors are reported once.

        Call when columns were added: those matched by general terms (`tag:`, `is:empty`) may be
        among them.
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
        """Apply it; report an error, unless the columns may still be coming."""
        try:
            take(text)
        except FilterError as error:
            if not self.has_all_runs:
                return False
            self.notify(f"{what}: {error}", severity="error", markup=False)
        return True

    async def action_filter(self) -> None:
        """Prompt for a filter."""
        before = self.table.rows.arrangement
        prompt = Prompt(
            "Filter:",
            before.filter.text if before.filter else "",
            history=self.filter_history,
            complete=self.complete_filter,
            idle="words, xgm > 500, sample ~ dark, is:error, has:…, tag:…, and or not ( )",
            id=FILTER_PROMPT,
        )
        if await self.prompt_bar.open(prompt):
            self._before_prompt = before

    @on(Prompt.Changed, f"#{FILTER_PROMPT}")
    def try_filter(self, event: Prompt.Changed) -> None:
        """Preview a filter while it is typed; the last valid one stays while it is invalid.

        Nor does the table go empty because a column's name is incomplete.
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

    @on(Prompt.Submitted, f"#{FILTER_PROMPT}")
    def submit_filter(self, event: Prompt.Submitted) -> None:
        """Keep the filter; one that cannot be parsed stays open for correction."""
        if self._filter_by(event.text, event.prompt):
            self.filter_history = remember(self.filter_history, event.text)
            self.prompt_bar.close()

    @on(Prompt.Cancelled, f"#{FILTER_PROMPT}")
    def cancel_filter(self) -> None:
        """Go back to the filter before."""
        self._show_arrangement(self._before_prompt)
        self.prompt_bar.close()

    def action_filter_value(self) -> None:
        """Show only runs with the value under the cursor."""
        column, text = self.cursor_column, self._same_value()
        if column is not None and text:
            self.filter_column(column, text)
        else:
            self.notify("There is no number or text to filter by in this cell.", markup=False)

    def action_filter_column_values(self) -> None:
        """Choose which values of this column to show."""
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
        """Pictures and the like can only be filtered by presence."""
        if filled:
            self.filter_column(column, f"has:{quoted(column.name)}")
        else:
            self.notify("There is nothing in this column.", markup=False)

    def action_clear_filter(self) -> None:
        """Show all runs."""
        self._show_arrangement(self.table.rows.arrangement.with_filter(None))

    def action_sort(self, reverse: bool) -> None:
        """Sort by the column under the cursor; repeat to reverse, then to reset."""
        if (column := self.cursor_column) is not None:
            self._show_arrangement(self.table.rows.arrangement.sorted_by(column, reverse=reverse))

    def action_sort_also(self) -> None:
        """Add this column as a secondary sort key; repeat to reverse, then to remove."""
        if (column := self.cursor_column) is not None:
            self._show_arrangement(self.table.rows.arrangement.sorted_also(column))

    @on(RunTable.MarksChanged)
    def filter_marked(self, event: RunTable.MarksChanged) -> None:
        """Update a filter that depends on the marks."""
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
        """Replace the filter of one column, keeping the rest."""
        present = self.table.rows.arrangement.filter
        together = present.with_column(column, text) if present else text
        if self._filter_by(together):
            self.filter_history = remember(self.filter_history, together)

    def set_filter(self, text: str) -> None:
        """Replace the whole filter.

        Raises:
            FilterError: If it is invalid.
        """
        from damnit_daemon.query import parse_filter

        found = parse_filter(text.rstrip(), self.table.rows.columns)
        self._arranged_for = tuple(self.table.rows.columns)
        self._show_arrangement(self.table.rows.arrangement.with_filter(found))

    def set_sort(self, text: str) -> None:
        """Sort by these columns.

        Raises:
            FilterError: If a column does not exist.
        """
        rows = self.table.rows
        from damnit_daemon.query import parse_sort

        sort = tuple(parse_sort(text, rows.columns))
        self._show_arrangement(TableQuery(rows.arrangement.filter, sort))

    def complete_filter(self, text: str, cursor: int) -> Completion:
        """Complete a filter."""
        from damnit_daemon.query.completion import complete_filter

        return offered(complete_filter(text, cursor, self.table.rows.columns, self.texts_of))

    def texts_of(self, column: Column) -> Iterable[str]:
        """The texts in a column, those of the newest runs first."""
        rows = self.table.rows
        found: dict[str, None] = {}
        for value in rows.scalars(column.name, rows.all_keys):
            if isinstance(value, str) and value:
                found[value] = None
                if len(found) >= MOST_VALUES:
                    break
        return found

    def tell_arrangement(self) -> None:
        """Show filter and order in the status line."""
        rows = self.table.rows
        self.status = self.status._replace(
            reading=not self.feed.has_asked,
            filter=rows.arrangement.filter.text if rows.arrangement.filter else "",
            sort=rows.arrangement.describe_sort(),
            shown=len(rows.keys),
            runs=len(rows.all_keys),
        )

    def _filter_by(self, text: str, prompt: PromptLine | None = None) -> bool:
        """Apply a filter or report its error; return False if it cannot be parsed."""
        try:
            self.set_filter(text)
        except FilterError as error:
            if isinstance(prompt, Prompt):
                prompt.show_mistake(str(error), error.start, error.end)
            else:
                self.notify(f"Filter: {error}", severity="error", markup=False)
            return False
        if isinstance(prompt, Prompt):
            prompt.show_well()
        return True

    def _try_again(self, known: Filter) -> None:
        """Parse a filter again after the variables have changed; keep the old one if that fails."""
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
            # In quotes, so that it stays a text even if it looks like a number.
            text = f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else ""
        name = quoted(column.name)
        return f"{name} = {text}" if text and name else ""
