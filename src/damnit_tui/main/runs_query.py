"""The filter and the order of the runs in the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from damnit_daemon.model import Column
from damnit_daemon.query import FilterError
from damnit_daemon.query.cells import COMMENT, RUN, Cells, scalar, text_of
from damnit_daemon.query.tokens import quoted

from ..table.query import TableQuery
from ..table.widget import RunTable
from ..widgets.history import remember
from ..widgets.prompt import offered
from .messages import QueryChanged

if TYPE_CHECKING:
    from damnit_daemon.query import Filter
    from damnit_daemon.query.completion import Completion

MOST_VALUES = 200
"""Most values of a column offered for completion in a filter."""


class RunsQuery:
    """Filters and sorts the table, which posts `QueryChanged` then.

    Args:
        table: The run table.
    """

    def __init__(self, table: RunTable) -> None:
        self.has_all_runs = False
        """True once the table has all runs and variables of the database."""
        self.history: tuple[str, ...] = ()
        """Filters, oldest first."""
        self._table = table
        self._filtered_for: tuple[Column, ...] = ()
        """The variables known to the present filter."""
        self._requested = ("", "")
        """A requested filter and order whose columns may not be loaded yet."""

    @property
    def present(self) -> TableQuery:
        """The present filter and order."""
        return self._table.rows.arrangement

    def show(self, query: TableQuery) -> None:
        """Show another filter and order."""
        self._table.show_query(query)
        self._table.post_message(QueryChanged(query))

    def forget(self, names: Collection[str]) -> None:
        """Drop columns that are gone from the order, and the filter if it reads one of them."""
        if names and self.present.names.intersection(names):
            from damnit_daemon.query.predicates import columns_of

            found = self.present.filter
            if found is not None and columns_of(found.condition).intersection(names):
                self._table.notify(f"Filter cleared: {found.text}", markup=False)
                found = None
            sort = tuple(key for key in self.present.sort if key.column.name not in names)
            self.show(TableQuery(found, sort))

    # Filters and orders as text

    def set_filter(self, text: str) -> None:
        """Replace the whole filter.

        Raises:
            FilterError: If it is invalid.
        """
        from damnit_daemon.query import parse_filter

        columns = self._table.rows.columns
        found = parse_filter(text.rstrip(), columns, content=self._table.rows.content)
        self._filtered_for = tuple(columns)
        self.show(self.present.with_filter(found))

    def set_sort(self, text: str) -> None:
        """Sort by these columns.

        Raises:
            FilterError: If a column does not exist, or has nothing to sort by.
        """
        from damnit_daemon.query import parse_sort

        rows = self._table.rows
        sort = tuple(parse_sort(text, rows.columns, rows.content))
        self.show(TableQuery(self.present.filter, sort))

    def filter_column(self, column: Column, text: str) -> None:
        """Replace the filter of one column, keeping the rest."""
        present = self.present.filter
        together = present.with_column(column, text) if present else text
        try:
            self.set_filter(together)
        except FilterError as error:
            self._table.notify(f"Filter: {error}", severity="error", markup=False)
        else:
            self.history = remember(self.history, together)

    def would_hide_all(self, text: str) -> bool:
        """Return True if a filter is valid, but no run matches it."""
        from damnit_daemon.query import parse_filter

        rows = self._table.rows
        try:
            found = parse_filter(text, rows.columns)
        except FilterError:
            return False
        return not any(found.mask(rows, rows.all_keys))

    def complete_filter(self, text: str, cursor: int) -> Completion:
        """Complete a filter."""
        from damnit_daemon.query.completion import complete_filter

        return offered(complete_filter(text, cursor, self._table.rows.columns, self._texts_of))

    def complete_sort(self, text: str, cursor: int) -> Completion:
        """Complete the last of several columns."""
        from damnit_daemon.query.completion import complete_columns

        return offered(complete_columns(text, cursor, self._table.rows.columns))

    def _texts_of(self, column: Column) -> Iterable[str]:
        """The texts in a column, those of the newest runs first."""
        rows = self._table.rows
        found: dict[str, None] = {}
        for value in Cells(rows, rows.all_keys).scalars(column):
            if isinstance(value, str) and value:
                found[value] = None
                if len(found) >= MOST_VALUES:
                    break
        return found

    # The cell under the cursor

    @property
    def cursor_column(self) -> Column | None:
        """The variable under the cursor."""
        cursor, rows = self._table.cursor, self._table.rows
        index = rows.column_index(cursor.name) if cursor else None
        return rows.columns[index] if index is not None else None

    def column_to_sort_by(self) -> Column | None:
        """Return the variable under the cursor; reports if runs cannot be sorted by it."""
        from damnit_daemon.query.sort import why_not_sortable

        column = self.cursor_column
        if column is not None and (
            why := why_not_sortable(column, self._table.rows.content(column))
        ):
            self._table.notify(why, markup=False)
            return None
        return column

    def same_value(self) -> str:
        """Return a filter for the value under the cursor; empty if it has none."""
        cursor, column, rows = self._table.cursor, self.cursor_column, self._table.rows
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

    # Requested before the columns are loaded

    def want(self, filter_text: str, sort_text: str) -> None:
        """Request a filter and order, applied as soon as its columns are known."""
        self._requested = (filter_text, sort_text)
        self.apply_requested()

    def apply_requested(self) -> None:
        """Try to apply the requested filter and order; errors are reported once.

        Call when columns were added: those matched by general terms (`tag:`, `is:empty`) may be
        among them.
        """
        rows = self._table.rows
        if not rows.all_keys:
            return
        if self.present.filter and self._filtered_for != tuple(rows.columns):
            self._parse_again(self.present.filter)
        filter_text, sort_text = self._requested
        self._requested = ("", "")
        if sort_text and not self.try_requested("Order", self.set_sort, sort_text):
            self._requested = ("", sort_text)
        if filter_text and not self.try_requested("Filter", self.set_filter, filter_text):
            self._requested = (filter_text, self._requested[1])

    def try_requested(self, what: str, apply: Callable[[str], None], text: str) -> bool:
        """Apply it; report an error, unless the columns may still be coming."""
        try:
            apply(text)
        except FilterError as error:
            if not self.has_all_runs:
                return False
            self._table.notify(f"{what}: {error}", severity="error", markup=False)
        return True

    def _parse_again(self, known: Filter) -> None:
        """Parse a filter again after the variables have changed; keep the old one if that fails."""
        try:
            self.set_filter(known.text)
        except FilterError:
            self._filtered_for = tuple(self._table.rows.columns)
