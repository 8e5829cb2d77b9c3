"""Mark runs, and find columns and cells."""

from __future__ import annotations

from textual import on

from ..table.search import Search
from ..table.widget import RunTable
from ..widgets.find_prompt import FindPrompt
from ..widgets.footer import KeyFooter
from .base import MainPart

NO_SEARCH = Search()


class Marking(MainPart):
    """Part of the main screen: mark runs, find columns and cells."""

    _typed = NO_SEARCH
    """The search the user typed; without one, the filter's texts are searched for."""
    _step = 1
    _finding: FindPrompt | None = None
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
        if self.table.cursor is None or self._finding is not None:
            return
        self._before_find = self.table.cursor.name
        await self._ask(FindPrompt("Column:", classes="-column"))

    @on(FindPrompt.Typed, ".-column")
    def show_column(self, event: FindPrompt.Typed) -> None:
        """Go to the first matching column, or to the next one."""
        found = self.table.find_columns(event.text)
        place = event.turn % len(found) if found else 0
        self.table.move_to(name=found[place] if found else self._before_find)
        if not event.text:
            event.prompt.said = ""
        elif not found:
            event.prompt.said = "no column is called that"
        elif len(found) > 1:
            event.prompt.said = f"{place + 1} of {len(found)}, ↓ for the next"
        else:
            event.prompt.said = "the only one"

    @on(FindPrompt.Closed, ".-column")
    def leave_column(self, event: FindPrompt.Closed) -> None:
        """Stay at the column, or go back."""
        if not event.is_kept:
            self.table.move_to(name=self._before_find)
        self._close(event.prompt)

    # Cells

    async def action_search(self) -> None:
        """Prompt for a text to search for in the cells."""
        if self._finding is None:
            self._step = 1
            await self._ask(FindPrompt("Search:", " ".join(self._typed.words), classes="-cell"))

    @on(FindPrompt.Typed, ".-cell")
    def show_cells(self, event: FindPrompt.Typed) -> None:
        """Highlight the matches on the screen."""
        self.table.show_search(_search(event.text) or self._search)

    @on(FindPrompt.Closed, ".-cell")
    def look_for_typed(self, event: FindPrompt.Closed) -> None:
        """Go to the first matching cell."""
        self._close(event.prompt)
        if event.is_kept:
            self._look_for(_search(event.text))
        self._point_out()
        if event.is_kept and self._search:
            self.table.seek(self._search, self._step)

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

    # The prompt

    async def _ask(self, prompt: FindPrompt) -> None:
        self._finding = prompt
        self.add_class("-asking")
        # Keys wait until the prompt has the focus: the table takes letters for commands.
        await self.mount(prompt, before=self.query_one(KeyFooter))
        self.set_focus(prompt.input)

    def _close(self, prompt: FindPrompt) -> None:
        self.remove_class("-asking")
        prompt.remove()
        self._finding = None
        self.table.focus()


def _search(text: str) -> Search:
    return Search((text.strip(),)) if text.strip() else NO_SEARCH
