"""A checklist of a column's values to filter by."""

from __future__ import annotations

from damnit_daemon.text import count_of

from ..table.column_values import ColumnValues, values_filter
from ..widgets.checklist import ChecklistItem
from .checklist_dialog import ChecklistDialog

EMPTY = "empty"


class ValueFilterDialog(ChecklistDialog[str]):
    """The distinct values of a column; returns the text of a filter."""

    def __init__(self, values: ColumnValues, name: str) -> None:
        """Start without ticks.

        Args:
            values: The values of the column.
            name: The column's name on the screen.
        """
        super().__init__()
        self.title_text = f"Filter by {name}"
        self._values = values
        self._ticked: set[str] = set()
        self._numbers = {f"n{at}": pair for at, pair in enumerate(values.numbers)}
        self._texts = {f"t{at}": pair for at, pair in enumerate(values.texts)}

    def entries(self) -> list[ChecklistItem]:
        """Numbers, texts, and empty values."""
        counted = [
            (id, self._values.number_text(n), count) for id, (n, count) in self._numbers.items()
        ]
        counted += [(id, text, count) for id, (text, count) in self._texts.items()]
        if self._values.empty:
            counted.append((EMPTY, "(empty)", self._values.empty))
        return [
            ChecklistItem(id, text, count_of(count, "run"), ticked=id in self._ticked)
            for id, text, count in counted
        ]

    def summary(self) -> str:
        """Number of ticked values, and its meaning."""
        total = len(self._numbers) + len(self._texts)
        return f"{len(self._ticked)} of {total}" if self._ticked else f"any of {total}"

    def tick(self, ids: list[str], ticked: bool) -> None:
        """Add or remove values."""
        self._ticked = self._ticked | set(ids) if ticked else self._ticked - set(ids)

    def result(self) -> str:
        """The filter; none if all are ticked."""
        if len(self._ticked) == len(self.entries()):
            return ""
        return values_filter(
            self._values.column,
            [text for id, (text, _) in self._texts.items() if id in self._ticked],
            [
                self._values.number_text(number)
                for id, (number, _) in self._numbers.items()
                if id in self._ticked
            ],
            empty=EMPTY in self._ticked,
        )
