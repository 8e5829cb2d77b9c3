"""What filters and sorting need to know of a table of runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from ..model import Blob, Column, RunKey, RunRow, StoredValue

Scalar = int | float | str | None
"""A cell as a number or a text; None if it is neither: empty, NaN, a picture, an array."""


class Table(Protocol):
    """Runs, variables, and the value of each; the app's rows are one.

    Whole columns are asked for at a time: in Python, five thousand calls cost more
    than what is done with five thousand numbers.
    """

    @property
    def columns(self) -> Sequence[Column]:
        """All variables."""
        ...

    @property
    def marked(self) -> Collection[RunKey]:
        """The runs that somebody has marked."""
        ...

    def run(self, key: RunKey) -> RunRow:
        """What is known of a run apart from its values."""
        ...

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """The cells of a variable as numbers and texts, one for each key."""
        ...

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Of each key, whether there is any value, pictures and arrays too."""
        ...

    @property
    def text_names(self) -> Collection[str]:
        """The variables that have texts; there are few beside so many with numbers."""
        ...

    def errors(self, key: RunKey) -> Iterable[str]:
        """The classes of the errors that stand in for values of a run: `KeyError`, `Skip`."""
        ...


class ValueTable:
    """A table made of what the store loads."""

    marked: Collection[RunKey] = ()

    def __init__(
        self,
        runs: Iterable[RunRow],
        columns: Sequence[Column],
        values: Iterable[StoredValue],
    ) -> None:
        """Put it together.

        Args:
            runs: All of them.
            columns: All variables.
            values: Of all runs.
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
        """What is known of a run apart from its values."""
        return self._runs[key]

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """The cells of a variable as numbers and texts."""
        values = self._values.get(name, {})
        return [scalar_of(values.get(key)) for key in keys]

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Of each key, whether there is any value."""
        values = self._values.get(name, {})
        return [is_filled(values.get(key)) for key in keys]

    def errors(self, key: RunKey) -> Iterable[str]:
        """The classes of the errors of a run."""
        return self._errors.get(key, ())


def scalar_of(stored: StoredValue | None) -> Scalar:
    """A stored value as a number or a text; None for all else."""
    value = stored.value if stored is not None else None
    # Only NaN is not equal to itself.
    return value if isinstance(value, int | float | str) and value == value else None


def is_filled(stored: StoredValue | None) -> bool:
    """Whether there is anything in a cell, pictures and arrays too."""
    if stored is None or stored.value is None:
        return False
    return isinstance(stored.value, Blob | bytes) or scalar_of(stored) not in (None, "")


def error_class(stored: StoredValue) -> str | None:
    """The class of the error that stands in for a value; None if there is none."""
    if stored.value is not None or not stored.attributes_json:
        return None
    attributes = stored.attributes
    return str(attributes.get("error_cls") or "Error") if "error" in attributes else None
