"""Mark runs, and find columns and cells."""

from __future__ import annotations

from textual import on

from ..table.search import Search
from ..table.widget import RunTable
from ..widgets.find_prompt import FindPrompt
from .base import MainPart

NO_SEARCH = Search()
COLUMN_PROMPT, CELL_PROMPT = "column-prompt", "cell-prompt"


class Marking(MainPart):
    """Part of the main screen: mark runs, find columns and cells."""

    _typed = NO_SEARCH
    """The search the user typed; without one, the filter's texts are searched for."""
    _step = 1
    _before_find = ""
    """The column under the cursor when the column search began."""

    # Marks

    @on(RunTable.MarksChanged)
    def count_marks(self, event: RunTable.MarksChanged) -> None:
        """Show the number of marked runs."""
        self.status = self.status._replace(marked=len(event.marked), marking=event.in_range)

    def action_unmark(self) -> None:
        """Clear the range being marked; else marks and search; else the filter."""
        if self.table.marks.anchor is None:
            if not self.table.marked and self.table.view.search == NO_SEARCH:
                self.action_clear_filter()
            self._look_for(NO_SEARCH)
        self.table.unmark()

    # Columns

    @on(RunTable.TitleClicked)
    async def sort_by_title(self) -> None:
        """Sort by the clicked column: the cursor is on it already."""
        await self.commands.run("runs.sort")

    async def action_find_column(self) -> None:
        """Prompt for a column."""
        cursor = self.table.cursor
        if cursor is not None and await self.prompt_bar.open(
            FindPrompt("Column:", id=COLUMN_PROMPT)
        ):
            self._before_find = cursor.name

    @on(FindPrompt.Changed, f"#{COLUMN_PROMPT}")
    def show_column(self, event: FindPrompt.Changed) -> None:
        """Go to the first matching column, or to the next one."""
        prompt = event.prompt
        assert isinstance(prompt, FindPrompt)
        found = self.table.find_columns(event.text)
        place = event.turn % len(found) if found else 0
        self.table.move_to(name=found[place] if found else self._before_find)
        if not event.text:
            prompt.said = ""
        elif not found:
            prompt.said = "no column is called that"
        elif len(found) > 1:
            prompt.said = f"{place + 1} of {len(found)}, ↓ for the next"
        else:
            prompt.said = "the only one"

    @on(FindPrompt.Submitted, f"#{COLUMN_PROMPT}")
    def stay_at_column(self) -> None:
        """Stay at the column."""
        self.prompt_bar.close()

    @on(FindPrompt.Cancelled, f"#{COLUMN_PROMPT}")
    def leave_column(self) -> None:
        """Go back to the column before."""
        self.table.move_to(name=self._before_find)
        self.prompt_bar.close()

    # Cells

    async def action_search(self) -> None:
        """Prompt for a text to search for in the cells."""
        words = " ".join(self._typed.words)
        if await self.prompt_bar.open(FindPrompt("Search:", words, id=CELL_PROMPT)):
            self._step = 1

    @on(FindPrompt.Changed, f"#{CELL_PROMPT}")
    def show_cells(self, event: FindPrompt.Changed) -> None:
        """Highlight the matches on the screen."""
        self.table.show_search(_search(event.text) or self._search)

    @on(FindPrompt.Submitted, f"#{CELL_PROMPT}")
    def look_for_typed(self, event: FindPrompt.Submitted) -> None:
        """Go to the first matching cell."""
        self.prompt_bar.close()
        self._look_for(_search(event.text))
        self._point_out()
        if self._search:
            self.table.seek(self._search, self._step)

    @on(FindPrompt.Cancelled, f"#{CELL_PROMPT}")
    def leave_search(self) -> None:
        """Highlight what was searched for before."""
        self.prompt_bar.close()
        self._point_out()

    async def action_next_match(self, step: int) -> None:
        """Go to the next matching cell; prompt for a search if there is none."""
        if not self._search:
            await self.action_search()
            self._step = step
            return
        self._point_out()
        self.table.seek(self._search, step)

    @on(RunTable.SearchFailed)
    def say_not_found(self, event: RunTable.SearchFailed) -> None:
        """Report that nothing was found."""
        said = " ".join(event.search.words) or "the filter"
        self.notify(f"No cell shown here has {said!r} in it.", markup=False)

    @property
    def _search(self) -> Search:
        return self._typed or Search.of_filter(self.table.rows.arrangement.filter)

    def _look_for(self, search: Search) -> None:
        self._typed = search
        self.table.show_search(search)

    def _point_out(self) -> None:
        self.table.show_search(self._search)

    # The pointer

    @on(RunTable.PointerMoved)
    def show_pointed(self) -> None:
        """Describe the cell under the mouse in full."""
        self.describe()


def _search(text: str) -> Search:
    return Search((text.strip(),)) if text.strip() else NO_SEARCH
