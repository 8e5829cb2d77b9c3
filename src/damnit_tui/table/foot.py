"""Statistics of the columns, in lines at the foot of the table; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from damnit_daemon.model import Column, RunKey

from .cells import BLANK, CellKind, TableCell, boolean_text
from .rows import Rows
from .statistics import Numbers, Statistics

DEFAULT_STATISTICS = ("count", "mean", "std", "min", "max")
LEAST_ROWS = 3
"""Lines left to the rows; on a lower screen the foot has fewer statistics."""


class Foot:
    """The statistics chosen, over the marked runs or, without marks, the runs shown.

    Args:
        rows: The table.
        statistics: Numbers of its columns.
    """

    def __init__(self, rows: Rows, statistics: Statistics) -> None:
        self.names: tuple[str, ...] = ()
        """The statistics shown, some of `STATISTICS`; none hides the foot."""
        self.chosen: tuple[str, ...] = DEFAULT_STATISTICS
        """The statistics to show again."""
        self._rows = rows
        self._statistics = statistics
        self._cells: dict[str, tuple[Numbers, tuple[str, ...], list[TableCell]]] = {}

    def height(self, room: int) -> int:
        """Return the lines it takes, with the rule above.

        Args:
            room: Lines for rows and foot.
        """
        return min(len(self.names) + 1, max(0, room - LEAST_ROWS)) if self.names else 0

    def show(self, names: Sequence[str]) -> None:
        """Choose some of `STATISTICS`; none hides the foot, and keeps the last choice."""
        self.names = tuple(names)
        self.chosen = self.names or self.chosen

    @property
    def title(self) -> str:
        """Description of the runs included."""
        return "of marked runs" if self._rows.marked else "of shown runs"

    def cells(self, column: Column) -> Sequence[TableCell]:
        """Return the statistics of a column as cells; none if it has no numbers."""
        if not self.names:
            return ()
        numbers = self._statistics.of(column.name, chosen=True)
        known = self._cells.get(column.name)
        if known is None or known[0] is not numbers or known[1] != self.names:
            known = numbers, self.names, self._make_cells(column, numbers)
            self._cells[column.name] = known
        return known[2]

    def _make_cells(self, column: Column, numbers: Numbers) -> list[TableCell]:
        if not numbers.found or is_boolean(column, self._rows, self._rows.chosen):
            return []
        texts = map(numbers.text_of, self.names)
        return [TableCell(text, CellKind.NUMBER) if text else BLANK for text in texts]


def is_boolean(column: Column, rows: Rows, keys: Iterable[RunKey]) -> bool:
    """Return True if the first number of a column among some runs is shown as yes or no."""
    for key in keys:
        value = rows.value(key, column.name)
        if value is not None and isinstance(value.value, int | float):
            return bool(boolean_text(value, column))
    return False
