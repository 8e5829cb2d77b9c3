"""A checklist of columns: which are shown, in which order, and which are frozen."""

from __future__ import annotations

from collections.abc import Sequence

from damnit_daemon.model import Column

from .. import keymap
from ..state.column_layout import ColumnLayout
from ..state.column_selection import ColumnSelection
from ..widgets.checklist import Checklist, ChecklistItem
from .checklist_dialog import ChecklistDialog

PINNED = "▌"


class ColumnsDialog(ChecklistDialog[ColumnSelection]):
    """All columns, in their order on the screen."""

    BINDINGS = keymap.bindings("columns")
    title_text = "Columns"
    owners = ("ticks", "columns", "ticking")

    def __init__(self, selection: ColumnSelection, columns: Sequence[Column]) -> None:
        """Start with the current selection.

        Args:
            selection: The current columns; hidden ones by name.
            columns: All columns, in their default order.
        """
        super().__init__()
        self._selection = selection
        self._columns = list(columns)

    def entries(self) -> list[ChecklistItem]:
        """All columns."""
        choice = self._selection.choice
        pinned = set(choice.pinned)
        return [
            ChecklistItem(
                column.name,
                column.title,
                self._note(column),
                ticked=column.name not in choice.hidden,
                mark=f"{PINNED} " if column.name in pinned else "",
            )
            for column in choice.arrange(self._columns)
        ]

    def summary(self) -> str:
        """Number of columns shown."""
        shown = len(self._selection.effective(self._columns).apply(self._columns))
        pinned = self._selection.choice.pinned_count(self._columns)
        more = f", {pinned} pinned" if pinned else ""
        return f"{shown} of {len(self._columns)} shown{more}"

    def tick(self, ids: list[str], ticked: bool) -> None:
        """Show or hide columns."""
        self._take(self._selection.choice.with_hidden(*ids, hidden=not ticked))

    def result(self) -> ColumnSelection:
        """The new selection."""
        return self._selection

    def action_move_column(self, step: int) -> None:
        """Move a column past the next one shown here."""
        ticks = self.query_one(Checklist)
        current, beside = ticks.current, ticks.beside(step)
        if current is None or beside is None:
            return
        names = [column.name for column in self._selection.choice.arrange(self._columns)]
        steps = names.index(beside.id) - names.index(current.id)
        self._take(self._selection.choice.moved(current.id, self._columns, steps))
        self.show()

    def action_pin(self) -> None:
        """Toggle a frozen column."""
        current = self.query_one(Checklist).current
        if current is not None:
            choice = self._selection.choice
            self._take(choice.with_pinned(current.id, current.id not in choice.pinned))
            self.show()

    def action_reset_widths(self) -> None:
        """Reset the widths of all columns."""
        self._take(self._selection.choice._replace(widths={}))
        self.show()

    def action_reset_order(self) -> None:
        """Reset the order of the columns."""
        self._take(self._selection.choice._replace(order=()))
        self.show()

    def _take(self, choice: ColumnLayout) -> None:
        self._selection = self._selection._replace(choice=choice)

    def _note(self, column: Column) -> str:
        parts = [column.name] if column.name != column.title else []
        width = self._selection.choice.width(column.name)
        if width is not None:
            parts.append(f"width {width}")
        if not self._selection.suits(column):
            parts.append("hidden by tags")
        return " · ".join(parts)
