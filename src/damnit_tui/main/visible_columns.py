"""The columns the user has chosen to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from damnit_daemon.model import Column
from damnit_daemon.query import FilterError
from damnit_daemon.query.tokens import TokenKind, quoted, tokens

from ..keymap.commands import complete_words
from ..state.column_layout import ColumnLayout
from ..state.column_selection import UNTAGGED, ColumnSelection
from ..table.widget import RunTable
from ..widgets.prompt import offered

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion


class VisibleColumns:
    """Applies a selection of columns to the table, also to columns that come later.

    Args:
        table: The run table.
    """

    def __init__(self, table: RunTable) -> None:
        self.selection = ColumnSelection()
        self._table = table
        self._selected_for: tuple[Column, ...] = ()
        """The variables last passed to the table."""

    def select(self, selection: ColumnSelection) -> None:
        """Show these columns."""
        self.selection = selection
        columns = self._table.rows.columns
        self._selected_for = tuple(columns)
        shown = selection.effective(columns)
        if shown != self._table.view.layout:
            self._table.show_columns(shown)

    def select_new(self) -> None:
        """Show the new variables that are selected. Call when variables were added."""
        if self.selection and self._selected_for != tuple(self._table.rows.columns):
            self.select(self.selection)

    def keep_widths(self) -> None:
        """Remember the column widths the user has set."""
        self.selection = self.selection.with_widths_of(self._table.view.layout)

    def set_columns(self, text: str) -> None:
        """Show only these columns, in this order; without any, all.

        Raises:
            FilterError: If a column does not exist.
        """
        from damnit_daemon.query import parse_sort

        names = [key.column.name for key in parse_sort(text, self._table.rows.columns)]
        widths = self.selection.choice.widths
        choice = ColumnLayout(order=tuple(dict.fromkeys(names)), widths=widths)
        tags = () if names else self.selection.tags
        self.select(ColumnSelection(choice, tags, only=bool(names)))

    def set_tags(self, text: str) -> None:
        """Show only columns with one of these tags; without any, all.

        Raises:
            FilterError: If no variable has such a tag.
        """
        known = {tag.casefold(): tag for tag in self._tags()}
        names = []
        for token in tokens(text.replace(",", " "))[:-1]:
            if (
                token.kind not in (TokenKind.WORD, TokenKind.QUOTED)
                or token.text.casefold() not in known
            ):
                hint = f"Available: {', '.join(self._tags())}."
                raise FilterError(f"Unknown tag {token.text!r}.", token.start, token.end, hint=hint)
            names.append(known[token.text.casefold()])
        tags = tuple(UNTAGGED if tag == "untagged" else tag for tag in names)
        self.select(self.selection._replace(tags=tags))

    def complete_tags(self, text: str, cursor: int) -> Completion:
        """Complete tags."""
        words = tuple(quoted(tag) for tag in self._tags())
        return offered(complete_words(text, cursor, *[words] * (len(text.split()) + 1)))

    def _tags(self) -> list[str]:
        columns = self._table.rows.columns
        return [*sorted({tag for c in columns for tag in c.tags}), "untagged"]
