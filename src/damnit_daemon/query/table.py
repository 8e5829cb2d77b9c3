"""The table interface that filters and sorting read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from ..model import UNKNOWN_CONTENT, Blob, Column, Content, Failure, RunKey, RunRow, StoredValue

Scalar = int | float | str | None
"""A cell as a number or a text; None for anything else: empty, NaN, an image, an array."""


class Table(Protocol):
    """Runs, variables and their values; implemented by the app's rows, among others.

    Columns are fetched whole: in Python, five thousand calls cost more than the work on
    five thousand numbers.
    """

    @property
    def columns(self) -> Sequence[Column]:
        """All variables."""
        ...

    @property
    def marked(self) -> Collection[RunKey]:
        """The marked runs."""
        ...

    def run(self, key: RunKey) -> RunRow:
        """Return a run's own data, without its values."""
        ...

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """Return a variable's cells as numbers and texts, one for each key."""
        ...

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Return for each key whether the cell has a value, images and arrays included."""
        ...

    @property
    def text_names(self) -> Collection[str]:
        """The variables with texts: few compared to those with numbers."""
        ...

    def errors(self, key: RunKey) -> Iterable[str]:
        """Return the classes of the errors stored in place of values: `KeyError`, `Skip`."""
        ...


class SummaryTable:
    """A table of runs and cells loaded from the store, column by column."""

    marked: Collection[RunKey] = ()

    def __init__(
        self,
        runs: Sequence[RunRow],
        columns: Sequence[Column],
        summaries: Mapping[str, Sequence[Any]],
    ) -> None:
        """Take the cells.

        Args:
            runs: All runs.
            columns: All variables.
            summaries: The cells of each variable, one for each run.
        """
        self.columns = columns
        self._runs = {run.key: run for run in runs}
        self._places = {run.key: place for place, run in enumerate(runs)}
        self._summaries = summaries

    def run(self, key: RunKey) -> RunRow:
        """Return a run's own data, without its values."""
        return self._runs[key]

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """Return a variable's cells as numbers and texts."""
        # NaN alone differs from itself.
        return [
            cell if type(cell) in _SCALARS and cell == cell else None
            for cell in self._cells(name, keys)
        ]

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Return for each key whether the cell has a value."""
        return [
            (cell == cell and cell != "")
            if type(cell) in _SCALARS
            else not (cell is None or isinstance(cell, Failure))
            for cell in self._cells(name, keys)
        ]

    @cached_property
    def text_names(self) -> Collection[str]:
        """The variables with texts."""
        return {name for name, cells in self._summaries.items() if str in set(map(type, cells))}

    def errors(self, key: RunKey) -> Iterable[str]:
        """Return the classes of a run's errors."""
        return self._errors.get(self._places[key], ())

    @cached_property
    def _errors(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for cells in self._summaries.values():
            if Failure in set(map(type, cells)):
                for place, cell in enumerate(cells):
                    if isinstance(cell, Failure):
                        found.setdefault(place, []).append(cell.error_class or "Error")
        return found

    def _cells(self, name: str, keys: Sequence[RunKey]) -> Iterable[Any]:
        cells = self._summaries.get(name)
        if cells is None:
            return [None] * len(keys)
        return map(cells.__getitem__, map(self._places.__getitem__, keys))


_SCALARS = frozenset({int, float, str})


def content_of(cells: Iterable[object]) -> Content:
    """Return the kinds of values in a column."""
    found = UNKNOWN_CONTENT
    for kind in set(map(type, cells)):
        if kind in (int, float):
            found |= Content.NUMBERS
        elif kind is str:
            found |= Content.TEXTS
        elif kind in (Blob, bytes):
            found |= Content.BLOBS
    return found


def scalar_of(stored: StoredValue | None) -> Scalar:
    """Return a stored value as a number or a text; None for anything else."""
    value = stored.value if stored is not None else None
    # NaN alone differs from itself.
    return value if isinstance(value, int | float | str) and value == value else None


def error_class(stored: StoredValue) -> str | None:
    """Return the class of the error stored in place of a value; None if there is no error."""
    if stored.value is not None or (failure := stored.failure) is None:
        return None
    return failure.error_class or "Error"
