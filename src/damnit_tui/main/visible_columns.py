"""The columns the user has chosen to see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import Column, RunKey
from damnit_daemon.query import FilterError
from damnit_daemon.query.tokens import TokenKind, quoted, tokens
from damnit_daemon.text import count_of

from ..fixed_columns import FIXED_NAMES
from ..keymap.commands import complete_words
from ..state.column_layout import ColumnLayout
from ..state.column_selection import UNTAGGED, ColumnSelection
from ..table.rows import Rows
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
        self._constant: frozenset[str] = frozenset()
        """The columns hidden by `toggle_constant`."""
        self._selected_for: tuple[Column, ...] = ()
        """The variables last passed to the table."""

    def select(self, selection: ColumnSelection) -> None:
        """Show these columns."""
        self._constant = frozenset()
        self._apply(selection)

    def include(self, name: str, instead_of: str = "") -> None:
        """Show a new column, also where only chosen ones are shown; or in the place of another."""
        selection = self.selection
        choice = selection.choice.renamed(instead_of, name) if instead_of else selection.choice
        choice = choice.with_hidden(name, hidden=False)
        if selection.only and name not in (*choice.order, *choice.pinned):
            choice = choice._replace(order=(*choice.order, name))
        if choice != selection.choice:
            self._apply(selection._replace(choice=choice))

    def _apply(self, selection: ColumnSelection) -> None:
        self.selection = selection
        columns = self._table.rows.columns
        self._selected_for = tuple(columns)
        shown = selection.effective(columns)
        if shown != self._table.view.layout:
            self._table.show_columns(shown)

    def select_new(self) -> None:
        """Show the new variables that are selected. Call when variables were added."""
        if self.selection and self._selected_for != tuple(self._table.rows.columns):
            self._apply(self.selection)

    def keep_widths(self) -> None:
        """Remember the column widths the user has set."""
        self.selection = self.selection.with_widths_of(self._table.view.layout)

    def toggle_constant(self) -> str:
        """Hide columns that are the same in the marked runs or those shown, or show them again.

        Returns:
            Description of what was done.
        """
        selection, rows = self.selection.explicit(self._table.rows.columns), self._table.rows
        if again := self._constant & selection.choice.hidden:
            self._constant = frozenset()
            self._hide(selection, selection.choice.hidden - again)
            return f"{count_of(len(again), 'column')} shown again."
        keys = list(rows.chosen)
        runs = count_of(len(keys), "marked run" if rows.marked else "run")
        if len(keys) < 2:
            return "Columns can only be the same in several runs."
        is_working = any(map(self._table.cells.work.mark, keys))
        self._constant = constant_columns(
            rows, self._table.view.columns, keys, with_empty=not is_working
        )
        if not self._constant:
            return f"No visible column is the same in {runs}."
        self._hide(selection, selection.choice.hidden | self._constant)
        hidden = count_of(len(self._constant), "column")
        return f"{hidden} hidden, the same in {runs}. C or c shows them again."

    def _hide(self, selection: ColumnSelection, hidden: frozenset[str]) -> None:
        choice = selection.choice._replace(hidden=hidden)
        self._apply(selection._replace(choice=choice))

    def set_columns(self, text: str) -> None:
        """Show only these columns, in this order; without any, all.

        Raises:
            FilterError: If a column does not exist.
        """
        from damnit_daemon.query import parse_sort
        from damnit_daemon.query.cells import LABELS

        keys = parse_sort(text, self._table.rows.columns)
        if any(key.column == LABELS for key in keys):
            raise FilterError("Labels are beside the run numbers, not in a column.", 0, len(text))
        names = [key.column.name for key in keys]
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


def constant_columns(
    rows: Rows, columns: Iterable[Column], keys: Sequence[RunKey], *, with_empty: bool = True
) -> frozenset[str]:
    """Return the columns with the same number or text in all of these runs, or with nothing.

    Columns with errors, images or arrays are not among them, nor time and comment.

    Args:
        rows: The table.
        columns: The columns to look at.
        keys: The runs.
        with_empty: Include columns with nothing in any of the runs.
    """
    return frozenset(
        column.name
        for column in columns
        if column.name not in FIXED_NAMES
        and _is_constant(rows, column.name, keys, with_empty=with_empty)
    )


def _is_constant(rows: Rows, name: str, keys: Sequence[RunKey], *, with_empty: bool) -> bool:
    scalars = rows.scalars(name, keys)
    if scalars[0] is not None:
        return all(scalar == scalars[0] for scalar in scalars)
    if not (with_empty and all(map(rows.is_complete, keys))) or any(rows.filled(name, keys)):
        return False
    stored = (rows.value(key, name) for key in keys)
    return not any(value.attributes_json for value in stored if value is not None)
