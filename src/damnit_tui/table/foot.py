"""Statistics of the columns, in lines at the foot of the table; no Textual here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from damnit_daemon.model import RunKey
from damnit_daemon.model.sanitize import format_number

from .cells import BLANK, CellKind, TableCell
from .statistics import Statistics

DEFAULT_STATISTICS = ("count", "mean", "std", "min", "max")
LEAST_ROWS = 3
"""Lines left to the rows; on a lower screen the foot has fewer statistics."""


class Foot:
    """The statistics chosen, over the marked runs or, without marks, the runs shown.

    Args:
        statistics: Numbers of the columns.
    """

    def __init__(self, statistics: Statistics) -> None:
        self.names: tuple[str, ...] = ()
        """The statistics shown, some of `STATISTICS`; none hides the foot."""
        self.chosen: tuple[str, ...] = DEFAULT_STATISTICS
        """The statistics to show again."""
        self.marked: frozenset[RunKey] = frozenset()
        self._statistics = statistics

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
        return "of marked runs" if self.marked else "of shown runs"

    def cells(self, name: str) -> Sequence[TableCell]:
        """Return the statistics of a numeric column as cells."""
        if not self.names:
            return ()
        numbers = self._statistics.of(name, self.marked)
        return [_cell(numbers.statistic(each)) for each in self.names]


def _cell(number: float) -> TableCell:
    return BLANK if math.isnan(number) else TableCell(format_number(number), CellKind.NUMBER)
