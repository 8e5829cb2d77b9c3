"""Choose the columns to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from damnit_daemon.model import Column
from damnit_daemon.query import FilterError
from damnit_daemon.query.tokens import TokenKind, quoted, tokens

from ..keymap.commands import complete_words
from ..state.column_layout import ColumnLayout
from ..state.column_selection import UNTAGGED, ColumnSelection
from ..table.widget import RunTable
from ..widgets.prompt import offered
from .base import MainPart

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion


class Choosing(MainPart):
    """Part of the main screen: columns, tags, and filters by a column's values."""

    selection = ColumnSelection()
    _selected_for: tuple[Column, ...] = ()
    """The variables last passed to the table."""

    def select_columns(self, selection: ColumnSelection) -> None:
        """Show these columns."""
        self.selection = selection
        columns = self.table.rows.columns
        self._selected_for = tuple(columns)
        shown = selection.effective(columns)
        if shown != self.table.column_choice:
            self.table.show_columns(shown)

    def select_new_columns(self) -> None:
        """Show the new variables that are selected. Call when variables were added."""
        if self.selection and self._selected_for != tuple(self.table.rows.columns):
            self.select_columns(self.selection)

    @on(RunTable.ColumnsChanged)
    def keep_widths(self) -> None:
        """Remember the column widths the user has set."""
        self.selection = self.selection.with_widths_of(self.table.column_choice)

    def action_columns(self) -> None:
        """Choose columns, their order, and which are frozen."""
        from ..dialogs.columns_dialog import ColumnsDialog

        rows = self.table.rows
        screen = ColumnsDialog(self.selection.explicit(rows.columns), rows.columns)
        self.app.push_screen(screen, self._take_selection)

    def action_tags(self) -> None:
        """Choose tags."""
        from ..dialogs.tags_dialog import TagsDialog

        screen = TagsDialog(self.selection, self.table.rows.columns)
        self.app.push_screen(screen, self._take_selection)

    def _take_selection(self, selection: ColumnSelection | None) -> None:
        if selection is not None:
            self.select_columns(selection)

    # Commands

    def set_columns(self, text: str) -> None:
        """Show only these columns, in this order; without any, all.

        Raises:
            FilterError: If a column does not exist.
        """
        columns = self.table.rows.columns
        from damnit_daemon.query import parse_sort

        wanted = [key.column.name for key in parse_sort(text, columns)]
        widths = self.selection.choice.widths
        choice = ColumnLayout(order=tuple(dict.fromkeys(wanted)), widths=widths)
        tags = () if wanted else self.selection.tags
        self.select_columns(ColumnSelection(choice, tags, only=bool(wanted)))

    def set_tags(self, text: str) -> None:
        """Show only columns with one of these tags; without any, all.

        Raises:
            FilterError: If no variable has such a tag.
        """
        known = {tag.casefold(): tag for tag in self._tags()}
        wanted = []
        for token in tokens(text.replace(",", " "))[:-1]:
            if (
                token.kind not in (TokenKind.WORD, TokenKind.QUOTED)
                or token.text.casefold() not in known
            ):
                hint = f"There are {', '.join(self._tags())}."
                raise FilterError(
                    f"There is no tag {token.text!r}.", token.start, token.end, hint=hint
                )
            wanted.append(known[token.text.casefold()])
        tags = tuple(UNTAGGED if tag == "untagged" else tag for tag in wanted)
        self.select_columns(self.selection._replace(tags=tags))

    def complete_sort(self, text: str, cursor: int) -> Completion:
        """Complete the last of several columns."""
        from damnit_daemon.query.completion import complete_columns

        return offered(complete_columns(text, cursor, self.table.rows.columns))

    def complete_tags(self, text: str, cursor: int) -> Completion:
        """Complete tags."""
        words = tuple(quoted(tag) for tag in self._tags())
        return offered(complete_words(text, cursor, *[words] * (len(text.split()) + 1)))

    def _tags(self) -> list[str]:
        return [*sorted({tag for c in self.table.rows.columns for tag in c.tags}), "untagged"]
