"""Which columns are shown, in which order, how wide, and which never scroll away; pure state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from damnit_daemon.model import Column

NARROWEST, WIDEST = 3, 200
"""Characters of a column whose width somebody has set."""


class ColumnLayout(NamedTuple):
    """What somebody has made of the columns; all by their names, whether they exist or not.

    So it can be kept in a file, and a variable that comes back finds its place.
    """

    order: tuple[str, ...] = ()
    """Those that were given a place, from the left; the others follow as they come."""
    hidden: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()
    """Those that never scroll away, from the left; they stand before all others."""
    widths: Mapping[str, int] = MappingProxyType({})
    """Characters, where somebody has set them; the others are as wide as they need."""

    def __bool__(self) -> bool:
        """Whether it is anything else than all columns as they come."""
        return bool(self.order or self.hidden or self.pinned or self.widths)

    def apply(self, columns: Iterable[Column]) -> list[Column]:
        """Those columns that are shown, the pinned ones first.

        Args:
            columns: All there are, in their usual order.
        """
        return [column for column in self.arrange(columns) if column.name not in self.hidden]

    def arrange(self, columns: Iterable[Column]) -> list[Column]:
        """All columns in the order they are shown in, the hidden ones among them."""
        known = {column.name: column for column in columns}
        names = dict.fromkeys((*self.pinned, *self.order, *known))
        return [known[name] for name in names if name in known]

    def pinned_count(self, columns: Iterable[Column]) -> int:
        """How many of the columns that are shown never scroll away."""
        return sum(column.name in self.pinned for column in self.apply(columns))

    def width(self, name: str) -> int | None:
        """The width somebody has set, within bounds; None: as wide as needed."""
        width = self.widths.get(name)
        return None if width is None else max(NARROWEST, min(WIDEST, width))

    def with_pinned(self, name: str, pinned: bool = True) -> ColumnLayout:
        """The same with a column pinned behind the others that are, or not any more."""
        others = tuple(other for other in self.pinned if other != name)
        return self._replace(pinned=(*others, name) if pinned else others)

    def with_hidden(self, *names: str, hidden: bool = True) -> ColumnLayout:
        """The same without some columns, or with them again."""
        changed = self.hidden | set(names) if hidden else self.hidden - set(names)
        return self._replace(hidden=changed)

    def with_width(self, name: str, width: int | None) -> ColumnLayout:
        """The same with a column as wide as this; None: as wide as it needs."""
        widths = {other: kept for other, kept in self.widths.items() if other != name}
        if width is not None:
            widths[name] = max(NARROWEST, min(WIDEST, width))
        return self._replace(widths=widths)

    def moved(self, name: str, columns: Iterable[Column], steps: int) -> ColumnLayout:
        """The same with a column some places further right, or left if negative.

        It stays on its side of the border between pinned columns and others. Hidden
        columns count as places: those who arrange columns see them.

        Args:
            name: Which one.
            columns: All there are, in their usual order.
            steps: How far.
        """
        if name in self.pinned:
            return self._replace(pinned=_moved(self.pinned, name, steps))
        shown = (column.name for column in self.arrange(columns))
        # Those given a place of which there is no column now keep it as well as they can.
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
