"""The table with the prompts that narrow it: filter, sort, search, columns and marks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError
from damnit_daemon.query.cells import Cells
from damnit_daemon.query.tokens import quoted
from damnit_daemon.text import did_you_mean

from .. import keymap
from ..data.edit_commands import Redo, Undo
from ..data.edit_queue import EditSaved
from ..fixed_columns import TIME
from ..keymap.commands import complete_words, words_of
from ..state.column_selection import ColumnSelection
from ..state.view_state import ViewState
from ..table.column_values import column_values
from ..table.query import TableQuery
from ..table.search import Search, find_columns
from ..table.statistics import STATISTICS
from ..table.widget import RunTable
from ..widgets.find_prompt import FindPrompt
from ..widgets.history import remember
from ..widgets.prompt import Prompt
from ..widgets.prompt_bar import PromptBar
from ..widgets.prompt_line import PromptLine
from .derived_editor import DerivedEditor
from .runs_query import RunsQuery
from .visible_columns import VisibleColumns

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition
    from damnit_daemon.query.completion import Completion

    from ..data.session import Session

NO_SEARCH = Search()
FILTER_PROMPT, COLUMN_PROMPT, CELL_PROMPT = "filter-prompt", "column-prompt", "cell-prompt"
DERIVE_PROMPT = "derive-prompt"


class RunsPane(Vertical):
    """What is shown of the runs, and in which order.

    Its keys are those of the owner `runs` in the keymap.

    Args:
        table: The run table, which is composed into the pane.
        prompt_bar: The prompt bar, likewise; prompts of others are left to the screen.
        clock: Returns the current time.
        zone: Time zone of times shown and typed.
        session: The folder, for the derived columns shared there.
    """

    DEFAULT_CSS = "RunsPane { height: 1fr; }"
    BINDINGS = keymap.bindings("runs")

    def __init__(
        self,
        table: RunTable,
        prompt_bar: PromptBar,
        *,
        clock: Callable[[], float],
        zone: tzinfo | None = None,
        session: Session | None = None,
    ) -> None:
        super().__init__()
        self.table = table
        self.prompt_bar = prompt_bar
        self.runs_query = RunsQuery(table)
        self.visible_columns = VisibleColumns(table)
        self.derived = DerivedEditor(self, table, self.runs_query, self.visible_columns, session)
        self._clock = clock
        self._zone = zone
        self._before_prompt = TableQuery()
        """Filter and order when the filter prompt was opened."""
        self._before_find = ""
        """The column under the cursor when the column search began."""
        self._typed = NO_SEARCH
        """The search the user typed; without one, the filter's texts are searched for."""
        self._step = 1
        self._derived_before: Definition | None = None
        """The definition that is being changed."""

    # The whole view

    def view_state(self) -> ViewState:
        """Return the current view."""
        query = self.runs_query.present
        return ViewState(
            query.filter.text if query.filter else "",
            ",".join(str(key) for key in query.sort),
            self.visible_columns.selection,
            self.table.lines.folded,
            self.table.view.row_height,
            self.table.view.trends,
            self.table.renderer.outliers,
            self.table.view.foot.names,
            tuple(map(str, self.derived.own)),
        )

    def show_view(self, view: ViewState) -> None:
        """Show a view in place of the current one."""
        self.runs_query.show(TableQuery())
        self.show_layout(view)
        self.derived.show_own(view.derived)
        self.visible_columns.select(view.selection)
        self.runs_query.want(view.filter, view.sort)

    def show_layout(self, view: ViewState) -> None:
        """Show the row height, notes, trends, outliers and statistics of a view."""
        with self.table.updating():
            self.table.lines.folded = view.notes_folded
        self.table.show_height(view.row_height)
        self.table.show_analysis(
            trends=view.trends,
            outliers=view.outliers,
            statistics=[name for name in view.statistics if name in STATISTICS],
        )

    def set_statistics(self, text: str) -> None:
        """Show statistics at the foot, such as `mean std`; without names, none.

        Raises:
            FilterError: If there is no such statistic.
        """
        names = []
        for word, span in words_of(text):
            if word not in STATISTICS:
                hint = did_you_mean(word, STATISTICS) or f"Known: {', '.join(STATISTICS)}."
                raise FilterError(f"Unknown statistic {word!r}.", *span, hint=hint)
            names.append(word)
        self.table.show_analysis(statistics=tuple(dict.fromkeys(names)))

    def complete_statistics(self, text: str, cursor: int) -> Completion:
        """Complete the name of a statistic."""
        return complete_words(text, cursor, *[STATISTICS] * len(STATISTICS))

    def action_follow(self) -> None:
        """Toggle following new runs."""
        self.table.follow = not self.table.follow
        if self.table.follow:
            self.table.action_move_first()

    # Filter

    async def action_filter(self) -> None:
        """Prompt for a filter."""
        before = self.runs_query.present
        prompt = Prompt(
            "Filter:",
            before.filter.text if before.filter else "",
            history=self.runs_query.history,
            complete=self.runs_query.complete_filter,
            idle="words, xgm > 500, sample ~ dark, is:error, has:…, tag:…, and or not ( )",
            id=FILTER_PROMPT,
        )
        if await self.prompt_bar.open(prompt):
            self._before_prompt = before

    @on(PromptLine.Changed, f"#{FILTER_PROMPT}.-open")
    def try_filter(self, event: PromptLine.Changed) -> None:
        """Preview a filter while it is typed; the last valid one stays while it is invalid.

        Nor does the table go empty because a column's name is incomplete.
        """
        offer = self.runs_query.complete_filter(event.text, len(event.text))
        is_incomplete = bool(offer.options) and offer.start < len(event.text)
        if not is_incomplete or not self.runs_query.would_hide_all(event.text):
            self._filter_by(event)

    @on(PromptLine.Submitted, f"#{FILTER_PROMPT}.-open")
    def submit_filter(self, event: PromptLine.Submitted) -> None:
        """Keep the filter; one that cannot be parsed stays open for correction."""
        if self._filter_by(event):
            self.runs_query.history = remember(self.runs_query.history, event.text)
            self.prompt_bar.close()

    @on(PromptLine.Cancelled, f"#{FILTER_PROMPT}.-open")
    def cancel_filter(self) -> None:
        """Go back to the filter before."""
        self.runs_query.show(self._before_prompt)
        self.prompt_bar.close()

    def _filter_by(self, event: PromptLine.Posted) -> bool:
        """Apply the typed filter or show its error; return False if it cannot be parsed."""
        prompt = event.prompt
        assert isinstance(prompt, Prompt)
        try:
            self.runs_query.set_filter(event.text)
        except FilterError as error:
            prompt.show_mistake(str(error), error.start, error.end)
            return False
        prompt.show_well()
        return True

    def action_filter_value(self) -> None:
        """Show only runs with the value under the cursor."""
        column, text = self.runs_query.cursor_column, self.runs_query.same_value()
        if column is not None and text:
            self.runs_query.filter_column(column, text)
        else:
            self.notify("This cell has no number or text to filter by.", markup=False)

    def action_filter_column(self) -> None:
        """Choose which values of this column to show."""
        column, rows = self.runs_query.cursor_column, self.table.rows
        if column is None:
            return
        cells = Cells(rows, rows.all_keys)
        stored = (rows.value(key, column.name) for key in rows.all_keys)
        values = column_values(column, cells.scalars(column), stored)
        if not (values.texts or values.numbers):
            # Pictures and the like can only be filtered by presence.
            if sum(cells.filled(column)):
                self.runs_query.filter_column(column, f"has:{quoted(column.name)}")
            else:
                self.notify("This column is empty.", markup=False)
            return

        def take(text: str | None) -> None:
            if text is not None:
                self.runs_query.filter_column(column, text)

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

    def action_clear_filter(self) -> None:
        """Show all runs."""
        self.runs_query.show(self.runs_query.present.with_filter(None))

    @on(RunTable.MarksChanged)
    def filter_marked(self, event: RunTable.MarksChanged) -> None:
        """Update a filter that depends on the marks."""
        self.table.rows.marked = event.marked
        query = self.runs_query.present
        if query.filter and query.filter.uses_marks:
            self.runs_query.show(query)

    # Order

    def action_sort(self, reverse: bool) -> None:
        """Sort by the column under the cursor; repeat to reverse, then to reset."""
        if (column := self.runs_query.column_to_sort_by()) is not None:
            self.runs_query.show(self.runs_query.present.sorted_by(column, reverse=reverse))

    def action_sort_also(self) -> None:
        """Add this column as a secondary sort key; repeat to reverse, then to remove."""
        if (column := self.runs_query.column_to_sort_by()) is not None:
            self.runs_query.show(self.runs_query.present.sorted_also(column))

    @on(RunTable.TitleClicked)
    def sort_by_title(self) -> None:
        """Sort by the clicked column: the cursor is on it already."""
        self.action_sort(False)

    # Derived columns

    async def ask_derived(self) -> None:
        """Prompt for a derived column, or for changes of the one under the cursor."""
        before = self.derived.definition_here
        prompt = Prompt(
            "Derive:",
            "" if before is None else str(before),
            history=self.derived.history,
            complete=self.derived.complete,
            idle="EXPRESSION as NAME [UNITS], such as hits / pulses as rate [1/pulse]",
            id=DERIVE_PROMPT,
        )
        if await self.prompt_bar.open(prompt):
            self._derived_before = before

    @on(PromptLine.Changed, f"#{DERIVE_PROMPT}.-open")
    def try_derived(self, event: PromptLine.Changed) -> None:
        """Show the value in the run under the cursor while the expression is typed."""
        prompt = event.prompt
        assert isinstance(prompt, Prompt)
        try:
            prompt.show_result(self.derived.preview(event.text) if event.text.strip() else "")
        except FilterError as error:
            prompt.show_mistake(str(error), error.start, error.end)

    @on(PromptLine.Submitted, f"#{DERIVE_PROMPT}.-open")
    def submit_derived(self, event: PromptLine.Submitted) -> None:
        """Add or change the column; a definition that is not valid stays open for correction."""
        prompt = event.prompt
        assert isinstance(prompt, Prompt)
        try:
            if event.text.strip():
                self.derived.put(event.text, self._derived_before)
        except FilterError as error:
            prompt.show_mistake(str(error), error.start, error.end)
            return
        except DamnitError as error:
            prompt.show_mistake(str(error), 0, len(event.text))
            return
        self.derived.history = remember(self.derived.history, event.text)
        self.prompt_bar.close()

    @on(PromptLine.Cancelled, f"#{DERIVE_PROMPT}.-open")
    def cancel_derived(self) -> None:
        """Return to the table."""
        self.prompt_bar.close()

    @on(EditSaved)
    def note_edit(self, event: EditSaved) -> None:
        """Let `u` undo this edit before older changes of derived columns."""
        if not isinstance(event.order, Undo | Redo):
            self.derived.note_edit()

    # Columns

    def action_columns(self) -> None:
        """Choose columns, their order, and which are frozen."""
        from ..dialogs.columns_dialog import ColumnsDialog

        columns, selection = self.table.rows.columns, self.visible_columns.selection
        screen = ColumnsDialog(selection.explicit(columns), columns)
        self.app.push_screen(screen, self._select_columns)

    def action_constant_columns(self) -> None:
        """Hide columns that do not change, or show them again."""
        self.notify(self.visible_columns.toggle_constant(), markup=False)

    def action_tags(self) -> None:
        """Choose tags."""
        from ..dialogs.tags_dialog import TagsDialog

        screen = TagsDialog(self.visible_columns.selection, self.table.rows.columns)
        self.app.push_screen(screen, self._select_columns)

    def _select_columns(self, selection: ColumnSelection | None) -> None:
        if selection is not None:
            self.visible_columns.select(selection)

    @on(RunTable.ColumnsChanged)
    def keep_widths(self) -> None:
        """Remember the column widths the user has set."""
        self.visible_columns.keep_widths()

    async def action_find_column(self) -> None:
        """Prompt for a column."""
        cursor = self.table.cursor
        if cursor is not None and await self.prompt_bar.open(
            FindPrompt("Column:", id=COLUMN_PROMPT)
        ):
            self._before_find = cursor.name

    @on(PromptLine.Changed, f"#{COLUMN_PROMPT}.-open")
    def show_column(self, event: PromptLine.Changed) -> None:
        """Go to the first matching column, or to the next one."""
        prompt = event.prompt
        assert isinstance(prompt, FindPrompt)
        found = find_columns(self.table.view.columns, event.text)
        place = event.turn % len(found) if found else 0
        self.table.move_to(name=found[place] if found else self._before_find)
        if not event.text:
            prompt.result = ""
        elif not found:
            prompt.result = "no matching column"
        elif len(found) > 1:
            prompt.result = f"{place + 1} of {len(found)}, ↓ next"
        else:
            prompt.result = "1 of 1"

    @on(PromptLine.Submitted, f"#{COLUMN_PROMPT}.-open")
    def stay_at_column(self) -> None:
        """Stay at the column."""
        self.prompt_bar.close()

    @on(PromptLine.Cancelled, f"#{COLUMN_PROMPT}.-open")
    def leave_column(self) -> None:
        """Go back to the column before."""
        self.table.move_to(name=self._before_find)
        self.prompt_bar.close()

    # Search

    async def action_search(self) -> None:
        """Prompt for a text to search for in the cells."""
        words = " ".join(self._typed.words)
        if await self.prompt_bar.open(FindPrompt("Search:", words, id=CELL_PROMPT)):
            self._step = 1

    @on(PromptLine.Changed, f"#{CELL_PROMPT}.-open")
    def show_matches(self, event: PromptLine.Changed) -> None:
        """Highlight the matches on the screen."""
        self.table.show_search(_search(event.text) or self._search)

    @on(PromptLine.Submitted, f"#{CELL_PROMPT}.-open")
    def search(self, event: PromptLine.Submitted) -> None:
        """Go to the first matching cell."""
        self.prompt_bar.close()
        self._typed = _search(event.text)
        self.table.show_search(self._search)
        if self._search:
            self.table.seek(self._search, self._step)

    @on(PromptLine.Cancelled, f"#{CELL_PROMPT}.-open")
    def leave_search(self) -> None:
        """Highlight what was searched for before."""
        self.prompt_bar.close()
        self.table.show_search(self._search)

    async def action_next_match(self, step: int) -> None:
        """Go to the next matching cell; prompt for a search if there is none."""
        if not self._search:
            await self.action_search()
            self._step = step
            return
        self.table.show_search(self._search)
        self.table.seek(self._search, step)

    @on(RunTable.SearchFailed)
    def report_no_match(self, event: RunTable.SearchFailed) -> None:
        """Report that nothing was found."""
        words = " ".join(event.search.words)
        what = f"contains {words!r}" if words else "matches the filter"
        self.notify(f"No cell shown here {what}.", markup=False)

    @property
    def _search(self) -> Search:
        return self._typed or Search.of_filter(self.runs_query.present.filter)

    # Marks

    def action_unmark(self) -> None:
        """Clear the range being marked; else marks and search; else the filter."""
        table = self.table
        if table.marks.anchor is None:
            if not table.marked and table.renderer.search == NO_SEARCH:
                self.action_clear_filter()
            self._typed = NO_SEARCH
            table.show_search(NO_SEARCH)
        table.marks = table.marks.cancelled()


def _search(text: str) -> Search:
    return Search((text.strip(),)) if text.strip() else NO_SEARCH
