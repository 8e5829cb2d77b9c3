"""Visibility, order, widths and pinning of columns; pure state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from damnit_daemon.model import Column

NARROWEST, WIDEST = 3, 200
"""Limits of a user-set column width, in characters."""


class ColumnLayout(NamedTuple):
    """The user's column layout; refers to columns by name, whether they exist or not.

    So it can be saved to a file, and a variable that returns finds its position.
    """

    order: tuple[str, ...] = ()
    """Explicitly ordered columns, from the left; the others follow in default order."""
    hidden: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()
    """Columns that never scroll away, from the left; they precede all others."""
    widths: Mapping[str, int] = MappingProxyType({})
    """User-set widths in characters; other columns are as wide as they need."""

    def __bool__(self) -> bool:
        """Return True unless it is the default: all columns in default order."""
        return bool(self.order or self.hidden or self.pinned or self.widths)

    def apply(self, columns: Iterable[Column]) -> list[Column]:
        """Return the columns that are shown, the pinned ones first.

        Args:
            columns: All columns in default order.
        """
        return [column for column in self.arrange(columns) if column.name not in self.hidden]

    def arrange(self, columns: Iterable[Column]) -> list[Column]:
        """Return all columns in display order, including hidden ones."""
        known = {column.name: column for column in columns}
        names = dict.fromkeys((*self.pinned, *self.order, *known))
        return [known[name] for name in names if name in known]

    def pinned_count(self, columns: Iterable[Column]) -> int:
        """Return how many of the columns shown are pinned."""
        return sum(column.name in self.pinned for column in self.apply(columns))

    def width(self, name: str) -> int | None:
        """Return the user-set width, within limits; None for automatic."""
        width = self.widths.get(name)
        return None if width is None else max(NARROWEST, min(WIDEST, width))

    def with_pinned(self, name: str, pinned: bool = True) -> ColumnLayout:
        """Return a copy with a column pinned after the other pinned ones, or unpinned."""
        others = tuple(other for other in self.pinned if other != name)
        return self._replace(pinned=(*others, name) if pinned else others)

    def renamed(self, old: str, new: str) -> ColumnLayout:
        """Return a copy that refers to a column by its new name."""

        def name_of(name: str) -> str:
            return new if name == old else name

        return ColumnLayout(
            tuple(map(name_of, self.order)),
            frozenset(map(name_of, self.hidden)),
            tuple(map(name_of, self.pinned)),
            {name_of(name): width for name, width in self.widths.items()},
        )

    def with_hidden(self, *names: str, hidden: bool = True) -> ColumnLayout:
        """Return a copy with some columns hidden, or shown again."""
        changed = self.hidden | set(names) if hidden else self.hidden - set(names)
        return self._replace(hidden=changed)

    def with_width(self, name: str, width: int | None) -> ColumnLayout:
        """Return a copy with the width of a column set; None for automatic."""
        widths = {other: kept for other, kept in self.widths.items() if other != name}
        if width is not None:
            widths[name] = max(NARROWEST, min(WIDEST, width))
        return self._replace(widths=widths)

    def moved(self, name: str, columns: Iterable[Column], steps: int) -> ColumnLayout:
        """Return a copy with a column moved to the right, or to the left if negative.

        It stays on its side of the border between pinned columns and others. Hidden
        columns count as positions: the columns dialog shows them.

        Args:
            name: The column.
            columns: All columns in default order.
            steps: Number of positions.
        """
        if name in self.pinned:
            return self._replace(pinned=_moved(self.pinned, name, steps))
        shown = (column.name for column in self.arrange(columns))
        # Ordered columns that do not exist now keep their position as well as they can.
        names = dict.fromkeys((*shown, *self.order))
        loose = tuple(other for other in names if other not in self.pinned)
        return self._replace(order=_moved(loose, name, steps))


def _moved(names: tuple[str, ...], name: str, steps: int) -> tuple[str, ...]:
    if name not in names:
        return names
    place = names.index(name)
    rest = [*names[:place], *names[place + 1 :]]
    rest.insert(max(0, min(len(rest), place + steps)), name)
    return tuple(rest)
