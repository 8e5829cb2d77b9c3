"""What the main screen does with marked runs, and to find its way in the table."""

from __future__ import annotations

from textual import on

from ..table.search import Search
from ..table.widget import RunTable
from ..widgets.find_prompt import FindPrompt
from ..widgets.footer import KeyFooter
from .base import MainPart

NO_SEARCH = Search()


class Marking(MainPart):
    """A part of the main screen: mark runs, find columns and cells."""

    _typed = NO_SEARCH
    """What somebody has asked to look for; without it, it is what the filter says."""
    _step = 1
    _finding: FindPrompt | None = None
    _before_find = ""
    """The column the cursor was on when one began to look for another."""

    # Marks

    @on(RunTable.MarksChanged)
    def count_marks(self, event: RunTable.MarksChanged) -> None:
        """Say how many there are."""
        self.status = self.status._replace(marked=len(event.marked), marking=event.in_range)

    def action_unmark(self) -> None:
        """Give up the range that was begun; else marks and search; else the filter."""
        if self.table.marks.anchor is None:
            if not self.table.marked and self.table.view.search == NO_SEARCH:
                self.action_clear_filter()
            self._look_for(NO_SEARCH)
        self.table.unmark()

    # Columns

    @on(RunTable.TitleClicked)
    async def sort_by_title(self) -> None:
        """Sort by the column one clicks on: the cursor is on it already."""
        await self.run_action("sort(False)")

    async def action_find_column(self) -> None:
        """Ask for a column."""
        if self.table.cursor is None or self._finding is not None:
            return
        self._before_find = self.table.cursor.name
        await self._ask(FindPrompt("Column:", classes="-column"))

    @on(FindPrompt.Typed, ".-column")
    def show_column(self, event: FindPrompt.Typed) -> None:
        """Go to the first column that it may be, or to the next of them."""
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
        """Stay there, or go back."""
        if not event.is_kept:
            self.table.move_to(name=self._before_find)
        self._close(event.prompt)

    # Cells

    async def action_search(self) -> None:
        """Ask what to look for in the cells."""
        if self._finding is None:
            self._step = 1
            await self._ask(FindPrompt("Search:", " ".join(self._typed.words), classes="-cell"))

    @on(FindPrompt.Typed, ".-cell")
    def show_cells(self, event: FindPrompt.Typed) -> None:
        """Point out what is found on the screen."""
        self.table.show_search(_search(event.text) or self._search)

    @on(FindPrompt.Closed, ".-cell")
    def look_for_typed(self, event: FindPrompt.Closed) -> None:
        """Go to the first cell that has it."""
        self._close(event.prompt)
        if event.is_kept:
            self._look_for(_search(event.text))
        self._point_out()
        if event.is_kept and self._search:
            self.table.seek(self._search, self._step)

    async def action_next_match(self, step: int) -> None:
        """Go to the next cell that is looked for; ask what that is, if nobody has said."""
        if not self._search:
            await self.action_search()
            self._step = step
            return
        self._point_out()
        self.table.seek(self._search, step)

    @on(RunTable.SearchFailed)
    def say_not_found(self, event: RunTable.SearchFailed) -> None:
        """There is none."""
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
        """Say in full what the mouse is over."""
        self.describe()

    # The prompt

    async def _ask(self, prompt: FindPrompt) -> None:
        self._finding = prompt
        self.add_class("-asking")
        # The next key waits until it can be typed in there: the table takes letters for orders.
        await self.mount(prompt, before=self.query_one(KeyFooter))
        self.set_focus(prompt.input)

    def _close(self, prompt: FindPrompt) -> None:
        self.remove_class("-asking")
        prompt.remove()
        self._finding = None
        self.table.focus()


def _search(text: str) -> Search:
    return Search((text.strip(),)) if text.strip() else NO_SEARCH
