"""The columns selected by the user, and the tags that narrow the selection; pure state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from damnit_daemon.model import Column
from damnit_daemon.text import count_of

from ..fixed_columns import FIXED
from .column_layout import ColumnLayout

SHOW_TAGGED, SHOW_TICKED = "t n ⏎ shows all", "c a ⏎ shows all"
"""Keys that show columns hidden by tags, and unchecked columns."""
UNTAGGED = ""
"""Stands for variables without a tag."""
_ALWAYS = frozenset(column.name for column in FIXED)


class ColumnSelection(NamedTuple):
    """A choice of columns, and tags that narrow it."""

    choice: ColumnLayout = ColumnLayout()
    tags: tuple[str, ...] = ()
    """Show only variables with one of these tags; all if empty. `UNTAGGED` counts as a tag."""
    only: bool = False
    """True to hide columns that are not in `choice.order`, including future ones."""

    def __bool__(self) -> bool:
        """Return True unless it is the default: all columns in default order."""
        return bool(self.choice or self.tags or self.only)

    def effective(self, columns: Iterable[Column]) -> ColumnLayout:
        """Return the layout of these columns for the table."""
        known = list(columns)
        hidden = {column.name for column in known if not self.suits(column)}
        if self.only:
            placed = {*self.choice.order, *self.choice.pinned}
            hidden |= {column.name for column in known if column.name not in placed}
        if hidden >= {column.name for column in known}:
            hidden -= _ALWAYS  # the cursor needs at least one column
        return self.choice._replace(hidden=self.choice.hidden | hidden)

    def suits(self, column: Column) -> bool:
        """Return True if a column has one of the tags; time and comment need none."""
        if not self.tags or column.name in _ALWAYS:
            return True
        return bool({*(column.tags or (UNTAGGED,))} & {*self.tags})

    def hidden_words(self, columns: Iterable[Column]) -> str:
        """Return the number of hidden columns, and the keys that show them; empty if none is."""
        known = list(columns)
        hidden = len(known) - len(self.effective(known).apply(known))
        if not hidden:
            return ""
        by_tags = sum(not self.suits(column) for column in known)
        keys = [SHOW_TAGGED] if by_tags else []
        keys += [SHOW_TICKED] if hidden > by_tags else []
        return f"{count_of(hidden, 'column')} hidden: {', '.join(keys)}"

    def explicit(self, columns: Iterable[Column]) -> ColumnSelection:
        """Return a copy that hides by name what `only` hides, to be changed one by one."""
        if not self.only:
            return self
        narrowed = self._replace(tags=())
        return ColumnSelection(narrowed.effective(columns), self.tags)

    def with_widths_of(self, shown: ColumnLayout) -> ColumnSelection:
        """Return a copy with the widths of the table."""
        return self._replace(choice=self.choice._replace(widths=shown.widths))
