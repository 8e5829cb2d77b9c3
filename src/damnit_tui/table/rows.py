"""Runs and their values, column by column, newest run first; independent of the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import (
    UNKNOWN_CONTENT,
    Blob,
    BlobKind,
    Column,
    Content,
    RunKey,
    RunRow,
    StoredValue,
)
from damnit_daemon.model.batch import AheadRow, Extras, ValueBatch

from ..fixed_columns import FIXED
from .cells import error_class
from .derivation import Derivation
from .query import TableQuery
from .values import ValueColumn

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition
    from damnit_daemon.query.table import Scalar

NO_BLOB = Blob(BlobKind.UNKNOWN, 0)
"""Placeholder for a blob known only to exist."""
MOST_MADE = 20_000
"""Cached `StoredValue` objects; a screen shows a few thousand."""


class Rows:
    """The table's content: run keys in order, and the values of each variable.

    A run keeps its slot in the columns for good; only `keys` is ever reordered.
    So a new run costs one slot in each column, and nothing moves. A `StoredValue`
    is created on access: only those on the screen are needed.
    """

    def __init__(self) -> None:
        self.keys: list[RunKey] = []
        """The runs shown, in display order."""
        self.all_keys: list[RunKey] = []
        """All runs, newest first."""
        self.arrangement = TableQuery()
        self.marked: frozenset[RunKey] = frozenset()
        """The marked runs, whether they are shown or not."""
        self.columns: list[Column] = list(FIXED)
        """Time and comment, then the variables by title."""
        self.derivation = Derivation()
        """The derived columns, which are columns like others here."""
        self.begun = 0
        """Changes whenever the start time of a run changes."""
        self._positions: dict[RunKey, int] = {}
        self._slots: dict[RunKey, int] = {}
        self._runs: list[RunRow] = []
        self._versions: list[int] = []
        self._complete: set[RunKey] = set()
        self._values: dict[str, ValueColumn] = {}
        self._with_texts: dict[str, ValueColumn] = {}
        self._made: dict[tuple[RunKey, str], StoredValue] = {}
        self._extras: dict[Extras, Extras] = {}
        self._errors: dict[RunKey, dict[str, str]] = {}
        self._errors_ahead: dict[RunKey, dict[str, str]] = {}
        self.last_version = 0
        """Grows with every change of any run."""

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._slots

    def arrange(self, arrangement: TableQuery) -> None:
        """Apply a filter and sort order from now on."""
        self.arrangement = arrangement
        self._set_keys(arrangement.arrange(self, self.all_keys))

    def rearrange(self) -> bool:
        """Sort and filter by the current values; return True if any run moved."""
        if not self.arrangement.is_active:
            return False
        keys = self.arrangement.arrange(self, self.all_keys)
        if keys == self.keys:
            return False
        self._set_keys(keys)
        return True

    @property
    def text_names(self) -> Collection[str]:
        """The variables that have, or had, text values."""
        return self._with_texts

    @property
    def derived_names(self) -> Collection[str]:
        """The names of the derived columns."""
        bound = self.derivation.bound
        return () if bound is None else [column.name for column in bound.columns]

    @property
    def chosen(self) -> Collection[RunKey]:
        """The marked runs; without marks, the runs shown."""
        return self.marked or self.keys

    def scalars(self, name: str, keys: Sequence[RunKey]) -> Sequence[Scalar]:
        """Return the cells of a variable as numbers and texts, one per key."""
        column = self._values.get(name)
        if column is None:
            return [None] * len(keys)
        return column.scalars([self._slots[key] for key in keys])

    def scalar(self, key: RunKey, name: str) -> Scalar:
        """Return one cell as a number or text, even if it arrived before its row."""
        column, slot = self._values.get(name), self._slots.get(key)
        return None if column is None or slot is None else column.scalars([slot])[0]

    def filled(self, name: str, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Return for each key whether there is any value, including pictures and arrays."""
        column = self._values.get(name)
        if column is None:
            return [False] * len(keys)
        return column.filled([self._slots[key] for key in keys])

    def content(self, column: Column) -> Content:
        """Return the kinds of values of a variable; unknown until all runs are loaded."""
        values = self._values.get(column.name)
        if values is None or len(self._complete) < len(self._slots):
            return UNKNOWN_CONTENT
        return values.content()

    def errors(self, key: RunKey) -> Iterable[str]:
        """Return the classes of the errors stored in place of values of a run."""
        found, ahead = self._errors.get(key, {}), self._errors_ahead.get(key)
        if ahead is None:
            return found.values()
        values, slot = self._values, self._slots[key]
        return [
            *found.values(),
            # A row, once loaded, takes precedence.
            *(e for name, e in ahead.items() if name in values and not values[name].has(slot)),
        ]

    def position(self, key: RunKey) -> int | None:
        """Return the position of a run; None if it is not shown."""
        return self._positions.get(key)

    def run(self, key: RunKey) -> RunRow:
        """Return the row of a run, without its values."""
        return self._runs[self._slots[key]]

    def value(self, key: RunKey, name: str) -> StoredValue | None:
        """Return the stored value of one cell; None if there is none, or not yet."""
        column, slot = self._values.get(name), self._slots.get(key)
        if column is None or slot is None or not column.has(slot):
            return None
        made = self._made.get((key, name))
        if made is None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            # Return the same object each time: callers compare identity to detect changes.
            made = self._made[key, name] = column.stored(key, slot)
        return made

    def version(self, key: RunKey) -> int:
        """Return a number that changes whenever anything of the run does."""
        return self._versions[self._slots[key]]

    def is_complete(self, key: RunKey) -> bool:
        """Return True if all values of a run are loaded, so that a missing one is truly missing."""
        return key in self._complete

    def column_index(self, name: str) -> int | None:
        """Return the index of a variable in `columns`."""
        return next((i for i, c in enumerate(self.columns) if c.name == name), None)

    def add_runs(self, runs: Iterable[RunRow]) -> list[RunKey]:
        """Add or update runs.

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
                self.begun += self._runs[slot].start_time != run.start_time
                self._runs[slot] = run
                self._touch(slot)
        if added:
            self._reorder()
        return added

    def set_labels(self, labels: Iterable[tuple[RunKey, tuple[str, ...]]]) -> None:
        """Set the labels of known runs."""
        self.add_runs(self.run(key)._replace(labels=found) for key, found in labels if key in self)

    def expect_runs(self, keys: Collection[RunKey]) -> list[RunKey]:
        """Add empty rows for runs with nothing stored yet; return those that had none."""
        added = self.add_runs(RunRow(key, None, None) for key in sorted(keys) if key not in self)
        self.mark_complete(added)
        return added

    def set_complete(self, keys: Collection[RunKey], values: Collection[StoredValue]) -> None:
        """Set the complete values of some runs; other cells of these runs are dropped."""
        gone = self.cells_beside([key for key in keys if self.is_complete(key)], values)
        self.add_values(values)
        self.remove_values(gone)
        self.mark_complete(keys)

    def add_columns(self, columns: Iterable[Column]) -> bool:
        """Add variables, or update their titles; return True if anything changed."""
        columns = list(columns)
        known = {column.name: column for column in self.columns}
        before = list(self.columns)
        if self.derivation.definitions:  # a variable takes precedence over a derived column
            taken = {c.name for c in columns if known.get(c.name, c).expression}
            self.remove_values((key, name) for name in taken for key in self.all_keys)
        known.update((c.name, c) for c in columns if c.name not in {f.name for f in FIXED})
        variables = [c for c in known.values() if c not in FIXED]
        variables.sort(key=lambda c: (c.title.casefold(), c.name))
        self.columns = [*FIXED, *variables]
        return self.columns != before

    def add_values(self, values: Collection[StoredValue]) -> set[RunKey]:
        """Add values, and with them any unknown runs and variables.

        Returns:
            The runs that changed.
        """
        self._add_unknown((value.key for value in values), (value.name for value in values))
        changed = {value.key for value in values if self._put(value)}
        for key in changed:
            self._touch(self._slots[key])
        return changed

    def add_portion(self, portion: ValueBatch) -> set[RunKey]:
        """Add a batch of values; return their runs."""
        self._add_unknown(portion.keys, portion.columns)
        slots = [self._slots[key] for key in portion.keys]
        for name, part in portion.columns.items():
            column = self._column(name)
            had_any = column.put_all([slots[row] for row in part.rows], part)
            if column.has_texts:
                self._with_texts[name] = column
            if had_any or None in part.values:
                for row, value, extras in zip(part.rows, part.values, part.extras, strict=True):
                    if value is None:
                        self._note_error(portion.keys[row], name, extras.attributes_json)
                    elif had_any:
                        self._errors.get(portion.keys[row], {}).pop(name, None)
            if had_any:
                for row in part.rows:
                    self._made.pop((portion.keys[row], name), None)
        for slot in slots:
            self._touch(slot)
        return set(portion.keys)

    def add_ahead(self, ahead: Iterable[AheadRow]) -> set[RunKey]:
        """Add values and errors of known runs to filter and sort by; return the runs.

        Their attributes are missing, so `value` does not return them yet.
        """
        slots, open_columns = self._slots, {}
        changed: dict[RunKey, int] = {}
        errors: dict[bytes, str | None] = {}
        last_run, last_proposal, slot = None, None, None
        # Optimized for speed: there are up to a million values, and keys wait for each batch.
        for name, proposal, run, value in ahead:
            if type(run) is not int or type(proposal) is not int:
                continue  # 7.0 is not a run, though it equals one
            if run != last_run or proposal != last_proposal:
                last_run, last_proposal, key = run, proposal, RunKey(proposal, run)
                slot = slots.get(key)
                if slot is not None:
                    changed[key] = slot
            if slot is None:
                continue
            if name not in open_columns:
                if type(name) is not str:
                    continue
                open_columns[name] = self._column(name).open_ahead(len(self._runs))
            values, has_row = open_columns[name]
            if has_row[slot] is not None:
                continue
            if type(value) is float:  # the most common type
                values[slot] = value
            elif type(value) is bytes:
                if not value:
                    values[slot] = NO_BLOB
                    continue
                if value not in errors:
                    errors[value] = error_class(value.decode("utf-8", "backslashreplace"))
                if (error := errors[value]) is not None:
                    self._errors_ahead.setdefault(key, {})[name] = error
            else:
                if type(value) is str and name not in self._with_texts:
                    self._note_texts(name)
                values[slot] = value
        for slot in changed.values():
            self._touch(slot)
        return set(changed)

    def _note_texts(self, name: str) -> None:
        column = self._with_texts[name] = self._values[name]
        column.has_texts = True

    def note_written(self, key: RunKey, name: str, timestamp: float) -> None:
        """Set the time a value was written, if it was not loaded with the others."""
        column, slot = self._values.get(name), self._slots.get(key)
        if column is not None and slot is not None and column.note_time(slot, timestamp):
            self._made.pop((key, name), None)

    def keep_columns(self, names: Collection[str]) -> bool:
        """Drop all other variables; return True if there were any."""
        fixed = {column.name for column in FIXED}
        stored = {column.name for column in self.columns if not column.expression}
        gone = stored - fixed - set(names)
        self.remove_values((key, name) for name in gone for key in self.all_keys)
        for name in gone:
            self._values.pop(name, None)
            self._with_texts.pop(name, None)
        self.columns = [column for column in self.columns if column.name not in gone]
        return bool(gone)

    def define(self, definitions: Iterable[Definition]) -> None:
        """Replace the derived columns, at most one of each name."""
        self.derivation.definitions = tuple(definitions)
        self.derive()

    def derive(self) -> None:
        """Evaluate the derived columns of the runs that have changed since; of all if need be."""
        derivation = self.derivation
        if not derivation.definitions and derivation.bound is None:
            return
        stored = [column for column in self.columns if not column.expression]
        keys: Iterable[RunKey] = derivation.changed
        if derivation.bind(stored):
            gone = {column.name for column in self.columns if column.expression}
            self.remove_values((key, name) for name in gone for key in self.all_keys)
            for name in gone:
                self._values.pop(name, None)
                self._with_texts.pop(name, None)
            self.columns = stored
            self.add_columns(derivation.bound.columns if derivation.bound is not None else ())
            keys = self.all_keys
        for value in derivation.values(self, [key for key in keys if key in self]):
            if not isinstance(value, StoredValue):
                self.remove_values([value])
            elif self._put(value):
                self._touch(self._slots[value.key])
        derivation.changed.clear()

    def forget_values(self) -> None:
        """Drop all values, to be loaded again. Runs stay in place."""
        self._values.clear()
        self._with_texts.clear()
        self._made.clear()
        self._errors.clear()
        self._errors_ahead.clear()
        self._complete.clear()
        for slot in self._slots.values():
            self._touch(slot)

    def remove_values(self, cells: Iterable[tuple[RunKey, str]]) -> set[RunKey]:
        """Drop cells whose rows were deleted; return the runs they belonged to."""
        changed = set()
        for key, name in cells:
            slot, column = self._slots.get(key), self._values.get(name)
            self._errors_ahead.get(key, {}).pop(name, None)
            if slot is not None and column is not None and column.clear(slot):
                self._made.pop((key, name), None)
                self._errors.get(key, {}).pop(name, None)
                self._touch(slot)
                changed.add(key)
        return changed

    def remove_runs(self, keys: Iterable[RunKey]) -> bool:
        """Drop runs and all their values; return True if there were any."""
        gone = [key for key in keys if key in self._slots]
        self.remove_values((key, name) for key in gone for name in self._values)
        for key in gone:
            del self._slots[key]
            self._complete.discard(key)
            self._errors.pop(key, None)
            self._errors_ahead.pop(key, None)
        if gone:
            self._reorder()
        return bool(gone)

    def cells_beside(
        self, keys: Collection[RunKey], values: Iterable[StoredValue]
    ) -> list[tuple[RunKey, str]]:
        """Return the cells of some runs not among `values`: deleted, if `values` is complete."""
        new = {(value.key, value.name) for value in values}
        derived = {column.name for column in self.columns if column.expression}
        return [
            (key, name)
            for name, column in self._values.items()
            if name not in derived
            for key in keys
            if (key, name) not in new and column.has(self._slots.get(key, len(self._runs)))
        ]

    def mark_complete(self, keys: Collection[RunKey]) -> set[RunKey]:
        """Record that all values of some runs are loaded; return those that were incomplete."""
        for key in keys:
            self._errors_ahead.pop(key, None)
        fresh = {key for key in keys if key in self._slots} - self._complete
        self._complete |= fresh
        slots = [self._slots[key] for key in fresh]
        for column in self._values.values():
            column.settle(slots)
        for slot in slots:
            self._touch(slot)
        return fresh

    def _append(self, run: RunRow) -> None:
        self._slots[run.key] = len(self._runs)
        self._runs.append(run)
        self._versions.append(0)
        self._touch(self._slots[run.key])

    def _add_unknown(self, keys: Iterable[RunKey], names: Iterable[str]) -> None:
        """Add unknown runs and variables."""
        missing = {key for key in keys if key not in self._slots}
        self.add_runs(RunRow(key, None, None) for key in missing)
        if unknown := set(names) - {c.name for c in self.columns if not c.expression}:
            self.add_columns(Column(name, name) for name in unknown)

    def _column(self, name: str) -> ValueColumn:
        column = self._values.get(name)
        if column is None:
            column = self._values[name] = ValueColumn(name)
        return column

    def _put(self, value: StoredValue) -> bool:
        extras = Extras(*value[5:])
        extras = self._extras.setdefault(extras, extras)
        column = self._column(value.name)
        if not column.put(self._slots[value.key], value, extras):
            return False
        if column.has_texts:
            self._with_texts[value.name] = column
        self._made.pop((value.key, value.name), None)
        if value.value is None:
            self._note_error(value.key, value.name, value.attributes_json)
        else:
            self._errors.get(value.key, {}).pop(value.name, None)
        return True

    def _note_error(self, key: RunKey, name: str, attributes_json: str | None) -> None:
        if (kind := error_class(attributes_json)) is not None:
            self._errors.setdefault(key, {})[name] = kind
        else:
            self._errors.get(key, {}).pop(name, None)

    def _touch(self, slot: int) -> None:
        self.last_version += 1
        self._versions[slot] = self.last_version
        if self.derivation.definitions:
            self.derivation.changed.add(self._runs[slot].key)

    def _reorder(self) -> None:
        self.all_keys = sorted(self._slots, reverse=True)
        self._set_keys(self.arrangement.arrange(self, self.all_keys))

    def _set_keys(self, keys: list[RunKey]) -> None:
        self.keys = keys
        self._positions = {key: position for position, key in enumerate(keys)}
