"""The table interface that filters and sorting read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from ..model import Blob, Column, RunKey, RunRow, StoredValue

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


class ValueTable:
    """A table of runs and values loaded from the store."""

    marked: Collection[RunKey] = ()

    def __init__(
        self,
        runs: Iterable[RunRow],
        columns: Sequence[Column],
        values: Iterable[StoredValue],
    ) -> None:
        """Index the values.

        Args:
            runs: All runs.
            columns: All variables.
            values: The values of all runs.
        """
        self.columns = columns
        self._runs = {run.key: run for run in runs}
        self._values: dict[str, dict[RunKey, StoredValue]] = {}
        self.text_names: set[str] = set()
        self._errors: dict[RunKey, list[str]] = {}
        for value in values:
            self._values.setdefault(value.name, {})[value.key] = value
            if isinstance(value.value, str):
                self.text_names.add(value.name)
            elif (name := error_class(value)) is not None:
                self._errors.setdefault(value.key, []).append(name)

    @property
    def keys(self) -> list[RunKey]:
        """All runs, newest first."""
        return sorted(self._runs, reverse=True)

    def run(self, key: RunKey) -> RunRow:
        """Return a run's own data, without its values."""
        return self._runs[key]

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """Return a variable's cells as numbers and texts."""
        values = self._values.get(name, {})
        return [scalar_of(values.get(key)) for key in keys]

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Return for each key whether the cell has a value."""
        values = self._values.get(name, {})
        return [is_filled(values.get(key)) for key in keys]

    def errors(self, key: RunKey) -> Iterable[str]:
        """Return the classes of a run's errors."""
        return self._errors.get(key, ())


def scalar_of(stored: StoredValue | None) -> Scalar:
    """Return a stored value as a number or a text; None for anything else."""
    value = stored.value if stored is not None else None
    # NaN alone differs from itself.
    return value if isinstance(value, int | float | str) and value == value else None


def is_filled(stored: StoredValue | None) -> bool:
    """Return True if a cell has a value, images and arrays included."""
    if stored is None or stored.value is None:
        return False
    return isinstance(stored.value, Blob | bytes) or scalar_of(stored) not in (None, "")


def error_class(stored: StoredValue) -> str | None:
    """Return the class of the error stored in place of a value; None if there is no error."""
    if stored.value is not None or not stored.attributes_json:
        return None
    attributes = stored.attributes
    return str(attributes.get("error_cls") or "Error") if "error" in attributes else None
