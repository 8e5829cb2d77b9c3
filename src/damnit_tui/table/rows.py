"""The runs and their values, column by column, newest run first; knows nothing of a screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import count

from damnit_daemon.model import Column, RunKey, RunRow, StoredValue

from .cells import is_problem

TIME = Column("start_time", "Time", "When the run began, in your time zone.")
COMMENT = Column("comment", "Comment", "What somebody noted about the run.", "string")
FIXED = (TIME, COMMENT)


class Rows:
    """The table's content: run keys in order, and a list of values for each variable.

    A run keeps its slot in the lists for good; only `keys` is ever reordered.
    So a new run costs one place in each column, and nothing moves.
    """

    def __init__(self) -> None:
        self.keys: list[RunKey] = []
        """In the order shown."""
        self.columns: list[Column] = list(FIXED)
        """Time and comment, then the variables by title."""
        self._positions: dict[RunKey, int] = {}
        self._slots: dict[RunKey, int] = {}
        self._runs: list[RunRow] = []
        self._versions: list[int] = []
        self._complete: set[RunKey] = set()
        self._values: dict[str, list[StoredValue | None]] = {}
        self._problems: dict[RunKey, set[str]] = {}
        self._clock = count(1)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._slots

    def position(self, key: RunKey) -> int | None:
        """Where a run is shown; None if it is not known."""
        return self._positions.get(key)

    def run(self, key: RunKey) -> RunRow:
        """What is known of a run apart from its values."""
        return self._runs[self._slots[key]]

    def value(self, key: RunKey, name: str) -> StoredValue | None:
        """The stored value of one cell; None if there is none, or not yet."""
        values = self._values.get(name)
        slot = self._slots.get(key)
        if values is None or slot is None or slot >= len(values):
            return None
        return values[slot]

    def version(self, key: RunKey) -> int:
        """A number that changes whenever anything of the run does."""
        return self._versions[self._slots[key]]

    def is_complete(self, key: RunKey) -> bool:
        """Whether all values of a run are here, so that a missing one is missing."""
        return key in self._complete

    def column_index(self, name: str) -> int | None:
        """Where a variable is among `columns`."""
        return next((i for i, c in enumerate(self.columns) if c.name == name), None)

    def next_problem(self, row: int, column: int) -> tuple[RunKey, str] | None:
        """The next failed cell in reading order, round the end; None if nothing failed.

        Args:
            row: Where to begin, as a place among `keys`.
            column: Where to begin, as a place among `columns`; looked at last.
        """
        names = {c.name: i for i, c in enumerate(self.columns)}
        total = len(self.keys)
        for step in range(total + 1):
            key = self.keys[(row + step) % total] if total else None
            failed = sorted(names[name] for name in self._problems.get(key, ())) if key else []
            if step == 0:
                failed = [index for index in failed if index > column]
            if key and failed:
                return key, self.columns[failed[0]].name
        return None

    def add_runs(self, runs: Iterable[RunRow]) -> list[RunKey]:
        """Take in runs, or what has changed of them.

        Returns:
            The keys that are new.
        """
        added = []
        for run in runs:
            slot = self._slots.get(run.key)
            if slot is None:
                self._append(run)
                added.append(run.key)
            elif self._runs[slot] != run:
                self._runs[slot] = run
                self._touch(slot)
        if added:
            self._reorder()
        return added

    def add_columns(self, columns: Iterable[Column]) -> bool:
        """Take in variables, or their new titles; tell whether anything changed."""
        known = {column.name: column for column in self.columns}
        before = list(self.columns)
        known.update((c.name, c) for c in columns if c.name not in {f.name for f in FIXED})
        variables = [c for c in known.values() if c not in FIXED]
        variables.sort(key=lambda c: (c.title.casefold(), c.name))
        self.columns = [*FIXED, *variables]
        return self.columns != before

    def add_values(self, values: Collection[StoredValue]) -> set[RunKey]:
        """Take in values; runs and variables nobody spoke of yet come with them.

        Returns:
            The runs of which something changed.
        """
        strangers = {v.key for v in values if v.key not in self._slots}
        self.add_runs(RunRow(key, None, None) for key in strangers)
        names = {column.name for column in self.columns}
        new_names = {v.name for v in values} - names
        if new_names:
            self.add_columns(Column(name, name) for name in new_names)
        changed = {value.key for value in values if self._put(value)}
        for key in changed:
            self._touch(self._slots[key])
        return changed

    def remove_values(self, cells: Iterable[tuple[RunKey, str]]) -> set[RunKey]:
        """Drop cells that have no row any more; returns the runs they were of."""
        changed = set()
        for key, name in cells:
            slot, values = self._slots.get(key), self._values.get(name, [])
            if slot is not None and slot < len(values) and values[slot] is not None:
                values[slot] = None
                self._problems.get(key, set()).discard(name)
                self._touch(slot)
                changed.add(key)
        return changed

    def remove_runs(self, keys: Iterable[RunKey]) -> bool:
        """Drop runs and all their values; tell whether there were any."""
        gone = [key for key in keys if key in self._slots]
        self.remove_values((key, name) for key in gone for name in self._values)
        for key in gone:
            del self._slots[key]
            self._complete.discard(key)
            self._problems.pop(key, None)
        if gone:
            self._reorder()
        return bool(gone)

    def cells_beside(
        self, keys: Collection[RunKey], values: Iterable[StoredValue]
    ) -> list[tuple[RunKey, str]]:
        """The cells of some runs that are not among `values`: gone, if those are all."""
        given = {(value.key, value.name) for value in values}
        return [
            (key, name)
            for name in self._values
            for key in keys
            if (key, name) not in given and self.value(key, name) is not None
        ]

    def mark_complete(self, keys: Iterable[RunKey]) -> set[RunKey]:
        """Note that all values of some runs are here; returns those that were not before."""
        fresh = {key for key in keys if key in self._slots} - self._complete
        self._complete |= fresh
        for key in fresh:
            self._touch(self._slots[key])
        return fresh

    def _append(self, run: RunRow) -> None:
        self._slots[run.key] = len(self._runs)
        self._runs.append(run)
        self._versions.append(next(self._clock))

    def _put(self, value: StoredValue) -> bool:
        slot = self._slots[value.key]
        values = self._values.setdefault(value.name, [])
        if len(values) <= slot:
            values.extend([None] * (slot + 1 - len(values)))
        if values[slot] == value:
            return False
        values[slot] = value
        if is_problem(value):
            self._problems.setdefault(value.key, set()).add(value.name)
        elif value.key in self._problems:
            self._problems[value.key].discard(value.name)
        return True

    def _touch(self, slot: int) -> None:
        self._versions[slot] = next(self._clock)

    def _reorder(self) -> None:
        self.keys = sorted(self._slots, reverse=True)
        self._positions = {key: position for position, key in enumerate(self.keys)}
